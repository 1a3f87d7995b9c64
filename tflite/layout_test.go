package tflite

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestLayoutMatchesSchema compares the layouts that the structure check walks
// with the schema that the accessors are generated from: a field missing in one
// would be read unchecked.
func TestLayoutMatchesSchema(t *testing.T) {
	text, err := os.ReadFile("schema/model_subset.fbs")
	if err != nil {
		t.Fatal(err)
	}
	tables := regexp.MustCompile(`(?s)table (\w+) \{(.*?)\}`).FindAllStringSubmatch(string(text), -1)
	fieldOf := regexp.MustCompile(`(\w+):(\[?\w+\]?)[^;]*\(id: (\d+)`)
	want := map[string]map[string]string{}
	for _, table := range tables {
		want[table[1]] = map[string]string{}
		for _, f := range fieldOf.FindAllStringSubmatch(table[2], -1) {
			want[table[1]][f[1]] = f[3] + " " + f[2]
		}
	}
	layouts := map[string]layout{}
	collect(modelLayout(), layouts)
	for k := range 256 {
		if c, ok := codecOf(optionsKind(k)); ok {
			collect(c.layout, layouts)
		}
	}
	if len(want) != len(layouts) || len(want) < 30 {
		t.Errorf("schema has %d tables, layouts %d", len(want), len(layouts))
	}
	for name, l := range layouts {
		fields := want[name]
		if fields == nil || len(fields) != len(l.fields) {
			t.Errorf("%s: %d fields, schema has %d", name, len(l.fields), len(fields))
			continue
		}
		for id, f := range l.fields {
			number, typ, _ := strings.Cut(fields[f.name], " ")
			if number != strconv.Itoa(id) || !agrees(f, typ) {
				t.Errorf("%s.%s: id %d, kind %d, size %d; schema says id %q, type %q", name, f.name, id, f.kind, f.size, number, typ)
			}
		}
	}
}

func collect(l layout, into map[string]layout) {
	into[l.name] = l
	for _, f := range l.fields {
		if f.kind == child || f.kind == tables {
			collect(f.table, into)
		}
	}
}

// agrees reports whether a field is checked as the type it is generated for.
func agrees(f field, typ string) bool {
	sizes := map[string]int{"byte": 1, "ubyte": 1, "bool": 1, "int": 4, "uint": 4, "float": 4, "long": 8, "ulong": 8}
	element, isVector := strings.CutPrefix(strings.TrimSuffix(typ, "]"), "[")
	size, isScalar := sizes[element]
	switch f.kind {
	case scalar:
		return !isVector && isScalar && size == f.size
	case vector, blob:
		return isVector && isScalar && size == f.size
	case text:
		return typ == "string"
	case child:
		return typ == f.table.name
	case tables:
		return isVector && element == f.table.name
	default: // choice, unread
		return element == "Unread"
	}
}
