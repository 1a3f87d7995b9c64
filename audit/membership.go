package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/foreign"
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
		Says:      fmt.Sprintf("none of %s has the features of a row of %s", c.words(), foreign.Quotes(c.Parts)),
		NotProven: []string{"that no similar record is in the data"},
	}
}

// Membership says that records are rows of parts. The prover selects a row
// per record: u(w,i) are bits with
//
//	Σ_i u(w,i) = 1,  Σ_i u(w,i)·X(i,k) = Y(w,k)
//
// where i runs over the rows of all parts.
type Membership struct {
	Parts []string `toml:"parts"`
	Works
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
	works, columns := s.axes(y)[0], s.axes(y)[1]
	one := []relation.Term{relation.Times(relation.Int(-1), relation.At(s.b.Mask(works), "w"))}
	row := []relation.Term{relation.Times(relation.Int(-1), relation.At(y, "w", "k"))}
	var found [][]int // by work: part and row
	s.fill(func(v *Values) { found = c.find(v, parts, y) })
	for k, p := range parts {
		if p.Features != columns.Size || p.FractionBits != parts[0].FractionBits || c.From == p.name {
			s.usage("rows of part %q differ from the records in width or fraction bits, or are the records", p.name)
			return
		}
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
		row = append(row, relation.Times(relation.Int(1), inside, relation.At(u, "w", "i"), relation.At(p.features(), "i", "k")))
	}
	s.b.Equation("one row per record", []relation.Axis{works}, []relation.Label{"w"}, one...)
	s.b.Equation("the row is the record", []relation.Axis{works, columns}, []relation.Label{"w", "k"}, row...)
}

// find returns part and row of every record.
func (c *Membership) find(v *Values, parts []*partTensors, y relation.ID) [][]int {
	at := map[string][]int{}
	for k, p := range parts {
		for i, key := range rowKeys(v, p.features()) {
			at[key] = []int{k, i}
		}
	}
	var found [][]int
	for w, key := range rowKeys(v, y) {
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
	keys := make([]string, axes[0].Size)
	for i := range keys {
		var b []byte
		for _, e := range cells[i*axes[1].Padded():][:axes[1].Size] {
			b = append(b, byte(e), byte(e>>8)) // 16 bits
		}
		keys[i] = string(b)
	}
	return keys
}

// Words implements Claim.
func (c *Membership) Words(*Subjects) Words {
	return Words{Says: fmt.Sprintf("each of %s has the features of a row of %s", c.words(), foreign.Quotes(c.Parts))}
}
