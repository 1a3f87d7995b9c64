package prover

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	. "github.com/zkaudit/zkaudit/relation"
)

// kernels is a depthwise convolution in two dimensions over 3 steps of 3 samples:
// pictures with 3 channels and, of each, some kernels that slide by w and by a
// plain window of 2 cells. With a depth it is one in 3 groups of so many channels.
func kernels(t *testing.T, w Window, depth, count int, bare bool) (p *Peer, weights ID) {
	t.Helper()
	axis := func(name string, n int) Axis { return Axis{Name: name, Size: n} }
	b := NewBuilder("kernels")
	across := Window{Positions: 2, Offsets: 2, Stride: 1, Dilation: 1, Size: 3}
	s, n, c, q := axis("s", 3), axis("b", 3), axis("c", 3), axis("q", count)
	h, m, y := axis("h", w.Positions), axis("m", w.Offsets), axis("y", w.Size)
	u, k, x := axis("w", 2), axis("n", 2), axis("x", 3)
	own, of := []Axis{c}, []Label{"c"}
	if depth > 0 {
		own, of = []Axis{axis("e", depth), c}, []Label{"e", "c"}
	}
	pictures, d := b.Witness("X", append([]Axis{s, n, y, x}, own...)...), b.Witness("dZ", s, n, h, u, c, q)
	w0 := b.External("W0", append(append([]Axis{m, k}, own...), q)...)
	down, over := b.Public("window", w, h, m, y), b.Public("window across", across, u, k, x)
	seen := append([]Label{"s", "b", "h", "w", "m", "n"}, of...)
	patches := b.Virtual("P", append([]Axis{s, n, h, u, m, k}, own...), seen,
		Times(Int(1), At(down, "h", "m", "y"), At(over, "w", "n", "x"), At(pictures, append([]Label{"s", "b", "y", "x"}, of...)...)))
	filter := b.Public("filter", &Filter{Rates: []int64{3, 1, 2}, Response: []int64{4, 3, 2}, Restart: 2}, s, s)
	factors := []Factor{At(filter, "t", "s"), At(b.Mask(n), "b"), At(patches, seen...), At(d, "s", "b", "h", "w", "c", "q")}
	kernel := append(append([]Label{"m", "n"}, of...), "q")
	weights = b.Virtual("W", append(append([]Axis{s, m, k}, own...), q), append([]Label{"t"}, kernel...),
		Times(Int(1), At(b.Mask(s), "t"), At(w0, kernel...)), Times(Int(-1), factors...), Times(Int(-5), factors...))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	cells := NewAssignment(sys)
	for _, id := range []ID{pictures, d, w0} {
		v := make([]int32, sys.Tensor(id).Cells()) // garbage in the padding, too
		for i := range v {
			v[i] = int32(i*i%23 - 11)
		}
		if cells[id].Small = v; bare && id == pictures {
			cells[id] = Cells{Large: make([]int64, len(v))}
		}
	}
	l, err := proof.NewLayout(sys, 6, false)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = New(l, cells, nil, nil); err != nil {
		t.Fatal(err)
	}
	return p, weights
}

// Kernels for each channel over all steps, uses added up, are what their
// definition says, with garbage in all padding.
func TestChannelsAreTheDefinition(t *testing.T) {
	for name, w := range map[string]Window{
		"plain":   {Positions: 3, Offsets: 3, Stride: 1, Dilation: 1, Size: 5},
		"padded":  {Positions: 3, Offsets: 3, Stride: 2, Dilation: 1, Before: 1, Size: 5},
		"dilated": {Positions: 3, Offsets: 3, Stride: 3, Dilation: 2, Before: 2, Size: 7},
	} {
		for i := range 9 {
			depth, count := i/3, 1+i%3
			p, weights := kernels(t, w, depth, count, false)
			tensor := p.sys.Tensor(weights)
			got, ok := p.channelwise(tensor)
			if !ok {
				t.Fatalf("%s, depth %d, %d kernels: computed by no kernel", name, depth, count)
			}
			want := make(fr.Vector, tensor.Cells())
			for i := range tensor.Sum.Terms {
				p.addTerm(want, tensor, &tensor.Sum.Terms[i])
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, depth %d, %d kernels: another table", name, depth, count)
			}
		}
	}
	p, weights := kernels(t, Window{Positions: 3, Offsets: 3, Stride: 1, Dilation: 1, Size: 5}, 0, 2, true)
	if _, ok := p.channelwise(p.sys.Tensor(weights)); ok {
		t.Error("of cells that are not small")
	}
	q, _, units := kernel(t, Window{Positions: 3, Offsets: 3, Stride: 1, Dilation: 1, Size: 5})
	if _, ok := q.channelwise(q.sys.Tensor(units)); ok {
		t.Error("of a kernel that mixes channels")
	}
}
