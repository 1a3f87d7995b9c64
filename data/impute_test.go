package data

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const holes = "a,b,y\n1,u,0.5\n?,v,1.5\n2,,2.5\n1,u,0.5\n8,v,0.25\n,u,1\n"

// TestImpute: missing cells are those that a table without holes has there.
func TestImpute(t *testing.T) {
	for name, c := range map[string]struct {
		rule   encoding.Rule
		as     bool // missing categories are categories
		number string
		text   string
		filled map[string][]int
	}{
		"mean":                          {encoding.Mean, true, "3", "?", map[string][]int{"a": {1, 5}}},
		"median":                        {encoding.Median, true, "1.5", "?", map[string][]int{"a": {1, 5}}},
		"most frequent, of the numbers": {encoding.MostFrequent, true, "1", "?", map[string][]int{"a": {1, 5}}},
		"most frequent, of all":         {encoding.MostFrequent, false, "1", "u", map[string][]int{"a": {1, 5}, "b": {2}}},
	} {
		for _, mode := range []Normalisation{NormaliseNone, NormaliseStandard, NormaliseMinMax} {
			change := func(o *TableOptions) { o.Impute, o.MissingAsCategory, o.Normalise = c.rule, c.as, mode }
			d := readTable(t, holes, options(change))
			full := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(holes, "\n?,", "\n"+c.number+","), "\n,", "\n"+c.number+","), "2,,", "2,"+c.text+",")
			want := readTable(t, full, options(change))
			if d.Digest() != want.Digest() {
				t.Errorf("%s: %v, want %v", name, d.Features, want.Features)
			}
			for _, f := range d.Filled {
				if !slices.Equal(f.Rows, c.filled[f.Column]) {
					t.Errorf("%s: column %s filled in rows %v", name, f.Column, f.Rows)
				}
			}
			e := d.Source.Encoding
			if len(d.Imputed()) != len(c.filled) || e.Imputation != c.rule || e.FittedRows != 6 {
				t.Errorf("%s: said as %v, by %q of %d rows", name, d.Imputed(), e.Imputation, e.FittedRows)
			}
			other, err := ReadTableAs(strings.NewReader("a,b,y\n,v,1\n"), TableFormat{}, e)
			said, err2 := ReadTableAs(strings.NewReader("a,b,y\n"+c.number+",v,1\n"), TableFormat{}, e)
			if err != nil || err2 != nil || other.Digest() != said.Digest() || other.Imputed()[0].Cells != 1 || len(said.Imputed()) != 0 {
				t.Errorf("%s: another row: %v, %v", name, err, err2)
			}
		}
	}
}

// TestImputeFitsOnTrainedRows: rows held out shape no cell that is filled in.
func TestImputeFitsOnTrainedRows(t *testing.T) {
	d := readTable(t, "a,y\n1,1\n,2\n3,1\n1000,2\n", TableOptions{Impute: encoding.Mean, FractionBits: 0, Task: Regression, FitOn: func(*Dataset) []int { return []int{0, 1, 2} }})
	if d.Features[1] != 2 || d.Source.Encoding.FittedRows != 3 {
		t.Errorf("%v, fitted on %d", d.Features, d.Source.Encoding.FittedRows)
	}
	_, err := ReadTable(strings.NewReader("a,y\n1,1\n,2\n3,1\n"), TableOptions{Impute: encoding.Mean, Task: Regression, FitOn: func(*Dataset) []int { return []int{1} }})
	if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), `column "a" has nothing in the rows`) {
		t.Errorf("nothing to fit on: %v", err)
	}
}

// TestImputeByValue: numbers are compared by value, ties go to the least.
func TestImputeByValue(t *testing.T) {
	for text, want := range map[string]map[encoding.Rule]string{
		"10\n9\n1e1\n9.0\n\n?\n":   {encoding.MostFrequent: "9", encoding.Median: "9.5", encoding.Mean: "9.5"},
		"-1\n-3\n-1.0\n?\n":        {encoding.MostFrequent: "-1", encoding.Median: "-1", encoding.Mean: "-1.666666666666666666666666666666666666667"},
		"0.1\n0.2\n100\n0.30\n?\n": {encoding.MostFrequent: "0.1", encoding.Median: "0.25", encoding.Mean: "25.15"},
	} {
		rows := strings.ReplaceAll(text, "\n", ",1\n")
		for rule, fill := range want {
			e := readTable(t, rows, TableOptions{Impute: rule, Task: Regression}).Source.Encoding
			if e.Features[0].Fill != fill {
				t.Errorf("%q by %s: %s, want %s", text, rule, e.Features[0].Fill, fill)
			}
		}
	}
}

// TestFilledRowsAreKept: parts know which of their own cells were filled in.
func TestFilledRowsAreKept(t *testing.T) {
	d := readTable(t, holes, options(func(o *TableOptions) { o.Impute = encoding.MostFrequent }))
	for _, c := range []struct {
		rows []int
		want string
	}{{[]int{1, 2}, "[{a [0]} {b [1]}]"}, {[]int{0, 2, 5}, "[{a [2]} {b [1]}]"}, {[]int{0, 3, 4}, "[{a []} {b []}]"}, {nil, "[{a [1 5]} {b [2]}]"}} {
		some, err := d.Select(c.rows)
		if err != nil || fmt.Sprint(some.Filled) != c.want {
			t.Errorf("rows %v: %v, %v", c.rows, some.Filled, err)
		}
	}
	if whole, err := Concat(d, d); err != nil || whole.Filled != nil {
		t.Errorf("put together: %v, %v", whole.Filled, err)
	}
}

// TestImputeRefused: labels, categories by a mean, indices, and recipes that make
// no sense.
func TestImputeRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text, says string
		change     func(*TableOptions)
	}{
		"a label":               {"a,y\n1,x\n2,?\n", "labels missing: 1", nil},
		"a target":              {"a,y\n1,0.5\n2,?\n3,2.5\n", "the cell is missing", func(o *TableOptions) { o.Task = Regression }},
		"a category by a mean":  {"a,y\nu,1\n,2\n", "1 missing in this column", nil},
		"a column of nothing":   {"a,b,y\n,1,1\n?,2,2\n", `column "a" has nothing in the rows`, nil},
		"infinity beside holes": {"a,y\n1,1\ninf,2\n,1\n", `line 3, column 1 "a": "inf" is not finite`, nil},
		"an unknown rule":       {"a,y\n1,1\n", `"mode"`, func(o *TableOptions) { o.Impute = "mode" }},
		"indices":               {"a,y\n1,1\n", "indices", func(o *TableOptions) { o.Rows, o.FractionBits = 5, 0 }},
	} {
		_, err := ReadTable(strings.NewReader(c.text), options(func(o *TableOptions) {
			if o.Impute = encoding.Mean; c.change != nil {
				c.change(o)
			}
		}))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
	for name, change := range map[string]func(*Encoding){
		"no rule":            func(e *Encoding) { e.Imputation = "" },
		"another rule":       func(e *Encoding) { e.Imputation = "luck" },
		"no number":          func(e *Encoding) { e.Features[0].Fill = "x" },
		"no category":        func(e *Encoding) { e.Features[1].Fill = "w" },
		"a missing category": func(e *Encoding) { e.Features[1].Fill = "?" },
		"a target filled in": func(e *Encoding) { e.Targets[0].Fill = "1" },
		"an index filled in": func(e *Encoding) { e.Features[0].Rows, e.FractionBits = 9, 0 },
	} {
		e := readTable(t, holes, options(func(o *TableOptions) { o.Impute = encoding.MostFrequent })).Source.Encoding
		change(e)
		if _, err := ReadTableAs(strings.NewReader(holes), TableFormat{}, e); !errors.Is(err, fault.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
