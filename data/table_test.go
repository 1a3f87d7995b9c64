package data

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func readTable(t testing.TB, text string, o TableOptions) *Dataset {
	t.Helper()
	d, err := ReadTable(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func options(change func(*TableOptions)) TableOptions {
	o := TableOptions{FractionBits: 8, TargetFractionBits: 8}
	if change != nil {
		change(&o)
	}
	return o
}

const flowers = "length,colour,name\n1.5,red,b\n-2,blue,a\n0.001953125,red,b\n1.5,red,b\n"

func TestReadTable(t *testing.T) {
	tests := map[string]struct {
		text     string
		change   func(*TableOptions)
		features []int32
		names    []string
		classes  []string
		class    []int32
		values   []int32
	}{
		"header, one-hot, classes": {
			text:     flowers,
			features: []int32{384, 0, 256, -512, 256, 0, 0, 0, 256, 384, 0, 256},
			names:    []string{"length", "colour=blue", "colour=red"},
			classes:  []string{"a", "b"}, class: []int32{1, 0, 1, 1},
		},
		"columns by name and number": {
			text: flowers, change: func(o *TableOptions) { o.Columns, o.Targets = []string{"2", "length"}, []string{"name"} },
			features: []int32{0, 256, 384, 256, 0, -512, 0, 256, 0, 0, 256, 384},
			names:    []string{"colour=blue", "colour=red", "length"},
			classes:  []string{"a", "b"}, class: []int32{1, 0, 1, 1},
		},
		"number as target": {
			text: flowers, change: func(o *TableOptions) { o.Columns, o.Targets = []string{"colour"}, []string{"length"} },
			features: []int32{0, 256, 256, 0, 0, 256, 0, 256},
			names:    []string{"colour=blue", "colour=red"},
			values:   []int32{384, -512, 0, 384},
		},
		"no header, integer classes by value": {
			text:     "1,10\n2,9\n3,10\n4,09.0\n",
			features: []int32{256, 512, 768, 1024}, names: []string{"c1"},
			classes: []string{"9", "10"}, class: []int32{1, 0, 1, 0},
		},
		"many integers are values": {
			text:     "1,10\n2,9\n3,8\n",
			features: []int32{256, 512, 768}, names: []string{"c1"}, values: []int32{2560, 2304, 2048},
		},
		"declared classification": {
			text: "1,10\n2,9\n3,8\n", change: func(o *TableOptions) { o.Task = Classification },
			features: []int32{256, 512, 768}, names: []string{"c1"},
			classes: []string{"8", "9", "10"}, class: []int32{2, 1, 0},
		},
		"declared regression": {
			text: "1,1\n2,0\n3,1\n4,0\n", change: func(o *TableOptions) { o.Task = Regression },
			features: []int32{256, 512, 768, 1024}, names: []string{"c1"}, values: []int32{256, 0, 256, 0},
		},
		"named classes": {
			text: "1,b\n2,a\n", change: func(o *TableOptions) { o.Classes = []string{"c", "b", "a"} },
			features: []int32{256, 512}, names: []string{"c1"},
			classes: []string{"c", "b", "a"}, class: []int32{1, 2},
		},
		"declared categorical": {
			text: "10,1,x\n9,2,y\n10,3,x\n", change: func(o *TableOptions) { o.Categorical = []string{"1"} },
			features: []int32{0, 256, 256, 256, 0, 512, 0, 256, 768}, names: []string{"c1=9", "c1=10", "c2"},
			classes: []string{"x", "y"}, class: []int32{0, 1, 0},
		},
		"several targets, unlike fractions": {
			text: "a,b,c\n1,2,3\n4,5,6\n", change: func(o *TableOptions) { o.Targets, o.TargetFractionBits = []string{"c", "a"}, 1 },
			features: []int32{512, 1280}, names: []string{"b"}, values: []int32{6, 2, 12, 8},
		},
		"unlabelled": {
			text: "a,b\n1,2\n", change: func(o *TableOptions) { o.Task = Unlabelled },
			features: []int32{256, 512}, names: []string{"a", "b"},
		},
		"missing category": {
			text: "1,?,x\n2,red,y\n3,,x\n4,NA,x\n", change: func(o *TableOptions) { o.MissingAsCategory = true },
			features: []int32{256, 256, 0, 512, 0, 256, 768, 256, 0, 1024, 256, 0}, names: []string{"c1", "c2=?", "c2=red"},
			classes: []string{"x", "y"}, class: []int32{0, 1, 0, 0},
		},
		"minmax": {
			text: "-1,5,x\n3,5,y\n0,5,x\n", change: func(o *TableOptions) { o.Normalise = NormaliseMinMax },
			features: []int32{0, 0, 256, 0, 64, 0}, names: []string{"c1", "c2"},
			classes: []string{"x", "y"}, class: []int32{0, 1, 0},
		},
		"standard": { // mean 5, deviation 2
			text: "2,7,x\n4,7,y\n4,7,x\n4,7,x\n5,7,x\n5,7,x\n7,7,x\n9,7,x\n", change: func(o *TableOptions) { o.Normalise = NormaliseStandard },
			features: []int32{-384, 0, -128, 0, -128, 0, -128, 0, 0, 0, 0, 0, 256, 0, 512, 0}, names: []string{"c1", "c2"},
			classes: []string{"x", "y"}, class: []int32{0, 1, 0, 0, 0, 0, 0, 0},
		},
		"normalised targets": {
			text: "1,0\n2,50\n3,200\n", change: func(o *TableOptions) { o.NormaliseTargets = NormaliseMinMax },
			features: []int32{256, 512, 768}, names: []string{"c1"}, values: []int32{0, 64, 256},
		},
		"byte order mark, CRLF, spaces, quotes, empty lines": {
			text:     "\ufeffa,\"b,b\",n\r\n1, 2 ,x\r\n\r\n\"3\",4,y\r\n   \r\n\r\n",
			features: []int32{256, 512, 768, 1024}, names: []string{"a", "b,b"},
			classes: []string{"x", "y"}, class: []int32{0, 1},
		},
		"numpy header and exponents": {
			text:     "# x,y\n1e-1,+2.5E0\n.5,-1.\n",
			features: []int32{26, 128}, names: []string{"x"}, values: []int32{640, -256},
		},
		"unnamed column": {
			text:     ",a,y\n0,1,0.5\n1,2,0.25\n",
			features: []int32{0, 256, 256, 512}, names: []string{"c1", "a"}, values: []int32{128, 64},
		},
		"semicolons": {
			text: "1;2\n3;4\n", change: func(o *TableOptions) { o.Separator = ';' },
			features: []int32{256, 768}, names: []string{"c1"}, values: []int32{512, 1024},
		},
		"edges of the range": {
			text:     "-128.001953125,1.5\n127.998,1.5\n", // tie to even −32768; 32767.488
			features: []int32{-32768, 32767}, names: []string{"c1"}, values: []int32{384, 384},
		},
		"duplicates stay": {
			text:     "1,x\n1,x\n1,x\n2,y\n",
			features: []int32{256, 256, 256, 512}, names: []string{"c1"},
			classes: []string{"x", "y"}, class: []int32{0, 0, 0, 1},
		},
	}
	for name, tt := range tests {
		d, err := ReadTable(strings.NewReader(tt.text), options(tt.change))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(d.Features, tt.features) || !slices.Equal(d.FeatureNames, tt.names) {
			t.Errorf("%s: features %v %q, want %v %q", name, d.Features, d.FeatureNames, tt.features, tt.names)
		}
		l := d.Labels
		if !slices.Equal(l.Classes, tt.classes) || !slices.Equal(l.Class, tt.class) || !slices.Equal(l.Values, tt.values) {
			t.Errorf("%s: labels %q %v %v, want %q %v %v", name, l.Classes, l.Class, l.Values, tt.classes, tt.class, tt.values)
		}
	}
}

func TestReadTableErrors(t *testing.T) {
	tests := map[string]struct {
		text   string
		change func(*TableOptions)
		kind   error
		want   string
	}{
		"empty file":             {"", nil, fault.ErrInput, "no rows"},
		"empty lines":            {"\n\n  \n", nil, fault.ErrInput, "no rows"},
		"header only":            {"a,b\n", func(o *TableOptions) { o.Header = HeaderYes }, fault.ErrInput, "no rows after the header"},
		"missing number":         {"a,b,n\n1,2,x\n3,?,y\n", nil, fault.ErrInput, `line 3, column 2 "b": the cell is missing ("?"); 1 missing in this column: have them filled in by columns.impute, leave out their rows, or leave out the column by columns.features`},
		"empty number":           {"1,2,x\n\n3,,y\n", nil, fault.ErrInput, "line 3, column 2: the cell is empty"},
		"NaN":                    {"1,2,x\n3,NaN,y\n4,nan,y\n", nil, fault.ErrInput, `line 2, column 2: the cell is missing ("NaN"); 2 missing`},
		"NA in a category":       {"1,red,x\n3,NA,y\n", nil, fault.ErrInput, "set columns.missing_as_category"},
		"missing number, option": {"1,2,x\n3,?,y\n", func(o *TableOptions) { o.MissingAsCategory = true }, fault.ErrInput, "line 2, column 2: the cell is missing (\"?\"); 1 missing in this column: have them filled in by columns.impute, leave out their rows, or leave out the column by columns.features"},
		"missing label":          {"1,x\n2,?\n3,y\n", nil, fault.ErrInput, "line 2, column 2: the cell is missing"},
		"missing value":          {"1,0.5\n2,\n3,0.5\n", nil, fault.ErrInput, "line 2, column 2: the cell is empty"},
		"missing, normalised":    {"1,0.5\n2,\n3,0.5\n", func(o *TableOptions) { o.NormaliseTargets = NormaliseMinMax }, fault.ErrInput, "line 2, column 2: the cell is empty"},
		"infinite":               {"1,x\n-Inf,y\n", nil, fault.ErrInput, `line 2, column 1: "-Inf" is not finite`},
		"infinite, normalised":   {"1,x\n+infinity,y\n", func(o *TableOptions) { o.Normalise = NormaliseStandard }, fault.ErrInput, `line 2, column 1: "+infinity" is not finite`},
		"infinite target":        {"1,2.5\n2,inf\n3,1\n", nil, fault.ErrInput, `line 2, column 2: "inf" is not finite`},
		"text target":            {"1,2.5\n2,many\n", func(o *TableOptions) { o.Task = Regression }, fault.ErrInput, `line 2, column 2: "many" is not a number`},
		"mistyped number":        {"1,x\n12a,y\n3,x\n", nil, fault.ErrInput, `line 2, column 1: "12a" is not a number that can be read, unlike most`},
		"number among texts":     {"red,x\n12,y\nblue,x\n", func(o *TableOptions) { o.Header = HeaderNo }, fault.ErrInput, `line 2, column 1: "12" is a number, unlike most`},
		"mixed labels":           {"1,1\n2,o\n3,1\n", nil, fault.ErrInput, `line 2, column 2: "o" is not a number`},
		"short row":              {"1,2,x\n3,y\n", nil, fault.ErrInput, "line 2: 2 cells, line 1 has 3"},
		"long row":               {"1,2\n\n3,4,5\n", nil, fault.ErrInput, "line 3: 3 cells, line 1 has 2"},
		"open quote":             {"1,\"2\n3,4\n", nil, fault.ErrInput, "extraneous or missing"},
		"bare quote":             {"1,2\n3,4\"5\n", nil, fault.ErrInput, "line 2, byte 4"},
		"not UTF-8":              {"1,2\n3,\xff\n", nil, fault.ErrInput, "line 2, column 2: not UTF-8"},
		"one name twice":         {"a,a\n1,2\n", nil, fault.ErrInput, `line 1: columns 1 and 2 are both called "a"`},
		"name of an unnamed":     {"c2,,y\n1,2,3\n", nil, fault.ErrInput, `columns 1 and 2 are both called "c2"`},
		"label not in classes":   {"1,a\n2,d\n", func(o *TableOptions) { o.Classes = []string{"a", "b"} }, fault.ErrInput, `line 2, column 2: "d" is not in the vocabulary of 2 entries, ["a" "b"]`},
		"negative label":         {"1,0\n2,-1\n", func(o *TableOptions) { o.Classes = []string{"0", "1"} }, fault.ErrInput, `line 2, column 2: "-1" is not in the vocabulary`},
		"label out of range":     {"1,0\n2,2\n", func(o *TableOptions) { o.Classes = []string{"0", "1"} }, fault.ErrInput, `line 2, column 2: "2" is not in the vocabulary`},
		"one class":              {"1,x\n2,x\n", nil, fault.ErrInput, `all labels are "x"`},
		"identifier":             {"ann,1,x\nbob,2,y\n", func(o *TableOptions) { o.MaxCategories = 1 }, fault.ErrInput, "line 2, column 1: more than 1 categories"},
		"overflow": {"a,n\n1,x\n128,y\n", nil, fault.ErrOverflow,
			`line 3, column 1 "a": value 128 does not fit format s16.8 (-32768 to 32767 in units of 2^-8): set columns.normalise, or lower formats.feature below 8`},
		"overflow below":          {"1,x\n-128.002,y\n", nil, fault.ErrOverflow, "line 2, column 1: value -128.002"},
		"overflow by far":         {"1,x\n1e300,y\n", nil, fault.ErrOverflow, "line 2, column 1: value 1e300"},
		"overflow, no fraction":   {"1,x\n1e300,y\n", func(o *TableOptions) { o.FractionBits = 0 }, fault.ErrOverflow, "set columns.normalise"},
		"overflow of a target":    {"1,1.5\n2,1000\n", nil, fault.ErrOverflow, "line 2, column 2: value 1000 does not fit format s16.8"},
		"beyond exponents":        {"1,x\n1e999999999,y\n2,x\n", nil, fault.ErrInput, "line 2, column 1"},
		"beyond digits":           {"1,x\n" + strings.Repeat("1", 500) + ",y\n2,x\n", nil, fault.ErrInput, "line 2, column 1"},
		"more bytes than allowed": {"1,2\n3,4\n", func(o *TableOptions) { o.MaxBytes = 6 }, fault.ErrResources, "more than 6 bytes"},
		"header unclear":          {"a,b\nc,d\n", nil, fault.ErrUsage, "line 1: no row holds a number"},
		"unknown column":          {"a,b\n1,2\n", func(o *TableOptions) { o.Columns = []string{"z"} }, fault.ErrUsage, `no column "z"; there are 2 columns, from "a" to "b"`},
		"column 0":                {"a,b\n1,2\n", func(o *TableOptions) { o.Targets = []string{"0"} }, fault.ErrUsage, `no column "0"`},
		"column beyond":           {"a,b\n1,2\n", func(o *TableOptions) { o.Categorical = []string{"3"} }, fault.ErrUsage, `no column "3"`},
		"column twice":            {"a,b\n1,2\n", func(o *TableOptions) { o.Columns = []string{"a", "1"} }, fault.ErrUsage, "selected twice"},
		"target as feature":       {"a,b\n1,2\n", func(o *TableOptions) { o.Columns = []string{"a", "b"} }, fault.ErrUsage, "is a feature and the target"},
		"only a target":           {"1\n2\n", nil, fault.ErrUsage, "no feature column is left"},
		"two targets, classes":    {"1,2,3\n", func(o *TableOptions) { o.Targets, o.Task = []string{"2", "3"}, Classification }, fault.ErrUsage, "one target column, not 2"},
		"classes for regression":  {"1,2\n", func(o *TableOptions) { o.Classes, o.Task = []string{"1"}, Regression }, fault.ErrUsage, "for regression"},
		"repeated class":          {"1,2\n", func(o *TableOptions) { o.Classes = []string{"1", "1.0"} }, fault.ErrUsage, "repeated category"},
		"targets, unlabelled":     {"1,2\n", func(o *TableOptions) { o.Targets, o.Task = []string{"1"}, Unlabelled }, fault.ErrUsage, "without labels"},
		"fraction bits":           {"1,2\n", func(o *TableOptions) { o.FractionBits = 15 }, fault.ErrUsage, "15 fraction bits"},
		"target fraction bits":    {"1,2\n", func(o *TableOptions) { o.TargetFractionBits = -1 }, fault.ErrUsage, "-1 of targets"},
		"unknown task":            {"1,2\n", func(o *TableOptions) { o.Task = 9 }, fault.ErrUsage, "unknown task"},
		"unknown header mode":     {"1,2\n", func(o *TableOptions) { o.Header = 9 }, fault.ErrUsage, "unknown header mode"},
		"unknown normalisation":   {"1,2\n", func(o *TableOptions) { o.Normalise = 9 }, fault.ErrUsage, "unknown normalisation"},
		"invalid comma":           {"1,2\n", func(o *TableOptions) { o.Separator = '"' }, fault.ErrUsage, "delimiter"},
	}
	for name, tt := range tests {
		o := options(tt.change)
		o.Name = "rows.csv"
		d, err := ReadTable(strings.NewReader(tt.text), o)
		if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %v with %q (%+v)", name, err, tt.kind, tt.want, d)
		}
		if err != nil && tt.kind != fault.ErrUsage && !strings.HasPrefix(err.Error(), "rows.csv: ") {
			t.Errorf("%s: the error does not name the file: %v", name, err)
		}
	}
}

// TestEncodingRoundTrip: what a training set was fitted with survives JSON and
// makes the same integers of the same cells in a file with other columns.
func TestEncodingRoundTrip(t *testing.T) {
	train := readTable(t, "age,colour,extra,y\n10,red,1,no\n30,blue,2,yes\n20,?,4,no\n", options(func(o *TableOptions) {
		o.Columns, o.MissingAsCategory, o.Normalise = []string{"age", "colour"}, true, NormaliseStandard
	}))
	text, err := json.Marshal(train.Source.Encoding)
	if err != nil {
		t.Fatal(err)
	}
	var encoding Encoding
	if err := json.Unmarshal(text, &encoding); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&encoding, train.Source.Encoding) {
		t.Fatalf("%s came back as %+v", text, encoding)
	}
	test, err := ReadTableAs(strings.NewReader("y,colour,age\nyes,blue,30\nno,,20\n"), TableFormat{}, &encoding)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(test.Features, slices.Concat(train.Row(1), train.Row(2))) || !slices.Equal(test.Labels.Class, []int32{1, 0}) {
		t.Errorf("features %v, labels %v", test.Features, test.Labels)
	}
	for name, tt := range map[string]struct {
		text string
		want string
	}{
		"unknown category": {"age,colour,y\n1,green,no\n", `line 2, column 2 "colour": "green" is not in the vocabulary of 3 entries, ["?" "blue" "red"]: correct the cell, leave out its row, or choose columns by columns.features`},
		"unknown label":    {"age,colour,y\n1,red,maybe\n", `line 2, column 3 "y": "maybe" is not in the vocabulary`},
		"column not there": {"age,y\n1,no\n", `no column "colour"`},
		"fewer columns":    {"1,red\n2,blue\n", "no column 4, there are 2"},
	} {
		if _, err := ReadTableAs(strings.NewReader(tt.text), TableFormat{}, &encoding); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestEncodingFromOutside(t *testing.T) {
	valid := func() Encoding {
		return Encoding{
			Features: []Column{{Name: "a", Index: 1, Offset: "0", Scale: "2"}},
			Targets:  []Column{{Name: "b", Index: 2, Categories: []string{"x", "y"}}},
		}
	}
	for name, change := range map[string]func(*Encoding){
		"no feature":         func(e *Encoding) { e.Features = nil },
		"fraction bits":      func(e *Encoding) { e.FractionBits = 15 },
		"target bits":        func(e *Encoding) { e.TargetFractionBits = -1 },
		"index 0":            func(e *Encoding) { e.Features[0].Index = 0 },
		"scale 0":            func(e *Encoding) { e.Features[0].Scale = "0" },
		"scale negative":     func(e *Encoding) { e.Features[0].Scale = "-1" },
		"scale missing":      func(e *Encoding) { e.Features[0].Scale = "" },
		"offset infinite":    func(e *Encoding) { e.Features[0].Offset = "Inf" },
		"repeated category":  func(e *Encoding) { e.Targets[0].Categories[1] = "x" },
		"empty category":     func(e *Encoding) { e.Targets[0].Categories[1] = "" },
		"negative rows":      func(e *Encoding) { e.Features[0].Rows = -1 },
		"scaled indices":     func(e *Encoding) { e.Features[0].Rows = 5 },
		"shifted indices":    func(e *Encoding) { e.Features[0] = Column{Name: "a", Index: 1, Offset: "1", Scale: "1", Rows: 5} },
		"indices of classes": func(e *Encoding) { e.Targets[0].Rows = 5 },
		"fractions of classes": func(e *Encoding) {
			e.TargetFractionBits, e.Targets[0] = 1, Column{Name: "b", Index: 2, Offset: "0", Scale: "1", Rows: 5}
		},
		"indices of attributes": func(e *Encoding) {
			e.Attributes = []Column{{Name: "b", Index: 2, Categories: []string{"x", "y"}, Rows: 5}}
		},
		"fractions of indices": func(e *Encoding) {
			e.FractionBits, e.Features[0] = 1, Column{Name: "a", Index: 1, Offset: "0", Scale: "1", Rows: 5}
		},
		"classes and values": func(e *Encoding) { e.Targets = append(e.Targets, e.Features[0]) },
	} {
		encoding := valid()
		change(&encoding)
		if _, err := ReadTableAs(strings.NewReader("1,x\n2,y\n"), TableFormat{}, &encoding); !errors.Is(err, fault.ErrInput) || !strings.HasPrefix(err.Error(), "encoding: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	encoding := valid()
	d, err := ReadTableAs(strings.NewReader("1,x\n6,y\n"), TableFormat{}, &encoding)
	if err != nil || !slices.Equal(d.Features, []int32{0, 3}) { // 0.5 is a tie
		t.Errorf("%v, %v", d, err)
	}
}

func TestGzipCSV(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(flowers)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := ReadTable(bytes.NewReader(zipped.Bytes()), options(nil))
	if err != nil {
		t.Fatal(err)
	}
	if d.Digest() != readTable(t, flowers, options(nil)).Digest() {
		t.Error("the packed file gives another dataset")
	}
	for n := range zipped.Len() {
		if _, err := ReadTable(bytes.NewReader(zipped.Bytes()[:n]), options(nil)); err == nil {
			t.Errorf("first %d bytes accepted", n)
		}
	}
	if _, err := ReadTable(bytes.NewReader(zipped.Bytes()), options(func(o *TableOptions) { o.MaxBytes = 20 })); !errors.Is(err, fault.ErrResources) {
		t.Errorf("over the limit: %v", err)
	}
}

func FuzzReadTable(f *testing.F) {
	for _, text := range []string{flowers, "1,2\n3,4\n", "# x,y\n1e-1,2\n", "a,b\n1,?\n", "1,\"2\n", "\ufeff1,x\n", "1e400,x\n-1e-400,y\n3,x\n", "1,x\n,y\n3,y\n,\n"} {
		f.Add(text, uint8(0), uint8(0), true)
		f.Add(text, uint8(2), uint8(5), false)
		f.Add(text, uint8(20), uint8(0), false)
	}
	rules := []encoding.Rule{encoding.NoRule, encoding.Mean, encoding.Median, encoding.MostFrequent}
	f.Fuzz(func(t *testing.T, text string, mode, task uint8, missing bool) {
		o := options(func(o *TableOptions) {
			o.Impute = rules[mode/9%4]
			o.Normalise, o.NormaliseTargets = Normalisation(mode%3), Normalisation(mode/3%3)
			o.Task, o.Header = Task(task%4), Header(task/4%3)
			o.MissingAsCategory = missing
		})
		d, err := ReadTable(strings.NewReader(text), o)
		if err != nil {
			if fault.ExitCode(err) == fault.ExitInput && !errors.Is(err, fault.ErrInput) && !errors.Is(err, fault.ErrOverflow) && !errors.Is(err, fault.ErrMalformed) {
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

func ExampleReadTable() {
	const table = "height,colour,name\n1.5,red,rose\n0.25,blue,violet\n2,red,rose\n"
	d, err := ReadTable(strings.NewReader(table), TableOptions{FractionBits: DefaultFractionBits})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.FeatureNames, d.Row(1), d.Labels.Classes[d.Labels.Class[1]])
	// Output: [height colour=blue colour=red] [64 256 0] violet
}

func ExampleReadTable_missing() {
	_, err := ReadTable(strings.NewReader("1,red,x\n2,?,y\n"), TableOptions{TableFormat: TableFormat{Name: "rows.csv"}})
	fmt.Println(err)
	// Output: rows.csv: line 2, column 2: the cell is missing ("?"); 1 missing in this column: fill them in, leave out their rows, or set columns.missing_as_category
}
