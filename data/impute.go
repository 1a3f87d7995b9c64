package data

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// FilledColumn names the rows of a dataset whose cell in a column of the file was
// missing, and was filled in.
type FilledColumn struct {
	Column string
	Rows   []int // ascending
}

// fills reports whether missing cells of a feature are filled in.
func (o *TableOptions) fills(categorical bool) bool {
	if categorical {
		return o.Impute == encoding.MostFrequent && !o.MissingAsCategory
	}
	return o.Impute != encoding.NoRule
}

// fitFill finds what a missing cell of the column counts as, from some rows: the
// mean, the median or the most frequent of the cells that are there; of several
// that are as frequent the least number, or the first category.
func fitFill(c *Column, s *sheet, rows iter.Seq[int], rule encoding.Rule) error {
	var there []string // in the memory of the sheet
	for row := range rows {
		cell := s.cell(row, c.Index-1)
		switch kind := classify(cell); {
		case kind == cellMissing:
		case c.Categories == nil && kind != cellNumber:
			return s.cellError(row, c.Index-1, unusable(cell, kind))
		default:
			there = append(there, cell)
		}
	}
	if len(there) == 0 {
		return fault.Advise(input("%s: column %s has nothing in the rows that its missing cells would be filled in from", s.name, fault.Quote(c.Name)), "leave out the column by %s", "columns.features")
	}
	var err error
	switch {
	case rule == encoding.MostFrequent:
		c.Fill = mostFrequent(c, there)
	case rule == encoding.Mean && c.Categories == nil:
		c.Fill, err = meanOf(there)
	case rule == encoding.Median && c.Categories == nil:
		c.Fill, err = medianOf(there)
	default:
		return fmt.Errorf("unknown rule %s for missing cells: %w", fault.Quote(string(rule)), fault.ErrUsage)
	}
	if err != nil {
		return input("%s: column %s: %v", s.name, fault.Quote(c.Name), err)
	}
	return nil
}

// meanOf is Σx/N, the sum exact and the quotient rounded half-even to
// parameterDigits digits. Requires numbers, at least one.
func meanOf(cells []string) (string, error) {
	sum := new(apd.Decimal)
	for _, cell := range cells {
		value, _ := parseNumber(cell)
		if _, err := apd.BaseContext.Add(sum, sum, value); err != nil {
			return "", err
		}
	}
	rounded := apd.BaseContext.WithPrecision(parameterDigits)
	rounded.Rounding = apd.RoundHalfEven
	_, err := rounded.Quo(sum, sum, apd.New(int64(len(cells)), 0))
	return canonicalNumber(sum), err
}

// medianOf is the number in the middle, or half the sum of the two there, exactly.
// Requires numbers, at least one.
func medianOf(cells []string) (string, error) {
	slices.SortFunc(cells, compareNumbers)
	low, _ := parseNumber(cells[(len(cells)-1)/2])
	high, _ := parseNumber(cells[len(cells)/2])
	exact := apd.MakeErrDecimal(&apd.BaseContext)
	exact.Add(low, low, high)
	exact.Mul(low, low, apd.New(5, -1))
	return canonicalNumber(low), exact.Err()
}

func compareNumbers(a, b string) int {
	x, _ := parseNumber(a)
	y, _ := parseNumber(b)
	return x.Cmp(y)
}

// mostFrequent requires at least one cell, none of them missing.
func mostFrequent(c *Column, cells []string) string {
	counts := map[string]int{}
	for _, cell := range cells {
		key := keyOf(c, cell)
		if c.Categories == nil {
			value, _ := parseNumber(cell)
			key = canonicalNumber(value)
		}
		counts[key]++
	}
	before := strings.Compare
	switch {
	case c.Categories == nil:
		before = compareNumbers
	default:
		before = func(a, b string) int { return slices.Index(c.Categories, a) - slices.Index(c.Categories, b) }
	}
	best := ""
	for key, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && before(key, best) < 0 {
			best = key
		}
	}
	return best
}

// checkFills refuses what missing cells cannot have been filled in with.
func checkFills(e *Encoding) error {
	if !e.Imputation.Known() {
		return input("encoding: missing cells filled in by %s", fault.Quote(string(e.Imputation)))
	}
	for i, column := range slices.Concat(e.Features, e.Targets, e.Attributes) {
		if column.Fill != "" && (i >= len(e.Features) || e.Imputation == encoding.NoRule || column.Rows != 0) {
			return input("encoding: column %s has a cell to fill in, and is no feature whose missing cells are", fault.Quote(column.Name))
		}
	}
	return nil
}

// filledWithin are the filled cells of the rows that keep takes, at their new
// places.
func (d *Dataset) filledWithin(keep func(row int) (int, bool)) []FilledColumn {
	var list []FilledColumn
	for _, f := range d.Filled {
		some := FilledColumn{Column: f.Column}
		for _, row := range f.Rows {
			if to, ok := keep(row); ok {
				some.Rows = append(some.Rows, to)
			}
		}
		list = append(list, some)
	}
	return list
}

// Imputed says how many missing cells of which columns were filled in, by which
// rule.
func (d *Dataset) Imputed() []encoding.Filled {
	var list []encoding.Filled
	for _, f := range d.Filled {
		if len(f.Rows) > 0 {
			list = append(list, encoding.Filled{Column: f.Column, Rule: d.Source.Encoding.Imputation, Cells: len(f.Rows)})
		}
	}
	return list
}
