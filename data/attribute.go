package data

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// MaxVocabulary bounds the entries of an attribute's vocabulary.
const MaxVocabulary = encoding.MaxVocabulary

// Attribute is something known about every row for audits: sex, licence, owner.
// It is a category: an index into a vocabulary. Training does not read it, unless
// the same column is named as a feature, too.
type Attribute struct {
	Name       string
	Vocabulary []string
	Codes      []int32 // index into Vocabulary, per row
}

// AttributeColumn selects a column of a table as an attribute.
type AttributeColumn struct {
	Column string // by name or by number from 1
	// Vocabulary fixes the codes, so that parts from several files agree; nil:
	// the values found, sorted.
	Vocabulary []string
}

// WithConstant returns d with an attribute that is the same in every row, such
// as a licence or an owner's name. vocabulary lists the values it may have in
// this and other parts; nil means that value alone. It fails with
// fault.ErrUsage if the value is not in it or the name is taken.
func (d *Dataset) WithConstant(name, value string, vocabulary []string) (*Dataset, error) {
	if vocabulary == nil {
		vocabulary = []string{value}
	}
	if len(d.Attributes)+1 > maxCells/d.Rows {
		return nil, fmt.Errorf("%d attributes of %d rows, at most %d cells: %w", len(d.Attributes)+1, d.Rows, maxCells, fault.ErrResources)
	}
	code := slices.Index(vocabulary, value)
	if code < 0 {
		return nil, fmt.Errorf("attribute %s: %s is not in the vocabulary of %d entries, %s: %w", fault.Quote(name), fault.Quote(value), len(vocabulary), list(vocabulary), fault.ErrUsage)
	}
	a := Attribute{Name: name, Vocabulary: vocabulary, Codes: make([]int32, d.Rows)}
	for row := range a.Codes {
		a.Codes[row] = int32(code)
	}
	extended := *d
	extended.Attributes = append(slices.Clip(slices.Clone(d.Attributes)), a)
	if err := extended.checkAttributes(); err != nil {
		return nil, fmt.Errorf("%w: %w", fault.ErrUsage, err)
	}
	return &extended, nil
}

// Attribute returns the attribute of that name, nil if there is none.
func (d *Dataset) Attribute(name string) *Attribute {
	for i := range d.Attributes {
		if d.Attributes[i].Name == name {
			return &d.Attributes[i]
		}
	}
	return nil
}

func (d *Dataset) checkAttributes() error {
	names := map[string]bool{}
	for _, a := range d.Attributes {
		if a.Name == "" || names[a.Name] {
			return input("attribute %s is there twice or has no name", fault.Quote(a.Name))
		}
		names[a.Name] = true
		if err := a.check(d.Rows); err != nil {
			return fmt.Errorf("attribute %s: %w", fault.Quote(a.Name), err)
		}
	}
	return nil
}

func (a Attribute) check(rows int) error {
	if len(a.Vocabulary) < 1 || len(a.Vocabulary) > MaxVocabulary {
		return input("vocabulary of %d entries, want 1 to %d", len(a.Vocabulary), MaxVocabulary)
	}
	seen := map[string]bool{}
	for _, entry := range a.Vocabulary {
		if entry == "" || seen[entry] {
			return input("vocabulary with an empty or repeated entry %s", fault.Quote(entry))
		}
		seen[entry] = true
	}
	if len(a.Codes) != rows {
		return input("%d codes for %d rows", len(a.Codes), rows)
	}
	for row, code := range a.Codes {
		if code < 0 || int(code) >= len(a.Vocabulary) {
			return input("row %d: code %d, the vocabulary has %d entries", row, code, len(a.Vocabulary))
		}
	}
	return nil
}

// sliceAttributes returns the attributes of the rows from … to−1.
func (d *Dataset) sliceAttributes(from, to int) []Attribute {
	sliced := slices.Clone(d.Attributes)
	for i := range sliced {
		sliced[i].Codes = sliced[i].Codes[from:to:to]
	}
	return sliced
}

func sameAttributes(a, b []Attribute) bool {
	return slices.EqualFunc(a, b, func(x, y Attribute) bool {
		return x.Name == y.Name && slices.Equal(x.Vocabulary, y.Vocabulary)
	})
}

// fitAttributes finds the vocabularies of the attribute columns.
func fitAttributes(s *sheet, o TableOptions) ([]Column, error) {
	places, err := s.attributes(o.Attributes)
	if err != nil {
		return nil, err
	}
	var columns []Column
	for k, at := range places {
		column, err := fitAttribute(s, at, o.Attributes[k].Vocabulary, o)
		if err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	return columns, nil
}

// attributes returns the positions of the columns selected as attributes.
func (s *sheet) attributes(selected []AttributeColumn) ([]int, error) {
	var places []int
	for _, a := range selected {
		at, err := s.find(a.Column)
		if err != nil {
			return nil, err
		}
		if slices.Contains(places, at) {
			return nil, fmt.Errorf("%s: column %s is an attribute twice: %w", s.name, fault.Quote(s.names[at]), fault.ErrUsage)
		}
		places = append(places, at)
	}
	return places, nil
}

func fitAttribute(s *sheet, at int, vocabulary []string, o TableOptions) (Column, error) {
	if vocabulary != nil {
		return fixedVocabulary(s, at, vocabulary)
	}
	if found := survey(s, at); found.count[cellMissing] > 0 && !o.MissingAsCategory {
		row := found.first[cellMissing]
		return Column{}, s.cellError(row, at, fault.Advise(missingError(s.cell(row, at), fmt.Sprintf("; %d missing in this attribute", found.count[cellMissing])), "fill them in, or set %s", "columns.missing_as_category"))
	}
	limit := o.MaxCategories
	if limit == 0 {
		limit = defaultMaxCategories
	}
	return fitCategories(s, at, limit)
}

// fixedVocabulary is the recipe of a column whose categories are given.
func fixedVocabulary(s *sheet, at int, categories []string) (Column, error) {
	column := Column{Name: s.names[at], Index: at + 1, Categories: categories, Numeric: true}
	for _, category := range categories {
		if classify(category) != cellNumber {
			column.Numeric = false
		}
	}
	if _, err := newEncoder(column); err != nil {
		return column, fmt.Errorf("%w: %w", fault.ErrUsage, err)
	}
	return column, nil
}

// encodeAttributes fills d.Attributes.
func encodeAttributes(s *sheet, encoding *Encoding, d *Dataset) error {
	for _, column := range encoding.Attributes {
		at, err := s.locate(column)
		if err != nil {
			return err
		}
		encoder, err := newEncoder(column)
		if err != nil {
			return err
		}
		a := Attribute{Name: column.Name, Vocabulary: column.Categories, Codes: make([]int32, d.Rows)}
		for row := range s.rows() {
			code, err := encoder.category(s.cell(row, at))
			if err != nil {
				return s.cellError(row, at, fault.Advise(err, "correct the cell, or list the value by %s where the encoding is made", "vocabulary"))
			}
			a.Codes[row] = int32(code)
		}
		d.Attributes = append(d.Attributes, a)
	}
	return nil
}
