package audit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestParseIsStrict(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                 ``,
		"unknown key":             claims + "\nat_lest = \"0.5\"\n",
		"key of another kind":     claims + "\nattributes = [\"sex\"]\n",
		"unknown key at the top":  "contxt = \"x\"\n" + claims,
		"unknown kind":            "[[claim]]\nkind = \"adversity\"\n",
		"no kind":                 "[[claim]]\nname = \"x\"\n",
		"two of a name":           "[[claim]]\nkind = \"licence\"\nname = \"x\"\n[[claim]]\nkind = \"licence\"\nname = \"x\"\n",
		"number for a text":       "[[claim]]\nkind = \"diversity\"\nat_least = 0.4\n",
		"not TOML":                "[[claim",
		"key twice":               "[[claim]]\nkind = \"licence\"\nkind = \"licence\"\n",
		"name that is no text":    "[[claim]]\nkind = \"licence\"\nname = 3\n",
		"table in place of a key": "[[claim]]\nkind = \"licence\"\n[claim.parts]\nx = 1\n",
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Parameters that are written as a table are read as they were.
func TestParametersRoundTrip(t *testing.T) {
	for _, item := range parse(t, claims).Items {
		text, err := encodeParameters(item.Claim)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeParameters(item.Kind, text)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := encodeParameters(again); err != nil || !bytes.Equal(text, second) {
			t.Errorf("%s: %q, then %q", item.Name, text, second)
		}
	}
}

// Claims files of the examples are read.
func TestExamplesParse(t *testing.T) {
	files, err := filepath.Glob("../examples/*/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	read := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("[[claim]]")) {
			continue
		}
		if _, err := Load(file); err != nil {
			t.Error(err)
		}
		read++
	}
	if read == 0 {
		t.Error("no example has claims")
	}
}
