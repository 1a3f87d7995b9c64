// Package prooftest holds a small system that exercises every kind of term of
// the argument, and the runs of honest and cheating provers that tests of
// prover, verifier and circuit share.
package prooftest

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	. "github.com/zkaudit/zkaudit/relation"
)

// Tiny is one dense layer with a ReLU, trained for a few steps on given
// errors: every kind of term the argument knows, on axes that are not powers
// of two.
//
//	V(s,b,j) = Σ_k X(s,b,k)·W(s,k,j),  A = max(V,0),  G = [V>0],  D = G⊙E
type Tiny struct {
	System *System
	Cells  Assignment
	IDs    map[string]ID
}

const (
	steps, batch, in, out = 3, 5, 6, 3
)

func axis(name string, n int) Axis { return Axis{Name: name, Size: n} }

// NewTiny draws inputs and errors and runs the training.
func NewTiny(t testing.TB, rng *rand.Rand) *Tiny {
	b := NewBuilder("tiny")
	s, bt, k, j := axis("step", steps), axis("batch", batch), axis("in", in), axis("out", out)
	rates := []int64{3, 1, 2}
	x := b.Witness("X", s, bt, k)
	e := b.Witness("E", s, bt, j)
	a := b.Witness("A", s, bt, j)
	g := b.Witness("G", s, bt, j)
	d := b.Witness("D", s, bt, j)
	w0 := b.External("W0", k, j)
	wS := b.External("WS", k, j)
	full := b.Public("full filter", &Filter{Rates: rates}, s, axis("source", steps))
	last := b.Public("last filter", &Filter{Rates: rates}, s)
	w := b.Virtual("W", []Axis{s, k, j}, []Label{"t", "k", "j"},
		Times(Int(1), At(b.Mask(s), "t"), At(w0, "k", "j")),
		Times(Int(-1), At(full, "t", "s"), At(b.Mask(bt), "b"), At(x, "s", "b", "k"), At(d, "s", "b", "j")))
	v := b.Virtual("V", []Axis{s, bt, j}, []Label{"s", "b", "j"},
		Times(Int(1), At(b.Mask(k), "k"), At(x, "s", "b", "k"), At(w, "s", "k", "j")))
	relu := b.Table("relu", -1<<9, 1<<10, Rectifier{}, Rectifier{Gate: true})
	b.LookUp(relu, v, a, g)
	b.Signed(x, 4)
	b.Signed(d, 5)
	b.Equation("gate", []Axis{s, bt, j}, []Label{"s", "b", "j"},
		Times(Int(1), At(d, "s", "b", "j")), Times(Int(-1), At(g, "s", "b", "j"), At(e, "s", "b", "j")))
	b.Equation("final", []Axis{k, j}, []Label{"k", "j"},
		Times(Int(1), At(wS, "k", "j")), Times(Int(-1), At(w0, "k", "j")),
		Times(Int(1), At(last, "s"), At(b.Mask(bt), "b"), At(x, "s", "b", "k"), At(d, "s", "b", "j")))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	ty := &Tiny{System: sys, Cells: NewAssignment(sys), IDs: map[string]ID{"X": x, "E": e, "A": a, "G": g, "D": d, "W0": w0, "WS": wS, "V": v, "W": w}}
	ty.run(rng, rates)
	return ty
}

func (ty *Tiny) run(rng *rand.Rand, rates []int64) {
	pk, pj, pb := 8, 4, 8
	x, e, a := make([]int32, 4*pb*pk), make([]int32, 4*pb*pj), make([]int32, 4*pb*pj)
	g, d, v := make([]int32, 4*pb*pj), make([]int32, 4*pb*pj), make([]int32, 4*pb*pj)
	w := make([]int64, pk*pj)
	for k := range in {
		for j := range out {
			w[k*pj+j] = rng.Int64N(9) - 4
		}
	}
	w0 := append([]int64(nil), w...)
	for s := range steps {
		gradient := make([]int64, pk*pj)
		for b := range batch {
			for k := range in {
				x[(s*pb+b)*pk+k] = rng.Int32N(5) - 2
			}
			for j := range out {
				c := (s*pb+b)*pj + j
				for k := range in {
					v[c] += x[(s*pb+b)*pk+k] * int32(w[k*pj+j])
				}
				e[c] = rng.Int32N(3) - 1
				if v[c] > 0 {
					a[c], g[c], d[c] = v[c], 1, e[c]
				}
				for k := range in {
					gradient[k*pj+j] += int64(x[(s*pb+b)*pk+k]) * int64(d[c])
				}
			}
		}
		for i := range w {
			w[i] -= rates[s] * gradient[i]
		}
	}
	for name, cells := range map[string][]int32{"X": x, "E": e, "A": a, "G": g, "D": d, "V": v} {
		ty.Cells[ty.IDs[name]] = Cells{Small: cells}
	}
	ty.Cells[ty.IDs["W0"]] = Cells{Large: w0}
	ty.Cells[ty.IDs["WS"]] = Cells{Large: w}
}

// Prove runs the script around the honest prover and returns its messages;
// assertions are ignored, as a cheating prover would.
func Prove(t testing.TB, l *proof.Layout, cells Assignment, mask fr.Vector) ([]fr.Element, *proof.Outcome[fr.Element]) {
	t.Helper()
	if err := Count(l.System, cells); err != nil {
		t.Fatal(err)
	}
	p, err := prover.New(l, cells, mask, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &proof.Recorder{Peer: p}
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, StatementDigest(), fr.Element{})
	var checks proof.Checks
	out := proof.Argue[fr.Element](l, &checks, tr, r)
	if err := checks.Err(); err == nil {
		checkOutcome(t, l, cells, mask, out)
		f := p.Combined(out.Sigma)
		if y := poly.Evaluate(f, valuesOf(out.Coords, out.Point)); !y.Equal(&out.Value) {
			t.Error("the combined row does not open to the value")
		}
	}
	return r.Messages, out
}

func valuesOf(coords []fr.Element, point []proof.Coord) []fr.Element {
	vs := make([]fr.Element, len(point))
	for i, c := range point {
		vs[i] = coords[c]
	}
	return vs
}

// checkOutcome recomputes every claim left open.
func checkOutcome(t testing.TB, l *proof.Layout, cells Assignment, mask fr.Vector, out *proof.Outcome[fr.Element]) {
	for _, c := range out.Public {
		if want := public.Evaluate(l.System.Tensor(c.Tensor), valuesOf(out.Coords, c.Point)); !want.Equal(&c.Value) {
			t.Errorf("public claim on %s is false", l.System.Tensor(c.Tensor).Name)
		}
	}
	for _, g := range out.Groups {
		for _, c := range g.Claims {
			table := make(fr.Vector, cells[c.Tensor].Len())
			for i := range table {
				table[i] = cells[c.Tensor].Element(i)
			}
			if want := poly.Evaluate(table, valuesOf(out.Coords, c.Point)); !want.Equal(&c.Value) {
				t.Errorf("claim on %s is false", l.System.Tensor(c.Tensor).Name)
			}
		}
	}
}

// Layout returns the layout with rows of 2^5 cells.
func Layout(t testing.TB, sys *System, masked bool) *proof.Layout {
	l, err := proof.NewLayout(sys, 5, masked)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Verify checks the messages of a conversation.
func Verify(l *proof.Layout, messages []fr.Element) error {
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, StatementDigest(), fr.Element{})
	_, err := proof.Verify(l, tr, messages)
	return err
}

// StatementDigest is the digest that test transcripts start from.
func StatementDigest() fr.Element { return fr.NewElement(7) }

// Count fills in the multiplicities of all tuples that stand in their tables,
// and passes over the others.
func Count(sys *System, cells Assignment) error {
	if err := prover.Count(sys, cells); !errors.Is(err, fault.ErrOverflow) {
		return err
	}
	return nil
}
