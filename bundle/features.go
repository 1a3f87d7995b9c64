package bundle

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Column is a column that features come from, as far as their names say.
type Column struct {
	Name       string
	Categories int // features that are categories of it, named NAME=CATEGORY; 0: the column is a feature
}

// Columns returns the columns of the named features, in order. Neighbours with
// the same text before their first "=" are categories of one column.
func Columns(features []string) []Column {
	var columns []Column
	for _, name := range features {
		column, _, category := strings.Cut(name, "=")
		switch last := len(columns) - 1; {
		case !category:
			columns = append(columns, Column{Name: name})
		case last >= 0 && columns[last].Name == column && columns[last].Categories > 0:
			columns[last].Categories++
		default:
			columns = append(columns, Column{column, 1})
		}
	}
	return columns
}

// Readable says in a sentence what a model can read of a row with these
// features, and which attributes are among them. The names are their owner's
// word, and there may be none.
func Readable(features, attributes []string) string {
	if len(features) == 0 {
		return "the names of the features are not published, so nothing here says what a model can read, attributes or not"
	}
	columns := Columns(features)
	var words, among []string
	for _, c := range columns[:min(len(columns), foreign.MaxList)] {
		switch word := foreign.Quote(c.Name); c.Categories {
		case 0:
			words = append(words, word)
		case 1:
			words = append(words, word+" (one category)")
		default:
			words = append(words, fmt.Sprintf("%s (%d categories)", word, c.Categories))
		}
	}
	if more := len(columns) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	for _, a := range attributes {
		if slices.ContainsFunc(columns, func(c Column) bool { return c.Name == a }) {
			among = append(among, a)
		}
	}
	text := "a model can read " + strings.Join(words, ", ") // last, since a line is cut off somewhere
	switch {
	case len(among) > 0:
		return fmt.Sprintf("ATTRIBUTES AMONG THE FEATURES: %s; %s", foreign.Quotes(among), text)
	case len(attributes) > 0:
		return "no attribute is among the features; " + text
	}
	return text
}

// Readable says in a sentence what a model can read of a row of the part.
func (m *Meaning) Readable() string {
	return FilledIn(m.Filled) + Readable(m.Features, m.AttributeNames())
}

// FilledIn begins a sentence by the cells that were filled in; "" if none were.
func FilledIn(columns []Filled) string {
	if len(columns) == 0 {
		return ""
	}
	var words []string
	for _, f := range columns[:min(len(columns), foreign.MaxList)] {
		words = append(words, fmt.Sprintf("%d of %s by %s", f.Cells, foreign.Quote(f.Column), f.Rule))
	}
	if more := len(columns) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and of %d more columns", more))
	}
	return fmt.Sprintf("MISSING CELLS FILLED IN: %s; ", strings.Join(words, ", "))
}

// AttributeNames are the names of the attributes, in order.
func (m *Meaning) AttributeNames() []string {
	var names []string
	for _, a := range m.Attributes {
		names = append(names, a.Name)
	}
	return names
}

// NameFeatures adds to the report what the model could read, from files of parts
// of the dataset: a bundle has the digest of their names alone. It fails with
// fault.ErrRejected for a part that is not in the bundle.
func (r *Report) NameFeatures(parts ...*PartFile) error {
	read := make([]string, len(r.Facts.Dataset))
	for _, p := range parts {
		digest := p.Digest()
		i := slices.Index(r.Facts.Dataset, hex.EncodeToString(digest[:]))
		if i < 0 {
			return fmt.Errorf("part %x is none that the bundle was trained on: %w", digest, fault.ErrRejected)
		}
		read[i] = p.Meaning.Readable()
	}
	r.Readable = nil
	for i, text := range read {
		if text == "" {
			text = "a bundle does not name features; the file of the part does (--part, or zkaudit inspect)"
		}
		r.Readable = append(r.Readable, fmt.Sprintf("dataset part %d: %s", i, text))
	}
	return nil
}
