package data

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Union returns an encoding that fits the rows of several tables, given the
// encodings fitted on each: the recipes of the first, with every vocabulary
// extended by the categories of the others, sorted. A vocabulary that all have
// in common keeps its order. It fails with fault.ErrUsage if the tables differ
// in columns, or in which of them are categories.
func Union(encodings ...*Encoding) (*Encoding, error) {
	if len(encodings) == 0 {
		return nil, fmt.Errorf("no encodings to unite: %w", fault.ErrUsage)
	}
	union := *encodings[0]
	for i, e := range encodings {
		if e.Separator != union.Separator || e.DecimalComma != union.DecimalComma || e.Thousands != union.Thousands {
			return nil, fault.Advise(fmt.Errorf("table %d is written differently than table 0: %w", i, fault.ErrUsage),
				"write all files alike, or say by %s, %s and %s how they are", "columns.separator", "columns.decimal_comma", "columns.thousands")
		}
	}
	for _, side := range []struct {
		into *[]Column
		of   func(e *Encoding) []Column
	}{
		{&union.Features, func(e *Encoding) []Column { return e.Features }},
		{&union.Targets, func(e *Encoding) []Column { return e.Targets }},
		{&union.Attributes, func(e *Encoding) []Column { return e.Attributes }},
	} {
		*side.into = slices.Clone(*side.into)
		for i, e := range encodings[1:] {
			columns := side.of(e)
			if len(columns) != len(*side.into) {
				return nil, fmt.Errorf("table %d has other columns than table 0: %w", i+1, fault.ErrUsage)
			}
			for k := range columns {
				if err := extend(&(*side.into)[k], columns[k]); err != nil {
					return nil, fmt.Errorf("table %d: %w", i+1, err)
				}
			}
		}
	}
	return &union, nil
}

// extend adds the categories of the same column of another table.
func extend(c *Column, other Column) error {
	if c.Name != other.Name {
		return fmt.Errorf("column %s stands where table 0 has %s: %w", fault.Quote(other.Name), fault.Quote(c.Name), fault.ErrUsage)
	}
	if (c.Categories == nil) != (other.Categories == nil) {
		return fmt.Errorf("column %s has numbers in one table and categories in another; name it among the categorical ones: %w", fault.Quote(c.Name), fault.ErrUsage)
	}
	if slices.Equal(c.Categories, other.Categories) {
		return nil
	}
	c.Categories = slices.Clone(c.Categories) // c.Fill, as offset and scale, is the first table's
	for _, category := range other.Categories {
		if !slices.Contains(c.Categories, category) {
			c.Categories = append(c.Categories, category)
		}
	}
	c.Numeric = c.Numeric && other.Numeric
	sortCategories(c)
	return nil
}
