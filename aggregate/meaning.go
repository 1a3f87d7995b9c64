package aggregate

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Meaning is what files of parts have shown of what numbers mean: a round knows parts
// by digest alone, and weights may be averaged of rows whose columns have nothing to do
// with one another.
type Meaning struct {
	// Without are participants, from 1, of whom not all parts were given.
	Without []int `json:"without"`
	// Parts that were compared, and how many of them publish their encoding.
	Parts     int `json:"parts"`
	Published int `json:"published"`
	// Features and Classes say whether the parts name them.
	Features bool `json:"features"`
	Classes  bool `json:"classes"`
}

// CompareMeanings compares what the numbers of participants' parts mean, as their owners
// say in files of parts: names of features and classes, vocabularies of attributes,
// fraction bits, and the recipe of each column where it is published. It fails with
// fault.ErrRejected for a part that no participant is trained on, or that differs from
// the first one.
//
// Requires contributions in the order of participants.
func CompareMeanings(list []*Contribution, parts []*bundle.PartFile) (*Meaning, error) {
	m := &Meaning{Without: []int{}}
	given, found := map[[32]byte]*bundle.PartFile{}, map[[32]byte]bool{}
	for _, p := range parts {
		given[p.Digest()] = p
	}
	var first, published *named
	for k, c := range list {
		missing := false
		for i := range c.Run.Parts {
			digest := c.Run.PartDigest(i)
			p := given[digest]
			if p == nil {
				missing = true
				continue
			}
			found[digest] = true
			own := &named{fmt.Sprintf("part %s of participant %d", hex.EncodeToString(digest[:]), k+1), &p.Meaning}
			m.Parts++
			if first == nil {
				first, m.Features, m.Classes = own, len(own.meaning.Features) > 0, len(own.meaning.Classes) > 0
			} else if err := own.differs(first, own.columns(first)); err != nil {
				return nil, err
			}
			if own.meaning.Encoding == nil {
				continue
			}
			m.Published++
			if published == nil {
				published = own
			} else if err := own.differs(published, own.recipe(published)); err != nil {
				return nil, err
			}
		}
		if missing {
			m.Without = append(m.Without, k+1)
		}
	}
	for _, p := range parts {
		if digest := p.Digest(); !found[digest] {
			return nil, fmt.Errorf("no participant of the round is trained on part %x: %w", digest, fault.ErrRejected)
		}
	}
	return m, nil
}

// named is what a part means, and whose it is.
type named struct {
	of      string
	meaning *bundle.Meaning
}

// differs is fault.ErrRejected with a difference, nil if that is "".
func (n *named) differs(from *named, what string) error {
	if what == "" {
		return nil
	}
	return fmt.Errorf("%s does not mean what %s does: %s: %w", n.of, from.of, what, fault.ErrRejected)
}

// columns says what differs in the words for columns, classes and attributes.
func (n *named) columns(from *named) string {
	a, b := n.meaning, from.meaning
	switch {
	case a.FractionBits != b.FractionBits || a.LabelFractionBits != b.LabelFractionBits:
		return fmt.Sprintf("its numbers have %d and %d fraction bits, not %d and %d", a.FractionBits, a.LabelFractionBits, b.FractionBits, b.LabelFractionBits)
	case !slices.Equal(a.Features, b.Features):
		return "its features are " + listOf(a.Features) + ", not " + listOf(b.Features)
	case !slices.Equal(a.Classes, b.Classes):
		return "its classes are " + listOf(a.Classes) + ", not " + listOf(b.Classes)
	case !slices.EqualFunc(a.Attributes, b.Attributes, func(v, w bundle.Vocabulary) bool { return v.Name == w.Name && slices.Equal(v.Entries, w.Entries) }):
		return "its attributes, or their values, are others"
	}
	return ""
}

// recipe says what differs in how cells of a table became these integers. How many rows
// an encoding was fitted on, how a file separates its cells and where a column stands in
// it changes no number.
func (n *named) recipe(from *named) string {
	a, b := n.meaning.Encoding, from.meaning.Encoding
	if a.FractionBits != b.FractionBits || a.TargetFractionBits != b.TargetFractionBits || a.Imputation != b.Imputation {
		return "its encoding has other fraction bits, or fills missing cells in otherwise"
	}
	for _, columns := range [][2][]encoding.Column{{a.Features, b.Features}, {a.Targets, b.Targets}, {a.Attributes, b.Attributes}} {
		if len(columns[0]) != len(columns[1]) {
			return fmt.Sprintf("its encoding has %d column(s) where the other has %d", len(columns[0]), len(columns[1]))
		}
		for i, c := range columns[0] {
			d := columns[1][i]
			if c.Name != d.Name || c.Offset != d.Offset || c.Scale != d.Scale || c.Rows != d.Rows || c.Numeric != d.Numeric || c.Fill != d.Fill || !slices.Equal(c.Categories, d.Categories) {
				return fmt.Sprintf("its encoding makes other numbers of column %s", foreign.Quote(c.Name))
			}
		}
	}
	return ""
}

func listOf(names []string) string {
	if len(names) == 0 {
		return "without names"
	}
	return foreign.Quotes(names)
}

// compared says what files of parts have shown; nothing of fewer than two.
func (m *Meaning) compared() []string {
	if m == nil || m.Parts < 2 {
		return []string{}
	}
	columns := "features have no names, so that nothing says what they are"
	if m.Features {
		columns = "features have the same names, in the same order"
	}
	labels := "labels have no names"
	if m.Classes {
		labels = "classes have the same names, in the same order"
	}
	recipe := "by which recipe numbers were made of cells is published of none"
	switch {
	case m.Published == m.Parts:
		recipe = "numbers were made of cells by one recipe, which all publish"
	case m.Published > 0:
		recipe = fmt.Sprintf("by which recipe numbers were made of cells is published of %d, and is the same for these", m.Published)
	}
	return []string{fmt.Sprintf("by their owners' word, of the %d parts that were given: %s; %s; attributes have the same names and values; %s", m.Parts, columns, labels, recipe)}
}

// notProven says what was not compared; nil: nothing was.
func (m *Meaning) notProven() []string {
	switch {
	case m == nil:
		return []string{"that columns, classes and attributes mean the same to all participants: a round knows parts by digest alone, and the average of others is none of anything; --part compares what their files say"}
	case len(m.Without) > 0:
		return []string{fmt.Sprintf("that columns, classes and attributes mean the same to %s as to the others: not all parts were given (--part)", participants(m.Without))}
	}
	return nil
}

// participants names them, counted from 1.
func participants(list []int) string {
	text := "participant"
	if len(list) > 1 {
		text = "participants"
	}
	for i, k := range list[:min(len(list), foreign.MaxList)] {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %d", k)
	}
	if more := len(list) - foreign.MaxList; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
