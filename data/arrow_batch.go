package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/pierrec/lz4/v4"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/flatbuffer"
)

// arrowBatch is a batch of rows. Nodes, one for each column, and buffers, in the order in
// which layouts have them, are taken one after the other.
type arrowBatch struct {
	file           *arrowFile
	rows           int
	nodes, buffers []byte // two numbers of 8 bytes each
	views          []byte // how many buffers each column of views has besides
	codec          arrowCodec
	body           arrowBlock
}

// arrowCodec is how buffers are packed.
type arrowCodec int16

const (
	arrowPlain arrowCodec = iota - 1
	arrowLZ4
	arrowZstd
)

// newBatch reads a RecordBatch.
func (f *arrowFile) newBatch(b *flatbuffer.Buffer, t flatbuffer.Table, block arrowBlock) (*arrowBatch, error) {
	rows := t.Int64(0, 0)
	batch := &arrowBatch{file: f, rows: int(rows), nodes: t.Bytes(1, 16), buffers: t.Bytes(2, 16), views: t.Bytes(4, 8), codec: arrowPlain, body: block}
	packing := t.Table(3)
	method := packing.Uint8(1, 0)
	if packing.Exists() {
		batch.codec = arrowCodec(packing.Uint8(0, 0))
	}
	switch {
	case b.Err() != nil:
		return nil, fmt.Errorf("its description: %w", b.Err())
	case rows < 0 || rows > maxSheetRows:
		return nil, malformed("its description", "%d rows", rows)
	case batch.codec > arrowZstd || method != 0:
		return nil, input("packed in a way that is not read: write it with lz4, zstd or no compression")
	}
	return batch, nil
}

// readBatch reads the columns of a batch of rows, and returns how many these are.
func (f *arrowFile) readBatch(block arrowBlock) (rows int, err error) {
	b, header, err := f.message(block, arrowRecordBatch)
	if err != nil {
		return 0, err
	}
	batch, err := f.newBatch(b, header, block)
	if err != nil {
		return 0, err
	}
	for i, c := range f.columns {
		values, err := batch.column(c)
		if err != nil {
			return 0, fmt.Errorf("column %d %s: %w", i+1, fault.Quote(c.name), err)
		}
		c.add(values, batch.rows)
	}
	return batch.rows, batch.isTaken()
}

// readEntries reads values of a dictionary. What follows them in another batch must say
// that it does: when other values replace them, a file does not tell.
func (f *arrowFile) readEntries(block arrowBlock) error {
	b, header, err := f.message(block, arrowDictionaryBatch)
	if err != nil {
		return err
	}
	id, follows := header.Int64(0, 0), header.Uint8(2, 0) != 0
	batch, err := f.newBatch(b, header.Table(1), block)
	if err != nil {
		return err
	}
	dictionary := f.dictionaries[id]
	switch {
	case dictionary == nil:
		return malformed("its description", "number %d, which no column has", id)
	case dictionary.begun && !follows:
		return input("number %d is replaced by another one: write the table with one dictionary for all batches (pyarrow: Table.unify_dictionaries)", id)
	}
	values, err := batch.values(&dictionary.arrowType)
	if err != nil {
		return err
	}
	dictionary.begun = true
	dictionary.add(values, batch.rows)
	return batch.isTaken()
}

// column reads the values of a column.
func (b *arrowBatch) column(c *arrowColumn) (arrowValues, error) {
	if c.dictionary == nil {
		return b.values(&c.arrowType)
	}
	valid, err := b.valid()
	if err != nil {
		return arrowValues{}, err
	}
	numbers, err := b.buffer(int64(b.rows) * int64(c.index.width))
	return arrowValues{valid, numbered(numbers, c.index, c.dictionary)}, err
}

// values reads values of a type.
func (b *arrowBatch) values(t *arrowType) (v arrowValues, err error) {
	if t.layout == arrowNothing {
		_, err := b.node()
		return arrowValues{at: nothing}, err
	}
	if v.valid, err = b.valid(); err != nil {
		return v, err
	}
	rows := int64(b.rows)
	switch t.layout {
	case arrowBits:
		bits, err := b.buffer((rows + 7) / 8)
		v.at = bitsOf(bits)
		return v, err
	case arrowFixed:
		all, err := b.buffer(rows * int64(t.width))
		v.at = fixedOf(all, t.width)
		return v, err
	case arrowTexts:
		least := (rows + 1) * int64(t.width)
		if rows == 0 {
			least = 0
		}
		offsets, err := b.buffer(least)
		if err != nil {
			return v, err
		}
		texts, err := b.buffer(0)
		v.at = textsOf(offsets, texts, t.width)
		return v, err
	default: // arrowViews
		v.at, err = b.viewed()
		return v, err
	}
}

// viewed reads texts by their views.
func (b *arrowBatch) viewed() (func(i int) ([]byte, error), error) {
	views, err := b.buffer(int64(b.rows) * 16)
	if err != nil {
		return nil, err
	}
	if len(b.views) == 0 {
		return nil, malformed("its description", "it does not say how many buffers its texts have")
	}
	n := int64(binary.LittleEndian.Uint64(b.views))
	if b.views = b.views[8:]; n < 0 || n > int64(len(b.buffers)/16) {
		return nil, malformed("its description", "%d buffers of texts, of %d", n, len(b.buffers)/16)
	}
	buffers := make([][]byte, n)
	for i := range buffers {
		if buffers[i], err = b.buffer(0); err != nil {
			return nil, err
		}
	}
	return viewsOf(views, buffers), nil
}

// node takes the next node, and returns how many values are missing.
func (b *arrowBatch) node() (nulls int64, err error) {
	if len(b.nodes) == 0 {
		return 0, malformed("its description", "it has fewer columns than the file")
	}
	length, nulls := int64(binary.LittleEndian.Uint64(b.nodes)), int64(binary.LittleEndian.Uint64(b.nodes[8:]))
	if b.nodes = b.nodes[16:]; length != int64(b.rows) {
		return 0, malformed("its description", "%d values, where the batch has %d rows", length, b.rows)
	}
	return nulls, b.file.spend(arrowPart)
}

// valid takes the next node and its bits, which tell what is missing; nil: nothing.
func (b *arrowBatch) valid() ([]byte, error) {
	nulls, err := b.node()
	if err != nil {
		return nil, err
	}
	valid, err := b.buffer(0)
	if err != nil {
		return nil, err
	}
	if len(valid) == 0 && nulls == 0 {
		return nil, nil
	}
	if len(valid) < (b.rows+7)/8 {
		return nil, malformed("what is missing", "%d bytes for %d rows", len(valid), b.rows)
	}
	there := 0
	for _, eight := range valid[:b.rows/8] {
		there += bits.OnesCount8(eight)
	}
	if rest := b.rows % 8; rest > 0 {
		there += bits.OnesCount8(valid[b.rows/8] << (8 - rest))
	}
	if int64(b.rows-there) != nulls {
		return nil, malformed("what is missing", "%d values by their bits, and %d by their number", b.rows-there, nulls)
	}
	return valid, nil
}

// isTaken refuses a batch that has more than its columns.
func (b *arrowBatch) isTaken() error {
	if len(b.nodes)+len(b.buffers) > 0 {
		return malformed("its description", "%d columns and %d buffers more than the file has", len(b.nodes)/16, len(b.buffers)/16)
	}
	return nil
}

// span takes the next buffer, and returns where in the file it is.
func (b *arrowBatch) span() (from, n int64, err error) {
	if len(b.buffers) == 0 {
		return 0, 0, malformed("its description", "it has fewer buffers than its columns")
	}
	from, n = int64(binary.LittleEndian.Uint64(b.buffers)), int64(binary.LittleEndian.Uint64(b.buffers[8:]))
	if b.buffers = b.buffers[16:]; from < 0 || n < 0 || from > b.body.body || n > b.body.body-from {
		return 0, 0, malformed("its description", "a buffer of %d bytes at %d, of %d", n, from, b.body.body)
	}
	return b.body.from + b.body.meta + from, n, nil
}

// buffer takes the next buffer, unpacked: it has at least so many bytes.
func (b *arrowBatch) buffer(least int64) ([]byte, error) {
	from, n, err := b.span()
	if err != nil {
		return nil, err
	}
	all, err := b.file.at(from, n)
	if err == nil && b.codec != arrowPlain {
		all, err = b.unpack(all)
	}
	if err == nil && int64(len(all)) < least {
		err = malformed("a buffer", "%d bytes, where %d are needed for %d rows", len(all), least, b.rows)
	}
	return all, err
}

// unpack decompresses a buffer. It begins with its length before it was packed, or -1: it
// was not. An empty one has nothing.
func (b *arrowBatch) unpack(packed []byte) ([]byte, error) {
	if len(packed) == 0 {
		return packed, nil
	}
	if len(packed) < 8 {
		return nil, malformed("a buffer", "%d bytes, where its length has 8", len(packed))
	}
	size := int64(binary.LittleEndian.Uint64(packed))
	if packed = packed[8:]; size == -1 {
		return packed, nil
	}
	if size < 0 {
		return nil, malformed("a buffer", "unpacks to %d bytes", size)
	}
	if err := b.file.spend(size); err != nil {
		return nil, err
	}
	if b.codec == arrowZstd {
		return unpackZstd("a buffer", packed, int(size))
	}
	return unpackExactly("a buffer", lz4.NewReader(bytes.NewReader(packed)), int(size))
}
