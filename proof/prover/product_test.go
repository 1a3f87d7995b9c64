package prover

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	. "github.com/zkaudit/zkaudit/relation"
)

// chosen is a one-hot of three digits, and the trajectory of a table whose rows it
// names. Not all cells are those of a one-hot.
func chosen(t *testing.T) (p *Peer, choice, weights ID) {
	t.Helper()
	b := NewBuilder("one-hot")
	axis := func(name string, n int) Axis { return Axis{Name: name, Size: n} }
	step, batch, position, width := axis("step", 3), axis("batch", 2), axis("position", 3), axis("width", 3)
	digits := []Axis{axis("row", 2), axis("row", 3), axis("row", 2)}
	type labels = []Label
	var factors []Factor
	out, axes := labels{"t", "b", "p"}, []Axis{step, batch, position}
	for i, a := range digits {
		l := Label("v" + string(rune('0'+i)))
		h := b.Witness("digit "+string(l), step, batch, position, a)
		factors = append(factors, At(h, "t", "b", "p", l))
		out, axes = append(out, l), append(axes, a)
	}
	choice = b.Virtual("choice", axes, out, Times(Int(3), factors...))
	d := b.Witness("gradient", step, batch, position, width)
	table := append(slices.Clone(digits), width)
	before := b.External("before", table...)
	filter := b.Public("filter", &Filter{Rates: []int64{1, 2, 3}}, step, step)
	weights = b.Virtual("weights", append([]Axis{step}, table...), labels{"t", "v0", "v1", "v2", "d"},
		Times(Int(1), At(b.Mask(step), "t"), At(before, "v0", "v1", "v2", "d")),
		Times(Int(-1), At(filter, "t", "s"), At(b.Mask(position), "p"), At(choice, "s", "b", "p", "v0", "v1", "v2"), At(d, "s", "b", "p", "d")))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	cells := NewAssignment(sys)
	for i := range sys.Tensors {
		tensor := sys.Tensor(ID(i))
		if tensor.Kind != Witness && tensor.Kind != External {
			continue
		}
		small := make([]int32, tensor.Cells())
		for k := range small {
			if rng.IntN(2) == 0 {
				small[k] = rng.Int32N(9) - 4
			}
		}
		cells[i] = Cells{Small: small}
	}
	l, err := proof.NewLayout(sys, 6, false)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = New(l, cells, nil, nil); err != nil {
		t.Fatal(err)
	}
	return p, choice, weights
}

// What sumchecks want of a one-hot, and of a table over all steps, comes from
// kernels that lay neither out, and is what the definitions say.
func TestProductsAreTheDefinitions(t *testing.T) {
	p, choice, weights := chosen(t)
	v, ok := p.productOf(choice)
	if !ok {
		t.Fatal("no product")
	}
	for _, id := range []ID{choice, weights} {
		tensor := p.sys.Tensor(id)
		table := p.materialize(id)
		taken := 0
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
			if id == choice {
				got = p.multiplied(v, tensor.Sum, fixed)
			} else if got, ok = p.trajectory(tensor, fixed); !ok {
				continue
			}
			taken++
			if want := poly.Fix(table, tensor.Axes, fixed); !slices.Equal(got, want) {
				t.Errorf("%s with axes %b fixed: another table", tensor.Name, subset)
			}
		}
		if taken == 0 {
			t.Errorf("%s comes from no kernel", tensor.Name)
		}
	}
	// The table's width is fixed in a forward pass.
	fixed := make([][]fr.Element, 5)
	fixed[4] = make([]fr.Element, 2)
	if _, ok := p.trajectory(p.sys.Tensor(weights), fixed); !ok {
		t.Error("the trajectory at a width comes from no kernel")
	}
	if _, ok := p.productOf(weights); ok {
		t.Error("a trajectory is a product")
	}
}
