package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/rowtest"
)

func parquetOptions(change func(*TableOptions)) TableOptions {
	o := options(change)
	o.Name, o.Syntax = "rows", Parquet
	return o
}

const parquetRows = "n,x,wet,colour\n1,0.5,true,red\n-200,0.1,false,blue\n,,,\n3,1e-7,true,reddish\n3,-2.25,true,\n70000,0.5,false,red\n"

// TestParquetEncodings: cells are what was written, in all encodings of pages, packings
// and versions that a writer may choose.
func TestParquetEncodings(t *testing.T) {
	table, err := rowtest.FromCSV(parquetRows)
	if err != nil {
		t.Fatal(err)
	}
	text := &rowtest.Table{Names: table.Names[3:]}
	whole := &rowtest.Table{Names: table.Names[:1]}
	number := &rowtest.Table{Names: table.Names[1:2]}
	for range 70 { // several blocks, and runs
		for _, row := range table.Rows {
			text.Rows, whole.Rows, number.Rows = append(text.Rows, row[3:]), append(whole.Rows, row[:1]), append(number.Rows, row[1:2])
		}
	}
	packed := []parquet.WriterOption{parquet.Compression(&parquet.Uncompressed), parquet.Compression(&parquet.Snappy), parquet.Compression(&parquet.Gzip), parquet.Compression(&parquet.Zstd), parquet.Compression(&parquet.Brotli), parquet.Compression(&parquet.Lz4Raw)}
	for name, c := range map[string]struct {
		table    *rowtest.Table
		tags     string
		encoding parquet.WriterOption
	}{
		"by default": {table, "", nil}, "a dictionary": {text, ",dict", nil}, "a dictionary of numbers": {number, ",dict", nil},
		"plain": {text, "", parquet.DefaultEncoding(&parquet.Plain)}, "differences": {whole, "", parquet.DefaultEncodingFor(parquet.Int64, &parquet.DeltaBinaryPacked)},
		"lengths": {text, "", parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.DeltaLengthByteArray)}, "common beginnings": {text, "", parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.DeltaByteArray)},
		"streams": {number, "", parquet.DefaultEncodingFor(parquet.Double, &parquet.ByteStreamSplit)},
	} {
		for i, packing := range packed {
			for version := 1; version <= 2; version++ {
				options := []parquet.WriterOption{packing, parquet.DataPageVersion(version), parquet.PageBufferSize(200), parquet.MaxRowsPerRowGroup(100)}
				if c.encoding != nil {
					options = append(options, c.encoding)
				}
				file, err := c.table.Parquet(c.tags, options...)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				s, err := readSheet(bytes.NewReader(file), TableFormat{Name: "rows", Syntax: Parquet})
				if err != nil {
					t.Errorf("%s, packing %d, version %d: %v", name, i, version, err)
					continue
				}
				for row := range c.table.Rows {
					for column := range c.table.Names {
						want := c.table.Rows[row][column]
						if c.table.Kind(column) == rowtest.Number && want != "" {
							want = string(appendFloat64(nil, c.table.Value(row, column).(float64)))
						}
						if got := s.cell(row, column); got != want {
							t.Fatalf("%s, packing %d, version %d: row %d, column %d: %q, want %q", name, i, version, row, column, got, want)
						}
					}
				}
			}
		}
	}
}

// TestParquetTypes: values of all types become the texts that CSV would have.
func TestParquetTypes(t *testing.T) {
	type row struct {
		Small    int8    `parquet:"small"`
		Unsigned uint32  `parquet:"unsigned"`
		Large    uint64  `parquet:"large"`
		Single   float32 `parquet:"single"`
		Price    int64   `parquet:"price,decimal(2:10)"`
		Day      int32   `parquet:"day,date"`
		At       int64   `parquet:"at,timestamp(millisecond)"`
		Kind     string  `parquet:"kind,enum"`
		Fixed    [3]byte `parquet:"fixed"`
		Plain    []byte  `parquet:"plain"`
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b)
	if _, err := w.Write([]row{{-128, math.MaxUint32, math.MaxUint64, 0.1, -12345, -1, 1500, "a", [3]byte{'x', 'y', 'z'}, []byte("p")}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := readSheet(bytes.NewReader(b.Bytes()), TableFormat{Name: "rows", Syntax: Parquet})
	if err != nil {
		t.Fatal(err)
	}
	var cells []string
	for column := range s.names {
		cells = append(cells, s.cell(0, column))
	}
	want := []string{"-128", "4294967295", "18446744073709551615", "0.1", "-123.45", "1969-12-31", "1970-01-01T00:00:01.5Z", "a", "xyz", "p"}
	if !slices.Equal(cells, want) {
		t.Errorf("%q, want %q", cells, want)
	}
	for b, want := range map[string]string{"\xff\x38": "-2.00", "\x00\xc8": "2.00", "\x80": "-1.28", "": "0.00"} {
		if got := string(appendDecimal(nil, twosComplement([]byte(b)), 2)); got != want {
			t.Errorf("decimal %x: %s, want %s", b, got, want)
		}
	}
	if n := twosComplement([]byte{0x80, 0, 0, 0, 0, 0, 0, 0, 0}); n.Cmp(new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), 71))) != 0 {
		t.Errorf("%s", n)
	}
}

// parquetWith returns a small file whose description is changed.
func parquetWith(t testing.TB, change func(*format.FileMetaData)) []byte {
	t.Helper()
	table, err := rowtest.FromCSV("a,b\n1,0.5\n2,1.5\n")
	if err != nil {
		t.Fatal(err)
	}
	file, err := table.Parquet("", parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(1))
	if err != nil {
		t.Fatal(err)
	}
	footer, err := parquetFooter(file, "")
	if err != nil {
		t.Fatal(err)
	}
	meta, err := parquetMeta(footer, "")
	if err != nil {
		t.Fatal(err)
	}
	change(&meta)
	described, err := thrift.Marshal(&thrift.CompactProtocol{}, &meta)
	if err != nil {
		t.Fatal(err)
	}
	file = append(file[:len(file)-8-len(footer):len(file)-8-len(footer)], described...)
	return append(binary.LittleEndian.AppendUint32(file, uint32(len(described))), parquetMagic...)
}

func TestParquetRefused(t *testing.T) {
	chunk := func(m *format.FileMetaData) *format.ColumnMetaData { return &m.RowGroups[0].Columns[1].MetaData }
	list := append([]byte{0x15, 0x04, 0x19, 0xfc}, binary.AppendUvarint(nil, 1<<30)...) // of 2^30 structures
	bomb := append([]byte(parquetMagic), list...)
	bomb = append(binary.LittleEndian.AppendUint32(bomb, uint32(len(list))), parquetMagic...)
	for name, c := range map[string]struct {
		file []byte
		says string
		is   error
	}{
		"a list":              {parquetWith(t, func(m *format.FileMetaData) { m.Schema[2].RepetitionType.V = format.Repeated }), `rows: column 2 "b": a list or a structure`, fault.ErrInput},
		"an index of pandas":  {parquetWith(t, func(m *format.FileMetaData) { m.Schema[2].Name = "__index_level_0__" }), "an index of pandas: write the file by to_parquet with index=False", fault.ErrInput},
		"two of a name":       {parquetWith(t, func(m *format.FileMetaData) { m.Schema[2].Name = "a" }), `columns 1 and 2 are both called "a"`, fault.ErrInput},
		"no name":             {parquetWith(t, func(m *format.FileMetaData) { m.Schema[2].Name = " " }), "column 2 has no name", fault.ErrInput},
		"no columns":          {parquetWith(t, func(m *format.FileMetaData) { m.Schema = m.Schema[:1] }), "no columns", fault.ErrInput},
		"no rows":             {parquetWith(t, func(m *format.FileMetaData) { m.RowGroups = nil }), "no rows", fault.ErrInput},
		"negative rows":       {parquetWith(t, func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 }), "group 0 of rows: -1 rows", fault.ErrMalformed},
		"rows that are not":   {parquetWith(t, func(m *format.FileMetaData) { m.RowGroups[0].NumRows = 3 }), `column 1 "a", group 0 of rows: its description: it ends early`, fault.ErrMalformed},
		"more rows than said": {parquetWith(t, func(m *format.FileMetaData) { m.RowGroups[0].NumRows = 1 }), "2 cells, where 1 rows are left", fault.ErrMalformed},
		"very many rows":      {parquetWith(t, func(m *format.FileMetaData) { m.RowGroups[0].NumRows = maxSheetRows }), "unfolds to more than", fault.ErrResources},
		"a column less":       {parquetWith(t, func(m *format.FileMetaData) { m.RowGroups[0].Columns = m.RowGroups[0].Columns[:1] }), "2 rows of 1 columns", fault.ErrMalformed},
		"another type":        {parquetWith(t, func(m *format.FileMetaData) { chunk(m).Type = format.Int32 }), "of another type than its column", fault.ErrMalformed},
		"beyond the file":     {parquetWith(t, func(m *format.FileMetaData) { chunk(m).TotalCompressedSize = math.MaxInt64 }), "are not within the file", fault.ErrMalformed},
		"before the file":     {parquetWith(t, func(m *format.FileMetaData) { chunk(m).DataPageOffset = -1 }), "are not within the file", fault.ErrMalformed},
		"another file":        {parquetWith(t, func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].FilePath = "/etc/passwd" }), `in another file, "/etc/passwd"`, fault.ErrInput},
		"another packing":     {parquetWith(t, func(m *format.FileMetaData) { chunk(m).Codec = format.LZO }), "packed by LZO, which is not read", fault.ErrInput},
		"a packing it is not": {parquetWith(t, func(m *format.FileMetaData) { chunk(m).Codec = format.Zstd }), "a page: unpacks to", fault.ErrMalformed},
		"an unknown type":     {parquetWith(t, func(m *format.FileMetaData) { m.Schema[2].Type.V = 77 }), "its type: 77", fault.ErrMalformed},
		"fixed texts of none": {parquetWith(t, func(m *format.FileMetaData) {
			m.Schema[2].Type.V, chunk(m).Type = format.FixedLenByteArray, format.FixedLenByteArray
			m.Schema[2].TypeLength.Reset()
		}), "values of 0 bytes", fault.ErrMalformed},
		"a long list":        {bomb, "a list that is longer than the file", fault.ErrMalformed},
		"a long description": {append(append([]byte(parquetMagic), 0xff, 0xff, 0xff, 0x7f), parquetMagic...), "its description has 2147483647 bytes", fault.ErrMalformed},
		"encrypted":          {[]byte("PARE....PARE"), "encrypted", fault.ErrInput},
		"half a file":        {[]byte("PAR1 and more"), "it is cut off", fault.ErrMalformed},
	} {
		_, err := ReadTable(bytes.NewReader(c.file), parquetOptions(func(o *TableOptions) { o.Task = Regression }))
		if !errors.Is(err, c.is) || errors.Is(err, fault.ErrPanic) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
}

// TestParquetDamaged: cut off anywhere, or with any byte changed, a file is damaged or
// gives some table, without a panic.
func TestParquetDamaged(t *testing.T) {
	table, err := rowtest.FromCSV(parquetRows)
	if err != nil {
		t.Fatal(err)
	}
	for _, tags := range []string{",dict", ""} {
		file, err := table.Parquet(tags, parquet.Compression(&parquet.Snappy))
		if err != nil {
			t.Fatal(err)
		}
		for n := range file {
			if _, err := ReadTable(bytes.NewReader(file[:n]), parquetOptions(nil)); !errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrPanic) {
				t.Errorf("first %d bytes: %v", n, err)
			}
			changed := bytes.Clone(file)
			for _, mask := range []byte{1, 0x80, 0xff} {
				changed[n] = file[n] ^ mask
				d, err := ReadTable(bytes.NewReader(changed), parquetOptions(func(o *TableOptions) { o.MissingAsCategory = true }))
				checkRead(t, d, err)
			}
		}
	}
}

// TestParquetBombs: a file of some bytes takes no more memory than its limit.
func TestParquetBombs(t *testing.T) {
	run := binary.AppendUvarint(nil, 1<<31-2) // one number, 2^30 times
	for name, page := range map[string]struct {
		encoding format.Encoding
		values   []byte
	}{
		"a run":       {format.RLEDictionary, append(append([]byte{1}, run...), 0)},
		"differences": {format.DeltaBinaryPacked, append(append(append([]byte{}, binary.AppendUvarint(nil, 1<<20)...), 1), binary.AppendUvarint(nil, math.MaxUint32)...)},
		"lengths":     {format.DeltaByteArray, append(append(append([]byte{}, binary.AppendUvarint(nil, 1<<20)...), 1), binary.AppendUvarint(nil, math.MaxUint32)...)},
	} {
		c := &parquetColumn{SchemaElement: format.SchemaElement{Type: thrift.New(format.Int64)}}
		if page.encoding == format.DeltaByteArray {
			c.Type.V = format.ByteArray
		}
		var err error
		if c.text, err = c.textOf(); err != nil {
			t.Fatal(err)
		}
		p := &parquetPages{file: &parquetFile{budget: 1 << 20}, column: c, left: 1 << 26, dictionary: [][]byte{make([]byte, 8)}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err = p.take(1<<26, nil, page.encoding, page.values)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, fault.ErrResources) && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
	}
}

func FuzzReadParquet(f *testing.F) {
	table, err := rowtest.FromCSV(parquetRows)
	if err != nil {
		f.Fatal(err)
	}
	for _, tags := range []string{"", ",dict"} {
		for version := 1; version <= 2; version++ {
			file, err := table.Parquet(tags, parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(version))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		o := parquetOptions(func(o *TableOptions) { o.MissingAsCategory = true })
		o.MaxBytes = 1 << 20
		d, err := ReadTable(bytes.NewReader(file), o)
		checkRead(t, d, err)
	})
}
