package data_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/rowtest"
)

// TestRealTablesInAllFormats: real tables become the same integers in every format, and
// as programs of other countries write CSV.
func TestRealTablesInAllFormats(t *testing.T) {
	fixtures := os.Getenv("ZKAUDIT_FIXTURES")
	if fixtures == "" {
		t.Skip("ZKAUDIT_FIXTURES is unset")
	}
	for _, name := range []string{"banknote_authentication.csv", "wine.csv"} {
		file, err := os.Open(filepath.Join(fixtures, "data", name))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(file).ReadAll()
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		table := &rowtest.Table{Rows: rows}
		for column := range rows[0] {
			table.Names = append(table.Names, fmt.Sprintf("column %d", column))
		}
		dir := t.TempDir()
		var paths []string
		for _, as := range tableFiles {
			path := filepath.Join(dir, as.file)
			if err := table.Write(path); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
		for i, separator := range []string{";", "\t"} {
			text := "\ufeff\"" + strings.Join(table.Names, "\""+separator+"\"") + "\"\r\n"
			for _, row := range rows {
				text += strings.ReplaceAll(strings.Join(row, separator), ".", ",") + "\r\n"
			}
			path := filepath.Join(dir, fmt.Sprintf("european%d.csv", i))
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
		var first *data.Dataset
		for _, path := range paths {
			f, err := data.FormatOf(path)
			if err != nil {
				t.Fatal(err)
			}
			d, err := data.LoadTable(path, data.TableOptions{TableFormat: data.TableFormat{Syntax: f.Name}, FractionBits: 8, Normalise: data.NormaliseStandard})
			if err != nil {
				t.Errorf("%s as %s: %v", name, filepath.Base(path), err)
				continue
			}
			if first == nil {
				first = d
			}
			if d.Digest() != first.Digest() || d.Rows != len(rows) {
				t.Errorf("%s as %s: other integers", name, filepath.Base(path))
			}
		}
	}
}
