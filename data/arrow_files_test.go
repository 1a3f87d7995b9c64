package data

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/rowtest"
)

// TestArrowFilesOfOthers reads files that Apache's libraries have written: the one for Go
// (v18.4.1; LZ4, two batches, a dictionary that grows), and the one for JavaScript
// (21.2.0).
func TestArrowFilesOfOthers(t *testing.T) {
	for name, want := range map[string][]string{
		"arrow-go.arrow": {
			"i,h,p,v,c,t",
			"0,0,0.000,view,red,1970-01-01T00:00:00Z", "-1000,0.1,-1234.567,view t,green,1970-01-01T00:00:01.5Z", "-2000,0.2,-2469.134,view tha,blue,1970-01-01T00:00:03Z",
			"-3000,0.2998,-3703.701,view that,red,1970-01-01T00:00:04.5Z", ",,,,,", "-5000,0.5,-6172.835,view that may,blue,1970-01-01T00:00:07.5Z",
		},
		"arrow-js.arrow": {"i,x,c,s,b,d,n", "1,0.5,red,a,true,1970-01-01,", ",0.0000001,blue,,false,1970-01-02,", "-3,,red,grün,,,"},
	} {
		file, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		s, err := readSheet(bytes.NewReader(file), TableFormat{Name: name, Syntax: Arrow})
		if err != nil {
			t.Error(err)
			continue
		}
		got := []string{strings.Join(s.names, ",")}
		for row := range s.all() {
			var cells []string
			for column := range s.names {
				cells = append(cells, s.cell(row, column))
			}
			got = append(got, strings.Join(cells, ","))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q\nwant %q", name, got, want)
		}
	}
}

// TestArrowBytes: what a file unpacks to is known before it is read, and what cells take
// that name a text by its number.
func TestArrowBytes(t *testing.T) {
	const rows = 100_000
	long := strings.Repeat("x", 1000)
	column := func(codec rowtest.ArrowCodec, kind byte, index *rowtest.ArrowIndex, buffers ...[]byte) *rowtest.ArrowFile {
		return &rowtest.ArrowFile{
			Codec:   codec,
			Fields:  []rowtest.ArrowField{{Name: "a", Kind: kind, Type: []any{int32(64), true}, Index: index}},
			Batches: []rowtest.ArrowBatch{{Rows: rows, Arrays: []rowtest.ArrowArray{{Buffers: buffers}}}},
		}
	}
	named := column(rowtest.ArrowZstd, 5, &rowtest.ArrowIndex{ID: 1, Bits: 8}, nil, make([]byte, rows))
	named.Fields[0].Type = nil
	named.Entries = []rowtest.ArrowBatch{{ID: 1, Rows: 1, Arrays: []rowtest.ArrowArray{{Buffers: [][]byte{nil, little([]int32{0, 1000}), []byte(long)}}}}}
	for name, c := range map[string]struct {
		file *rowtest.ArrowFile
		want int64
	}{
		"whole numbers":        {column(rowtest.ArrowPlain, 2, nil, nil, make([]byte, 8*rows)), 8 * rows},
		"packed whole numbers": {column(rowtest.ArrowLZ4, 2, nil, nil, make([]byte, 8*rows)), 8 * rows},
		"truth values":         {column(rowtest.ArrowZstd, 6, nil, nil, make([]byte, rows/8)), 8 * rows},
		"texts by number":      {named, 1000 * rows},
	} {
		file, err := c.file.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "rows.arrow")
		for n := len(file); n > 0; n -= 1 + n/7 { // cut off, too: some number, and no panic
			if err := os.WriteFile(path, file[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := UnpackedBytes(path)
			if n == len(file) && (err != nil || got < c.want || got > c.want+c.want/20) {
				t.Errorf("%s: %d bytes, %v, want about %d", name, got, err, c.want)
			}
			if n < len(file) && (err != nil || got != int64(n)) {
				t.Errorf("%s: first %d of %d bytes: %d, %v", name, n, len(file), got, err)
			}
		}
	}
}
