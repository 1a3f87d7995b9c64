package data

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// fit derives the encoding of the sheet's columns from its rows.
func fit(s *sheet, o TableOptions) (*Encoding, error) {
	encoding, err := fitColumns(s, o)
	if err == nil && (len(normalised(encoding, o)) > 0 || encoding.Imputation != "") {
		encoding.FittedRows = s.rows()
	}
	return encoding, err
}

// refit returns the encoding with what fills in missing cells, and what normalises
// numbers, fitted on some rows.
func refit(s *sheet, e *Encoding, rows []int, o TableOptions) (*Encoding, error) {
	some := *e
	some.Features, some.Targets, some.FittedRows = slices.Clone(e.Features), slices.Clone(e.Targets), len(rows)
	for i := range some.Features {
		if some.Features[i].Fill == "" {
			continue
		}
		if err := fitFill(&some.Features[i], s, slices.Values(rows), some.Imputation); err != nil {
			return nil, err
		}
	}
	for column, mode := range normalised(&some, o) {
		if err := fitNumbers(column, s, slices.Values(rows), mode); err != nil {
			return nil, err
		}
	}
	return &some, nil
}

// normalised are the columns whose numbers are shifted and scaled, and how.
func normalised(e *Encoding, o TableOptions) map[*Column]Normalisation {
	columns := map[*Column]Normalisation{}
	add := func(list []Column, mode Normalisation) {
		for i := range list {
			if list[i].Categories == nil && mode != NormaliseNone {
				columns[&list[i]] = mode
			}
		}
	}
	add(e.Features, o.Normalise)
	add(e.Targets, o.NormaliseTargets)
	return columns
}

func fitColumns(s *sheet, o TableOptions) (*Encoding, error) {
	selected, err := selectColumns(s, o)
	if err != nil {
		return nil, err
	}
	encoding := &Encoding{FractionBits: o.FractionBits}
	for _, at := range selected.features {
		column, err := fitFeature(s, at, selected.categorical[at], o)
		if err != nil {
			return nil, err
		}
		if encoding.Features = append(encoding.Features, column); column.Fill != "" {
			encoding.Imputation = o.Impute
		}
	}
	if encoding.Attributes, err = fitAttributes(s, o); err != nil {
		return nil, err
	}
	if len(selected.targets) == 0 {
		return encoding, nil
	}
	classes, err := isClassification(s, selected.targets, o)
	if err != nil {
		return nil, err
	}
	if classes {
		column, err := fitLabels(s, selected.targets[0], o)
		if err != nil {
			return nil, err
		}
		encoding.Targets = []Column{column}
		return encoding, nil
	}
	encoding.TargetFractionBits = o.TargetFractionBits
	for _, at := range selected.targets {
		if found := survey(s, at); found.count[cellText] == s.rows() {
			err := s.cellError(0, at, input("%s is not a number, nor is any value to predict", fault.Quote(s.cell(0, at))))
			return nil, fault.Advise(err, "name a column of numbers by %s; classes need a model with an output for each, and softmax_cross_entropy as %s", "columns.targets", "training.loss")
		}
		column, err := fitNumber(s, numberColumn(s, at), o.NormaliseTargets)
		if err != nil {
			return nil, err
		}
		column.Rows = o.TargetClasses // whose cells are checked as they are encoded
		encoding.Targets = append(encoding.Targets, column)
	}
	return encoding, nil
}

func fitFeature(s *sheet, at int, categorical bool, o TableOptions) (Column, error) {
	if o.Rows > 0 { // whose cells are checked as they are encoded
		column := numberColumn(s, at)
		column.Rows = o.Rows
		return column, nil
	}
	found := survey(s, at)
	if !categorical {
		if err := found.mixed(s, at); err != nil {
			return Column{}, err
		}
		if err := found.disguised(s, at); err != nil {
			return Column{}, err
		}
		categorical = found.count[cellText] > 0
	}
	fills := o.fills(categorical)
	if n := found.count[cellMissing]; n > 0 && !fills && !(categorical && o.MissingAsCategory) {
		row := found.first[cellMissing]
		err := missingError(s.cell(row, at), fmt.Sprintf("; %d missing in this column", n))
		if categorical {
			return Column{}, s.cellError(row, at, fault.Advise(err, "fill them in, leave out their rows, or set %s", "columns.missing_as_category"))
		}
		return Column{}, s.cellError(row, at, fault.Advise(err, "have them filled in by %s, leave out their rows, or leave out the column by %s", "columns.impute", "columns.features"))
	}
	if categorical {
		return fitFeatureCategories(s, at, fills, o)
	}
	column := numberColumn(s, at)
	if fills {
		if err := fitFill(&column, s, s.all(), o.Impute); err != nil {
			return column, err
		}
	}
	return fitNumber(s, column, o.Normalise)
}

// fitFeatureCategories finds the vocabulary of a feature, and what fills in its
// missing cells, if anything does.
func fitFeatureCategories(s *sheet, at int, fills bool, o TableOptions) (Column, error) {
	column, err := fitCategories(s, at, cmp.Or(o.MaxCategories, defaultMaxCategories))
	if err != nil || !fills {
		return column, err
	}
	column.Categories = slices.DeleteFunc(column.Categories, func(category string) bool { return category == missing })
	return column, fitFill(&column, s, s.all(), o.Impute)
}

// numberColumn is the recipe of a column whose numbers are taken as they are.
func numberColumn(s *sheet, at int) Column {
	return Column{Name: s.names[at], Index: at + 1, Offset: "0", Scale: "1"}
}

// tally counts the kinds of cells in a column and where each kind is first.
type tally struct {
	count, first [cellBeyond + 1]int
}

func survey(s *sheet, at int) tally {
	var found tally
	for row := range s.rows() {
		kind := classify(s.cell(row, at))
		if found.count[kind] == 0 {
			found.first[kind] = row
		}
		found.count[kind]++
	}
	return found
}

// mixed refuses a column of numbers and text together, at the rarer kind, since
// one mistyped number would make it categorical.
func (found tally) mixed(s *sheet, at int) error {
	numbers, texts := found.count[cellNumber]+found.count[cellBeyond], found.count[cellText]
	if numbers == 0 || texts == 0 {
		return nil
	}
	row := found.first[cellText]
	what := "not a number that can be read"
	if texts > numbers {
		row, what = found.first[cellNumber], "a number"
		if found.count[cellNumber] == 0 {
			row = found.first[cellBeyond]
		}
	}
	err := input("%s is %s, unlike most of the column (%d numbers, %d texts)", fault.Quote(s.cell(row, at)), what, numbers, texts)
	return s.cellError(row, at, fault.Advise(err, "correct the cell, or name the column by %s if both are meant", "columns.categorical"))
}

// disguised refuses a column of texts that are all numbers written for people,
// such as 1,234: as categories they would mean nothing.
func (found tally) disguised(s *sheet, at int) error {
	if found.count[cellText] == 0 {
		return nil
	}
	for row := range s.rows() {
		if cell := s.cell(row, at); classify(cell) == cellText && !isGrouped(cell) && !isDecimalComma(cell) {
			return nil
		}
	}
	row := found.first[cellText]
	return s.cellError(row, at, notNumber(s.cell(row, at)))
}

func isClassification(s *sheet, targets []int, o TableOptions) (bool, error) {
	if len(targets) > 1 {
		if o.Task == Classification || o.Classes != nil {
			return false, fmt.Errorf("%s: classes need one target column, not %d: %w", s.name, len(targets), fault.ErrUsage)
		}
		return false, nil
	}
	if o.Classes != nil && o.Task == Regression {
		return false, fmt.Errorf("%s: a vocabulary of classes for regression: %w", s.name, fault.ErrUsage)
	}
	if o.Task != TaskAuto || o.Classes != nil {
		return o.Task != Regression, nil
	}
	distinct := map[string]bool{}
	for row := range s.rows() {
		value, kind := parseNumber(s.cell(row, targets[0]))
		switch {
		case kind == cellText:
			return true, nil
		case kind != cellNumber: // refused later, with its place
			continue
		}
		text := canonicalNumber(value)
		if strings.Contains(text, ".") {
			return false, nil
		}
		if distinct[text] = true; len(distinct) > maxAutoClasses {
			return false, nil
		}
	}
	return 2*len(distinct) <= s.rows(), nil
}

// fitLabels finds the vocabulary of the labels, or takes o.Classes.
func fitLabels(s *sheet, at int, o TableOptions) (Column, error) {
	found := survey(s, at)
	if found.count[cellMissing] > 0 {
		row := found.first[cellMissing]
		err := missingError(s.cell(row, at), fmt.Sprintf("; labels missing: %d", found.count[cellMissing]))
		return Column{}, s.cellError(row, at, fault.Advise(err, "leave out their rows, or name another column by %s", "columns.targets"))
	}
	if o.Classes == nil {
		if o.Task == TaskAuto {
			if err := found.mixed(s, at); err != nil {
				return Column{}, err
			}
		}
		column, err := fitCategories(s, at, cmp.Or(o.MaxCategories, defaultMaxCategories))
		if err == nil && len(column.Categories) < 2 {
			return column, fault.Advise(input("%s: all labels are %s", s.name, fault.Quote(column.Categories[0])), "name the classes by %s if there are others, or another column by %s", "columns.classes", "columns.targets")
		}
		return column, err
	}
	return fixedVocabulary(s, at, o.Classes)
}

// fitCategories collects the vocabulary of a column, sorted.
func fitCategories(s *sheet, at, limit int) (Column, error) {
	column := Column{Name: s.names[at], Index: at + 1, Numeric: true}
	for row := range s.rows() {
		if kind := classify(s.cell(row, at)); kind != cellNumber && kind != cellMissing {
			column.Numeric = false
		}
	}
	seen := map[string]bool{}
	for row := range s.rows() {
		key := keyOf(&column, s.cell(row, at))
		if seen[key] {
			continue
		}
		if len(seen) == limit {
			return column, s.cellError(row, at, fault.Advise(input("more than %d categories, as of an identifier", limit), "leave out the column by %s", "columns.features"))
		}
		seen[key] = true
		column.Categories = append(column.Categories, key)
	}
	sortCategories(&column)
	return column, nil
}

// sortCategories sorts by value where all are numbers, else by bytes.
func sortCategories(c *Column) {
	slices.SortFunc(c.Categories, func(a, b string) int {
		x, kindX := parseNumber(a)
		y, kindY := parseNumber(b)
		if c.Numeric && kindX == cellNumber && kindY == cellNumber {
			return x.Cmp(y)
		}
		return strings.Compare(a, b)
	})
}

// fitNumber finds the offset and scale of a column of numbers.
func fitNumber(s *sheet, column Column, mode Normalisation) (Column, error) {
	at := column.Index - 1
	if mode == NormaliseNone {
		return column, nil
	}
	for row := range s.rows() {
		cell := s.cell(row, at)
		switch kind := classify(cell); {
		case kind == cellMissing && column.Fill != "":
		case kind == cellMissing:
			return column, s.cellError(row, at, missingError(cell, ""))
		case kind != cellNumber:
			return column, s.cellError(row, at, unusable(cell, kind))
		}
	}
	return column, fitNumbers(&column, s, s.all(), mode)
}

// fitNumbers finds the offset and scale of the column from some rows, at least
// one. Requires that all their cells are numbers, or missing and filled in.
func fitNumbers(c *Column, s *sheet, rows iter.Seq[int], mode Normalisation) error {
	numbers := func(yield func(*apd.Decimal) bool) { // parsed again: a column of them would take more than the table
		for row := range rows {
			value, kind := parseNumber(s.cell(row, c.Index-1))
			if kind == cellMissing {
				value, _ = parseNumber(c.Fill)
			}
			if !yield(value) {
				return
			}
		}
	}
	var offset, scale *apd.Decimal
	var err error
	switch mode {
	case NormaliseMinMax:
		offset, scale, err = minMax(numbers)
	case NormaliseStandard:
		offset, scale, err = standard(numbers)
	default:
		return fmt.Errorf("unknown normalisation %d: %w", mode, fault.ErrUsage)
	}
	if err != nil {
		return input("%s: column %s: %v", s.name, fault.Quote(c.Name), err)
	}
	c.Offset, c.Scale = offset.String(), scale.String()
	return nil
}
