package data

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/rowtest"
)

// TestDescribe: the same table is described alike in all formats that have columns, and
// what is none by its format alone.
func TestDescribe(t *testing.T) {
	table, err := rowtest.FromCSV("a,b,c\n1,x,\n2.5,7,3\n-1,y,Inf\n")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	want := []ColumnFacts{{Name: "a", Numbers: 3}, {Name: "b", Numbers: 1, Texts: 2}, {Name: "c", Numbers: 2, Missing: 1}}
	for file, format := range map[string]string{"rows.csv": CSV, "rows.parquet": Parquet, "rows.arrow": Arrow, "rows.npz": NPY} {
		path := filepath.Join(dir, file)
		if err := table.Write(path); err != nil {
			t.Fatal(err)
		}
		facts, err := Describe(path)
		if err != nil || facts.Format != format || facts.Rows != 3 || !slices.Equal(facts.Columns, want) {
			t.Errorf("%s: %+v, %v", file, facts, err)
		}
	}
	for name, c := range map[string]struct {
		file   []byte
		format string
		is     error
	}{
		"pictures":       {rowtest.Idx([]int{1, 2, 2}, make([]byte, 4)), IDX, nil},
		"half a table":   {[]byte("PAR1"), Parquet, fault.ErrMalformed},
		"a text":         {[]byte("These are words.\nThere are 2 lines.\n"), CSV, fault.ErrInput},
		"something else": {[]byte("\x7fELF\xff\xfe\x00\x01"), CSV, fault.ErrInput},
		"nothing at all": {nil, CSV, fault.ErrInput},
	} {
		path := filepath.Join(dir, "file")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		facts, err := Describe(path)
		if facts == nil || facts.Format != c.format || !errors.Is(err, c.is) || facts.Rows != 0 {
			t.Errorf("%s: %+v, %v", name, facts, err)
		}
	}
}
