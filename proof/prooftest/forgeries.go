package prooftest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	. "github.com/zkaudit/zkaudit/relation"
)

// Forgery is what a prover makes up who chooses all that is committed: a case
// with other cells, multiplicities or public tensors than an honest one, told as
// they are. A few of them are true all the same, and belong to a false one that
// they are to be compared with.
type Forgery struct {
	Name    string
	Honest  *Case
	Refused string // the first check that it fails, "" if it is true

	cells  func(c *Case) // what is changed, before lookups are counted anew
	counts func(c *Case) // and after
}

// lookupSum is where the lookups of false cells, or false counts, do not add up.
const lookupSum = "lookup sum"

// Forgeries returns forgeries of all kinds.
func Forgeries(t testing.TB) []Forgery {
	t.Helper()
	ty := NewTiny(t, rand.New(rand.NewPCG(21, 22)))
	l := &trained{ty, NewCase(t, ty.System, ty.Cells)}
	g := NewGathered(t, NewSpec())
	s := &selected{g, NewCase(t, g.System, g.Cells)}
	return slices.Concat(l.columns(), s.columns(), l.swaps(), s.quotients(t), s.counts(), s.public(), l.padding(t), l.steps(), unranged(t), smallest(t))
}

// Forged returns the forged case. It must differ from the honest one.
func (f *Forgery) Forged(t testing.TB) *Case {
	t.Helper()
	c := f.Honest.Clone()
	if f.cells != nil {
		f.cells(c)
	}
	c.Recount(t)
	if f.counts != nil {
		f.counts(c)
	}
	c.Commit(t)
	if c.Statement.Layout == f.Honest.Statement.Layout && slices.EqualFunc(c.Tables, f.Honest.Tables, func(a, b []fr.Element) bool { return slices.Equal(a, b) }) {
		t.Fatalf("%s: nothing is forged", f.Name)
	}
	return c
}

// increase adds a field element to a cell.
func (c *Case) increase(id ID, cell int, by fr.Element) {
	v := &c.Tables[id][cell]
	v.Add(v, &by)
}

// over returns a/b.
func over(a, b int64) fr.Element {
	v, d := Int(a), Int(b)
	d.Inverse(&d)
	v.Mul(&v, &d)
	return v
}

// trained is the small layer, with its honest case.
type trained struct {
	*Tiny
	honest *Case
}

// selected is the small dataset, with its honest case.
type selected struct {
	*Gathered
	honest *Case
}

// columns has a wrong cell in each committed tensor: another integer, or none.
func (l *trained) columns() []Forgery {
	open := 0 // a cell where the gate is open: elsewhere any error is right
	for ; l.honest.Tables[l.IDs["G"]][open].IsZero(); open++ {
	}
	return columns(l.honest, map[string]int{"W0": 5, "WS": 5, "E": open, "A": open, "G": open, "D": open},
		map[string]string{"WS": updates, "E": updates})
}

// updates is where errors, gates and weights of the small layer do not fit.
const updates = "sumcheck of gate"

func (s *selected) columns() []Forgery {
	list := columns(s.honest, nil, map[string]string{
		"D": "scaled", "Y": "scaled", "Q": "divided", "R": "divided", "Z": "sumcheck of weighted", "U": "sumcheck of weighted",
	})
	return append(list, Forgery{
		Name: "gathered, a row that no slot reads is no part of the statement", Honest: s.honest,
		cells: func(c *Case) { c.increase(s.IDs["D"], 2*4, Int(1)) },
	})
}

// columns changes the given cells, or first ones. Where only equations refuse
// another integer, refused says which; what is looked up is no fraction.
func columns(honest *Case, at map[string]int, refused map[string]string) (list []Forgery) {
	sys := honest.Statement.Layout.System
	for _, id := range slices.Concat(sys.Committed(External), sys.Committed(Witness)) {
		name := sys.Tensor(id).Name
		lookedUp := slices.ContainsFunc(sys.Lookups, func(k Lookup) bool { return slices.Contains(k.Columns, id) })
		counted := slices.ContainsFunc(sys.Tables, func(tab Table) bool { return tab.Count == id })
		for _, d := range []struct {
			name  string
			by    fr.Element
			whole bool
		}{{"+ 1", Int(1), true}, {"− 1", Int(-1), true}, {"+ 1/4", over(1, 4), false}} {
			f := Forgery{Name: fmt.Sprintf("%s, %s %s", sys.Name, name, d.name), Honest: honest, Refused: lookupSum}
			if place, ok := refused[name]; ok && (d.whole || !lookedUp) {
				f.Refused = place
			}
			change := func(c *Case) { c.increase(id, at[name], d.by) }
			if counted {
				f.counts = change
			} else {
				f.cells = change
			}
			list = append(list, f)
		}
	}
	return list
}

// swaps exchanges two different cells of a tensor.
func (l *trained) swaps() (list []Forgery) {
	for _, name := range []string{"X", "A", "G", "D", "W0", "WS"} {
		refused := lookupSum
		if name == "WS" {
			refused = updates
		}
		list = append(list, Forgery{Name: "tiny, cells of " + name + " swapped", Honest: l.honest, Refused: refused, cells: func(c *Case) {
			table := c.Tables[l.IDs[name]]
			j := 1
			for table[j].Equal(&table[0]) || !IsReal(l.System.Tensor(l.IDs[name]).Axes, j) {
				j++
			}
			table[0], table[j] = table[j], table[0]
		}})
	}
	return list
}

// quotients: Y = 4·Q + R with R in [0,4) also holds for Q + 1/4, R − 1. Only the
// range of Q excludes that; a quotient without range is no quotient.
func (s *selected) quotients(t testing.TB) []Forgery {
	spec := NewSpec()
	spec.FreeQ = true
	g := NewGathered(t, spec)
	free := &selected{g, NewCase(t, g.System, g.Cells)}
	cell := 0
	for ; s.honest.Tables[s.IDs["R"]][cell].IsZero(); cell++ {
	}
	shifted := func(s *selected, name, refused string, q, r fr.Element) Forgery {
		return Forgery{Name: name, Honest: s.honest, Refused: refused, cells: func(c *Case) {
			c.increase(s.IDs["Q"], cell, q)
			c.increase(s.IDs["R"], cell, r)
		}}
	}
	// A value of another table, counted there, is not one of its own table.
	another := shifted(s, "remainder in the table of another lookup", lookupSum, Int(-1), Int(4))
	another.counts = func(c *Case) { // in [−128,128), not in [0,4)
		for _, tab := range s.System.Tables {
			if tab.Offset == -128 {
				c.increase(tab.Count, 128+int(c.Tables[s.IDs["R"]][cell].Uint64()), Int(1))
			}
		}
	}
	return []Forgery{
		shifted(s, "quotient + 1/4", lookupSum, over(1, 4), Int(-1)),
		shifted(free, "quotient + 1/4, without range", "", over(1, 4), Int(-1)),
		shifted(s, "remainder of more than the divisor", lookupSum, Int(-1), Int(4)),
		shifted(free, "remainder of more than the divisor, quotient without range", lookupSum, Int(-1), Int(4)),
		another,
	}
}

// counts has other multiplicities of squares: of −2 … 2 in rows 0 … 4, and of
// copies of row 0 in rows 5 … 7.
func (s *selected) counts() (list []Forgery) {
	square := s.System.Tables[slices.IndexFunc(s.System.Tables, func(tab Table) bool { return tab.Name == "square" })]
	count := func(name, refused string, change func(m []fr.Element)) {
		list = append(list, Forgery{Name: "counts of squares, " + name, Honest: s.honest, Refused: refused, counts: func(c *Case) { change(c.Tables[square.Count]) }})
	}
	count("one more", lookupSum, func(m []fr.Element) { m[1] = Int(2) })
	count("one less", lookupSum, func(m []fr.Element) { m[1] = Int(0) })
	count("moved", lookupSum, func(m []fr.Element) { m[1], m[2] = Int(2), Int(0) })
	count("moved to an equal value", lookupSum, func(m []fr.Element) { m[1], m[3] = Int(0), Int(2) })
	count("split in fractions", lookupSum, func(m []fr.Element) { m[1], m[2] = over(1, 2), over(3, 2) })
	count("row 0 counted in its copy", "", func(m []fr.Element) { m[0], m[6] = Int(0), Int(1) })
	count("row 0 and its copies", "", func(m []fr.Element) { m[0], m[5], m[7] = Int(3), Int(-4), Int(2) })
	count("copy of row 0 counted more", lookupSum, func(m []fr.Element) { m[5] = Int(1) })
	return list
}

// public replaces public tensors: conversations that are true about others than
// the statement's, which only their evaluation shows.
func (s *selected) public() (list []Forgery) {
	y := s.honest.Tables[s.IDs["Y"]] // (s,b,c) of 4 × 2 × 4 cells
	replace := func(name string, cell int, follow func(c *Case)) {
		id := ID(slices.IndexFunc(s.System.Tensors, func(tensor Tensor) bool { return tensor.Name == name }))
		list = append(list, Forgery{Name: "public tensor replaced, " + name, Honest: s.honest, Refused: fmt.Sprintf("public tensor %q", name), cells: func(c *Case) {
			c.increase(id, cell, Int(1))
			follow(c)
		}})
	}
	replace("P", 1, func(c *Case) {
		for i := 1; i < len(y); i += 4 {
			c.increase(s.IDs["U"], i, y[i])
		}
	})
	replace("rates", 2, func(c *Case) {
		for i := 2 * 8; i < 3*8; i++ {
			c.increase(s.IDs["Z"], i%4, y[i])
		}
	})
	replace("square column 1", 4, func(c *Case) { c.increase(s.IDs["S"], 4, Int(1)) })
	return list
}
