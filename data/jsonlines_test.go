package data

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func jsonOptions(change func(*TableOptions)) TableOptions {
	o := options(change)
	o.Syntax = JSONL
	return o
}

// TestJSONLines: objects give the integers of the table with their keys as header.
func TestJSONLines(t *testing.T) {
	for name, c := range map[string]struct {
		lines, csv string
		change     func(*TableOptions)
	}{
		"numbers and texts": {
			`{"length":1.5,"colour":"red","name":"b"}` + "\n" + `{"length":-2,"colour":"blue","name":"a"}` + "\n\n" + `{"length":1953125e-9,"colour":" red ","name":"b"}` + "\r\n" + `{"length":"1.5","colour":"red","name":"b"}`,
			flowers, nil,
		},
		"keys in another order, and later ones": {
			`{"b":2,"y":true}` + "\n" + `{"y":false,"b":3,"c":"x"}` + "\n" + `{"c":"z","b":1,"y":true}` + "\n" + `{"c":"?","b":1,"y":false}`,
			"b,y,c\n2,true,?\n3,false,x\n1,true,z\n1,false,?\n", func(o *TableOptions) { o.MissingAsCategory, o.Targets = true, []string{"y"} },
		},
		"null, nothing, escapes, a mark": {
			"\ufeff" + ` { "\u0061" : 1 , "b" : null , "y":"\"\n\u00e9"}` + "\n" + `{"a":2,"b":"x","y":"z"}`,
			"a,b,y\n1,,\"\"\"\né\"\n2,x,z\n", func(o *TableOptions) { o.MissingAsCategory = true },
		},
		"a key twenty lines late": {
			strings.Repeat(`{"a":1,"y":"u"}`+"\n", 20) + `{"a":2,"y":"v","z":"w"}`,
			"a,y,z\n" + strings.Repeat("1,u,\n", 20) + "2,v,w\n", func(o *TableOptions) { o.MissingAsCategory, o.Targets = true, []string{"y"} },
		},
	} {
		d, err := ReadTable(strings.NewReader(c.lines), jsonOptions(c.change))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := readTable(t, c.csv, options(c.change)); d.Digest() != want.Digest() {
			t.Errorf("%s: %v of %q, want %v of %q", name, d.Features, d.FeatureNames, want.Features, want.FeatureNames)
		}
		if d.Source.Format != "jsonl" {
			t.Errorf("%s: format %q", name, d.Source.Format)
		}
		again, err := ReadTableAs(strings.NewReader(c.lines), TableFormat{Syntax: JSONL}, d.Source.Encoding)
		if err != nil || again.Digest() != d.Digest() {
			t.Errorf("%s: read again: %v", name, err)
		}
	}
}

// TestJSONLinesByName: a row whose keys stand in another order is encoded alike.
func TestJSONLinesByName(t *testing.T) {
	d, err := ReadTable(strings.NewReader(`{"a":1,"b":2,"y":0.5}`+"\n"+`{"a":3,"b":4,"y":1.5}`), jsonOptions(nil))
	if err != nil {
		t.Fatal(err)
	}
	e := *d.Source.Encoding
	e.Targets = nil
	row, err := ReadTableAs(strings.NewReader(`{"b":2,"c":"more","a":1}`), TableFormat{Syntax: JSONL}, &e)
	if err != nil || row.Features[0] != 256 || row.Features[1] != 512 {
		t.Errorf("%v, %v", row, err)
	}
	if _, err := ReadTableAs(strings.NewReader(`{"b":2}`), TableFormat{Syntax: JSONL}, &e); err == nil || !strings.Contains(err.Error(), `no column "a"`) {
		t.Errorf("a row without a column: %v", err)
	}
}

// TestJSONLinesRefused names the place of what cannot be read.
func TestJSONLinesRefused(t *testing.T) {
	good := `{"a":1,"y":2}` + "\n"
	for name, c := range map[string]struct {
		text, says string
		is         error
	}{
		"an array within":      {good + `{"a":[1],"y":2}`, `line 2, column 1 "a": an array or an object within the object`, fault.ErrInput},
		"an object within":     {good + `{"a":1,"y":{"z":2}}`, `line 2, column 2 "y": an array or an object`, fault.ErrInput},
		"a key twice":          {good + `{"a":1,"a":2}`, `line 2, column 1 "a": twice in one object`, fault.ErrInput},
		"an array of objects":  {`[{"a":1}]`, "line 1: no object: write one in each line, as jq -c '.[]' does", fault.ErrInput},
		"over several lines":   {"{\n\"a\":1}\n", "line 1: the object does not end here: write each in one line", fault.ErrInput},
		"two in a line":        {`{"a":1}{"a":2}`, "line 1: more than one object", fault.ErrInput},
		"no JSON":              {good + `{"a":NaN}`, "line 2: no JSON", fault.ErrInput},
		"a number as key":      {`{1:2}`, "line 1: no JSON", fault.ErrInput},
		"a lost brace":         {`{"a":1`, "line 1: the object does not end here", fault.ErrInput},
		"not UTF-8":            {good + "{\"a\":\"\xff\"}", "line 2: not UTF-8", fault.ErrInput},
		"an empty key":         {`{"":1}`, "line 1: an empty key", fault.ErrInput},
		"a long key":           {`{"` + strings.Repeat("k", maxColumnName+1) + `":1}`, "line 1: a key of 1001 bytes", fault.ErrInput},
		"no keys":              {"{}\n{}\n", "objects without keys", fault.ErrInput},
		"nothing":              {"\n\n", "no rows", fault.ErrInput},
		"beyond float64":       {good + `{"a":1e400,"y":2}`, `line 2, column 1 "a": "1e400" is beyond every float64`, fault.ErrInput},
		"a number that is out": {good + `{"a":1e6,"y":2}`, `line 2, column 1 "a": value 1e6 does not fit`, fault.ErrOverflow},
		"a missing number":     {good + `{"y":2}`, `line 2, column 1 "a": the cell is empty; 1 missing in this column`, fault.ErrInput},
	} {
		_, err := ReadTable(strings.NewReader(c.text), jsonOptions(func(o *TableOptions) { o.Task, o.Targets = Regression, nil }))
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
}

// TestJSONLinesBounds: what would take more memory than a table has is refused
// before the memory is taken.
func TestJSONLinesBounds(t *testing.T) {
	var columns, sparse strings.Builder
	columns.WriteString(`{"k":1`)
	for i := range maxColumns {
		fmt.Fprintf(&columns, `,"%d":1`, i)
	}
	for i := range 12000 {
		fmt.Fprintf(&sparse, "{\"%d\":1}\n", i)
	}
	for name, text := range map[string]string{
		"a long line":  `{"a":"` + strings.Repeat("x", maxJSONLine) + `"}`,
		"many columns": columns.String() + "}",
		"sparse":       sparse.String(),
	} {
		if _, err := ReadTable(strings.NewReader(text), jsonOptions(nil)); !errors.Is(err, fault.ErrResources) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIsJSONLines(t *testing.T) {
	dir := t.TempDir()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte(`{"a":1}`))
	w.Close()
	for text, want := range map[string]bool{`{"a":1}`: true, "\ufeff\n { }": true, zipped.String(): true, "a,b\n1,2\n": false, "": false, "{a},b\n1,2\n": false, `["a"]`: false} {
		path := filepath.Join(dir, "rows")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if is, err := IsJSONLines(path); err != nil || is != want {
			t.Errorf("%q: %t, %v", text, is, err)
		}
	}
}

func FuzzReadJSONLines(f *testing.F) {
	for _, text := range []string{`{"a":1,"y":"u"}` + "\n" + `{"y":"v","b":null,"a":2}`, `{"a":[1]}`, `{"a":1e400}`, "{}\n", `{"a":1}{`, "\ufeff{\"\\u0000\":true}"} {
		f.Add(text, true)
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, missing bool) {
		o := jsonOptions(func(o *TableOptions) { o.MissingAsCategory = missing })
		d, err := ReadTable(strings.NewReader(text), o)
		if err != nil {
			if !errors.Is(err, fault.ErrInput) && !errors.Is(err, fault.ErrOverflow) && !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrUsage) && !errors.Is(err, fault.ErrResources) {
				t.Errorf("error of no kind: %v", err)
			}
			return
		}
		if err := d.Check(); err != nil {
			t.Error(err)
		}
		again, err := ReadTableAs(strings.NewReader(text), o.TableFormat, d.Source.Encoding)
		if err != nil || again.Digest() != d.Digest() {
			t.Errorf("the fitted encoding gives another dataset: %v", err)
		}
	})
}
