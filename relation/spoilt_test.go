package relation_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	. "github.com/zkaudit/zkaudit/relation"
)

// sound is a system with two of everything.
func sound(t *testing.T) *System {
	t.Helper()
	b := NewBuilder("sound")
	x := b.Witness("x", axis(3), Axis{Name: "b", Size: 2})                                                        // 0
	y := b.External("y", axis(3))                                                                                 // 1
	b.Public("sel", &Selection{Batch: 1, Rows: []int32{1, -1}}, axis(2), axis(1), axis(3))                        // 2
	b.Public("rates", &Filter{Rates: []int64{1, 2}}, axis(2), axis(3))                                            // 3
	b.Public("map", &AxisMap{Out: []int32{1, 0}, In: []int32{0, 1}, Value: []int64{1, 1}}, axis(2), axis(2))      // 4
	b.Public("mask", Mask{Size: 3}, axis(4))                                                                      // 5
	v := b.Virtual("v", []Axis{axis(3)}, []Label{"i"}, Times(Int(2), At(x, "i", "j")), Times(Int(3), At(y, "i"))) // 6
	b.Public("window", sliding(func(*Window) {}), axis(2), axis(4), axis(4))                                      // 7
	b.Equation("e", []Axis{axis(3)}, []Label{"i"}, Times(Int(1), At(v, "i")))
	b.Equation("f", []Axis{axis(3), axis(2)}, []Label{"i", "j"}, Times(Int(1), At(y, "i"), At(x, "i", "j")))
	b.LookUp(b.Table("t", 0, 3, &Values{Cells: []int64{4, 5, 6, 4}}), y, v)
	b.LookUp(b.Table("u", -4, 8, Rectifier{}), y, v)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

// TestSpoiltSystems: a sound system with one thing wrong that a builder would
// not make, first and later ones of each list alike.
func TestSpoiltSystems(t *testing.T) {
	add := func(s *System, t Tensor) ID {
		s.Tensors = append(s.Tensors, t)
		return ID(len(s.Tensors) - 1)
	}
	unread := func(s *System, axes ...Axis) ID { return add(s, Tensor{Name: "z", Kind: Witness, Axes: axes}) }
	public := func(s *System, src Source, n int) ID {
		return add(s, Tensor{Name: "p", Kind: Public, Source: src, Axes: []Axis{axis(n)}})
	}
	wide := func(s *System, n int) ID { return unread(s, axis(n)) }
	column := func(sys *System, table, k int) *Tensor { return &sys.Tensors[sys.Tables[table].Columns[k]] }
	for name, spoil := range map[string]func(s *System){
		"axis without cells":          func(s *System) { unread(s, axis(0)) },
		"second axis without cells":   func(s *System) { unread(s, axis(4), axis(-1)) },
		"axis beyond the limit":       func(s *System) { unread(s, axis(1<<35)) },
		"first axis beyond the limit": func(s *System) { unread(s, axis(1<<35), axis(1)) },
		"axes beyond the limit":       func(s *System) { unread(s, axis(1<<20), axis(1<<15)) },
		"equation on an empty axis":   func(s *System) { s.Equations[1].Axes[1].Size = 0 },
		"witness with a source":       func(s *System) { s.Tensors[0].Source = Mask{Size: 1} },
		"public without a source":     func(s *System) { s.Tensors[5].Source = nil },
		"witness with a sum":          func(s *System) { s.Tensors[0].Sum = &Sum{} },
		"virtual without a sum":       func(s *System) { s.Tensors[6].Sum = nil },
		"kind nobody knows":           func(s *System) { s.Tensors[1].Kind = 9 },
		"output label less":           func(s *System) { s.Equations[0].Sum.Out = nil },
		"output label more":           func(s *System) { s.Equations[0].Sum.Out = []Label{"i", "j"} },
		"output label twice": func(s *System) {
			z := unread(s, axis(3))
			s.Equations = append(s.Equations, Equation{Name: "g", Axes: []Axis{axis(3), axis(3)},
				Sum: Sum{Out: []Label{"i", "i"}, Terms: []Term{Times(Int(1), At(z, "i"))}}})
		},
		"output of another length":      func(s *System) { s.Equations[1].Axes[1].Size = 5 },
		"first label of another length": func(s *System) { s.Equations[1].Axes[0].Size = 9 },
		"factor below 0":                func(s *System) { s.Equations[0].Sum.Terms[0].Factors[0].Tensor = -1 },
		"factor beyond the tensors":     func(s *System) { s.Equations[0].Sum.Terms[0].Factors[0].Tensor = ID(len(s.Tensors)) },
		"factor with a label less":      func(s *System) { f := s.Equations[1].Sum.Terms[0].Factors; f[1].Labels = f[1].Labels[:1] },
		"factor with a label more":      func(s *System) { f := s.Equations[0].Sum.Terms[0].Factors; f[0].Labels = []Label{"i", "k"} },
		"first label not mentioned":     func(s *System) { s.Equations[1].Sum.Out[0] = "z" },
		"last label not mentioned":      func(s *System) { s.Equations[1].Sum.Out[1] = "z" },

		"table without rows": func(s *System) {
			s.Tables = append(s.Tables, Table{Name: "w", Offset: 5, Count: unread(s, axis(1)), Columns: []ID{public(s, Index{Offset: 5}, 1)}})
		},
		"table with more rows": func(s *System) { s.Tables[1].Rows = 9 },
		"table beyond the limit": func(s *System) {
			s.Tables = append(s.Tables, Table{Name: "w", Log: MaxTableLog + 1, Rows: 1 << (MaxTableLog + 1),
				Count: unread(s, axis(1<<(MaxTableLog+1))), Columns: []ID{public(s, Index{}, 1<<(MaxTableLog+1))}})
		},
		"table without columns":          func(s *System) { s.Tables[1].Columns, s.Lookups = nil, s.Lookups[:1] },
		"counts that are no tensor":      func(s *System) { s.Tables[1].Count = -1 },
		"counts of the dataset's owner":  func(s *System) { s.Tensors[s.Tables[1].Count].Kind = External },
		"counts of another length":       func(s *System) { s.Tables[1].Count = wide(s, 4) },
		"column that is no tensor":       func(s *System) { s.Tables[1].Columns[1] = ID(len(s.Tensors)) },
		"column that the prover chooses": func(s *System) { s.Tables[1].Columns[1] = wide(s, 8) },
		"index that the prover chooses":  func(s *System) { s.Tables[1].Columns[0] = wide(s, 8) },
		"column of another length":       func(s *System) { s.Tables[1].Columns[1] = s.Tables[0].Columns[1] },
		"first row of another index": func(s *System) {
			cells := column(s, 0, 0).Source.(*Values).Cells
			cells[0], cells[3] = 9, 9 // the padding repeats it
		},
		"later row of another index": func(s *System) { column(s, 0, 0).Source.(*Values).Cells[1] = 7 },
		"row beyond the last":        func(s *System) { column(s, 0, 1).Source.(*Values).Cells[3] = 7 },
		"index beyond the last":      func(s *System) { column(s, 0, 0).Source.(*Values).Cells[3] = 3 },
		"offset of another table":    func(s *System) { s.Tables[1].Offset = -3 },

		"lookup in a table below 0":  func(s *System) { s.Lookups[1].Table = -1 },
		"lookup in a table beyond":   func(s *System) { s.Lookups[1].Table = 2 },
		"lookup with a column less":  func(s *System) { s.Lookups[1].Columns = s.Lookups[1].Columns[:1] },
		"lookup of a tensor below 0": func(s *System) { s.Lookups[1].Columns[1] = -1 },
		"lookup of another shape":    func(s *System) { s.Lookups[1].Columns[1] = wide(s, 4) },
		"lookup of more axes":        func(s *System) { s.Lookups[1].Columns[1] = 0 },
		"lookup of another second axis": func(s *System) {
			s.Lookups[0].Columns = []ID{unread(s, axis(3), axis(2)), unread(s, axis(3), axis(3))}
		},

		"mask of no cells":            func(s *System) { s.Tensors[5].Source = Mask{} },
		"source nobody knows":         func(s *System) { s.Tensors[5].Source = (*strange)(nil) },
		"filter on three axes":        func(s *System) { s.Tensors[3].Axes = append(s.Tensors[3].Axes, axis(2)) },
		"rates beyond the first axis": func(s *System) { s.Tensors[3].Source.(*Filter).Rates = make([]int64, 3) },
		"rates beyond the last axis": func(s *System) {
			s.Tensors[3].Axes = []Axis{axis(8), axis(2)}
			s.Tensors[3].Source.(*Filter).Rates = make([]int64, 3)
		},
		"selection without a batch":      func(s *System) { s.Tensors[2].Source = &Selection{} },
		"selection of a batch too large": func(s *System) { s.Tensors[2].Source.(*Selection).Batch = 2 },
		"selection of a later row":       func(s *System) { s.Tensors[2].Source.(*Selection).Rows[1] = 4 },
		"selection of a row below":       func(s *System) { s.Tensors[2].Source.(*Selection).Rows[1] = -2 },
		"map with an input less":         func(s *System) { m := s.Tensors[4].Source.(*AxisMap); m.In = m.In[:1] },
		"map with an output less":        func(s *System) { m := s.Tensors[4].Source.(*AxisMap); m.Out = m.Out[:1] },
		"map to below 0":                 func(s *System) { s.Tensors[4].Source.(*AxisMap).Out[1] = -1 },
		"map from below 0":               func(s *System) { s.Tensors[4].Source.(*AxisMap).In[1] = -1 },
		"map to beyond":                  func(s *System) { s.Tensors[4].Source.(*AxisMap).Out[1] = 2 },
		"map from beyond":                func(s *System) { s.Tensors[4].Source.(*AxisMap).In[1] = 2 },
		"window on two axes":             func(s *System) { s.Tensors[7].Axes = s.Tensors[7].Axes[:2] },
		"window of no position":          slid(func(w *Window) { w.Positions = 0 }),
		"window of positions below 0":    slid(func(w *Window) { w.Positions = math.MinInt }),
		"window of no offset":            slid(func(w *Window) { w.Offsets, w.Before = 0, 0 }),
		"window of offsets below 0":      slid(func(w *Window) { w.Positions, w.Offsets, w.Before, w.Dilation = 1, math.MinInt, 0, 1 }),
		"window of no input":             slid(func(w *Window) { w.Size, w.Positions = 0, 1 }),
		"window of inputs below 0":       slid(func(w *Window) { w.Size, w.Positions = math.MinInt, 1 }),
		"window of no stride":            slid(func(w *Window) { w.Stride = 0 }),
		"window of a stride below 0":     slid(func(w *Window) { w.Stride = -1 }),
		"window of no dilation":          slid(func(w *Window) { w.Positions, w.Dilation, w.Before = 1, 0, 0 }),
		"window of a dilation below 0":   slid(func(w *Window) { w.Positions, w.Dilation, w.Before, w.Offsets = 1, -1, 0, 1 }),
		"window of too large a stride":   slid(func(w *Window) { w.Stride, w.Positions = MaxStride+1, 1 }),
		"window of an endless stride":    slid(func(w *Window) { w.Stride, w.Positions = math.MaxInt, 1 }),
		"window of too large a dilation": slid(func(w *Window) { w.Dilation = MaxStride + 1 }),
		"window of an endless dilation":  slid(func(w *Window) { w.Dilation = math.MaxInt }),
		"window of padding below 0":      slid(func(w *Window) { w.Positions, w.Before = 1, -1 }),
		"window that begins before":      slid(func(w *Window) { w.Before = 5 }),
		"window of endless padding":      slid(func(w *Window) { w.Before = math.MaxInt }),
		"window that ends after":         slid(func(w *Window) { w.Stride = 5 }),
		"window of too many entries":     long(1<<11, 1<<11+1, 1),
		"window on too many cells":       long(1, 1, 1<<22+1),
		"window on endless offsets": func(s *System) {
			long(1, 1, 1)(s)
			s.Tensors[7].Axes[1].Size = 1<<22 + 1
		},
		"window on endless positions": func(s *System) {
			long(1, 1, 1)(s)
			s.Tensors[7].Axes[0].Size = 1<<22 + 1
		},
		"window beyond the positions": slid(func(w *Window) { w.Positions, w.Stride = 3, 1 }),
		"window beyond the offsets":   func(s *System) { s.Tensors[7].Axes[1].Size = 2 },
		"window beyond the input":     slid(func(w *Window) { w.Size = 5 }),
	} {
		s := sound(t)
		spoil(s)
		if err := s.Validate(); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := sound(t)
	s.Tensors = append(s.Tensors, slices.Repeat([]Tensor{s.Tensors[1]}, MaxTensors)...)
	if err := s.Validate(); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("too many tensors: %v", err)
	}
}

// sliding is a window with every field as large as the others and the axes of
// sound allow but for the last: 2 positions and 3 offsets of 4 cells.
func sliding(change func(w *Window)) Window {
	w := Window{Positions: 2, Offsets: 3, Stride: 4, Dilation: 2, Before: 1, Size: 4}
	change(&w)
	return w
}

// slid spoils the window of a sound system.
func slid(change func(w *Window)) func(s *System) {
	return func(s *System) { s.Tensors[7].Source = sliding(change) }
}

// long makes the window of a sound system one of stride 1 on axes of the given
// sizes, all of whose positions may read padding.
func long(positions, offsets, size int) func(s *System) {
	return func(s *System) {
		s.Tensors[7].Source = Window{Positions: positions, Offsets: offsets, Stride: 1, Dilation: 1, Before: offsets - 1, Size: size}
		for i, n := range []int{positions, offsets, size} {
			s.Tensors[7].Axes[i].Size = n
		}
	}
}

// Windows at the ends of what is allowed.
func TestWindowsAtTheirLimits(t *testing.T) {
	for name, change := range map[string]func(w *Window){
		"padding up to the last offset": func(w *Window) { w.Before = 4 },
		"one cell at the end":           func(w *Window) { w.Before = 0; w.Stride = 3 },
		"every axis full":               func(w *Window) { w.Offsets = 4 },
		"largest stride":                func(w *Window) { w.Positions, w.Stride = 1, MaxStride },
		"largest dilation":              func(w *Window) { w.Dilation, w.Before = MaxStride, 2*MaxStride },
	} {
		s := sound(t)
		slid(change)(s)
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, sizes := range [][3]int{{1 << 11, 1 << 11, 1}, {1, 1, 1 << 22}, {1, 1 << 22, 1}} {
		s := sound(t)
		long(sizes[0], sizes[1], sizes[2])(s)
		if err := s.Validate(); err != nil {
			t.Errorf("%v: %v", sizes, err)
		}
	}
}

// strange is a source that only its package can have.
type strange struct{ Source }

// TestDigestCoversEveryEntry: of lists, every entry, not only the first.
func TestDigestCoversEveryEntry(t *testing.T) {
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(s *System){
		"nothing":                 func(*System) {},
		"second axis":             func(s *System) { s.Tensors[0].Axes[1].Name = "z" },
		"second equation":         func(s *System) { s.Equations[1].Name = "g" },
		"second equation's axis":  func(s *System) { s.Equations[1].Axes[1].Size = 1 },
		"second factor":           func(s *System) { s.Equations[1].Sum.Terms[0].Factors[1].Tensor = 1 },
		"second label":            func(s *System) { s.Equations[1].Sum.Out[1] = "z" },
		"second table":            func(s *System) { s.Tables[1].Offset = -3 },
		"second lookup":           func(s *System) { s.Lookups[1].Table = 0 },
		"second lookup's columns": func(s *System) { s.Lookups[1].Columns[1] = 1 },
		"first lookup's columns":  func(s *System) { s.Lookups[1].Columns[0] = 6 },
		"second row":              func(s *System) { s.Tensors[2].Source.(*Selection).Rows[1] = 0 },
		"second value":            func(s *System) { s.Tensors[4].Source.(*AxisMap).Value[1] = 2 },
		"last tensor":             func(s *System) { s.Tensors[len(s.Tensors)-1].Name = "z" },
		"positions of a window":   slid(func(w *Window) { w.Positions = 1 }),
		"offsets of a window":     slid(func(w *Window) { w.Offsets = 2 }),
		"stride of a window":      slid(func(w *Window) { w.Stride = 1 }),
		"dilation of a window":    slid(func(w *Window) { w.Dilation = 1 }),
		"padding of a window":     slid(func(w *Window) { w.Before = 2 }),
		"input of a window":       slid(func(w *Window) { w.Size = 3 }),
		"gate of a rectifier":     func(s *System) { s.Tensors[s.Tables[1].Columns[1]].Source = Rectifier{Gate: true} },
	} {
		s := sound(t)
		change(s)
		d := s.Digest()
		if other, twice := seen[d]; twice {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
	}
}
