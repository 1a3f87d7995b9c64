package prover

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	. "github.com/zkaudit/zkaudit/relation"
)

// kernel is a convolution in one dimension over 3 steps of 2 samples: pictures
// with 2 channels read through a window, and 2 units.
func kernel(t *testing.T, w Window) (p *Peer, patches, weights ID) {
	t.Helper()
	axis := func(name string, n int) Axis { return Axis{Name: name, Size: n} }
	b := NewBuilder("kernel")
	s, n, h, m, y, c, o := axis("s", 3), axis("b", 2), axis("h", w.Positions), axis("m", w.Offsets), axis("y", w.Size), axis("c", 2), axis("o", 2)
	x, d := b.Witness("X", s, n, y, c), b.Witness("dZ", s, n, h, o)
	w0 := b.External("W0", m, c, o)
	win := b.Public("window", w, h, m, y)
	patches = b.Virtual("P", []Axis{s, n, h, m, c}, []Label{"s", "b", "h", "m", "c"},
		Times(Int(1), At(win, "h", "m", "y"), At(x, "s", "b", "y", "c")))
	filter := b.Public("filter", &Filter{Rates: []int64{3, 1, 2}, Response: []int64{4, 3}, Restart: 3}, s, s)
	weights = b.Virtual("W", []Axis{s, m, c, o}, []Label{"t", "m", "c", "o"},
		Times(Int(1), At(b.Mask(s), "t"), At(w0, "m", "c", "o")),
		Times(Int(-1), At(filter, "t", "s"), At(patches, "s", "b", "h", "m", "c"), At(d, "s", "b", "h", "o")))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	cells := NewAssignment(sys)
	for _, id := range []ID{x, d, w0} {
		cells[id].Small = make([]int32, sys.Tensor(id).Cells())
		for i := range cells[id].Small {
			cells[id].Small[i] = int32(i*i%23 - 11)
		}
	}
	l, err := proof.NewLayout(sys, 6, false)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = New(l, cells, nil, nil); err != nil {
		t.Fatal(err)
	}
	return p, patches, weights
}

// What sumchecks want of patches and of a kernel over all steps comes from their
// kernels, which lay neither out, and is what their definitions say: patches at
// any axes; weights with the units fixed, with the channels fixed, and with the
// offset, too.
func TestKernelsAreTheDefinitions(t *testing.T) {
	for name, w := range map[string]Window{
		"plain":   {Positions: 3, Offsets: 3, Stride: 1, Dilation: 1, Size: 5},
		"padded":  {Positions: 3, Offsets: 3, Stride: 2, Dilation: 1, Before: 1, Size: 5},
		"dilated": {Positions: 3, Offsets: 3, Stride: 3, Dilation: 2, Before: 2, Size: 7},
	} {
		t.Run(name, func(t *testing.T) { checkKernels(t, w) })
	}
}

func checkKernels(t *testing.T, w Window) {
	p, patches, weights := kernel(t, w)
	for _, id := range []ID{patches, weights} {
		tensor := p.sys.Tensor(id)
		table := p.materialize(id)
		taken := map[int]bool{}
		for subset := range 1 << len(tensor.Axes) {
			fixed := make([][]fr.Element, len(tensor.Axes))
			for i, a := range tensor.Axes {
				if subset>>i&1 == 1 {
					fixed[i] = make([]fr.Element, a.Log())
					for k := range fixed[i] {
						fixed[i][k].MustSetRandom()
					}
				}
			}
			var got fr.Vector
			if v, ok := p.viewOf(id); ok {
				got, taken[subset] = p.seen(v, tensor.Sum, fixed), true
			} else if got, ok = p.trajectory(tensor, fixed); ok {
				taken[subset] = true
			} else {
				continue
			}
			if want := poly.Fix(table, tensor.Axes, fixed); !slices.Equal(got, want) {
				t.Errorf("%s with axes %b fixed: another table", tensor.Name, subset)
			}
		}
		want := []int{0b0100, 0b0110, 0b1000, 0b1010}
		if id == patches {
			want = []int{0, 1, 0b111, 0b11000, 0b11111}
		}
		for _, subset := range want {
			if !taken[subset] {
				t.Errorf("%s with axes %b fixed comes from no kernel", tensor.Name, subset)
			}
		}
	}
}
