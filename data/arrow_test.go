package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/rowtest"
)

func arrowOptions(change func(*TableOptions)) TableOptions {
	o := options(change)
	o.Name, o.Syntax = "rows", Arrow
	return o
}

// arrowSheet reads a file of Arrow.
func arrowSheet(t testing.TB, f *rowtest.ArrowFile) (*sheet, error) {
	t.Helper()
	file, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return readSheet(bytes.NewReader(file), TableFormat{Name: "rows", Syntax: Arrow})
}

const arrowRows = "n,x,wet,colour\n1,0.5,true,red\n-200,0.1,false,a colour of many letters\n,,,\n3,1e-7,true,another one as long\n3,-2.25,true,\n70000,0.5,false,red\n"

// TestArrowLayouts: cells are what was written, in all layouts of texts and packings, and
// batches of any size.
func TestArrowLayouts(t *testing.T) {
	table, err := rowtest.FromCSV(arrowRows)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		table.Rows = append(table.Rows, table.Rows...)
	}
	for name, o := range map[string]rowtest.ArrowOptions{"texts": {}, "large texts": {Large: true}, "views": {Views: true}, "a dictionary": {Dictionary: true}, "a dictionary of views": {Dictionary: true, Views: true}} {
		for _, o.Codec = range []rowtest.ArrowCodec{rowtest.ArrowPlain, rowtest.ArrowLZ4, rowtest.ArrowZstd} {
			for _, o.BatchRows = range []int{0, 1, 20} {
				s, err := arrowSheet(t, table.Arrow(o))
				if err != nil {
					t.Errorf("%s, %+v: %v", name, o, err)
					continue
				}
				for row := range table.Rows {
					for column := range table.Names {
						want := table.Rows[row][column]
						if table.Kind(column) == rowtest.Number && want != "" {
							want = string(appendFloat64(nil, table.Value(row, column).(float64)))
						}
						if got := s.cell(row, column); got != want {
							t.Fatalf("%s, %+v: row %d, column %d: %q, want %q", name, o, row, column, got, want)
						}
					}
				}
			}
		}
	}
}

// one is a file of a column with one value.
func one(kind byte, value []byte, fields ...any) *rowtest.ArrowFile {
	buffers := [][]byte{nil, value}
	switch kind {
	case 1:
		buffers = nil
	case 4, 5:
		buffers = [][]byte{nil, binary.LittleEndian.AppendUint64(nil, uint64(len(value))<<32), value}
	case 19, 20:
		buffers = [][]byte{nil, binary.LittleEndian.AppendUint64(make([]byte, 8), uint64(len(value))), value}
	}
	return &rowtest.ArrowFile{
		Fields:  []rowtest.ArrowField{{Name: "a", Kind: kind, Type: fields}},
		Batches: []rowtest.ArrowBatch{{Rows: 1, Arrays: []rowtest.ArrowArray{{Buffers: buffers}}}},
	}
}

func little(x any) []byte {
	b, err := binary.Append(nil, binary.LittleEndian, x)
	if err != nil {
		panic(err)
	}
	return b
}

// TestArrowTypes: values of all types become the texts that CSV would have.
func TestArrowTypes(t *testing.T) {
	minus := func(n int) []byte { return bytes.Repeat([]byte{0xff}, n) } // −1
	for i, c := range []struct {
		file *rowtest.ArrowFile
		want string
	}{
		{one(1, nil), ""},
		{one(2, little(int8(-128)), int32(8), true), "-128"},
		{one(2, little(int16(-2)), int32(16), true), "-2"},
		{one(2, little(int32(math.MinInt32)), int32(32), true), "-2147483648"},
		{one(2, little(int64(math.MinInt64)), int32(64), true), "-9223372036854775808"},
		{one(2, minus(1), int32(8), false), "255"},
		{one(2, minus(2), int32(16), false), "65535"},
		{one(2, minus(4), int32(32), nil), "4294967295"},
		{one(2, minus(8), int32(64), false), "18446744073709551615"},
		{one(3, little(uint16(0x2e66))), "0.1"},
		{one(3, little(float32(0.1)), int16(1)), "0.1"},
		{one(3, little(0.1), int16(2)), "0.1"},
		{one(3, little(math.NaN()), int16(2)), "NaN"},
		{one(4, []byte("bytes")), "bytes"},
		{one(5, []byte("grün")), "grün"},
		{one(6, []byte{0xfe}), "false"},
		{one(6, []byte{1}), "true"},
		{one(7, append(little(int64(-12345)), minus(8)...), int32(10), int32(2)), "-123.45"},
		{one(7, minus(32), int32(76), int32(3), int32(256)), "-0.001"},
		{one(7, append(make([]byte, 15), 0x80), int32(38), int32(0)), "-170141183460469231731687303715884105728"},
		{one(7, little(int32(7)), int32(9), int32(-2), int32(32)), "700"},
		{one(7, little(int64(7)), int32(18), int32(1), int32(64)), "0.7"},
		{one(8, little(int32(-1)), int16(0)), "1969-12-31"},
		{one(8, little(int64(-1))), "1969-12-31"},
		{one(8, little(int64(86_400_000)), int16(1)), "1970-01-02"},
		{one(9, little(int32(1500))), "1500"},
		{one(9, little(int64(-7)), int16(3), int32(64)), "-7"},
		{one(10, little(int64(-1)), int16(0)), "1969-12-31T23:59:59Z"},
		{one(10, little(int64(1500)), int16(1)), "1970-01-01T00:00:01.5Z"},
		{one(10, little(int64(1)), int16(2)), "1970-01-01T00:00:00.000001Z"},
		{one(10, little(int64(1)), int16(3)), "1970-01-01T00:00:00.000000001Z"},
		{one(15, []byte("xyz"), int32(3)), "xyz"},
		{one(18, little(int64(9))), "9"},
		{one(19, []byte("large")), "large"},
		{one(20, []byte("larger")), "larger"},
		{one(23, append(little(int32(2)), "viewed-------"...)), "vi"},
	} {
		if c.file.Fields[0].Kind == 23 {
			c.file.Batches[0].Arrays[0].Views = true
		}
		c.file.Fields = append(c.file.Fields, rowtest.ArrowField{Name: "b", Kind: 6})
		c.file.Batches[0].Arrays = append(c.file.Batches[0].Arrays, rowtest.ArrowArray{Buffers: [][]byte{nil, {1}}})
		s, err := arrowSheet(t, c.file)
		if err != nil {
			t.Errorf("case %d: %v", i, err)
			continue
		}
		if got := s.cell(0, 0); got != c.want || s.cell(0, 1) != "true" {
			t.Errorf("case %d: %q and %q, want %q", i, got, s.cell(0, 1), c.want)
		}
	}
	for _, extreme := range []int64{math.MinInt64, math.MaxInt64} { // some day, and no panic
		for _, f := range []*rowtest.ArrowFile{one(8, little(extreme)), one(10, little(extreme)), one(10, little(extreme), int16(3))} {
			if _, err := arrowSheet(t, f); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestArrowDictionaries: values follow others in batches of their own, a dictionary may
// serve two columns, and have a missing value; numbers of any type are read.
func TestArrowDictionaries(t *testing.T) {
	texts := func(delta bool, texts ...string) rowtest.ArrowBatch {
		array := rowtest.ArrowArray{Buffers: [][]byte{nil, make([]byte, 4), nil}}
		for _, text := range texts {
			array.Buffers[2] = append(array.Buffers[2], text...)
			array.Buffers[1] = append(array.Buffers[1], little(int32(len(array.Buffers[2])))...)
		}
		return rowtest.ArrowBatch{ID: 9, Delta: delta, Rows: int64(len(texts)), Arrays: []rowtest.ArrowArray{array}}
	}
	field := func(name string, bits int32, unsigned bool) rowtest.ArrowField {
		return rowtest.ArrowField{Name: name, Kind: 5, Index: &rowtest.ArrowIndex{ID: 9, Bits: bits, Unsigned: unsigned}}
	}
	f := &rowtest.ArrowFile{
		Fields:  []rowtest.ArrowField{field("a", 0, false), field("b", 8, true)},
		Entries: []rowtest.ArrowBatch{texts(false, "x", "gone"), texts(true), texts(true, "y")},
		Batches: []rowtest.ArrowBatch{{Rows: 2, Arrays: []rowtest.ArrowArray{
			{Buffers: [][]byte{nil, little([]int32{2, 0})}}, {Nulls: 1, Buffers: [][]byte{{1}, {1, 77}}},
		}}},
	}
	f.Entries[0].Arrays[0].Nulls, f.Entries[0].Arrays[0].Buffers[0] = 1, []byte{1}
	s, err := arrowSheet(t, f)
	if err != nil {
		t.Fatal(err)
	}
	if got := []string{s.cell(0, 0), s.cell(0, 1), s.cell(1, 0), s.cell(1, 1)}; !slices.Equal(got, []string{"y", "", "x", ""}) {
		t.Errorf("%q", got)
	}
	for says, change := range map[string]func(f *rowtest.ArrowFile){
		"number 9 is replaced by another one: write the table with one dictionary": func(f *rowtest.ArrowFile) { f.Entries[2].Delta = false },
		"number 3 of a dictionary of 3":                                            func(f *rowtest.ArrowFile) { f.Batches[0].Arrays[0].Buffers[1][0] = 3 },
		"number -1 of a dictionary of 3":                                           func(f *rowtest.ArrowFile) { f.Batches[0].Arrays[0].Buffers[1] = little([]int32{-1, 0}) },
		"number 8, which no column has":                                            func(f *rowtest.ArrowFile) { f.Entries[0].ID = 8 },
		"of large text, where another column has it of":                            func(f *rowtest.ArrowFile) { f.Fields[1].Kind = 20 },
		"number 2 of a dictionary of 0":                                            func(f *rowtest.ArrowFile) { f.Entries = nil },
		"whole numbers of 7 bits":                                                  func(f *rowtest.ArrowFile) { f.Fields[1].Index.Bits = 7 },
	} {
		changed := *f
		changed.Fields, changed.Entries = slices.Clone(f.Fields), slices.Clone(f.Entries)
		changed.Fields[1] = field("b", 8, true)
		changed.Batches = []rowtest.ArrowBatch{{Rows: 2, Arrays: []rowtest.ArrowArray{{Buffers: [][]byte{nil, little([]int32{2, 0})}}, f.Batches[0].Arrays[1]}}}
		change(&changed)
		if _, err := arrowSheet(t, &changed); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
}

// arrowWith returns a small file that is changed.
func arrowWith(t testing.TB, o rowtest.ArrowOptions, change func(*rowtest.ArrowFile)) []byte {
	t.Helper()
	table, err := rowtest.FromCSV("a,b,c\n1,0.5,red\n2,1.5,a colour of many letters\n")
	if err != nil {
		t.Fatal(err)
	}
	f := table.Arrow(o)
	change(f)
	file, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestArrowRefused(t *testing.T) {
	type file = rowtest.ArrowFile
	plain := func(change func(f *file)) []byte { return arrowWith(t, rowtest.ArrowOptions{}, change) }
	kind := func(kind byte, fields ...any) []byte {
		return plain(func(f *file) { f.Fields[1].Kind, f.Fields[1].Type = kind, fields })
	}
	block := func(which, value int64) []byte {
		return plain(func(f *file) { f.Blocks = func(_, batches [][3]int64) { batches[0][which] = value } })
	}
	array := func(f *file, column int) *rowtest.ArrowArray { return &f.Batches[0].Arrays[column] }
	whole := plain(func(*file) {})
	cut := func(n int, footer uint32) []byte {
		return append(binary.LittleEndian.AppendUint32(bytes.Clone(whole[:n]), footer), arrowMagic...)
	}
	for name, c := range map[string]struct {
		file []byte
		says string
		is   error
	}{
		"a list":             {kind(12), `rows: column 2 "b": a list or a structure, where numbers and texts are read: write its parts as columns`, fault.ErrInput},
		"a structure":        {kind(13), `column 2 "b": a list or a structure`, fault.ErrInput},
		"a list of one size": {kind(16), `column 2 "b": a list or a structure`, fault.ErrInput},
		"an interval":        {kind(11), "an interval, which is not read: write it as numbers or texts", fault.ErrInput},
		"runs":               {kind(22), "encoded in runs, which is not read: write it plain or with a dictionary", fault.ErrInput},
		"an unknown type":    {kind(99), "of type 99, which is not read", fault.ErrInput},
		"odd whole numbers":  {kind(2, int32(24)), "whole numbers of 24 bits", fault.ErrMalformed},
		"odd floats":         {kind(3, int16(3)), "floats of precision 3", fault.ErrMalformed},
		"odd decimals":       {kind(7, int32(3), int32(0), int32(48)), "decimals of 48 bits", fault.ErrMalformed},
		"a large scale":      {kind(7, int32(3), int32(1<<30)), "decimals of scale 1073741824", fault.ErrMalformed},
		"odd dates":          {kind(8, int16(2)), "dates of unit 2", fault.ErrMalformed},
		"odd times of day":   {kind(9, int16(0), int32(5)), "whole numbers of 5 bits", fault.ErrMalformed},
		"odd times":          {kind(10, int16(4)), "times of unit 4", fault.ErrMalformed},
		"texts of none":      {kind(15, int32(-1)), "values of -1 bytes", fault.ErrMalformed},
		"an index of pandas": {plain(func(f *file) { f.Fields[1].Name = "__index_level_0__" }), "an index of pandas: leave it out", fault.ErrInput},
		"two of a name":      {plain(func(f *file) { f.Fields[1].Name = "a" }), `columns 1 and 2 are both called "a"`, fault.ErrInput},
		"no columns":         {plain(func(f *file) { f.Fields = nil }), "no columns", fault.ErrInput},
		"no rows":            {plain(func(f *file) { f.Batches = nil }), "no rows", fault.ErrInput},
		"the greatest first": {plain(func(f *file) { f.BigEndian = true }), "greatest byte first: write it on another machine", fault.ErrInput},
		"an old version":     {plain(func(f *file) { f.Version = 2 }), "of version 3 of Arrow's metadata, 4 and 5 are read: write it with a newer program", fault.ErrInput},
		"another packing":    {plain(func(f *file) { f.Codec = 4 }), "packed in a way that is not read: write it with lz4, zstd or no compression", fault.ErrInput},

		"negative rows":           {plain(func(f *file) { f.Batches[0].Rows = -1 }), "batch 0 of rows: its description: -1 rows", fault.ErrMalformed},
		"very many rows":          {plain(func(f *file) { f.Batches[0].Rows = maxSheetRows + 1 }), "67108865 rows", fault.ErrMalformed},
		"rows that are not":       {plain(func(f *file) { f.Batches[0].Rows = 3 }), `column 1 "a": a buffer: 16 bytes, where 24 are needed for 3 rows`, fault.ErrMalformed},
		"a column less":           {plain(func(f *file) { f.Fields = f.Fields[:2] }), "1 columns and 3 buffers more than the file has", fault.ErrMalformed},
		"a column more":           {plain(func(f *file) { f.Batches[0].Arrays = f.Batches[0].Arrays[:2] }), `column 3 "c": its description: it has fewer columns than the file`, fault.ErrMalformed},
		"a buffer less":           {plain(func(f *file) { array(f, 2).Buffers = array(f, 2).Buffers[:2] }), "it has fewer buffers than its columns", fault.ErrMalformed},
		"missing, and no bits":    {plain(func(f *file) { array(f, 0).Nulls = 1 }), "what is missing: 0 bytes for 2 rows", fault.ErrMalformed},
		"none missing, by number": {plain(func(f *file) { array(f, 0).Buffers[0] = []byte{1} }), "1 values by their bits, and 0 by their number", fault.ErrMalformed},
		"a text backwards":        {plain(func(f *file) { copy(array(f, 2).Buffers[1], little(int32(4))) }), `rows: row 0, column 3 "c": a text: from byte 4 to 3`, fault.ErrMalformed},
		"a text beyond":           {plain(func(f *file) { copy(array(f, 2).Buffers[1][8:], little(int32(99))) }), "from byte 3 to 99 of", fault.ErrMalformed},
		"a text before":           {plain(func(f *file) { copy(array(f, 2).Buffers[1], little(int32(-1))) }), "from byte -1 to 3", fault.ErrMalformed},
		"not UTF-8":               {plain(func(f *file) { array(f, 2).Buffers[2][0] = 0xff }), `row 0, column 3 "c": not UTF-8`, fault.ErrInput},

		"beyond the file":       {block(2, math.MaxInt64), "is not within the file", fault.ErrMalformed},
		"before the file":       {block(0, -8), "is not within the file", fault.ErrMalformed},
		"a short description":   {block(1, 7), "a batch of 7 and", fault.ErrMalformed},
		"a body that is longer": {block(2, 0), "where the footer has kind 3 and 0 bytes", fault.ErrMalformed},
		"another kind":          {plain(func(f *file) { f.Blocks = func(d, b [][3]int64) { b[0] = [3]int64{8, 8, 0} } }), "its description: ", fault.ErrMalformed},
		"one batch twice": {plain(func(f *file) {
			f.Batches = append(f.Batches, f.Batches[0])
			f.Blocks = func(_, batches [][3]int64) { batches[1] = batches[0] }
		}), "two of its batches share the bytes at 8", fault.ErrMalformed},
		"half a file":        {whole[:len(whole)/2], "an Arrow file begins and ends with ARROW1: it is cut off", fault.ErrMalformed},
		"a long footer":      {cut(len(whole)-10, math.MaxUint32), "its footer has 4294967295 bytes, more than the file", fault.ErrMalformed},
		"no footer":          {cut(len(whole)-10, 0), "its footer: byte 0: an offset of 4 bytes", fault.ErrMalformed},
		"views, not counted": {arrowWith(t, rowtest.ArrowOptions{Views: true}, func(f *file) { array(f, 2).Views = false }), "it does not say how many buffers its texts have", fault.ErrMalformed},
		"a view of another":  {arrowWith(t, rowtest.ArrowOptions{Views: true}, func(f *file) { array(f, 2).Buffers[1][20] = 'z' }), `row 1, column 3 "c": a text: it does not begin as its view says`, fault.ErrMalformed},
		"a view beyond":      {arrowWith(t, rowtest.ArrowOptions{Views: true}, func(f *file) { array(f, 2).Buffers[1][28] = 1 }), "24 bytes at 1 of buffer 1", fault.ErrMalformed},
		"a view of nothing":  {arrowWith(t, rowtest.ArrowOptions{Views: true}, func(f *file) { array(f, 2).Buffers[1][24] = 2 }), "buffer 2", fault.ErrMalformed},
		"a long view":        {arrowWith(t, rowtest.ArrowOptions{Views: true}, func(f *file) { array(f, 2).Buffers[1][19] = 0xff }), "a text: -", fault.ErrMalformed},
	} {
		_, err := ReadTable(bytes.NewReader(c.file), arrowOptions(func(o *TableOptions) { o.Task = Regression; o.Columns = []string{"a"} }))
		if !errors.Is(err, c.is) || errors.Is(err, fault.ErrPanic) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
}

// arrowFiles are small files of all layouts.
func arrowFiles(t testing.TB) [][]byte {
	t.Helper()
	var files [][]byte
	for _, o := range []rowtest.ArrowOptions{{}, {Dictionary: true, BatchRows: 1}, {Views: true}, {Dictionary: true, Codec: rowtest.ArrowLZ4}, {Codec: rowtest.ArrowZstd}} {
		files = append(files, arrowWith(t, o, func(*rowtest.ArrowFile) {}))
	}
	return files
}

// TestArrowDamaged: cut off anywhere, or with any byte changed, a file is damaged or
// gives some table, without a panic.
func TestArrowDamaged(t *testing.T) {
	for i, file := range arrowFiles(t) {
		for n := range file {
			if _, err := ReadTable(bytes.NewReader(file[:n]), arrowOptions(nil)); !errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrPanic) {
				t.Errorf("file %d: first %d bytes: %v", i, n, err)
			}
			changed := bytes.Clone(file)
			for _, mask := range []byte{1, 0x80, 0xff} {
				changed[n] = file[n] ^ mask
				d, err := ReadTable(bytes.NewReader(changed), arrowOptions(func(o *TableOptions) { o.MissingAsCategory = true }))
				checkRead(t, d, err)
			}
		}
	}
}

// TestArrowBombs: a file of some bytes takes no more memory than its limit, and no more
// time than the bytes that it unfolds to.
func TestArrowBombs(t *testing.T) {
	spaces := strings.Repeat(" ", 1<<20)
	for name, file := range map[string]*rowtest.ArrowFile{
		"rows":       {Fields: []rowtest.ArrowField{{Name: "a", Kind: 1}, {Name: "b", Kind: 1}}, Batches: []rowtest.ArrowBatch{{Rows: maxSheetRows, Arrays: make([]rowtest.ArrowArray, 2)}}},
		"dictionary": {Fields: []rowtest.ArrowField{{Name: "a", Kind: 5, Index: &rowtest.ArrowIndex{ID: 1, Bits: 8}}}, Entries: []rowtest.ArrowBatch{{ID: 1, Rows: 1, Arrays: []rowtest.ArrowArray{{Buffers: [][]byte{nil, little([]int32{0, 1 << 20}), []byte(spaces)}}}}}, Batches: []rowtest.ArrowBatch{{Rows: 1 << 10, Arrays: []rowtest.ArrowArray{{Buffers: [][]byte{nil, make([]byte, 1<<10)}}}}}},
	} {
		b, err := file.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		took := allocated(func() {
			_, err = ReadTable(bytes.NewReader(b), arrowOptions(nil))
		})
		if !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "write it as CSV if it is meant to") {
			t.Errorf("%s: %v", name, err)
		}
		if took > 16*mebibyte {
			t.Errorf("%s: %d bytes take %d MiB", name, len(b), took/mebibyte)
		}
	}
}

// TestArrowPacked: a buffer is as long as it says, and says so.
func TestArrowPacked(t *testing.T) {
	f := &arrowFile{budget: 1 << 20}
	for name, c := range map[string]struct {
		packed []byte
		says   string
	}{
		"short":        {make([]byte, 7), "7 bytes, where its length has 8"},
		"negative":     {little(int64(-2)), "unpacks to -2 bytes"},
		"huge":         {little(int64(math.MaxInt64)), "unfolds to more than"},
		"another size": {little(int64(5)), "unpacks to 0 bytes, where 5 are said"},
	} {
		for _, codec := range []arrowCodec{arrowLZ4, arrowZstd} {
			f.budget = 1 << 20
			if _, err := (&arrowBatch{file: f, codec: codec}).unpack(c.packed); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, codec := range []rowtest.ArrowCodec{rowtest.ArrowLZ4, rowtest.ArrowZstd} {
		file := arrowWith(t, rowtest.ArrowOptions{Codec: codec}, func(f *rowtest.ArrowFile) {
			f.Fields, f.Batches[0].Arrays = f.Fields[:1], []rowtest.ArrowArray{{Buffers: [][]byte{nil, make([]byte, 1<<22)}}}
		})
		copy(file[lengthOf(t, file):], little(int64(16)))
		took := allocated(func() {
			_, err := readSheet(bytes.NewReader(file), TableFormat{Syntax: Arrow})
			if err == nil || !strings.Contains(err.Error(), "unpacks to 17 bytes, where 16 are said") {
				t.Errorf("more than it says: %v", err)
			}
		})
		if took > 12*mebibyte {
			t.Errorf("%d bytes that say 16 take %d", len(file), took)
		}
	}
	got, err := (&arrowBatch{file: f, codec: arrowLZ4}).unpack(append(little(int64(-1)), "as it is"...))
	if err != nil || string(got) != "as it is" {
		t.Errorf("%q, %v", got, err)
	}
}

// lengthOf returns where the second buffer of a file's first batch says how long it is.
func lengthOf(t *testing.T, file []byte) int64 {
	t.Helper()
	f := &arrowFile{size: int64(len(file)), at: func(from, n int64) ([]byte, error) { return file[from : from+n], nil }}
	if err := f.describe(); err != nil {
		t.Fatal(err)
	}
	b, header, err := f.message(f.batches[0], arrowRecordBatch)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := f.newBatch(b, header, f.batches[0])
	if err != nil {
		t.Fatal(err)
	}
	from := int64(0)
	for range 2 {
		if from, _, err = batch.span(); err != nil {
			t.Fatal(err)
		}
	}
	return from
}

func FuzzReadArrow(f *testing.F) {
	for _, file := range arrowFiles(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		o := arrowOptions(func(o *TableOptions) { o.MissingAsCategory = true })
		o.MaxBytes = 1 << 20
		d, err := ReadTable(bytes.NewReader(file), o)
		checkRead(t, d, err)
	})
}
