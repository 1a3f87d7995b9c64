package data

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/flatbuffer"
)

const (
	arrowMagic = "ARROW1"
	// maxArrowMeta bounds the bytes that describe a file, and those that describe a batch.
	maxArrowMeta = 16 << 20
	// arrowHead and arrowTail are what stands around batches and footer.
	arrowHead = 8
	arrowTail = 4 + int64(len(arrowMagic))
	// arrowPart is about what the values of a column in a batch take besides their bytes.
	arrowPart = 128
)

// arrowFile is a file of Arrow: its description, and what may still be unfolded.
type arrowFile struct {
	name   string
	size   int64
	at     func(from, n int64) ([]byte, error) // so many bytes of the file, which has them
	budget int64                               // bytes of unpacked buffers and cells

	columns      []*arrowColumn
	dictionaries map[int64]*arrowVector
	entries      []arrowBlock // of dictionaries
	batches      []arrowBlock
}

// arrowBlock is where a message stands, and what belongs to it.
type arrowBlock struct{ from, meta, body int64 }

func (b arrowBlock) end() int64 { return b.from + b.meta + b.body }

// readArrow reads a flat table of Arrow's file format, which Feather has been since its
// version 2. Buffers that are not packed are read where they stand.
func readArrow(s *source, _ TableFormat) (*sheet, error) {
	file, err := io.ReadAll(s)
	if err != nil {
		return nil, err
	}
	f := &arrowFile{name: s.name, size: int64(len(file)), budget: binaryFree + unfoldTimes*int64(len(file))}
	f.at = func(from, n int64) ([]byte, error) { return file[from : from+n : from+n], nil }
	if err := f.describe(); err != nil {
		return nil, err
	}
	for _, block := range f.entries {
		if err := f.readEntries(block); err != nil {
			return nil, fmt.Errorf("%s: a dictionary: %w", f.name, err)
		}
	}
	rows := 0
	for i, block := range f.batches {
		n, err := f.readBatch(block)
		if err != nil {
			return nil, fmt.Errorf("%s: batch %d of rows: %w", f.name, i, err)
		}
		if rows += n; rows > math.MaxInt32 {
			break
		}
	}
	var columns []column
	for _, c := range f.columns {
		columns = append(columns, column{name: c.name, text: f.textOf(&c.arrowVector)})
	}
	return tabulate(f.name, columns, rows, true, f.size)
}

// textOf returns what makes texts of a column's values. Values that share their bytes
// are counted each time.
func (f *arrowFile) textOf(v *arrowVector) func(b []byte, row int) ([]byte, error) {
	return func(b []byte, row int) ([]byte, error) {
		value, err := v.value(row)
		if err != nil || value == nil {
			return b, err
		}
		before := len(b)
		b = v.text(b, value)
		return b, f.spend(int64(len(b) - before))
	}
}

// spend counts bytes that are unfolded.
func (f *arrowFile) spend(n int64) error {
	if f.budget -= n; f.budget < 0 {
		return tooFolded("its batches")
	}
	return nil
}

// describe reads the footer: columns, and where batches and dictionaries stand.
func (f *arrowFile) describe() error {
	footer, err := f.footer()
	if err != nil {
		return err
	}
	b := flatbuffer.New(footer)
	root := b.Root()
	schema, dictionaries, batches := root.Table(1), root.Bytes(2, 24), root.Bytes(3, 24)
	if err := b.Err(); err != nil {
		return fmt.Errorf("%s: its footer: %w", f.name, err)
	}
	if err := f.takeSchema(b, schema); err != nil {
		return err
	}
	before := f.size - arrowTail - int64(len(footer))
	if f.entries, err = f.blocks(dictionaries, before); err != nil {
		return err
	}
	if f.batches, err = f.blocks(batches, before); err != nil {
		return err
	}
	all := slices.Concat(f.entries, f.batches)
	slices.SortFunc(all, func(a, b arrowBlock) int { return cmp.Compare(a.from, b.from) })
	for i := range len(all) - 1 {
		if all[i].end() > all[i+1].from {
			return malformed(f.name, "two of its batches share the bytes at %d", all[i+1].from)
		}
	}
	return nil
}

// footer returns the description at the end of a file.
func (f *arrowFile) footer() ([]byte, error) {
	if f.size < arrowHead+arrowTail {
		return nil, f.cutOff()
	}
	head, err := f.at(0, int64(len(arrowMagic)))
	if err != nil {
		return nil, err
	}
	tail, err := f.at(f.size-arrowTail, arrowTail)
	if err != nil {
		return nil, err
	}
	if string(head) != arrowMagic || !bytes.HasSuffix(tail, []byte(arrowMagic)) {
		return nil, f.cutOff()
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	switch {
	case length > f.size-arrowHead-arrowTail:
		return nil, malformed(f.name, "its footer has %d bytes, more than the file", length)
	case length > maxArrowMeta:
		return nil, fmt.Errorf("%s: its footer has %d bytes, at most %d: write it with larger batches of rows: %w", f.name, length, maxArrowMeta, fault.ErrResources)
	}
	return f.at(f.size-arrowTail-length, length)
}

func (f *arrowFile) cutOff() error {
	return malformed(f.name, "an Arrow file begins and ends with %s: it is cut off, or its writer was not closed", arrowMagic)
}

// blocks reads where messages stand, all of them before the footer.
func (f *arrowFile) blocks(list []byte, before int64) ([]arrowBlock, error) {
	little := binary.LittleEndian
	var blocks []arrowBlock
	for ; len(list) >= 24; list = list[24:] {
		b := arrowBlock{int64(little.Uint64(list)), int64(int32(little.Uint32(list[8:]))), int64(little.Uint64(list[16:]))}
		if b.from < arrowHead || b.meta < 8 || b.body < 0 || b.from > before || b.meta > before-b.from || b.body > before-b.from-b.meta {
			return nil, malformed(f.name, "a batch of %d and %d bytes at %d is not within the file", b.meta, b.body, b.from)
		}
		if b.meta > maxArrowMeta {
			return nil, fmt.Errorf("%s: a batch is described in %d bytes, at most %d: %w", f.name, b.meta, maxArrowMeta, fault.ErrResources)
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// Kinds of messages.
const (
	arrowDictionaryBatch = 2
	arrowRecordBatch     = 3
)

// message reads what a message of this kind says. What is wrong with it, its buffer says.
func (f *arrowFile) message(block arrowBlock, kind uint8) (*flatbuffer.Buffer, flatbuffer.Table, error) {
	meta, err := f.at(block.from, block.meta)
	if err != nil {
		return nil, flatbuffer.Table{}, err
	}
	length := int64(binary.LittleEndian.Uint32(meta))
	if meta = meta[4:]; length == math.MaxUint32 { // what stands before the length, since 2019
		length, meta = int64(binary.LittleEndian.Uint32(meta)), meta[4:]
	}
	if length > int64(len(meta)) {
		return nil, flatbuffer.Table{}, malformed("its description", "%d bytes, of %d", length, len(meta))
	}
	b := flatbuffer.New(meta[:length])
	root := b.Root()
	version, is, header, body := root.Int16(0, 0), root.Uint8(1, 0), root.Table(2), root.Int64(3, 0)
	switch {
	case b.Err() != nil:
		return nil, header, fmt.Errorf("its description: %w", b.Err())
	case is != kind || body != block.body:
		return nil, header, malformed("its description", "a message of kind %d with %d bytes, where the footer has kind %d and %d bytes", is, body, kind, block.body)
	case version != 3 && version != 4:
		return nil, header, input("of version %d of Arrow's metadata, 4 and 5 are read: write it with a newer program", int(version)+1)
	}
	return b, header, nil
}

func isArrow(path string) (bool, error) { return beginsWith(path, arrowMagic) }
