package public

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

func randomPoint(n int) []fr.Element {
	p := make([]fr.Element, n)
	for i := range p {
		p[i].MustSetRandom()
	}
	return p
}

// values returns a tensor of random cells, most of them zero, padding too.
func values(rng *rand.Rand, axes ...relation.Axis) *relation.Tensor {
	n := 1
	for _, a := range axes {
		n *= a.Padded()
	}
	cells := make([]int64, n)
	for i := range cells {
		if rng.IntN(3) == 0 {
			cells[i] = rng.Int64() - rng.Int64()
		}
	}
	return &relation.Tensor{Axes: axes, Source: &relation.Values{Cells: cells}}
}

// selection returns a tensor of steps times batch slots that read rows, some of
// them none.
func selection(rng *rand.Rand, steps, batch, rows int) *relation.Tensor {
	sel := &relation.Selection{Batch: batch, Rows: make([]int32, steps*batch)}
	for i := range sel.Rows {
		sel.Rows[i] = int32(rng.IntN(rows+1) - 1)
	}
	return &relation.Tensor{Source: sel, Axes: []relation.Axis{{Name: "step", Size: steps}, {Name: "batch", Size: batch}, {Name: "row", Size: rows}}}
}

// window returns the tensor of a window.
func window(w relation.Window) *relation.Tensor {
	return &relation.Tensor{Source: w,
		Axes: []relation.Axis{{Name: "position", Size: w.Positions}, {Name: "offset", Size: w.Offsets}, {Name: "input", Size: w.Size}}}
}

// plain returns the window of stride 1 that reads every input, without padding.
func plain(positions, offsets int) relation.Window {
	return relation.Window{Positions: positions, Offsets: offsets, Stride: 1, Dilation: 1, Size: positions + offsets - 1}
}

// padded returns one with padding on both sides, a stride and a dilation.
func padded() relation.Window {
	return relation.Window{Positions: 3, Offsets: 3, Stride: 2, Dilation: 3, Before: 3, Size: 5}
}

// TestEvaluateIsTheExtensionOfTheTable compares with the definition: the
// extension of all cells.
func TestEvaluateIsTheExtensionOfTheTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, tensor := range map[string]*relation.Tensor{
		"one value":              values(rng),
		"short values":           values(rng, relation.Axis{Size: 3}),
		"values":                 values(rng, relation.Axis{Size: 33}, relation.Axis{Size: 5}, relation.Axis{Size: 17}),
		"one row":                selection(rng, 1, 1, 1),
		"few rows":               selection(rng, 5, 3, 6),
		"rows, more than a part": selection(rng, 6, 4, 5000),
		"steps of one":           selection(rng, 7, 1, 1025),
		"filter": {Source: &relation.Filter{Rates: []int64{3, 1, 2}},
			Axes: []relation.Axis{{Name: "later", Size: 3}, {Name: "step", Size: 3}}},
		"response": {Source: &relation.Filter{Rates: []int64{3, 1, 2, 5, 4, 9, 1}, Response: []int64{7, 5, 3, 2}, Restart: 3},
			Axes: []relation.Axis{{Name: "later", Size: 7}, {Name: "step", Size: 7}}},
		"mask":                      {Source: relation.Mask{Size: 5}, Axes: []relation.Axis{{Size: 5}}},
		"window":                    window(plain(5, 3)),
		"window of one":             window(plain(1, 1)),
		"narrow window":             window(plain(6, 1)),
		"padded window":             window(padded()),
		"window over a short input": window(relation.Window{Positions: 1, Offsets: 5, Stride: 3, Dilation: 2, Before: 4, Size: 1}),
	} {
		n := 0
		for _, a := range tensor.Axes {
			n += a.Log()
		}
		point := randomPoint(n)
		got, want := Evaluate(tensor, point), poly.Evaluate(table(tensor), point)
		if !got.Equal(&want) {
			t.Errorf("%s: %v, want %v", name, got.String(), want.String())
		}
	}
}

// sources are public tensors of every kind, with padding on every axis.
func sources(rng *rand.Rand) map[string]*relation.Tensor {
	steps, rows := relation.Axis{Name: "step", Size: 3}, relation.Axis{Name: "row", Size: 8}
	out, in := relation.Axis{Name: "out", Size: 5}, relation.Axis{Name: "in", Size: 3}
	return map[string]*relation.Tensor{
		"values":         values(rng, relation.Axis{Size: 3}, relation.Axis{Size: 5}),
		"selection":      selection(rng, 3, 3, 6),
		"filter":         {Source: &relation.Filter{Rates: []int64{3, 1, 2}}, Axes: []relation.Axis{steps, steps}},
		"last filter":    {Source: &relation.Filter{Rates: []int64{3, 1, 2}}, Axes: []relation.Axis{steps}},
		"response":       {Source: &relation.Filter{Rates: []int64{3, 1, 2}, Response: []int64{7, 5, 3}, Restart: 2}, Axes: []relation.Axis{steps, steps}},
		"long response":  {Source: &relation.Filter{Rates: []int64{3, 1, 2}, Response: []int64{7, 5}, Restart: 8}, Axes: []relation.Axis{steps, steps}},
		"last response":  {Source: &relation.Filter{Rates: []int64{3, 1, 2}, Response: []int64{7, 5, 3, 1}, Restart: 4}, Axes: []relation.Axis{steps}},
		"mask":           {Source: relation.Mask{Size: 5}, Axes: []relation.Axis{{Name: "cell", Size: 8}}},
		"full mask":      {Source: relation.Mask{Size: 8}, Axes: []relation.Axis{{Name: "cell", Size: 8}}},
		"index":          {Source: relation.Index{Offset: -3}, Axes: []relation.Axis{rows}},
		"rectifier":      {Source: relation.Rectifier{}, Axes: []relation.Axis{rows}},
		"rectifier gate": {Source: relation.Rectifier{Gate: true}, Axes: []relation.Axis{rows}},
		"window":         window(plain(5, 3)),
		"padded window":  window(padded()),
		"axis map": {Source: &relation.AxisMap{Out: []int32{4, 0, 2, 2, 2}, In: []int32{1, 0, 1, 1, 2}, Value: []int64{1, -2, 3, 5, 7}},
			Axes: []relation.Axis{out, in}},
	}
}

// TestTablesAreThoseOfTheReference compares with package naive, cell by cell.
func TestTablesAreThoseOfTheReference(t *testing.T) {
	for name, tensor := range sources(rand.New(rand.NewPCG(5, 6))) {
		tensor.Kind = relation.Public
		want, err := naive.Materialize(&relation.System{Tensors: []relation.Tensor{*tensor}}, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := table(tensor)
		for i := range want {
			if !got[i].Equal(&want[i]) {
				t.Errorf("%s: cell %d is %s, want %s", name, i, got[i].String(), want[i].String())
			}
		}
		point := randomPoint(poly.Log(len(got)))
		if v, w := Evaluate(tensor, point), naive.Evaluate(want, point); !v.Equal(&w) {
			t.Errorf("%s: another extension", name)
		}
	}
}

// TestPartial: any axes may be fixed, in any order of the rest.
func TestPartial(t *testing.T) {
	for name, tensor := range sources(rand.New(rand.NewPCG(7, 8))) {
		for subset := range 1 << len(tensor.Axes) {
			fixed := make([][]fr.Element, len(tensor.Axes))
			for i, a := range tensor.Axes {
				if subset>>i&1 == 1 {
					fixed[i] = randomPoint(a.Log())
				}
			}
			got, want := Partial(tensor, fixed), poly.Fix(table(tensor), tensor.Axes, fixed)
			if !slices.Equal(got, want) {
				t.Errorf("%s with axes %b fixed: another table", name, subset)
			}
		}
	}
}

// BenchmarkEvaluate is the verifier's part: rows read from a large dataset, and
// the weights of a published model.
func BenchmarkEvaluate(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	for name, tensor := range map[string]*relation.Tensor{
		"selection of 2^14 rows of 2^20": selection(rng, 256, 64, 1<<20),
		"values of 2^20 cells":           values(rng, relation.Axis{Size: 1 << 20}),
	} {
		n := 0
		for _, a := range tensor.Axes {
			n += a.Log()
		}
		point := randomPoint(n)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Evaluate(tensor, point)
			}
		})
	}
}
