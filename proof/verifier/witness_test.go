package verifier_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
)

// attempt commits to the tables of a case, external ones included, recounts
// the lookups, proves, and returns the verdict: everything a prover can do who
// chooses all cells.
func attempt(t *testing.T, c *prooftest.Case) error {
	t.Helper()
	c.Recount(t)
	c.Commit(t)
	return c.Verify(t, c.Forge(t))
}

// increase adds a field element to a cell.
func increase(c *prooftest.Case, id relation.ID, cell int, by fr.Element) {
	v := &c.Tables[id][cell]
	v.Add(v, &by)
}

func integer(v int64) fr.Element { return relation.Int(v) }

// over returns a/b.
func over(a, b int64) fr.Element {
	v, d := integer(a), integer(b)
	d.Inverse(&d)
	v.Mul(&v, &d)
	return v
}

func TestEveryColumnIsBound(t *testing.T) {
	ty, layer, _ := tiny(t)
	open := 0 // a cell where the gate is open: elsewhere any error is right
	for ; layer.Tables[ty.IDs["G"]][open].IsZero(); open++ {
	}
	for name, cell := range map[string]int{"X": 0, "E": open, "A": open, "G": open, "D": open, "W0": 5, "WS": 5} {
		for _, by := range []int64{1, -1} {
			c := layer.Clone()
			increase(c, ty.IDs[name], cell, integer(by))
			refused(t, fmt.Sprintf("%s%+d", name, by), attempt(t, c), fault.ErrRejected)
		}
	}
	g, data := gathered(t, nil)
	for name, id := range g.IDs {
		for _, by := range []int64{1, -1} {
			c := data.Clone()
			increase(c, id, 0, integer(by))
			refused(t, fmt.Sprintf("%s%+d", name, by), attempt(t, c), fault.ErrRejected)
		}
	}
	// A row that no slot reads is no part of the statement.
	c := data.Clone()
	increase(c, g.IDs["D"], 2*4, integer(1))
	if err := attempt(t, c); err != nil {
		t.Errorf("row that no slot reads: %v", err)
	}
}

func TestCellsSwapped(t *testing.T) {
	ty, layer, _ := tiny(t)
	for _, name := range []string{"X", "A", "G", "D", "W0", "WS"} {
		c := layer.Clone()
		table := c.Tables[ty.IDs[name]]
		j := 1
		for table[j].Equal(&table[0]) || !prooftest.IsReal(ty.System.Tensor(ty.IDs[name]).Axes, j) {
			j++
		}
		table[0], table[j] = table[j], table[0]
		refused(t, name, attempt(t, c), fault.ErrRejected)
	}
}

// TestQuotient: Y = 4·Q + R with R in [0,4) also holds for Q + 1/4, R − 1. Only
// the range of Q excludes that; a quotient without range is no quotient.
func TestQuotient(t *testing.T) {
	for _, free := range []bool{false, true} {
		g, c := gathered(t, func(s *prooftest.Spec) { s.FreeQ = free })
		cell := 0
		for ; c.Tables[g.IDs["R"]][cell].IsZero(); cell++ {
		}
		d := c.Clone()
		increase(d, g.IDs["Q"], cell, over(1, 4))
		increase(d, g.IDs["R"], cell, integer(-1))
		if err := attempt(t, d); free && err != nil {
			t.Errorf("unranged quotient: %v", err)
		} else if !free {
			refused(t, "quotient + 1/4", err, fault.ErrRejected)
		}
		d = c.Clone()
		increase(d, g.IDs["Q"], cell, integer(-1))
		increase(d, g.IDs["R"], cell, integer(4))
		refused(t, "remainder of more than the divisor", attempt(t, d), fault.ErrRejected)
	}
}

// TestTableOfAnotherLookup: a value of another table, counted there, is not
// one of its own table.
func TestTableOfAnotherLookup(t *testing.T) {
	g, c := gathered(t, nil)
	increase(c, g.IDs["Q"], 0, integer(-1))
	increase(c, g.IDs["R"], 0, integer(4)) // in [−128,128), not in [0,4)
	value := c.Tables[g.IDs["R"]][0]
	c.Recount(t)
	tables := g.System.Tables
	for i := range tables {
		if tables[i].Offset == -128 {
			one := integer(1)
			count := &c.Tables[tables[i].Count][128+value.Uint64()]
			count.Add(count, &one)
		}
	}
	refused(t, "value of another table", c.Verify(t, c.Forge(t)), fault.ErrRejected)
}

func TestMultiplicities(t *testing.T) {
	g, honest := gathered(t, nil)
	var square *relation.Table
	for i := range g.System.Tables {
		if g.System.Tables[i].Name == "square" {
			square = &g.System.Tables[i]
		}
	}
	for name, test := range map[string]struct {
		change func(count []fr.Element)
		fine   bool
	}{
		"one more":                   {func(m []fr.Element) { m[1] = integer(2) }, false},
		"one less":                   {func(m []fr.Element) { m[1] = integer(0) }, false},
		"moved":                      {func(m []fr.Element) { m[1], m[2] = integer(2), integer(0) }, false},
		"moved to an equal value":    {func(m []fr.Element) { m[1], m[3] = integer(0), integer(2) }, false},
		"split in fractions":         {func(m []fr.Element) { m[1], m[2] = over(1, 2), over(3, 2) }, false},
		"row 0 counted in its copy":  {func(m []fr.Element) { m[0], m[6] = integer(0), integer(1) }, true},
		"row 0 and its copies":       {func(m []fr.Element) { m[0], m[5], m[7] = integer(3), integer(-4), integer(2) }, true},
		"copy of row 0 counted more": {func(m []fr.Element) { m[5] = integer(1) }, false},
	} {
		c := honest.Clone()
		c.Recount(t)
		test.change(c.Tables[square.Count])
		err := c.Verify(t, c.Forge(t))
		if test.fine && err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !test.fine {
			refused(t, name, err, fault.ErrRejected)
		}
	}
}

// TestPublicTensorReplaced: conversations that are true about other public
// tensors than the statement's.
func TestPublicTensorReplaced(t *testing.T) {
	g, honest := gathered(t, nil)
	public := func(name string) relation.ID {
		for i := range g.System.Tensors {
			if g.System.Tensors[i].Name == name {
				return relation.ID(i)
			}
		}
		t.Fatalf("no tensor %q", name)
		return relation.None
	}
	y := honest.Tables[g.IDs["Y"]] // (s,b,c) of 4 × 2 × 4 cells
	for name, change := range map[string]func(c *prooftest.Case){
		"P": func(c *prooftest.Case) {
			increase(c, public("P"), 1, integer(1))
			for i := 1; i < len(y); i += 4 {
				increase(c, g.IDs["U"], i, y[i])
			}
		},
		"rates": func(c *prooftest.Case) {
			increase(c, public("rates"), 2, integer(1))
			for i := 2 * 8; i < 3*8; i++ {
				increase(c, g.IDs["Z"], i%4, y[i])
			}
		},
		"square column 1": func(c *prooftest.Case) {
			increase(c, public("square column 1"), 4, integer(1))
			increase(c, g.IDs["S"], 4, integer(1))
		},
	} {
		c := honest.Clone()
		c.Tables[public(name)] = slices.Clone(c.Tables[public(name)])
		change(c)
		err := attempt(t, c)
		refused(t, name, err, fault.ErrRejected)
		if want := fmt.Sprintf("public tensor %q", name); err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s is refused for something else: %v", name, err)
		}
	}
}
