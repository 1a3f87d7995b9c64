package relation_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	. "github.com/zkaudit/zkaudit/relation"
)

func axis(n int) Axis { return Axis{Name: "a", Size: n} }

// TestRefusedSystems: systems that the argument would prove something else
// about, or could not evaluate, are not built.
func TestRefusedSystems(t *testing.T) {
	for name, build := range map[string]func(b *Builder){
		// The value of the last term is (v − the others)·c⁻¹: with c = 0 it
		// would be 0 whatever the others are, and the equation would hold
		// for any of them.
		"coefficient 0": func(b *Builder) {
			x, y := b.Witness("x", axis(4)), b.Witness("y", axis(4))
			b.Equation("e", []Axis{axis(4)}, []Label{"i"}, Times(Int(1), At(x, "i")), Times(Int(0), At(y, "i"), At(y, "i")))
		},
		"output label that no factor mentions": func(b *Builder) {
			x := b.Witness("x", axis(4))
			b.Virtual("v", []Axis{axis(4), axis(2)}, []Label{"i", "j"}, Times(Int(1), At(x, "i")))
		},
		"diagonal": func(b *Builder) {
			x := b.Witness("x", axis(4), axis(4))
			b.Virtual("v", []Axis{axis(4)}, []Label{"i"}, Times(Int(1), At(x, "i", "i")))
		},
		"label of two lengths": func(b *Builder) {
			x, y := b.Witness("x", axis(4)), b.Witness("y", axis(5))
			b.Virtual("v", nil, nil, Times(Int(1), At(x, "i"), At(y, "i")))
		},
		"factor defined later": func(b *Builder) {
			b.Virtual("v", []Axis{axis(4)}, []Label{"i"}, Times(Int(1), At(1, "i")))
			b.Witness("x", axis(4))
		},
		"definition in terms of itself": func(b *Builder) {
			b.Virtual("v", []Axis{axis(4)}, []Label{"i"}, Times(Int(1), At(0, "i")))
		},
		"degree 5": func(b *Builder) {
			x := At(b.Witness("x", axis(4)), "i")
			b.Equation("e", nil, nil, Times(Int(1), x, x, x, x, x))
		},
		"equation on an empty axis": func(b *Builder) { b.Equation("e", []Axis{axis(0)}, []Label{"i"}) },
		// A rectifier counts from the middle of its cells: as a column of a
		// table that starts elsewhere or ends earlier, it holds other rows
		// than said.
		"table with a rectifier of another offset": func(b *Builder) { b.Table("t", -3, 16, Rectifier{}) },
		"table with a rectifier beyond its rows":   func(b *Builder) { b.Table("t", -8, 12, Rectifier{}) },
		"table that does not repeat row 0": func(b *Builder) {
			b.Table("t", 0, 3, &Values{Cells: []int64{5, 6, 7, 8}})
		},
		"table of filters":               func(b *Builder) { b.Table("t", 0, 4, &Filter{Rates: []int64{1}}) },
		"table column of another length": func(b *Builder) { b.Table("t", 0, 4, &Values{Cells: make([]int64, 8)}) },
		"table built again with other rows": func(b *Builder) {
			b.Table("t", 0, 4, &Values{Cells: []int64{5, 6, 7, 8}})
			b.Table("t", 0, 4, &Values{Cells: []int64{5, 6, 7, 9}})
		},
		"lookup without columns": func(b *Builder) { b.LookUp(b.Table("t", 0, 4)) },
		"lookup of no tensor":    func(b *Builder) { b.LookUp(b.Table("t", 0, 4), 99) },
		"lookup in no table":     func(b *Builder) { b.LookUp(1, b.Witness("x", axis(4))) },
		"lookup of columns of two shapes": func(b *Builder) {
			tab := b.Table("t", 0, 4, &Values{Cells: make([]int64, 4)})
			b.LookUp(tab, b.Witness("x", axis(3)), b.Witness("y", axis(4)))
		},
		// Otherwise a committed tensor that a model names after a mask would
		// be that mask.
		"mask with the name of a witness": func(b *Builder) {
			b.Witness("mask 3/4", Axis{Name: "cell", Size: 4})
			b.Mask(axis(3))
		},
		"public tensor with two contents": func(b *Builder) {
			b.Public("p", &Values{Cells: []int64{1, 2}}, axis(2))
			b.Public("p", &Values{Cells: []int64{1, 3}}, axis(2))
		},
		"mask beyond its axis":  func(b *Builder) { b.Public("p", Mask{Size: 5}, axis(4)) },
		"mask on no axis":       func(b *Builder) { b.Public("p", Mask{Size: 1}) },
		"rectifier of one cell": func(b *Builder) { b.Public("p", Rectifier{}, axis(1)) },
		"too few values":        func(b *Builder) { b.Public("p", &Values{Cells: []int64{1, 2, 3}}, axis(3)) },
		"more rates than steps": func(b *Builder) { b.Public("p", &Filter{Rates: make([]int64, 5)}, axis(4), axis(8)) },
		"response of nothing":   func(b *Builder) { b.Public("p", &Filter{Rates: []int64{1}, Response: []int64{}, Restart: 1}, axis(4)) },
		"never restarted":       func(b *Builder) { b.Public("p", &Filter{Rates: []int64{1}, Response: []int64{1}}, axis(4)) },
		"restart of nothing":    func(b *Builder) { b.Public("p", &Filter{Rates: []int64{1}, Restart: 1}, axis(4)) },
		"restart in the past": func(b *Builder) {
			b.Public("p", &Filter{Rates: []int64{1}, Response: []int64{1}, Restart: -1}, axis(4))
		},
		"filter on no axis":         func(b *Builder) { b.Public("p", &Filter{}) },
		"selection of no batch":     func(b *Builder) { b.Public("p", &Selection{Rows: []int32{0}}, axis(2), axis(2), axis(2)) },
		"selection beyond the rows": func(b *Builder) { b.Public("p", &Selection{Batch: 1, Rows: []int32{2}}, axis(2), axis(1), axis(2)) },
		"selection beyond the steps": func(b *Builder) {
			b.Public("p", &Selection{Batch: 1, Rows: make([]int32, 3)}, axis(2), axis(1), axis(2))
		},
		"selection on no axis": func(b *Builder) { b.Public("p", &Selection{Batch: 1}) },
		"selection of too many slots": func(b *Builder) {
			b.Public("p", &Selection{Batch: 1}, axis(1<<18), axis(1<<17), axis(2))
		},
		"selection from too many rows": func(b *Builder) {
			b.Public("p", &Selection{Batch: 1}, axis(2), axis(2), axis(1<<35))
		},
		"too many cells": func(b *Builder) { b.External("x", axis(1<<18), axis(1<<17)) },
		"too many variables in a sumcheck": func(b *Builder) {
			b.Equation("e", []Axis{axis(2)}, []Label{"k"},
				Times(Int(1), At(b.Mask(axis(1<<18-1)), "i"), At(b.Mask(axis(1<<17-1)), "j"), At(b.Witness("x", axis(2)), "k")))
		},
		"axis map beyond its axis": func(b *Builder) {
			b.Public("p", &AxisMap{Out: []int32{2}, In: []int32{0}, Value: []int64{1}}, axis(2), axis(2))
		},
		"axis map of unequal lists": func(b *Builder) {
			b.Public("p", &AxisMap{Out: []int32{1, 1}, In: []int32{0}, Value: []int64{1}}, axis(2), axis(2))
		},
	} {
		b := NewBuilder(name)
		build(b)
		if _, err := b.Build(); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A picture's cells as rows and columns: a window of 2^36 cells that nothing lays
// out.
func TestWindowOfALargePicture(t *testing.T) {
	b := NewBuilder("picture")
	win := Window{Positions: 224, Offsets: 672, Stride: 672, Dilation: 1, Size: 224 * 672}
	axes := []Axis{{"rows", 224}, {"columns", 672}, {"cells", 224 * 672}}
	id := b.Public("axes", win, axes...)
	x := b.Witness("cells", axes[2])
	b.Virtual("picture", axes[:2], []Label{"i", "j"}, Times(Int(1), At(id, "i", "j", "o"), At(x, "o")))
	if _, err := b.Build(); err != nil {
		t.Error(err)
	}
	b.Equation("all of it", nil, nil, Times(Int(1), At(id, "i", "j", "o")))
	if _, err := b.Build(); err == nil {
		t.Error("a sumcheck over 2^36 cells")
	}
}

// A selection counts by its slots: those of 128 steps of 256 from a million
// rows have 2^35 entries, nearly all 0.
func TestSelectionFromManyRows(t *testing.T) {
	b := NewBuilder("selection")
	step, slot, row := axis(128), axis(256), axis(1_000_000)
	sel := b.Public("sel", &Selection{Batch: 256, Rows: make([]int32, 128*256)}, step, slot, row)
	b.Virtual("x", []Axis{step, slot, axis(4)}, []Label{"s", "b", "c"}, Times(Int(1), At(sel, "s", "b", "i"), At(b.External("d", row, axis(4)), "i", "c")))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if sum := sys.Tensors[2].Sum; sys.Plan(sum, &sum.Terms[0]).Variables() != 20 {
		t.Errorf("a sumcheck of %d variables, want those of the rows", sys.Plan(sum, &sum.Terms[0]).Variables())
	}
}

// TestDigest: everything that a system claims is in its digest.
func TestDigest(t *testing.T) {
	build := func(change func(s *System)) [32]byte {
		b := NewBuilder("digest")
		x, y := b.Witness("x", axis(3), Axis{Name: "b", Size: 2}), b.External("y", axis(3))
		sel := b.Public("sel", &Selection{Batch: 1, Rows: []int32{1, -1}}, axis(2), axis(1), axis(3))
		rates := b.Public("rates", &Filter{Rates: []int64{1, 2}}, axis(2))
		m := b.Public("map", &AxisMap{Out: []int32{1}, In: []int32{0}, Value: []int64{1}}, axis(2), axis(2))
		v := b.Virtual("v", []Axis{axis(3)}, []Label{"i"}, Times(Int(2), At(x, "i", "j")), Times(Int(3), At(y, "i")))
		b.Equation("e", []Axis{axis(3)}, []Label{"i"}, Times(Int(1), At(v, "i")))
		b.LookUp(b.Table("t", 0, 3, &Values{Cells: []int64{4, 5, 6, 4}}), y, v)
		sys, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _ = sel, rates, m; change != nil {
			change(sys)
		}
		return sys.Digest()
	}
	base := build(nil)
	if build(func(*System) {}) != base {
		t.Fatal("the digest is not a function of the system")
	}
	for name, change := range map[string]func(s *System){
		"name":           func(s *System) { s.Name = "other" },
		"tensor name":    func(s *System) { s.Tensors[0].Name = "z" },
		"axis size":      func(s *System) { s.Tensors[0].Axes[0].Size = 4 },
		"axis name":      func(s *System) { s.Tensors[0].Axes[0].Name = "z" },
		"kind":           func(s *System) { s.Tensors[0].Kind = External },
		"selection":      func(s *System) { s.Tensors[2].Source.(*Selection).Rows[0] = 2 },
		"batch":          func(s *System) { s.Tensors[2].Source.(*Selection).Batch = 2 },
		"rates":          func(s *System) { s.Tensors[3].Source.(*Filter).Rates[1] = 3 },
		"map output":     func(s *System) { s.Tensors[4].Source.(*AxisMap).Out[0] = 0 },
		"map input":      func(s *System) { s.Tensors[4].Source.(*AxisMap).In[0] = 1 },
		"map value":      func(s *System) { s.Tensors[4].Source.(*AxisMap).Value[0] = 2 },
		"coefficient":    func(s *System) { s.Tensors[5].Sum.Terms[0].Coeff = Int(5) },
		"factor":         func(s *System) { s.Tensors[5].Sum.Terms[1].Factors[0].Tensor = 6 },
		"factor label":   func(s *System) { s.Tensors[5].Sum.Terms[0].Factors[0].Labels[1] = "k" },
		"output label":   func(s *System) { s.Tensors[5].Sum.Out[0] = "k" },
		"no term":        func(s *System) { s.Equations[0].Sum.Terms = nil },
		"equation axis":  func(s *System) { s.Equations[0].Axes[0].Size = 4 },
		"equation name":  func(s *System) { s.Equations[0].Name = "f" },
		"table offset":   func(s *System) { s.Tables[0].Offset = 1 },
		"table rows":     func(s *System) { s.Tables[0].Rows = 2 },
		"table log":      func(s *System) { s.Tables[0].Log = 3 },
		"table count":    func(s *System) { s.Tables[0].Count = 0 },
		"table columns":  func(s *System) { c := s.Tables[0].Columns; c[0], c[1] = c[1], c[0] },
		"table cells":    func(s *System) { s.Tensors[s.Tables[0].Columns[1]].Source.(*Values).Cells[2] = 7 },
		"lookup table":   func(s *System) { s.Lookups[0].Table = 1 },
		"lookup columns": func(s *System) { c := s.Lookups[0].Columns; c[0], c[1] = c[1], c[0] },
	} {
		if build(change) == base {
			t.Errorf("%s is not in the digest", name)
		}
	}
}
