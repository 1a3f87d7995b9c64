package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	parquetMagic = "PAR1"
	// maxParquetFooter bounds the bytes that describe a file.
	maxParquetFooter = 16 << 20
)

// parquetFile is a file of Parquet: its description, and what may still be unfolded.
type parquetFile struct {
	name    string
	bytes   []byte
	meta    format.FileMetaData
	columns []*parquetColumn
	rows    int
	budget  int64 // bytes of pages and cells
}

// parquetColumn is a column of a file, and its cells as they are read.
type parquetColumn struct {
	format.SchemaElement
	optional bool
	text     func(b, value []byte) ([]byte, error)

	cells []byte   // as texts, one after the other
	ends  []uint32 // of each
}

// readParquet reads a flat table of Parquet. Its description is decoded by a library;
// pages are unpacked and decoded here, as far as they have the rows that are described
// and no further.
func readParquet(s *source, _ TableFormat) (*sheet, error) {
	file, err := io.ReadAll(s)
	if err != nil {
		return nil, err
	}
	f := &parquetFile{name: s.name, bytes: file, budget: binaryFree + unfoldTimes*int64(len(file))}
	if err := f.describe(); err != nil {
		return nil, err
	}
	for i := range f.meta.RowGroups {
		for k, column := range f.columns {
			if err := f.readChunk(&f.meta.RowGroups[i], k); err != nil {
				return nil, fmt.Errorf("%s: column %d %s, group %d of rows: %w", f.name, k+1, fault.Quote(column.Name), i, err)
			}
		}
	}
	var columns []column
	for _, c := range f.columns {
		columns = append(columns, column{name: c.Name, text: c.appendCell})
	}
	return tabulate(f.name, columns, f.rows, true, int64(len(file)))
}

func (c *parquetColumn) appendCell(b []byte, row int) ([]byte, error) {
	start := uint32(0)
	if row > 0 {
		start = c.ends[row-1]
	}
	return append(b, c.cells[start:c.ends[row]]...), nil
}

// describe reads the footer: columns, and how many rows there are.
func (f *parquetFile) describe() error {
	footer, err := parquetFooter(f.bytes, f.name)
	if err != nil {
		return err
	}
	if f.meta, err = parquetMeta(footer, f.name); err != nil {
		return err
	}
	switch n := len(f.meta.Schema) - 1; {
	case n < 1:
		return input("%s: no columns", f.name)
	case n > maxColumns:
		return fmt.Errorf("%s: %d columns, at most %d are read: %w", f.name, n, maxColumns, fault.ErrResources)
	}
	for i := range f.meta.Schema[1:] {
		c, err := newParquetColumn(&f.meta.Schema[1+i])
		if err != nil {
			return fmt.Errorf("%s: column %d %s: %w", f.name, i+1, fault.Quote(f.meta.Schema[1+i].Name), err)
		}
		f.columns = append(f.columns, c)
	}
	rows := int64(0)
	for i := range f.meta.RowGroups {
		g := &f.meta.RowGroups[i]
		if g.NumRows < 0 || g.NumRows > maxSheetRows || len(g.Columns) != len(f.meta.Schema)-1 {
			return malformed(f.name, "group %d of rows: %d rows of %d columns, where the file has %d columns", i, g.NumRows, len(g.Columns), len(f.meta.Schema)-1)
		}
		if rows += g.NumRows; rows > math.MaxInt32 {
			break
		}
	}
	f.rows = int(rows)
	return checkTable(f.name, f.rows, len(f.columns), int64(len(f.bytes)))
}

// parquetFooter returns the description at the end of a file.
func parquetFooter(file []byte, name string) ([]byte, error) {
	const ends = 2*len(parquetMagic) + 4
	n := len(file)
	if n < ends || !bytes.HasPrefix(file, []byte(parquetMagic)) || !bytes.HasSuffix(file, []byte(parquetMagic)) {
		if bytes.HasSuffix(file, []byte("PARE")) {
			return nil, input("%s: encrypted: write it without", name)
		}
		return nil, malformed(name, "a Parquet file begins and ends with %s: it is cut off", parquetMagic)
	}
	length := int64(binary.LittleEndian.Uint32(file[n-8:]))
	switch {
	case length > int64(n-ends):
		return nil, malformed(name, "its description has %d bytes, more than the file", length)
	case length > maxParquetFooter:
		return nil, fmt.Errorf("%s: its description has %d bytes, at most %d: write it with larger groups of rows: %w", name, length, maxParquetFooter, fault.ErrResources)
	}
	return file[n-8-int(length) : n-8], nil
}

func parquetMeta(footer []byte, name string) (meta format.FileMetaData, err error) {
	n, err := thriftLength(footer)
	if err == nil {
		err = decodeThrift(footer[:n], &meta)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return meta, err
}

func decodeThrift(b []byte, into any) error {
	if err := thrift.Unmarshal(&thrift.CompactProtocol{}, b, into); err != nil {
		return errThrift(fault.Text(err, nil))
	}
	return nil
}

func newParquetColumn(e *format.SchemaElement) (*parquetColumn, error) {
	c := &parquetColumn{SchemaElement: *e, optional: e.RepetitionType.V == format.Optional}
	switch {
	case e.NumChildren.V > 0 || !e.Type.Valid || e.RepetitionType.V == format.Repeated:
		return nil, errNested()
	case strings.HasPrefix(e.Name, pandasIndex):
		return nil, input("an index of pandas: write the file by to_parquet with index=False, or name the column by reset_index")
	}
	var err error
	c.text, err = c.textOf()
	return c, err
}

// readChunk reads the cells of a column in a group of rows.
func (f *parquetFile) readChunk(g *format.RowGroup, k int) error {
	c, chunk := f.columns[k], &g.Columns[k]
	m := &chunk.MetaData
	start := m.DataPageOffset
	if m.DictionaryPageOffset > 0 {
		start = min(start, m.DictionaryPageOffset)
	}
	switch size := int64(len(f.bytes)); {
	case chunk.FilePath != "":
		return input("in another file, %s: write the table into one", fault.Quote(chunk.FilePath))
	case m.Type != c.Type.V:
		return malformed("the chunk", "of another type than its column")
	case start < 0 || m.TotalCompressedSize < 0 || start > size || m.TotalCompressedSize > size-start:
		return malformed("the chunk", "%d bytes from %d are not within the file", m.TotalCompressedSize, start)
	}
	p := &parquetPages{file: f, column: c, codec: m.Codec, rest: f.bytes[start : start+m.TotalCompressedSize]}
	for p.left = int(g.NumRows); p.left > 0; {
		if err := p.next(); err != nil {
			return err
		}
	}
	return nil
}

// spend counts bytes that are unfolded.
func (f *parquetFile) spend(n int64) error {
	if f.budget -= n; f.budget < 0 {
		return tooFolded("its pages")
	}
	return nil
}

// add appends a cell; nil is a missing one.
func (f *parquetFile) add(c *parquetColumn, value []byte) (err error) {
	before := len(c.cells)
	if value != nil {
		if c.cells, err = c.text(c.cells, value); err != nil {
			return err
		}
	}
	c.ends = append(c.ends, uint32(len(c.cells)))
	if int64(len(c.cells)) > math.MaxUint32 {
		return tooFolded("its column")
	}
	return f.spend(int64(len(c.cells)-before) + 4)
}

// parquetBytes estimates the text of a table from its description: 8 bytes a cell, or
// what its pages unfold to.
func parquetBytes(path string) (int64, error) {
	whole, err := fileBytes(path)
	if err != nil {
		return 0, err
	}
	return readFile(path, func(r io.Reader, name string) (int64, error) {
		footer, err := footerOf(r, whole)
		if err != nil {
			return whole, nil // its reader says what is wrong
		}
		meta, err := parquetMeta(footer, name)
		if err != nil {
			return whole, nil
		}
		total := int64(0)
		for i := range meta.RowGroups {
			g := &meta.RowGroups[i]
			total += max(0, min(g.TotalByteSize, math.MaxInt32), min(g.NumRows, maxSheetRows)*int64(len(g.Columns))*8)
		}
		return max(whole, total), nil
	})
}

// footerOf is parquetFooter of a file that is not packed.
func footerOf(r io.Reader, size int64) ([]byte, error) {
	at, seeks := r.(io.ReaderAt)
	const end = len(parquetMagic) + 4
	if !seeks || size < int64(end) {
		return nil, fault.ErrMalformed
	}
	var tail [end]byte
	if _, err := at.ReadAt(tail[:], size-int64(end)); err != nil {
		return nil, err
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if length > min(maxParquetFooter, size-int64(end)) {
		return nil, fault.ErrMalformed
	}
	footer := make([]byte, length)
	_, err := at.ReadAt(footer, size-int64(end)-length)
	return footer, err
}

func isParquet(path string) (bool, error) { return beginsWith(path, parquetMagic) }
