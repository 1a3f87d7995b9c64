package prooftest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	. "github.com/zkaudit/zkaudit/relation"
)

// Padded sizes of the small layer's axes: batch, in, out.
const pB, pK, pJ = 8, 8, 4

// garbage fills the padding of the small layer with random field elements: of
// steps, batch and units, in the inputs, errors, gates, activations and
// weights. Relations that are claimed in padded cells are kept up.
func (l *trained) garbage(c *Case) {
	for _, name := range []string{"X", "E", "A", "G", "W0"} {
		axes := l.System.Tensor(l.IDs[name]).Axes
		table := c.Tables[l.IDs[name]]
		for i := range table {
			if !IsReal(axes, i) {
				table[i].MustSetRandom()
			}
		}
	}
	d, g, e := c.Tables[l.IDs["D"]], c.Tables[l.IDs["G"]], c.Tables[l.IDs["E"]]
	for i := range d {
		d[i].Mul(&g[i], &e[i])
	}
	l.finish(c, batch)
}

// finish sets WS = W0 − Σ_{s, b<samples} n_s·X·D on all cells.
func (l *trained) finish(c *Case, samples int) {
	rates := []int64{3, 1, 2}
	x, d := c.Tables[l.IDs["X"]], c.Tables[l.IDs["D"]]
	w0, wS := c.Tables[l.IDs["W0"]], c.Tables[l.IDs["WS"]]
	copy(wS, w0)
	for s, n := range rates {
		for b := range samples {
			for k := range pK {
				for j := range pJ {
					var v fr.Element
					v.Mul(&x[(s*pB+b)*pK+k], &d[(s*pB+b)*pJ+j])
					rate := Int(n)
					v.Mul(&v, &rate)
					w := &wS[k*pJ+j]
					w.Sub(w, &v)
				}
			}
		}
	}
}

// padding: garbage is accepted where the claims about real cells are true all
// the same, and changes no real cell. With garbage in place, weights computed
// from it are refused, as is every wrong real cell.
func (l *trained) padding(t testing.TB) (list []Forgery) {
	of := func(name, refused string, change func(c *Case)) {
		list = append(list, Forgery{Name: "garbage in the padding, " + name, Honest: l.honest, Refused: refused, cells: func(c *Case) {
			l.garbage(c)
			l.onlyPadding(t, c)
			change(c)
		}})
	}
	of("nothing else", "", func(*Case) {})
	of("padded batch rows in the update", updates, func(c *Case) { l.finish(c, pB) })
	of("one row left out", updates, func(c *Case) { l.finish(c, batch-1) })
	of("weight", updates, func(c *Case) { c.increase(l.IDs["WS"], 0, Int(1)) })
	of("activation", lookupSum, func(c *Case) { c.increase(l.IDs["A"], 0, Int(1)) })
	of("input", lookupSum, func(c *Case) { c.increase(l.IDs["X"], 0, Int(1)) })
	of("activation out of padded inputs", lookupSum, func(c *Case) {
		// The accumulator as it would be without the mask over inputs.
		v := Int(0)
		for k := range pK {
			var p fr.Element
			p.Mul(&c.Tables[l.IDs["X"]][k], &c.Tables[l.IDs["W0"]][k*pJ])
			v.Add(&v, &p)
		}
		c.Tables[l.IDs["A"]][0] = v
	})
	return list
}

// onlyPadding reports a changed cell outside of the padding, and weights after
// training that no garbage has reached.
func (l *trained) onlyPadding(t testing.TB, c *Case) {
	t.Helper()
	for name, id := range l.IDs {
		changed := 0
		for i := range c.Tables[id] {
			if c.Tables[id][i].Equal(&l.honest.Tables[id][i]) {
				continue
			}
			if changed++; IsReal(l.System.Tensor(id).Axes, i) {
				t.Fatalf("cell %d of %s is changed by padding", i, name)
			}
		}
		if name == "WS" && changed == 0 {
			t.Error("no garbage reached the padding of the weights")
		}
	}
}

// steps has weights after all steps but one.
func (l *trained) steps() (list []Forgery) {
	for s := range steps {
		list = append(list, Forgery{Name: fmt.Sprintf("step %d skipped", s), Honest: l.honest, Refused: updates, cells: func(c *Case) {
			d := c.Tables[l.IDs["D"]]
			kept := slices.Clone(d)
			clear(d[s*pB*pJ : (s+1)*pB*pJ])
			l.finish(c, batch)
			copy(d, kept)
		}})
	}
	return list
}

// unranged is why datasets and initial weights need certificates. One weight is
// updated once on one committed row: V = x·w is looked up, w' = w − x·d. A cell
// x = −1000/7 makes the error 7 move a weight by 1000, and the layer accepts it,
// because nothing that it is told to look up is out of range. The range that a
// certificate states refuses the cell.
func unranged(t testing.TB) (list []Forgery) {
	for _, test := range []struct {
		name, refused string
		certified     bool
		x, w, d       fr.Element
	}{
		{"uncertified", "", false, over(-1000, 7), Int(0), Int(7)},
		{"certified", lookupSum, true, over(-1000, 7), Int(0), Int(7)},
		{"certified and in range", "", true, Int(-9), Int(3), Int(7)},
		{"of an uncertified weight before", "", true, Int(3), over(100, 3), Int(7)}, // x·w = 100 although w is no integer
	} {
		b := NewBuilder("one weight")
		x, w, after, d := b.External("x"), b.External("w"), b.External("w after"), b.Witness("d")
		v := b.Virtual("V", nil, nil, Times(Int(1), At(x), At(w)))
		b.Signed(v, 8)
		b.Signed(d, 8)
		b.Equation("update", nil, nil, Times(Int(1), At(after)), Times(Int(-1), At(w)), Times(Int(1), At(x), At(d)))
		if test.certified {
			b.Signed(x, 8)
		}
		sys, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		cells := NewAssignment(sys)
		for _, id := range []ID{x, w, after, d, v} {
			cells[id].Small = []int32{0}
		}
		list = append(list, Forgery{Name: "field-sized cell, " + test.name, Honest: NewCase(t, sys, cells), Refused: test.refused, cells: func(c *Case) {
			c.Tables[x][0], c.Tables[w][0], c.Tables[d][0] = test.x, test.w, test.d
			moved := &c.Tables[after][0]
			moved.Mul(&test.x, &test.d)
			moved.Sub(&test.w, moved)
		}})
	}
	return list
}
