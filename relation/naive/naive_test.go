package naive

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// layer is a dense layer with ReLU on 3 rows, 5 inputs and 6 units, none a
// power of two:
//
//	V(b,j) = Σ_k X(b,k)·W(k,j),  V = 2^4·Y + R,  A = relu(Y)
type layer struct {
	sys           *relation.System
	x, w, v, y, r relation.ID
	a, count      relation.ID
}

const (
	rows, inputs, units = 3, 5, 6
	paddedInputs        = 8
	paddedUnits         = 8
)

func newLayer(t *testing.T) layer {
	t.Helper()
	batch, in, out := relation.Axis{Name: "batch", Size: rows}, relation.Axis{Name: "in", Size: inputs}, relation.Axis{Name: "out", Size: units}
	b := relation.NewBuilder("layer")
	var l layer
	l.x = b.External("X", batch, in)
	l.w = b.External("W", in, out)
	l.y = b.Witness("Y", batch, out)
	l.r = b.Witness("R", batch, out)
	l.a = b.Witness("A", batch, out)
	l.v = b.Virtual("V", []relation.Axis{batch, out}, []relation.Label{"b", "j"},
		relation.Times(relation.Int(1), relation.At(l.x, "b", "k"), relation.At(l.w, "k", "j"), relation.At(b.Mask(in), "k")))
	b.Equation("rescale", []relation.Axis{batch, out}, []relation.Label{"b", "j"},
		relation.Times(relation.Int(1), relation.At(l.v, "b", "j")),
		relation.Times(relation.Int(-16), relation.At(l.y, "b", "j")),
		relation.Times(relation.Int(-1), relation.At(l.r, "b", "j")))
	b.Signed(l.r, 4)
	relu := b.Table("relu", -128, 256, relation.Rectifier{})
	b.LookUp(relu, l.y, l.a)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l.sys, l.count = sys, sys.Tables[relu].Count
	return l
}

// assign fills the layer from random inputs with plain loops.
func (l layer) assign(seed uint64) relation.Assignment {
	rng := rand.New(rand.NewPCG(seed, 0))
	a := relation.NewAssignment(l.sys)
	x, w := make([]int32, 4*paddedInputs), make([]int64, paddedInputs*paddedUnits)
	y, r, act := make([]int32, 4*paddedUnits), make([]int32, 4*paddedUnits), make([]int32, 4*paddedUnits)
	v := make([]int64, 4*paddedUnits)
	for b := range rows {
		for k := range inputs {
			x[b*paddedInputs+k] = int32(rng.IntN(21) - 10)
		}
	}
	for k := range inputs {
		for j := range units {
			w[k*paddedUnits+j] = int64(rng.IntN(61) - 30)
		}
	}
	for b := range rows {
		for j := range units {
			c := b*paddedUnits + j
			for k := range inputs {
				v[c] += int64(x[b*paddedInputs+k]) * w[k*paddedUnits+j]
			}
			y[c] = int32((v[c] + 8) >> 4)
			r[c] = int32(v[c]) - 16*y[c]
			act[c] = max(y[c], 0)
		}
	}
	a[l.x].Small, a[l.w].Large, a[l.y].Small, a[l.r].Small, a[l.a].Small = x, w, y, r, act
	a[l.v].Large = v
	return a
}

func TestCheckAcceptsHonestLayer(t *testing.T) {
	l := newLayer(t)
	for seed := range uint64(5) {
		if err := Check(l.sys, l.assign(seed)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	l := newLayer(t)
	at := func(b, j int) int { return b*paddedUnits + j }
	for _, test := range []struct {
		name   string
		mutate func(a relation.Assignment)
		want   []string
	}{
		{"weight", func(a relation.Assignment) { a[l.w].Large[0] += 1000; a[l.v] = relation.Cells{} }, []string{`"rescale"`, `"Y"`, "(0,0)"}},
		{"derived", func(a relation.Assignment) { a[l.v].Large[at(2, 5)]++ }, []string{`"V"`, "(2,5)"}},
		{"value and remainder", func(a relation.Assignment) { a[l.y].Small[at(1, 2)]--; a[l.r].Small[at(1, 2)] += 16 }, []string{`"R"`, "(1,2)", "range"}},
		{"activation", func(a relation.Assignment) { a[l.a].Small[at(2, 0)]++ }, []string{`"A"`, "(2,0)", "relu"}},
		{"garbage in the padding of an equation", func(a relation.Assignment) { a[l.y].Small[at(3, 7)] = 1 }, []string{`"rescale"`, "(3,7)"}},
	} {
		a := l.assign(1)
		test.mutate(a)
		err := Check(l.sys, a)
		if !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q does not name %s", test.name, err, want)
			}
		}
	}
}

// TestCheckIgnoresHarmlessPadding: padding that no relation reads is free.
func TestCheckIgnoresHarmlessPadding(t *testing.T) {
	l := newLayer(t)
	a := l.assign(2)
	a[l.a].Small[7], a[l.a].Small[3*paddedUnits] = 77, -5 // relu is looked up on real cells alone
	a[l.v].Large[7] = 9                                   // given, never read as such
	for b := range 4 {
		a[l.x].Small[b*paddedInputs+6] = 12 // the mask of the contraction
	}
	if err := Check(l.sys, a); err != nil {
		t.Fatal(err)
	}
}

func TestCheckRefusesMissingCells(t *testing.T) {
	l := newLayer(t)
	a := l.assign(3)
	a[l.y] = relation.Cells{}
	if err := Check(l.sys, a); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), `"Y"`) {
		t.Errorf("no cells: %v", err)
	}
	a = l.assign(3)
	a[l.x].Small = a[l.x].Small[1:]
	if err := Check(l.sys, a); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), `"X"`) {
		t.Errorf("short: %v", err)
	}
}

func TestCounts(t *testing.T) {
	l := newLayer(t)
	a := l.assign(4)
	want := make([]int32, 256)
	for b := range rows {
		for j := range units {
			want[a[l.y].Small[b*paddedUnits+j]+128]++
		}
	}
	counted, err := Materialize(l.sys, a, l.count)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range want {
		if e := relation.Int(int64(n)); !counted[i].Equal(&e) {
			t.Fatalf("row %d: %s, want %d", i, counted[i].String(), n)
		}
	}
	a[l.count].Small = want
	if err := Check(l.sys, a); err != nil {
		t.Fatal(err)
	}
	want[100]++
	if err := Check(l.sys, a); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "row 100") {
		t.Errorf("one read too many: %v", err)
	}
}

// TestCopiesOfRowZero: the table of {5,6,7} has four rows; reads of 5 may be
// counted at row 0 or at its copy.
func TestCopiesOfRowZero(t *testing.T) {
	b := relation.NewBuilder("short")
	y := b.Witness("Y", relation.Axis{Name: "i", Size: 3})
	table := b.Table("five to seven", 5, 3)
	b.LookUp(table, y)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	a := relation.NewAssignment(sys)
	a[y].Small = []int32{5, 7, 5, 0}
	for _, test := range []struct {
		counts []int32
		ok     bool
	}{{[]int32{2, 0, 1, 0}, true}, {[]int32{0, 0, 1, 2}, true}, {[]int32{1, 0, 1, 1}, true}, {[]int32{2, 0, 1, 1}, false}, {[]int32{1, 1, 1, 0}, false}} {
		a[sys.Tables[table].Count].Small = test.counts
		if err := Check(sys, a); (err == nil) != test.ok {
			t.Errorf("counts %v: %v", test.counts, err)
		}
	}
	for _, outside := range []int32{4, 8, -5} {
		a[y].Small[1] = outside
		if err := Check(sys, a); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), fmt.Sprint(outside)) {
			t.Errorf("cell %d: %v", outside, err)
		}
	}
}

func TestPublicSources(t *testing.T) {
	axis := func(n int) relation.Axis { return relation.Axis{Name: "a", Size: n} }
	for _, test := range []struct {
		name string
		src  relation.Source
		axes []relation.Axis
		want []int64
	}{
		{"mask", relation.Mask{Size: 3}, []relation.Axis{axis(4)}, []int64{1, 1, 1, 0}},
		{"index", relation.Index{Offset: -2}, []relation.Axis{axis(4)}, []int64{-2, -1, 0, 1}},
		{"rectifier", relation.Rectifier{}, []relation.Axis{axis(8)}, []int64{0, 0, 0, 0, 0, 1, 2, 3}},
		{"gate", relation.Rectifier{Gate: true}, []relation.Axis{axis(8)}, []int64{0, 0, 0, 0, 0, 1, 1, 1}},
		{"values", &relation.Values{Cells: []int64{9, -8, 7, 6}}, []relation.Axis{axis(2), axis(2)}, []int64{9, -8, 7, 6}},
		{"rates", &relation.Filter{Rates: []int64{3, 4, 5}}, []relation.Axis{axis(3)}, []int64{3, 4, 5, 0}},
		{"causal filter", &relation.Filter{Rates: []int64{3, 4, 5}}, []relation.Axis{axis(3), axis(3)},
			[]int64{0, 0, 0, 0, 3, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0}},
		{"last of a response", &relation.Filter{Rates: []int64{3, 4, 5}, Response: []int64{8, 4, 2}, Restart: 2}, []relation.Axis{axis(3)}, []int64{40, 32, 40, 0}},
		{"response, restarted", &relation.Filter{Rates: []int64{3, 4, 5}, Response: []int64{8, 4, 2}, Restart: 2}, []relation.Axis{axis(3), axis(3)},
			[]int64{0, 0, 0, 0, 24, 0, 0, 0, 40, 32, 0, 0, 0, 0, 0, 0}},
		{"last of a longer one", &relation.Filter{Rates: []int64{3, 4, 5}, Response: []int64{8, 4}, Restart: 9}, []relation.Axis{axis(3)}, []int64{40, 52, 40, 0}},
		{"selection", &relation.Selection{Batch: 1, Rows: []int32{2, -1}}, []relation.Axis{axis(2), axis(1), axis(3)},
			[]int64{0, 0, 1, 0, 0, 0, 0, 0}},
		{"axis map", &relation.AxisMap{Out: []int32{0, 1, 1}, In: []int32{1, 0, 0}, Value: []int64{2, 5, -1}}, []relation.Axis{axis(2), axis(2)},
			[]int64{0, 2, 4, 0}},
		{"window", relation.Window{Positions: 2, Offsets: 3, Stride: 1, Dilation: 1, Size: 4}, []relation.Axis{axis(2), axis(3), axis(4)},
			[]int64{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0}},
		{"window over padding", relation.Window{Positions: 2, Offsets: 3, Stride: 1, Dilation: 2, Before: 2, Size: 3}, []relation.Axis{axis(2), axis(3), axis(3)},
			[]int64{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		{"strided window", relation.Window{Positions: 2, Offsets: 2, Stride: 2, Dilation: 1, Before: 1, Size: 3}, []relation.Axis{axis(2), axis(2), axis(3)},
			[]int64{0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}},
	} {
		b := relation.NewBuilder(test.name)
		id := b.Public("P", test.src, test.axes...)
		sys, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Materialize(sys, nil, id)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(test.want) {
			t.Errorf("%s: %d cells, want %d", test.name, len(got), len(test.want))
			continue
		}
		for i, w := range test.want {
			if e := relation.Int(w); !got[i].Equal(&e) {
				t.Errorf("%s: cell %d is %s, want %d", test.name, i, got[i].String(), w)
			}
		}
	}
}

// TestTrajectorySum: a term with labels shared by three factors, against
// loops over integers.
func TestTrajectorySum(t *testing.T) {
	const steps, batch, in = 3, 2, 3
	step, rows, units := relation.Axis{Name: "step", Size: steps}, relation.Axis{Name: "batch", Size: batch}, relation.Axis{Name: "k", Size: in}
	rates := []int64{2, 3, 5}
	b := relation.NewBuilder("trajectory")
	x := b.External("X", step, rows, units)
	d := b.External("dZ", step, rows)
	filter := b.Public("filter", &relation.Filter{Rates: rates}, step, step)
	w := b.Virtual("W", []relation.Axis{step, units}, []relation.Label{"t", "k"},
		relation.Times(relation.Int(-1), relation.At(filter, "t", "s"), relation.At(b.Mask(rows), "b"),
			relation.At(x, "s", "b", "k"), relation.At(d, "s", "b")))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	a := relation.NewAssignment(sys)
	a[x].Small, a[d].Small = make([]int32, 4*2*4), make([]int32, 4*2)
	for i := range a[x].Small {
		a[x].Small[i] = int32(i*i%17 - 8)
	}
	for i := range a[d].Small {
		a[d].Small[i] = int32(7*i%11 - 5)
	}
	got, err := Materialize(sys, a, w)
	if err != nil {
		t.Fatal(err)
	}
	for tt := range 4 {
		for k := range 4 {
			var want int64
			for s := range min(tt, steps) {
				for bb := range batch {
					if tt < steps {
						want -= rates[s] * int64(a[x].Small[(s*2+bb)*4+k]) * int64(a[d].Small[s*2+bb])
					}
				}
			}
			if e := relation.Int(want); !got[tt*4+k].Equal(&e) {
				t.Errorf("W(%d,%d) = %s, want %d", tt, k, got[tt*4+k].String(), want)
			}
		}
	}
}

func TestEvaluate(t *testing.T) {
	table := make([]fr.Element, 16)
	point := make([]fr.Element, 4)
	for i := range table {
		table[i].MustSetRandom()
	}
	for i := range point {
		point[i].MustSetRandom()
	}
	one := fr.One()
	var want fr.Element
	for i, cell := range table {
		for k := range point {
			weight := point[k]
			if i>>(3-k)&1 == 0 {
				weight.Sub(&one, &weight)
			}
			cell.Mul(&cell, &weight)
		}
		want.Add(&want, &cell)
	}
	if got := Evaluate(table, point); !got.Equal(&want) {
		t.Errorf("got %s, want %s", got.String(), want.String())
	}
	corner := []fr.Element{one, {}, {}, one} // index 0b1001
	if got := Evaluate(table, corner); !got.Equal(&table[9]) {
		t.Error("the extension at a corner is not the cell")
	}
	if got := Evaluate(table[:1], nil); !got.Equal(&table[0]) {
		t.Error("a scalar's extension is not the scalar")
	}
}
