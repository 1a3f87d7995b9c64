package artefact_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestCheckTOML(t *testing.T) {
	deep := strings.Repeat("[", artefact.MaxDepth+1) + strings.Repeat("]", artefact.MaxDepth+1)
	hidden := strings.Repeat("[", 100)
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"empty":                    {"", true},
		"as deep as allowed":       {"x = " + deep[1:len(deep)-1] + "\n", true},
		"deeper":                   {"x = " + deep, false},
		"inline tables":            {"x = " + strings.Repeat("{a=", 17) + "1" + strings.Repeat("}", 17), false},
		"a key of many names":      {strings.Repeat("a.", 17) + "a = 1", false},
		"a header of many names":   {"[" + strings.Repeat("a.", 17) + "a]", false},
		"numbers with points":      {"x = [" + strings.Repeat("0.5, ", 1000) + "1.5]\ny = 0.5\n", true},
		"a list of many":           {"x = [" + strings.Repeat("[1, 2], ", 100000) + "]", true},
		"many inline tables":       {"x = [" + strings.Repeat("{}, ", artefact.MaxTables) + "]", false},
		"many headers":             {strings.Repeat("[[a]]\n", artefact.MaxTables+1), false},
		"brackets in a text":       {`x = "` + hidden + "\"\n", true},
		"in a literal":             {"x = '" + hidden + "\\'\n", true},
		"after an escaped mark":    {`x = "\"` + hidden + "\"\n", true},
		"in a comment":             {"# " + hidden + "\nx = 1", true},
		"in lines of text":         {"x = \"\"\"\n" + hidden + "\n\\\"\"\" \"" + hidden + "\"\"\"\n", true},
		"in lines of a literal":    {"x = '''\n" + hidden + "\n'''\n", true},
		"after two more marks":     {"x = \"\"\"a\"\"\"\"\"\ny = " + deep, false},
		"after a text":             {`x = "\\"` + "\ny = " + deep, false},
		"after a literal":          {"x = '\\'\ny = " + deep, false},
		"after a comment":          {"# \"\ny = " + deep, false},
		"after a text not closed":  {"x = \"\ny = " + deep, false},
		"after lines of text":      {"x = \"\"\"\n\"\"\"\ny = " + deep, false},
		"after lines of a literal": {"x = '''\\'''\ny = " + deep, false},
	} {
		if err := artefact.CheckTOML([]byte(c.text)); (err == nil) != c.ok || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzCheckTOML looks for a text that passes and that the decoder, too, finds
// nested deeper.
func FuzzCheckTOML(f *testing.F) {
	for _, text := range []string{"a = [[1], [2]]\n", "x = \"\"\"a\"\"\"\"\n", "x = '''b'''", "a.b.c = {d = {e = 1}} # {{\n", "[[claim]]\nkind = \"\\\"[\"\n"} {
		f.Add([]byte(text), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		// what is nested stands somewhere in a text that may hide it
		at = min(max(at, 0), len(text))
		nested := "\nz = " + strings.Repeat("[", artefact.MaxDepth+1) + strings.Repeat("]", artefact.MaxDepth+1) + "\n"
		text = append(append(append([]byte(nil), text[:at]...), nested...), text[at:]...)
		if artefact.CheckTOML(text) != nil {
			return
		}
		var v map[string]any
		if _, err := toml.Decode(string(text), &v); err == nil && depthOf(v) > artefact.MaxDepth {
			t.Errorf("%q is nested %d deep", text, depthOf(v))
		}
	})
}

func depthOf(v any) int {
	deepest := 0
	switch v := v.(type) {
	case map[string]any:
		for _, x := range v {
			deepest = max(deepest, depthOf(x))
		}
		return deepest // tables of keys are counted as names
	case []any:
		for _, x := range v {
			deepest = max(deepest, depthOf(x))
		}
		return 1 + deepest
	}
	return 0
}
