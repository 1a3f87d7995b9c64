package relation

import "testing"

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
	rates := b.Public("rates", &Filter{Rates: s.rates}, step)
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
