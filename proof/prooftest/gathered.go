package prooftest

import (
	"testing"

	. "github.com/zkaudit/zkaudit/relation"
)

// Gathered is a system around a dataset: rows selected by a schedule, scaled,
// divided with remainder, weighted by rates and constants, and looked up in
// ranges and in a table that is no power of two.
//
//	X(s,b,c) = Σ_i Sel(s,b,i)·D(i,c),  Y = k·X = 4·Q + R
//	Z(c) = Σ_{s,b} λ(s)·1_B(b)·Y(s,b,c),  U(s,b,c) = P(c)·Y(s,b,c)
//	(A, S) in {(v, v²): −2 ≤ v ≤ 2}
type Gathered struct {
	System *System
	Cells  Assignment
	IDs    map[string]ID
}

// Spec holds the public values of a Gathered system.
type Spec struct {
	Name        string
	Coefficient int64   // k
	Rates       []int64 // λ, one per step
	Rows        []int32 // Sel, two per step
	Values      []int64 // P
	Square      int64   // of 2, in the table
	FreeQ       bool    // Q is not looked up in a range
}

// NewSpec returns the usual public values.
func NewSpec() Spec {
	return Spec{Name: "gathered", Coefficient: 5, Rates: []int64{3, 1, 2}, Rows: []int32{4, 0, 1, 1, 3, -1}, Values: []int64{7, -2, 1, 0}, Square: 4}
}

// NewGathered builds the system of a spec and its honest cells.
func NewGathered(t testing.TB, spec Spec) *Gathered {
	t.Helper()
	b := NewBuilder(spec.Name)
	s, bt, rows, c := axis("step", 3), axis("batch", 2), axis("rows", 5), axis("feature", 3)
	labels := []Label{"s", "b", "c"}
	axes := []Axis{s, bt, c}
	ids := map[string]ID{}
	d := b.External("D", rows, c)
	sel := b.Public("Sel", &Selection{Batch: 2, Rows: spec.Rows}, s, bt, rows)
	x := b.Virtual("X", axes, labels, Times(Int(1), At(sel, "s", "b", "i"), At(d, "i", "c")))
	y, q, r := b.Witness("Y", axes...), b.Witness("Q", axes...), b.Witness("R", axes...)
	b.Equation("scaled", axes, labels, Times(Int(1), At(y, labels...)), Times(Int(-spec.Coefficient), At(x, labels...)))
	b.Equation("divided", axes, labels, Times(Int(1), At(y, labels...)),
		Times(Int(-4), At(q, labels...)), Times(Int(-1), At(r, labels...)))
	b.Signed(y, 8)
	b.Unsigned(r, 2)
	if !spec.FreeQ {
		b.Signed(q, 8)
	}
	z := b.Witness("Z", c)
	rates := b.Public("rates", &Filter{Rates: spec.Rates}, s)
	b.Equation("weighted", []Axis{c}, []Label{"c"}, Times(Int(-1), At(z, "c")),
		Times(Int(1), At(rates, "s"), At(b.Mask(bt), "b"), At(y, labels...)))
	u := b.Witness("U", axes...)
	p := b.Public("P", &Values{Cells: spec.Values}, c)
	b.Equation("product", axes, labels, Times(Int(-1), At(u, labels...)), Times(Int(1), At(p, "c"), At(y, labels...)))
	a, sq := b.Witness("A", rows), b.Witness("S", rows)
	b.LookUp(b.Table("square", -2, 5, &Values{Cells: []int64{4, 1, 0, 1, spec.Square, 4, 4, 4}}), a, sq)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]ID{"D": d, "Y": y, "Q": q, "R": r, "Z": z, "U": u, "A": a, "S": sq} {
		ids[name] = id
	}
	g := &Gathered{System: sys, Cells: NewAssignment(sys), IDs: ids}
	g.run(spec)
	return g
}

func (g *Gathered) run(spec Spec) {
	small := func(name string, n int) []int32 {
		g.Cells[g.IDs[name]].Small = make([]int32, n)
		return g.Cells[g.IDs[name]].Small
	}
	d, y, q, r, u, z := small("D", 32), small("Y", 32), small("Q", 32), small("R", 32), small("U", 32), small("Z", 4)
	a, sq := small("A", 8), small("S", 8)
	for i := range 5 {
		for c := range 3 {
			d[i*4+c] = int32(7*i+5*c)%23 - 11
		}
		a[i], sq[i] = int32(i-2), int32((i-2)*(i-2))
	}
	for slot, row := range spec.Rows {
		for c := range 4 {
			if row < 0 {
				continue
			}
			at := slot*4 + c // two slots a step, as many as padded
			y[at] = int32(spec.Coefficient) * d[int(row)*4+c]
			q[at], r[at] = y[at]>>2, y[at]&3
			u[at] = int32(spec.Values[c]) * y[at]
			if slot/2 < len(spec.Rates) {
				z[c] += int32(spec.Rates[slot/2]) * y[at]
			}
		}
	}
}
