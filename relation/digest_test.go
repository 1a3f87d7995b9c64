package relation

import (
	"fmt"
	"testing"
)

// shaped is a small system with every kind of source.
func shaped(t *testing.T, change func(*spec)) *System {
	t.Helper()
	s := spec{rates: []int64{3, 1}, rows: []int32{0, 1, 2, -1}, cells: []int64{5, 6, 7, 0}, entry: 1, real: 3, offset: -4, coefficient: 2, name: "shaped"}
	if change != nil {
		change(&s)
	}
	b := NewBuilder(s.name)
	step, batch, row := Axis{"step", 2}, Axis{"batch", 2}, Axis{"row", s.real}
	x := b.Witness("x", step, batch, row)
	sel := b.Public("sel", &Selection{Batch: 2, Rows: s.rows}, step, batch, row)
	rates := b.Public("rates", &Filter{Rates: s.rates, Response: s.response, Restart: s.restart}, step)
	values := b.Public("values", &Values{Cells: s.cells}, row)
	view := b.Public("view", &AxisMap{Out: []int32{0}, In: []int32{1}, Value: []int64{s.entry}}, row, Axis{"in", 3})
	y := b.Witness("y", Axis{"in", 3})
	labels := []Label{"s", "b", "r"}
	b.Equation("selected", []Axis{step, batch, row}, labels, Times(Int(s.coefficient), At(x, labels...)), Times(Int(1), At(sel, labels...)))
	b.Equation("viewed", []Axis{row}, []Label{"r"}, Times(Int(1), At(values, "r"), At(view, "r", "i"), At(y, "i")))
	b.Equation("rated", []Axis{step}, []Label{"s"}, Times(Int(1), At(rates, "s")))
	b.LookUp(b.Table("table", s.offset, 8), x)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

type spec struct {
	rates, cells        []int64
	response            []int64
	restart             int
	rows                []int32
	entry               int64
	real                int
	offset, coefficient int64
	name                string
}

// TestShapeDigestLeavesOutContents: what differs between the segments of a run
// is no part of the shape; everything else is.
func TestShapeDigestLeavesOutContents(t *testing.T) {
	base := shaped(t, nil)
	for name, c := range map[string]struct {
		change func(*spec)
		same   bool // in shape
	}{
		"rates":           {func(s *spec) { s.rates = []int64{3, 2} }, true},
		"selected rows":   {func(s *spec) { s.rows = []int32{2, 2, 2, 2} }, true},
		"cells":           {func(s *spec) { s.cells = []int64{1, 2, 3, 0} }, true},
		"entry of a map":  {func(s *spec) { s.entry = 9 }, true},
		"rows":            {func(s *spec) { s.real = 4 }, false},
		"offset of table": {func(s *spec) { s.offset = -3 }, false},
		"coefficient":     {func(s *spec) { s.coefficient = 3 }, false},
		"name":            {func(s *spec) { s.name = "other" }, false},
	} {
		sys := shaped(t, c.change)
		if sys.Digest() == base.Digest() {
			t.Errorf("%s: same digest", name)
		}
		if same := sys.ShapeDigest() == base.ShapeDigest(); same != c.same {
			t.Errorf("%s: same shape %v, want %v", name, same, c.same)
		}
	}
	if base.ShapeDigest() == base.Digest() {
		t.Error("shape digest and digest are one")
	}
}

// TestDigestsOfResponses: each number of a filter with a response counts, the
// shape says only that there is one.
func TestDigestsOfResponses(t *testing.T) {
	response := func(change func(*spec)) *System {
		return shaped(t, func(s *spec) {
			s.response, s.restart = []int64{2, 1}, 2
			change(s)
		})
	}
	base := response(func(*spec) {})
	if plain := shaped(t, nil); base.Digest() == plain.Digest() || base.ShapeDigest() == plain.ShapeDigest() {
		t.Error("a response makes no difference")
	}
	for name, change := range map[string]func(*spec){
		"rates":    func(s *spec) { s.rates = []int64{3, 2} },
		"response": func(s *spec) { s.response = []int64{2, 2} },
		"restart":  func(s *spec) { s.restart = 1 },
	} {
		if sys := response(change); sys.Digest() == base.Digest() || sys.ShapeDigest() != base.ShapeDigest() {
			t.Errorf("%s: the same digest, or another shape", name)
		}
	}
}

// TestDigestIsPinned: keys, certificates and bundles hold digests, so they are
// what they were, whatever types and fields are called.
func TestDigestIsPinned(t *testing.T) {
	b := NewBuilder("every source")
	p, k, i := Axis{"p", 3}, Axis{"k", 2}, Axis{"i", 4}
	b.Public("window", Window{Positions: 3, Offsets: 2, Stride: 2, Dilation: 3, Before: 1, Size: 4}, p, k, i)
	b.Public("mask", Mask{Size: 3}, p)
	x := b.Virtual("x", []Axis{p}, []Label{"p"}, Times(Int(3), At(b.Mask(p), "p")))
	b.LookUp(b.Table("rectifier", -4, 8, Rectifier{}, Rectifier{Gate: true}), x, x, x)
	more, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		sys           *System
		digest, shape string
	}{
		"shaped":       {shaped(t, nil), "eeb9227441ee54f53fc009289e16fecbd355381c33bddef32b6b83b6e146cfac", "a01aa54ef3de4d1f710c6894f2ede395538d9dca5ba8016b3bc6da7b7703846f"},
		"every source": {more, "7faa92a9d88724b3b760f5cf02a45c0d1e3909ffcb3d4423f07c11ff4e0ac4d9", "2584e0407d6a642074f9d62654a6c346058bb01fcf92aa4479141ac41ec33605"},
	} {
		if got := fmt.Sprintf("%x", test.sys.Digest()); got != test.digest {
			t.Errorf("%s: digest %s", name, got)
		}
		if got := fmt.Sprintf("%x", test.sys.ShapeDigest()); got != test.shape {
			t.Errorf("%s: shape %s", name, got)
		}
	}
}
