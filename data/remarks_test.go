package data

import (
	"fmt"
	"strings"
	"testing"
)

// TestRemarks: what leaves a column without meaning is said, with its place, and
// nothing is said of other columns.
func TestRemarks(t *testing.T) {
	table := func(cell func(row int) string) string {
		var b strings.Builder
		b.WriteString("a,x,y\n")
		for row := range 40 {
			fmt.Fprintf(&b, "%d,%s,%d\n", row%7, cell(row), row%3)
		}
		return b.String()
	}
	outlier := table(func(row int) string {
		if row == 11 {
			return "1e300"
		}
		return fmt.Sprint(row % 7)
	})
	for name, c := range map[string]struct {
		text      string
		normalise Normalisation
		says      string // "": nothing
	}{
		"plain":                      {table(func(row int) string { return fmt.Sprint(row % 5) }), NormaliseStandard, ""},
		"outlier":                    {outlier, NormaliseStandard, `input: column 2 "x": 39 of 40 rows become the same integer, though their numbers differ, since line 13 holds "1e300": correct such cells, or leave out their rows`},
		"to its range":               {outlier, NormaliseMinMax, "39 of 40 rows become the same integer"},
		"too fine":                   {table(func(row int) string { return fmt.Sprintf("0.00%d", row%2) }), NormaliseNone, `column 2 "x": 40 of 40 rows become the same integer, though their numbers differ: raise formats.feature, or set columns.normalise`},
		"one value":                  {table(func(int) string { return "4" }), NormaliseStandard, `one value in all rows, which tells a model nothing: column "x": leave such columns out by columns.features`},
		"one value in two spellings": {table(func(row int) string { return []string{"4", "4.0"}[row%2] }), NormaliseStandard, "one value in all rows"},
		"a rare value":               {table(func(row int) string { return []string{"0", "1"}[row/39] }), NormaliseStandard, ""},
		"rare values":                {table(func(row int) string { return fmt.Sprint(max(0, row-37)) }), NormaliseStandard, ""},
	} {
		d, err := ReadTable(strings.NewReader(c.text), TableOptions{FractionBits: 8, Normalise: c.normalise})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		said := ""
		for _, remark := range d.Source.Remarks {
			said += remark.Error() + "\n"
		}
		if (said == "") != (c.says == "") || !strings.Contains(said, c.says) {
			t.Errorf("%s: %q, want %q", name, said, c.says)
		}
	}
}

// TestRemarksAreShort lists few of many columns.
func TestRemarksAreShort(t *testing.T) {
	d, err := ReadTable(strings.NewReader(strings.Repeat(strings.Repeat("1,", 30)+"2\n", 3)), TableOptions{Task: Regression})
	if err != nil || len(d.Source.Remarks) != 1 || !strings.HasSuffix(strings.SplitAfter(d.Source.Remarks[0].Error(), "more")[0], `"c5" and 25 more`) {
		t.Errorf("%v, %v", d.Source.Remarks, err)
	}
}
