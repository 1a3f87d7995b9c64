package data

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// remarks says which features tell a model nothing, or next to nothing, as they
// became integers: columns of one value, and columns of several that nearly all
// became one integer, as an outlier makes of the others.
func remarks(s *sheet, d *Dataset) []error {
	var constant []string
	var list []error
	first := 0
	for _, column := range d.Source.Encoding.Features {
		at := column.Index - 1
		if column.Categories == nil && s.rows() > 1 {
			f := flatness(s, d, at, first)
			switch {
			case f.same == s.rows():
				constant = append(constant, fault.Quote(column.Name))
			case 10*f.integer > 9*s.rows() && 10*(f.integer-f.same) >= s.rows():
				list = append(list, f.remark(s, d, at))
			}
		}
		first += column.Width()
	}
	if n := len(constant); n > 0 {
		named := strings.Join(constant[:min(n, 5)], ", ")
		if n > 5 {
			named += fmt.Sprintf(" and %d more", n-5)
		}
		list = append(list, fault.Advise(fmt.Errorf("%s: one value in all rows, which tells a model nothing: column %s", s.name, named), "leave such columns out by %s", "columns.features"))
	}
	for _, f := range d.Imputed() {
		list = append(list, fmt.Errorf("%s: column %s: %d missing cells are filled in, by %s, as the part will say", s.name, fault.Quote(f.Column), f.Cells, f.Rule))
	}
	return list
}

// flat says how far the cells of a column are one.
type flat struct {
	feature int   // that the column became
	value   int32 // the integer that most rows have
	integer int   // rows that have it
	same    int   // of these, rows that have the same number in the file
}

// flatness looks for the integer that nearly all rows have, and how many numbers
// it stands for.
func flatness(s *sheet, d *Dataset, at, feature int) flat {
	f := flat{feature: feature}
	votes := 0 // for f.value, which wins if more than half of the rows have it
	for row := range d.Rows {
		switch cell := d.Row(row)[feature]; {
		case votes == 0:
			f.value, votes = cell, 1
		case cell == f.value:
			votes++
		default:
			votes--
		}
	}
	for row := range d.Rows {
		if d.Row(row)[feature] == f.value {
			f.integer++
		}
	}
	if 10*f.integer <= 9*d.Rows {
		return f
	}
	numbers := map[string]int{}
	for row := range d.Rows {
		if d.Row(row)[feature] != f.value {
			continue
		}
		key := s.cell(row, at)
		if value, kind := parseNumber(key); kind == cellNumber {
			key = canonicalNumber(value)
		}
		numbers[key]++
		f.same = max(f.same, numbers[key])
	}
	return f
}

// remark tells what flattened the column: its number farthest from the others,
// or numbers that are too close for their format.
func (f flat) remark(s *sheet, d *Dataset, at int) error {
	farthest, distance := -1, int32(0)
	for row := range d.Rows {
		if away := max(d.Row(row)[f.feature]-f.value, f.value-d.Row(row)[f.feature]); away > distance {
			farthest, distance = row, away
		}
	}
	err := fmt.Sprintf("%s: column %d %s: %d of %d rows become the same integer, though their numbers differ", s.name, at+1, fault.Quote(s.names[at]), f.integer, d.Rows)
	if farthest < 0 {
		return fault.Advise(errors.New(err), "raise %s, or set %s", "formats.feature", "columns.normalise")
	}
	return fmt.Errorf("%s, since %s holds %s: correct such cells, or leave out their rows", err, s.line(farthest), fault.Quote(s.cell(farthest, at)))
}
