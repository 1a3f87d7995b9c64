package data

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestOrigin(t *testing.T) {
	dir := t.TempDir()
	origin := func(text, format string) [32]byte {
		t.Helper()
		path := filepath.Join(dir, "rows")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Origin(path, format)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	packed := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(text)); err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	want := origin("1,2,a\n3,4,b\n3,4,b\n", CSV)
	for name, text := range map[string]string{
		"another order": "3,4,b\n1,2,a\n3,4,b\n", "no last newline": "1,2,a\n3,4,b\n3,4,b", "blank lines": "\n1,2,a\r\n3,4,b\r\n\n3,4,b\r\n", "packed": packed("1,2,a\n3,4,b\n3,4,b\n"),
	} {
		if origin(text, CSV) != want {
			t.Errorf("%s: another origin", name)
		}
	}
	for name, text := range map[string]string{
		"a row less": "1,2,a\n3,4,b\n", "a row more": "1,2,a\n3,4,b\n3,4,b\n3,4,b\n", "another cell": "1,2,a\n3,4,b\n3,4,c\n", "none": "",
	} {
		if origin(text, CSV) == want {
			t.Errorf("%s: the same origin", name)
		}
	}
	if origin("ab", IDX) != origin(packed("ab"), IDX) || origin("ab", IDX) == origin("ba", IDX) || origin("ab", IDX) == origin("ab", CSV) {
		t.Error("origins of bytes")
	}
	if _, err := Origin(filepath.Join(dir, "none"), CSV); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no file: %v", err)
	}
}
