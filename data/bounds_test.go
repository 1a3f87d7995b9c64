package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// allocated returns how many bytes f takes from the heap in all: more than it
// ever holds.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

const mebibyte = 1 << 20

// zipped is a text n times over, compressed.
func zipped(t *testing.T, head, text string, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	block := strings.Repeat(text, 1<<12)
	_, err := io.WriteString(w, head)
	for ; n > 0 && err == nil; n -= 1 << 12 {
		_, err = io.WriteString(w, block)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBombs reads small files that unfold to large ones. Each ends with an error
// that names the limit and the way out, and takes little memory until then.
func TestBombs(t *testing.T) {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{0, 0, 8, 2}, 1<<14), 1<<12)
	for _, c := range []struct {
		name   string
		file   []byte
		idx    bool
		kind   error
		wayOut string
		most   uint64
	}{
		{"rows of one cell", zipped(t, "", "1\n", 1<<25), false, fault.ErrResources, "decompress it yourself", 640},
		{"a row of a million cells", zipped(t, "", "1,", 1<<25), false, fault.ErrResources, "at most 65536 columns", 64},
		{"rows of many cells", zipped(t, "", strings.Repeat("1,", 999)+"1\n", 1<<15), false, fault.ErrResources, "decompress it yourself", 640},
		{"one cell", zipped(t, "", "x", 1<<26), false, fault.ErrResources, "decompress it yourself", 256},
		{"a quoted cell", zipped(t, `"`, "\n", 1<<26), false, fault.ErrResources, "decompress it yourself", 256},
		{"empty lines", zipped(t, "", "\n", 1<<26), false, fault.ErrResources, "decompress it yourself", 64},
		{"records", zipped(t, string(header), "\x00", 1<<26), true, fault.ErrResources, "decompress it yourself", 256},
		{"a long name", []byte(strings.Repeat("a", 2000) + ",b\n1,2\n"), false, fault.ErrInput, "at most 1000", 1},
	} {
		var err error
		took := allocated(func() {
			if c.idx {
				_, err = ReadIDX(bytes.NewReader(c.file), nil, ArrayOptions{})
			} else {
				_, err = ReadTable(bytes.NewReader(c.file), TableOptions{})
			}
		})
		if !errors.Is(err, c.kind) || err != nil && !strings.Contains(err.Error(), c.wayOut) {
			t.Errorf("%s: %v, want %q", c.name, err, c.wayOut)
		}
		if took > c.most*mebibyte {
			t.Errorf("%s: %d bytes take %d MiB", c.name, len(c.file), took/mebibyte)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: an error of %d bytes", c.name, len(err.Error()))
		}
	}
}

// TestErrorsQuoteLittle puts long cells and those that steer a terminal where
// errors quote them.
func TestErrorsQuoteLittle(t *testing.T) {
	long := strings.Repeat("secret", 200) + "\x1b[2K"
	digits := strings.Repeat("9", 399)
	classes := []string{"a", "b"}
	for name, c := range map[string]struct {
		text string
		o    TableOptions
	}{
		"no number":             {"1,a\n2,b\n3,a\n" + long + ",b\n", TableOptions{}},
		"a number among texts":  {long + ",a\nx,b\ny,a\n" + digits + ",b\n", TableOptions{TableFormat: TableFormat{Header: HeaderNo}}},
		"no value":              {"1,1.5\n2," + long + "\n", TableOptions{Task: Regression}},
		"too large":             {"1,a\n" + digits + ",b\n", TableOptions{}},
		"not in a vocabulary":   {"1," + long + "\n", TableOptions{Classes: classes}},
		"no column":             {"1,a\n2,b\n", TableOptions{Targets: []string{long}}},
		"one class":             {"1," + long + "\n2," + long + "\n", TableOptions{Task: Classification}},
		"a column that is long": {"a,b\n1,2\n", TableOptions{Columns: []string{long}}},
	} {
		_, err := ReadTable(strings.NewReader(c.text), c.o)
		if err == nil {
			t.Errorf("%s: read", name)
			continue
		}
		if text := err.Error(); strings.Contains(text, "\x1b") || strings.Contains(text, strings.Repeat("secret", 20)) || strings.Contains(text, digits[:200]) {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// TestLargeSheets reads a table whose honest size is beyond a limit.
func TestLargeSheets(t *testing.T) {
	s := &sheet{name: "rows.csv"}
	row := make([]string, maxColumns)
	if err := s.add(row, 1); err != nil || s.add(append(row, ""), 1) == nil {
		t.Errorf("columns: %v", err)
	}
	s = &sheet{name: "rows.csv", width: 1 << 10, count: maxSheetCells>>10 - 1}
	cells := make([]string, 1<<10)
	cells[0] = "x"
	if err := s.add(cells, 7); err != nil {
		t.Error(err)
	}
	if err := s.add(cells, 8); !errors.Is(err, fault.ErrResources) || !strings.Contains(fmt.Sprint(err), "split") {
		t.Errorf("cells: %v", err)
	}
	s = &sheet{name: "rows.csv", width: 1, count: maxSheetRows}
	if err := s.add([]string{"x"}, 8); !errors.Is(err, fault.ErrResources) || !strings.Contains(fmt.Sprint(err), "split") {
		t.Errorf("rows: %v", err)
	}
}

// TestStrangersEncodings applies encodings that ask for more than a table has.
func TestStrangersEncodings(t *testing.T) {
	number := Column{Name: "a", Index: 1, Offset: "0", Scale: "1"}
	category := Column{Name: strings.Repeat("n", 1<<20), Index: 1, Categories: []string{"1"}, Numeric: true}
	for i := range 200 {
		category.Categories = append(category.Categories, fmt.Sprint(i+2))
	}
	text := strings.Repeat("1\n", 1<<10)
	for name, e := range map[string]*Encoding{
		"features":   {Features: slices.Repeat([]Column{number}, maxCells>>10+1)},
		"targets":    {Features: []Column{number}, Targets: slices.Repeat([]Column{number}, maxCells>>10)},
		"attributes": {Features: []Column{number}, Attributes: slices.Repeat([]Column{{Name: "a", Index: 1, Categories: []string{"1"}}}, maxCells>>10)},
		"names":      {Features: []Column{category}},
	} {
		var err error
		took := allocated(func() { _, err = ReadTableAs(strings.NewReader(text), TableFormat{Header: HeaderNo}, e) })
		if !errors.Is(err, fault.ErrResources) || took > 400*mebibyte {
			t.Errorf("%s: %v, %d MiB", name, err, took/mebibyte)
		}
	}
	d := &Dataset{Rows: maxCells, Width: 1, Attributes: make([]Attribute, 1)}
	if _, err := d.WithConstant("a", "b", nil); !errors.Is(err, fault.ErrResources) {
		t.Error(err)
	}
}
