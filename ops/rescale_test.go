package ops_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/ops/exact"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// exactly recomputes nodes of an executed single step in big integers, from
// the cells of their inputs and the weights before the step.
type exactly struct {
	*executed
	t *testing.T
}

func (e *exactly) cell(id graph.TensorID, i int) *big.Int {
	if role := e.p.Tensor(id).Role; role == graph.Weight || role == graph.Frozen {
		return big.NewInt(e.before[id][i])
	}
	if wide := e.buffers.Wide[id]; wide != nil {
		return wide.Value(i)
	}
	if long := e.buffers.Long[id]; long != nil {
		return big.NewInt(long[i])
	}
	cells := e.buffers.Small[id]
	return big.NewInt(int64(cells[i%len(cells)]))
}

func (e *exactly) equal(id graph.TensorID, i int, want *big.Int) {
	e.t.Helper()
	if got := e.cell(id, i); got.Cmp(want) != 0 {
		e.t.Errorf("%s, cell %d: %v, want %v", e.p.Tensor(id).Name, i, got, want)
	}
}

// halfUp is ⌊num/den + 1/2⌋.
func halfUp(num, den *big.Int) *big.Int {
	r := new(big.Rat).SetFrac(num, den)
	r.Add(r, big.NewRat(1, 2))
	return new(big.Int).Div(r.Num(), r.Denom())
}

func pow2(s int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(s)) }

func (e *exactly) node(n *graph.Node) {
	var out *graph.Tensor
	if len(n.Outputs) > 0 {
		out = e.p.Tensor(n.Outputs[0])
	}
	switch n.Kind {
	case ops.KindFullyConnected, ops.KindConv2D, ops.KindGroupedConv2D, ops.KindDepthwiseConv2D, ops.KindTransposeConv, ops.KindInputGradient:
		e.contraction(n)
	case ops.KindWeightUpdate:
		e.update(n)
	case ops.KindRescale:
		for i := range out.Size() {
			e.equal(n.Outputs[0], i, halfUp(e.cell(n.Inputs[0], i), pow2(n.Attributes.Int("shift"))))
		}
	case ops.KindConstantDivision:
		for i := range out.Size() {
			// V + ⌊d/2⌋ over d, downwards
			d := int64(n.Attributes.Int("divisor"))
			v := new(big.Int).Add(e.cell(n.Inputs[0], i), big.NewInt(d/2))
			e.equal(n.Outputs[0], i, v.Div(v, big.NewInt(d)))
		}
	case ops.KindMul:
		for i := range out.Size() {
			e.equal(n.Outputs[0], i, new(big.Int).Mul(e.cell(n.Inputs[0], i), e.cell(n.Inputs[1], i)))
		}
	case ops.KindBatchMatmul:
		total := make([]*big.Int, out.Size())
		for i := range total {
			total[i] = new(big.Int)
		}
		matrices(e.p, n, func(x, y, v int) {
			total[v].Add(total[v], new(big.Int).Mul(e.cell(n.Inputs[0], x), e.cell(n.Inputs[1], y)))
		})
		for i := range total {
			e.equal(n.Outputs[0], i, total[i])
		}
	case ops.KindAdd:
		for i := range out.Size() {
			e.equal(n.Outputs[0], i, new(big.Int).Add(e.cell(n.Inputs[0], i), e.cell(n.Inputs[1], i)))
		}
	case ops.KindGate:
		for i := range out.Size() {
			e.equal(n.Outputs[0], i, new(big.Int).Mul(e.cell(n.Inputs[0], i), e.cell(n.Inputs[1], i)))
		}
	case ops.KindSoftmax:
		e.softmax(n)
	case ops.KindLogSoftmax:
		e.logSoftmax(n)
	}
}

// contraction: V = Σ X·W + 2^f_x·B, U = Σ dZ·W.
func (e *exactly) contraction(n *graph.Node) {
	x, w := n.Inputs[0], n.Inputs[1]
	total := make([]*big.Int, e.p.Tensor(n.Outputs[0]).Size())
	for i := range total {
		total[i] = new(big.Int)
		if len(n.Inputs) > 2 {
			b := n.Inputs[2]
			total[i].Mul(pow2(e.p.Tensor(x).Format.Fraction), e.cell(b, i%e.p.Tensor(b).Size()))
		}
	}
	products(e.p, n, func(a, c, v int) {
		if n.Kind == ops.KindInputGradient {
			a, v = v, a
		}
		total[v].Add(total[v], new(big.Int).Mul(e.cell(x, a), e.cell(w, c)))
	})
	for i := range total {
		e.equal(n.Outputs[0], i, total[i])
	}
}

// update: W − n·Σ X·dZ, or B − n·2^f_x·Σ dZ.
func (e *exactly) update(n *graph.Node) {
	w, d := n.Inputs[0], n.Inputs[len(n.Inputs)-1]
	t := e.p.Tensor(w)
	change := make([]*big.Int, t.Size())
	for i := range change {
		change[i] = new(big.Int)
	}
	if n.Of == "" {
		for i := range e.p.Tensor(d).Size() {
			c := change[i%t.Size()]
			c.Add(c, new(big.Int).Lsh(e.cell(d, i), uint(n.Attributes.Int("input_fraction"))))
		}
	} else {
		products(e.p, n, func(x, c, v int) {
			change[c].Add(change[c], new(big.Int).Mul(e.cell(n.Inputs[1], x), e.cell(d, v)))
		})
	}
	for i, after := range e.buffers.Weight(w) {
		want := new(big.Int).Mul(change[i], big.NewInt(e.rates[0]))
		if want.Sub(e.cell(w, i), want).Cmp(big.NewInt(after)) != 0 {
			e.t.Errorf("%s, cell %d: %d after the step, want %v", t.Name, i, after, want)
		}
	}
}

// softmax: p is e/Σe rounded to nearest, from the committed exponentials.
func (e *exactly) softmax(n *graph.Node) {
	p, exponential := n.Outputs[0], n.Outputs[4]
	t := e.p.Tensor(p)
	classes := t.Axes[len(t.Axes)-1].Size
	for i := range t.Size() {
		total := new(big.Int)
		for c := range classes {
			total.Add(total, e.cell(exponential, i/classes*classes+c))
		}
		num := new(big.Int).Mul(e.cell(exponential, i), pow2(t.Format.Fraction))
		e.equal(p, i, halfUp(num, total))
	}
}

// logSoftmax: Y = −d − ⌊2^f·ln(D/2^f_e) + 1/2⌋.
func (e *exactly) logSoftmax(n *graph.Node) {
	y, sum := e.p.Tensor(n.Outputs[0]), e.p.Tensor(n.Inputs[3])
	classes := y.Axes[len(y.Axes)-1].Size
	for i := range y.Size() {
		total := math.Ldexp(float64(e.cell(n.Inputs[3], i/classes).Int64()), -sum.Format.Fraction)
		logarithm := math.Floor(math.Ldexp(math.Log(total), y.Format.Fraction) + 0.5)
		e.equal(n.Outputs[0], i, new(big.Int).Sub(big.NewInt(-int64(logarithm)), e.cell(n.Inputs[2], i)))
	}
}

func TestForwardIsExact(t *testing.T) {
	programs := map[string]*graph.Program{
		"dense": dense(t, coarse()), "convolutions": convolutional(t, coarse()), "strides": strided(t, coarse()), "single cells": pixels(t, coarse()), "softmax": attention(t, coarse()), "log softmax": moved(t, coarse(), likelihoodsOfRows),
		"add": combined(t, coarse(), plus), "mul": combined(t, coarse(), times), "transposed": transposed(t, coarse()), "channels apart": depthwise(t, coarse()), "matrices": attending(t, coarse()), "positions": positioned(t, coarse()), "mean": moved(t, coarse(), mean),
	}
	for _, kind := range activationKinds() {
		programs[string(kind)] = activated(t, coarse(), kind)
	}
	for name, p := range programs {
		t.Run(name, func(t *testing.T) {
			e := &exactly{execute(t, p, 1, 11), t}
			for i := range p.Nodes {
				e.node(&p.Nodes[i])
			}
		})
	}
}

// Every shift from 0 to 40 rounds ties up, with limbs that recompose.
func TestRescaleShifts(t *testing.T) {
	for s := range 41 {
		n := newNet(t, coarse(), 3, 5)
		z := n.dense(n.Program().Input, 6)
		wide := n.one(ops.KindMul, nil, z, z)
		n.Tensor(wide).Format.Fraction = s + 8
		p := n.Program()
		y := n.must(ops.Rescale(n.Builder, "rounded", wide, 8))
		node := &p.Nodes[len(p.Nodes)-1]
		b := &ops.Buffers{Small: make([][]int32, len(p.Tensors)), Long: make([][]int64, len(p.Tensors)), Wide: make([]*exact.Accumulator, len(p.Tensors))}
		for _, out := range node.Outputs {
			b.Small[out] = make([]int32, p.Tensor(out).Size())
		}
		half := int64(1) << s >> 1
		b.Long[wide] = append([]int64{0, half, half - 1, -half, -half - 1, 1<<s*32767 - half, -1 << s * 32768, 5, -5}, make([]int64, 9)...)
		if s == 0 {
			b.Long[wide][5] = 32767
		}
		runNode(t, p, b, node)
		for i, v := range b.Long[wide] {
			got := new(big.Int).Mul(big.NewInt(int64(b.Small[y][i])), pow2(s))
			for k, limb := range node.Outputs[1:] {
				got.Add(got, new(big.Int).Mul(big.NewInt(int64(b.Small[limb][i])), pow2(16*k)))
			}
			want := halfUp(big.NewInt(v), pow2(s))
			if int64(b.Small[y][i]) != want.Int64() || got.Int64() != v {
				t.Errorf("shift %d: %d becomes %d, want %v; limbs give %v", s, v, b.Small[y][i], want, got)
			}
		}
	}
}

// wideLimbs rounds by 35 bits, with a limb of 18 and one of 17.
func wideLimbs(t *testing.T) (*graph.Program, *graph.Node) {
	n := newNet(t, graph.Fractions{Feature: 13, Activation: 11, Error: 14}, 3, 5)
	x := n.Program().Input
	v := n.one(ops.KindFullyConnected, nil, x, n.weight("w", 13, 5, 6), n.weight("b", 13, 6))
	z := n.one(ops.KindRescale, graph.Attributes{"shift": {35}, "limb": {18}}, v)
	p := n.train(n.activation(ops.KindRelu, z), graph.SoftmaxCrossEntropy)
	for i := range p.Nodes {
		if p.Nodes[i].Kind == ops.KindRescale {
			return p, &p.Nodes[i]
		}
	}
	t.Fatal("nothing is rounded")
	return nil, nil
}

// A limb that is 2^18 too large, with one less above it, keeps the equation and
// leaves its range; so does one below 0. A rounded value that is another, with a top
// limb beyond its range, is among the lies of all programs.
func TestWideLimbs(t *testing.T) {
	p, n := wideLimbs(t)
	if bits := p.Tensor(n.Outputs[1]).Format.Bits; len(n.Outputs) != 3 || bits != 19 {
		t.Fatalf("%d outputs, the first limb in %d bits", len(n.Outputs), bits)
	}
	x := attack(t, p, 2)
	e := &exactly{execute(t, p, 1, 11), t}
	e.node(n)
	largest := [2]int32{}
	for k := range largest {
		for _, v := range x.buffers.Small[n.Outputs[1+k]] {
			largest[k] = max(largest[k], v)
		}
	}
	if largest[0] < 1<<16 || largest[1] < 1<<15 {
		t.Errorf("no limb is beyond 16 bits: at most %d", largest)
	}
	for _, by := range []int32{-1, 1} {
		x := executeLying(t, p, 2, 1, func(x *executed, m *graph.Node) {
			if m == n {
				x.buffers.Small[n.Outputs[1]][1] += by << 18
				x.buffers.Small[n.Outputs[2]][1] -= by
			}
		})
		if err := naive.Check(x.sys.Relation, x.bare()); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("a limb moved by %d·2^18: %v", by, err)
		}
	}
}

// The wider limb is taken where it saves one, in a step of many cells.
func TestWideLimbsWhereTheySave(t *testing.T) {
	for _, test := range []struct{ units, fraction, width int }{
		{2731, 32, 0}, {2731, 33, 17}, {2731, 34, 17}, {2731, 35, 18}, {2731, 36, 18}, {2731, 37, 0}, {2730, 34, 0},
	} {
		n := newNet(t, coarse(), 3, 5)
		v := n.one(ops.KindFullyConnected, nil, n.Program().Input, n.weight("w", 8, 5, test.units), n.weight("b", 8, test.units))
		n.Tensor(v).Format.Fraction = 8 + test.fraction
		n.must(ops.Rescale(n.Builder, "rounded", v, 8))
		if got := n.Program().Nodes[1].Attributes.Int("limb"); got != test.width {
			t.Errorf("%d cells, shift %d: limbs of %d bits, want %d", 3*test.units, test.fraction, got, test.width)
		}
	}
}

// runNode executes one node on buffers made by hand.
func runNode(t *testing.T, p *graph.Program, b *ops.Buffers, n *graph.Node) {
	t.Helper()
	if err := ops.Table()[n.Kind].Forward(&ops.Step{Program: p, Buffers: b}, n); err != nil {
		t.Fatal(err)
	}
}

func TestOverflowIsNamed(t *testing.T) {
	p := dense(t, coarse())
	x := execute(t, p, 1, 1)
	for w, cells := range x.before {
		for i := range cells {
			cells[i] = 1 << 40
		}
		if err := x.buffers.SetWeight(p, w, cells); err != nil {
			t.Fatal(err)
		}
	}
	for i := range x.buffers.Small[p.Input] {
		x.buffers.Small[p.Input][i] = 30000
	}
	err := ops.Execute(&ops.Step{Program: p, Buffers: x.buffers, Rate: 1, Index: 41})
	if !errors.Is(err, fault.ErrOverflow) {
		t.Fatalf("error %v, want overflow", err)
	}
	for _, part := range []string{"step 41", "dense rounded/value", "sample 0", "value 9847177216", "s16.8", "formats.activation"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestRescaleRefusesImpossibleShifts(t *testing.T) {
	n := newNet(t, coarse(), 3, 5)
	if _, err := ops.Rescale(n.Builder, "finer", n.Program().Input, 9); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("shift of −1: %v", err)
	}
	w := n.weight("w", 8, 5, 2)
	if _, err := ops.Rescale(n.Builder, "weight", w, 8); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("rescaled weight: %v", err)
	}
	x := n.Add(graph.Tensor{Name: "wide", Role: graph.Accumulator, Axes: []relation.Axis{{Name: "batch", Size: 3}}})
	n.Tensor(x).Format.Bits, n.Tensor(x).Format.Fraction = 64, 80
	if _, err := ops.Rescale(n.Builder, "far", x, 8); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("64-bit accumulator shifted by 72: %v", err)
	}
}
