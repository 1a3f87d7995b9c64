package audit

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// NonMembership says that records are not rows of parts.
type NonMembership struct {
	Parts []string `toml:"parts"`
	Works
}

// State implements Claim.
func (c *NonMembership) State(s *Scope) { (&NonInclusion{Parts: c.Parts, Works: c.Works}).State(s) }

// Words implements Claim.
func (c *NonMembership) Words(*Subjects) Words {
	return Words{
		Says:      fmt.Sprintf("none of %s has the features of a row of %s, whatever its labels and attributes", c.words(), foreign.Quotes(c.Parts)),
		NotProven: []string{"that no similar record is in the data"},
	}
}

// Membership says that records are rows of parts, by their features, and, where
// it asks for that, by their labels and by attributes, too. The prover selects a
// row per record: u(w,i) are bits with
//
//	Σ_i u(w,i) = 1,  Σ_i u(w,i)·X(i,k) = Y(w,k)
//
// where i runs over the rows of all parts. With labels L of the parts and L' of the
// records, and codes A and A' of each attribute, for the same u:
//
//	Σ_i u(w,i)·L(i,c) = L'(w,c),  Σ_i u(w,i)·A(i) = A'(w)
type Membership struct {
	Parts []string `toml:"parts"`
	Works
	WithLabels     bool     `toml:"with_labels,omitempty"`     // of records that are a part
	WithAttributes []string `toml:"with_attributes,omitempty"` // likewise, by name
}

// compared is a tensor of the records and, by part, those of rows it may equal.
type compared struct {
	what    string
	records relation.ID
	rows    []relation.ID
}

// State implements Claim.
func (c *Membership) State(s *Scope) {
	parts := s.partsOf(c.Parts)
	if s.err != nil {
		return
	}
	y := s.works(c.Works, parts[0])
	if s.err != nil {
		return
	}
	for _, p := range parts {
		if p.Features != s.axes(y)[1].Size || p.FractionBits != parts[0].FractionBits || c.From == p.name {
			s.usage("rows of part %q differ from the records in width or fraction bits, or are the records", p.name)
			return
		}
	}
	features := compared{what: "the row is the record", records: y}
	for _, p := range parts {
		features.rows = append(features.rows, p.features())
	}
	all := append([]compared{features}, c.besides(s, parts)...)
	if s.err != nil {
		return
	}
	works := s.axes(y)[0]
	one := []relation.Term{relation.Times(relation.Int(-1), relation.At(s.b.Mask(works), "w"))}
	equal := make([][]relation.Term, len(all))
	labels := make([][]relation.Label, len(all)) // of a row and of a record
	for n, x := range all {
		labels[n] = []relation.Label{"w", "k"}[:len(s.axes(x.records))]
		equal[n] = []relation.Term{relation.Times(relation.Int(-1), relation.At(x.records, labels[n]...))}
	}
	var found [][]int // by work: part and row
	s.fill(func(v *Values) { found = find(v, all) })
	for k, p := range parts {
		rows := p.rowAxis()
		u := s.witness("rows of "+p.label()+" selected", []relation.Axis{works, rows}, func(*Values) []int64 {
			out := make([]int64, works.Padded()*rows.Padded())
			for w, at := range found {
				if at[0] == k {
					out[w*rows.Padded()+at[1]] = 1
				}
			}
			return out
		})
		s.b.Unsigned(u, 1)
		inside := relation.At(s.b.Mask(rows), "i")
		one = append(one, relation.Times(relation.Int(1), inside, relation.At(u, "w", "i")))
		for n, x := range all {
			row := append([]relation.Label{"i"}, labels[n][1:]...)
			equal[n] = append(equal[n], relation.Times(relation.Int(1), inside, relation.At(u, "w", "i"), relation.At(x.rows[k], row...)))
		}
	}
	s.b.Equation("one row per record", []relation.Axis{works}, []relation.Label{"w"}, one...)
	for n, x := range all {
		s.b.Equation(x.what, s.axes(x.records), labels[n], equal[n]...)
	}
}

// besides returns what is compared besides features.
func (c *Membership) besides(s *Scope, parts []*partTensors) []compared {
	if !c.WithLabels && len(c.WithAttributes) == 0 {
		return nil
	}
	if c.From == "" {
		s.usage("a public list has features alone: with_labels and with_attributes take records that are committed as a part (works)")
		return nil
	}
	var more []compared
	records := s.part(c.From)
	if c.WithLabels {
		labels := compared{what: "the row's labels are the record's", records: records.labels()}
		for _, p := range parts {
			if p.LabelKind != records.LabelKind || p.Labels != records.Labels || p.LabelFractionBits != records.LabelFractionBits || !slices.Equal(p.Classes, records.Classes) {
				s.usage("labels of parts %q and %q mean different things", c.From, p.name)
			}
			labels.rows = append(labels.rows, p.labels())
		}
		more = append(more, labels)
	}
	for i, name := range c.WithAttributes {
		if slices.Contains(c.WithAttributes[:i], name) {
			s.usage("attribute %s is named twice", foreign.Quote(name))
			return nil
		}
		codes, _ := s.attributeOf(append([]*partTensors{records}, parts...), name)
		if s.err != nil {
			return nil
		}
		more = append(more, compared{fmt.Sprintf("the row's attribute %q is the record's", name), codes[0], codes[1:]})
	}
	return more
}

// find returns part and row of every record.
func find(v *Values, all []compared) [][]int {
	keys := func(of func(x compared) relation.ID) []string {
		var whole []string
		for n, x := range all {
			for i, key := range rowKeys(v, of(x)) {
				if n == 0 {
					whole = append(whole, key)
				} else {
					whole[i] += key // of one length in all rows
				}
			}
		}
		return whole
	}
	at := map[string][]int{}
	for k := range all[0].rows {
		for i, key := range keys(func(x compared) relation.ID { return x.rows[k] }) {
			at[key] = []int{k, i}
		}
	}
	var found [][]int
	for w, key := range keys(func(x compared) relation.ID { return x.records }) {
		place := at[key]
		if place == nil {
			v.refuse("record %d is not in the data", w)
			place = []int{0, 0}
		}
		found = append(found, place)
	}
	return found
}

// rowKeys returns a text for every row of a tensor, equal for equal rows only.
func rowKeys(v *Values, x relation.ID) []string {
	axes, cells := v.scope.axes(x), v.of(x)
	columns := relation.Axis{Size: 1}
	if len(axes) > 1 {
		columns = axes[1]
	}
	keys := make([]string, axes[0].Size)
	for i := range keys {
		var b []byte
		for _, e := range cells[i*columns.Padded():][:columns.Size] {
			b = append(b, byte(e), byte(e>>8)) // 16 bits
		}
		keys[i] = string(b)
	}
	return keys
}

// Words implements Claim.
func (c *Membership) Words(*Subjects) Words {
	by, left := "", "labels and attributes are not compared"
	switch attributes := foreign.Quotes(c.WithAttributes); {
	case c.WithLabels && attributes != "":
		by, left = ", its labels and its "+attributes, "other attributes are not compared"
	case c.WithLabels:
		by, left = " and its labels", "attributes are not compared"
	case attributes != "":
		by, left = " and its "+attributes, "labels and other attributes are not compared"
	}
	return Words{Says: fmt.Sprintf("each of %s has the features of a row of %s%s; %s", c.words(), foreign.Quotes(c.Parts), by, left)}
}
