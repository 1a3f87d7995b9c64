package einsum

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// drawn is a random sum over a few labels of a few cells each, whose factors are
// of every kind that a system has.
type drawn struct {
	rng   *rand.Rand
	sys   *relation.System
	sizes map[relation.Label]int
	given relation.Assignment
	wide  bool // cells of up to 63 bits
}

var names = []relation.Label{"a", "b", "c", "d"}

func draw(seed uint64) (*drawn, *relation.Sum, []relation.Axis) {
	d := &drawn{rng: rand.New(rand.NewPCG(seed, 1)), sys: &relation.System{}, sizes: map[relation.Label]int{}}
	d.wide = seed%4 == 0
	for _, l := range names {
		d.sizes[l] = 1 + d.rng.IntN(6)
	}
	sum := &relation.Sum{}
	var axes []relation.Axis
	for _, l := range d.labels(d.rng.IntN(3)) {
		sum.Out, axes = append(sum.Out, l), append(axes, d.axis(l))
	}
	for range 1 + d.rng.IntN(3) {
		var factors []relation.Factor
		for range 1 + d.rng.IntN(4) {
			factors = append(factors, d.factor())
		}
		sum.Terms = append(sum.Terms, relation.Times(d.coefficient(), factors...))
	}
	return d, sum, axes
}

// labels returns different labels.
func (d *drawn) labels(n int) []relation.Label {
	var list []relation.Label
	for _, k := range d.rng.Perm(len(names))[:n] {
		list = append(list, names[k])
	}
	return list
}

func (d *drawn) axis(l relation.Label) relation.Axis {
	return relation.Axis{Name: string(l), Size: d.sizes[l]}
}

func (d *drawn) coefficient() fr.Element {
	switch d.rng.IntN(6) {
	case 0:
		return relation.Pow2(-16)
	case 1:
		return relation.Neg(relation.Pow2(70))
	case 2:
		return relation.Int(math.MinInt64)
	}
	return relation.Int(1 + d.rng.Int64N(9) - 5)
}

func (d *drawn) cell() int64 {
	switch n := d.rng.IntN(8); {
	case n < 3:
		return 0
	case d.wide && n == 3:
		return []int64{math.MinInt64, math.MaxInt64, 1 << 40}[d.rng.IntN(3)]
	}
	return d.rng.Int64N(21) - 10
}

func (d *drawn) cells(n int) []int64 {
	cells := make([]int64, n)
	for i := range cells {
		cells[i] = d.cell()
	}
	return cells
}

// factor adds a tensor of any kind, read at labels of fitting sizes.
func (d *drawn) factor() relation.Factor {
	labels := d.labels(d.rng.IntN(4))
	t := relation.Tensor{Name: fmt.Sprint("tensor ", len(d.sys.Tensors)), Kind: relation.Public}
	for _, l := range labels {
		t.Axes = append(t.Axes, d.axis(l))
	}
	id := relation.ID(len(d.sys.Tensors))
	given := relation.Cells{}
	if t.Source = d.source(t.Axes); t.Source == nil {
		t.Kind = relation.Witness
		given.Large = d.cells(t.Cells())
	}
	d.sys.Tensors, d.given = append(d.sys.Tensors, t), append(d.given, given)
	return relation.At(id, labels...)
}

// source is the content of a public tensor with such axes, nil for a witness.
func (d *drawn) source(axes []relation.Axis) relation.Source {
	cells := 1
	for _, a := range axes {
		cells *= a.Padded()
	}
	kind := d.rng.IntN(6)
	switch {
	case kind == 0:
		return &relation.Values{Cells: d.cells(cells)}
	case len(axes) == 1:
		return []relation.Source{
			relation.Mask{Size: axes[0].Size}, relation.Mask{Size: axes[0].Size}, relation.Index{Offset: -2},
			relation.Rectifier{Gate: d.rng.IntN(2) == 0}, &relation.Filter{Rates: d.cells(axes[0].Size)}, nil,
		}[kind]
	case len(axes) == 2 && kind < 3:
		return &relation.Filter{Rates: d.cells(min(axes[0].Size, axes[1].Size))}
	case len(axes) == 2 && kind < 5:
		m := &relation.AxisMap{}
		for range d.rng.IntN(12) {
			m.Out, m.In = append(m.Out, d.rng.Int32N(int32(axes[0].Padded()))), append(m.In, d.rng.Int32N(int32(axes[1].Padded())))
			m.Value = append(m.Value, d.cell())
		}
		return m
	case len(axes) == 3 && kind < 3:
		s := &relation.Selection{Batch: axes[1].Size, Rows: make([]int32, axes[0].Size*axes[1].Size)}
		for i := range s.Rows {
			s.Rows[i] = d.rng.Int32N(int32(axes[2].Size)+1) - 1
		}
		return s
	case len(axes) == 3 && kind < 5:
		w := relation.Window{Stride: 1 + d.rng.IntN(3), Dilation: 1 + d.rng.IntN(3), Offsets: 1 + d.rng.IntN(axes[1].Padded()), Size: 1 + d.rng.IntN(axes[2].Padded())}
		w.Before = d.rng.IntN(w.Dilation*(w.Offsets-1) + 1)
		w.Positions = 1 + d.rng.IntN(min(axes[0].Padded(), (w.Before+w.Size-1)/w.Stride+1))
		return w
	}
	return nil
}

func (d *drawn) of(id relation.ID) []int64 { return d.given[id].Large }

// element returns a cell of either kind.
func (c Cells) element(i int) fr.Element {
	if c.Elements != nil {
		return c.Elements[i]
	}
	return relation.Int(c.Integers[i])
}

func (c Cells) size() int { return max(len(c.Integers), len(c.Elements)) }

// TestSumsAreThoseOfTheReference compares random sums with package naive, cell
// by cell.
func TestSumsAreThoseOfTheReference(t *testing.T) {
	integers, fields := 0, 0
	for seed := range uint64(20000) {
		d, sum, axes := draw(seed)
		got, err := Sum(d.sys, sum, axes, d.of)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		sys := &relation.System{Tensors: append(d.sys.Tensors, relation.Tensor{Name: "sum", Kind: relation.Virtual, Axes: axes, Sum: sum})}
		want, err := naive.Materialize(sys, append(d.given, relation.Cells{}), relation.ID(len(d.sys.Tensors)))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got.size() != len(want) {
			t.Fatalf("seed %d: %d cells, want %d", seed, got.size(), len(want))
		}
		fits := true
		for i := range want {
			if e := got.element(i); !e.Equal(&want[i]) {
				t.Fatalf("seed %d, cell %d: %s, want %s\n%+v\n%+v", seed, i, e.String(), want[i].String(), sum, d.sys.Tensors)
			}
			fits = fits && Signed(&want[i]).IsInt64()
		}
		if fits != (got.Elements == nil) {
			t.Fatalf("seed %d: integers: %v, want it: %v", seed, got.Elements == nil, fits)
		}
		if fits {
			integers++
		} else {
			fields++
		}
	}
	if integers < 1000 || fields < 1000 {
		t.Errorf("%d sums of integers, %d of other elements: one kind is hardly tested", integers, fields)
	}
}

// pair is the sum x(i)·y(i) + c·z(i) of given cells.
func pair(x, y, z []int64, c int64) (Cells, error) {
	b := relation.NewBuilder("pair")
	axis := relation.Axis{Name: "i", Size: len(x)}
	cells := map[relation.ID][]int64{}
	at := func(name string, of []int64) relation.Factor {
		id := b.Witness(name, axis)
		cells[id] = of
		return relation.At(id, "i")
	}
	sum := &relation.Sum{Out: []relation.Label{"i"}, Terms: []relation.Term{
		relation.Times(relation.Int(1), at("x", x), at("y", y)), relation.Times(relation.Int(c), at("z", z))}}
	return Sum(b.System(), sum, []relation.Axis{axis}, func(id relation.ID) []int64 { return cells[id] })
}

// TestNothingWrapsAround: a result beyond 64 bits is one of the field, and terms
// beyond them may cancel.
func TestNothingWrapsAround(t *testing.T) {
	c, err := pair([]int64{1 << 32, 3}, []int64{1 << 32, 5}, []int64{7, 11}, 1)
	if err != nil || c.Integers != nil {
		t.Fatalf("%v, %v", c, err)
	}
	want := new(big.Int).Lsh(big.NewInt(1), 64)
	if want.Add(want, big.NewInt(7)); Signed(&c.Elements[0]).Cmp(want) != 0 || Signed(&c.Elements[1]).Int64() != 26 {
		t.Errorf("%v", c.Elements)
	}
	c, err = pair([]int64{1 << 32, -1 << 40}, []int64{1 << 32, 1 << 23}, []int64{1 << 33, -1 << 32}, -1<<31)
	if err != nil || c.Elements != nil || c.Integers[0] != 0 || c.Integers[1] != 0 {
		t.Errorf("terms that cancel: %v, %v", c, err)
	}
	c, err = pair([]int64{1 << 31}, []int64{-1 << 32}, []int64{0}, 1)
	if err != nil || c.Elements != nil || c.Integers[0] != math.MinInt64 {
		t.Errorf("the least integer: %v, %v", c, err)
	}
}

func TestMissingCells(t *testing.T) {
	for _, cells := range [][]int64{nil, {1}, {1, 2, 3}} {
		if _, err := pair([]int64{1, 2}, cells, []int64{0, 0}, 1); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d cells of 2: %v", len(cells), err)
		}
	}
}

// TestLongFilters: a filter is never laid out where partial sums do, and refused
// where it would have too many entries.
func TestLongFilters(t *testing.T) {
	const n = 1 << 15
	b := relation.NewBuilder("filter")
	step := relation.Axis{Name: "step", Size: n}
	rates, cells := make([]int64, n), make([]int64, n)
	for i := range rates {
		rates[i], cells[i] = 2, int64(i)
	}
	filter := b.Public("filter", &relation.Filter{Rates: rates}, step, step)
	x := b.Witness("x", step)
	of := func(relation.ID) []int64 { return cells }
	sum := func(factors ...relation.Factor) (Cells, error) {
		return Sum(b.System(), &relation.Sum{Out: []relation.Label{"s"}, Terms: []relation.Term{relation.Times(relation.Int(1), factors...)}}, []relation.Axis{step}, of)
	}
	got, err := sum(relation.At(filter, "t", "s"), relation.At(x, "t"))
	if err != nil {
		t.Fatal(err)
	}
	for s, have := range got.Integers {
		if want := int64(n*(n-1) - s*(s+1)); have != want {
			t.Fatalf("step %d: %d, want %d", s, have, want)
		}
	}
	if _, err := sum(relation.At(filter, "t", "s"), relation.At(x, "t"), relation.At(x, "t")); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}

// BenchmarkSum computes sums of the shapes that claims about 100,000 rows of 50
// columns have.
func BenchmarkSum(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	build := relation.NewBuilder("claim")
	rows, columns, works := relation.Axis{Name: "rows", Size: 100_000}, relation.Axis{Name: "columns", Size: 50}, relation.Axis{Name: "works", Size: 16}
	given := map[relation.ID][]int64{}
	cells := func(name string, axes ...relation.Axis) relation.ID {
		id := build.Witness(name, axes...)
		given[id] = make([]int64, build.System().Tensor(id).Cells())
		for i := range given[id] {
			given[id][i] = rng.Int64N(1<<16) - 1<<15
		}
		return id
	}
	x, y, w := cells("x", rows, columns), cells("y", works, columns), cells("w", columns)
	inside := relation.At(build.Mask(columns), "k")
	later := build.Public("later", &relation.Filter{Rates: make([]int64, columns.Size)}, columns, columns)
	one, large := relation.Int(1), relation.Pow2(60)
	for _, c := range []struct {
		name string
		axes []relation.Axis
		out  []relation.Label
		term relation.Term
	}{
		{"weighted columns", []relation.Axis{rows}, []relation.Label{"i"}, relation.Times(one, relation.At(w, "k"), relation.At(x, "i", "k"))},
		{"squared norms", []relation.Axis{rows}, []relation.Label{"i"}, relation.Times(one, inside, relation.At(x, "i", "k"), relation.At(x, "i", "k"))},
		{"products with 16 works", []relation.Axis{rows, works}, []relation.Label{"i", "w"}, relation.Times(one, inside, relation.At(x, "i", "k"), relation.At(y, "w", "k"))},
		{"later columns", []relation.Axis{rows, columns}, []relation.Label{"i", "c"}, relation.Times(one, relation.At(later, "k", "c"), relation.At(x, "i", "k"))},
		{"in the field", []relation.Axis{rows}, []relation.Label{"i"}, relation.Times(large, relation.At(w, "k"), relation.At(x, "i", "k"))},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				sum := &relation.Sum{Out: c.out, Terms: []relation.Term{c.term}}
				if _, err := Sum(build.System(), sum, c.axes, func(id relation.ID) []int64 { return given[id] }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
