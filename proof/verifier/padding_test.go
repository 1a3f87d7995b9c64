package verifier_test

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
)

// Padded sizes of the small layer's axes: step, batch, in, out.
const pS, pB, pK, pJ = 4, 8, 8, 4

// garbage fills the padding of the small layer with random field elements: of
// steps, batch and units, in the inputs, errors, gates, activations and
// weights. Relations that are claimed in padded cells are kept up.
func garbage(t *testing.T, ty *prooftest.Tiny, c *prooftest.Case) {
	t.Helper()
	for _, name := range []string{"X", "E", "A", "G", "W0"} {
		axes := ty.System.Tensor(ty.IDs[name]).Axes
		table := c.Tables[ty.IDs[name]]
		for i := range table {
			if !prooftest.IsReal(axes, i) {
				table[i].MustSetRandom()
			}
		}
	}
	d, g, e := c.Tables[ty.IDs["D"]], c.Tables[ty.IDs["G"]], c.Tables[ty.IDs["E"]]
	for i := range d {
		d[i].Mul(&g[i], &e[i])
	}
	finish(ty, c, 5)
}

// finish sets WS = W0 − Σ_{s<3, b<batch} n_s·X·D on all cells.
func finish(ty *prooftest.Tiny, c *prooftest.Case, batch int) {
	rates := []int64{3, 1, 2}
	x, d := c.Tables[ty.IDs["X"]], c.Tables[ty.IDs["D"]]
	w0, wS := c.Tables[ty.IDs["W0"]], c.Tables[ty.IDs["WS"]]
	copy(wS, w0)
	for s, n := range rates {
		for b := range batch {
			for k := range pK {
				for j := range pJ {
					var v fr.Element
					v.Mul(&x[(s*pB+b)*pK+k], &d[(s*pB+b)*pJ+j])
					rate := integer(n)
					v.Mul(&v, &rate)
					w := &wS[k*pJ+j]
					w.Sub(w, &v)
				}
			}
		}
	}
}

// TestGarbageInPadding: garbage is accepted where the claims about real cells
// are true all the same, and changes no real cell.
func TestGarbageInPadding(t *testing.T) {
	ty, honest, _ := tiny(t)
	c := honest.Clone()
	garbage(t, ty, c)
	if err := attempt(t, c); err != nil {
		t.Fatalf("garbage in the padding: %v", err)
	}
	axes := ty.System.Tensor(ty.IDs["WS"]).Axes
	changed := 0
	for i := range c.Tables[ty.IDs["WS"]] {
		same := c.Tables[ty.IDs["WS"]][i].Equal(&honest.Tables[ty.IDs["WS"]][i])
		if prooftest.IsReal(axes, i) && !same {
			t.Fatalf("cell %d of the weights after is changed by padding", i)
		}
		if !same {
			changed++
		}
	}
	if changed == 0 {
		t.Error("no garbage reached the padding of the weights")
	}
}

// TestPaddingReachesNoRealCell: with garbage in place, weights computed from
// it are refused, as is every wrong real cell.
func TestPaddingReachesNoRealCell(t *testing.T) {
	ty, honest, _ := tiny(t)
	for name, change := range map[string]func(c *prooftest.Case){
		"padded batch rows in the update": func(c *prooftest.Case) { finish(ty, c, pB) },
		"one row left out":                func(c *prooftest.Case) { finish(ty, c, 4) },
		"weight":                          func(c *prooftest.Case) { increase(c, ty.IDs["WS"], 0, integer(1)) },
		"activation":                      func(c *prooftest.Case) { increase(c, ty.IDs["A"], 0, integer(1)) },
		"input":                           func(c *prooftest.Case) { increase(c, ty.IDs["X"], 0, integer(1)) },
		"activation out of padded inputs": func(c *prooftest.Case) {
			// The accumulator as it would be without the mask over inputs.
			v := integer(0)
			for k := range pK {
				var p fr.Element
				p.Mul(&c.Tables[ty.IDs["X"]][k], &c.Tables[ty.IDs["W0"]][k*pJ])
				v.Add(&v, &p)
			}
			c.Tables[ty.IDs["A"]][0] = v
		},
	} {
		c := honest.Clone()
		garbage(t, ty, c)
		change(c)
		refused(t, name, attempt(t, c), fault.ErrRejected)
	}
}

// TestStepSkipped: weights after all steps but one.
func TestStepSkipped(t *testing.T) {
	ty, honest, _ := tiny(t)
	for s := range 3 {
		c := honest.Clone()
		d := c.Tables[ty.IDs["D"]]
		kept := append([]fr.Element(nil), d...)
		clear(d[s*pB*pJ : (s+1)*pB*pJ])
		finish(ty, c, 5)
		copy(d, kept)
		refused(t, "step skipped", attempt(t, c), fault.ErrRejected)
	}
}

// updated is one weight updated once on one committed row: V = x·w is looked
// up, w' = w − x·d. Whether x is certified makes all the difference.
func updated(t *testing.T, certified bool, x, w, d fr.Element) error {
	t.Helper()
	b := relation.NewBuilder("one weight")
	xID, wID, after, dID := b.External("x"), b.External("w"), b.External("w after"), b.Witness("d")
	v := b.Virtual("V", nil, nil, relation.Times(integer(1), relation.At(xID), relation.At(wID)))
	b.Signed(v, 8)
	b.Signed(dID, 8)
	b.Equation("update", nil, nil, relation.Times(integer(1), relation.At(after)), relation.Times(integer(-1), relation.At(wID)),
		relation.Times(integer(1), relation.At(xID), relation.At(dID)))
	if certified {
		b.Signed(xID, 16)
	}
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	cells := relation.NewAssignment(sys)
	for _, id := range []relation.ID{xID, wID, after, dID, v} {
		cells[id].Small = []int32{0}
	}
	c := prooftest.NewCase(t, sys, cells)
	c.Tables[xID][0], c.Tables[wID][0], c.Tables[dID][0] = x, w, d
	moved := &c.Tables[after][0]
	moved.Mul(&x, &d)
	moved.Sub(&w, moved)
	return attempt(t, c)
}

// TestFieldSizedCellMovesAnyWeight is why datasets and initial weights need
// certificates: a cell x = −1000/7 makes the error 7 move a weight by 1000, and
// the layer accepts it, because nothing it is told to look up is out of range.
// The range that a certificate states refuses the cell.
func TestFieldSizedCellMovesAnyWeight(t *testing.T) {
	field := over(-1000, 7)
	if err := updated(t, false, field, integer(0), integer(7)); err != nil {
		t.Errorf("uncertified: %v", err)
	}
	refused(t, "certified", updated(t, true, field, integer(0), integer(7)), fault.ErrRejected)
	if err := updated(t, true, integer(-9), integer(3), integer(7)); err != nil {
		t.Errorf("certified and in range: %v", err)
	}
	// A field-sized weight before: x·w = 100 although w is no integer.
	if err := updated(t, true, integer(3), over(100, 3), integer(7)); err != nil {
		t.Errorf("uncertified weight: %v", err)
	}
}
