package ops_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/network/networktest"
	"github.com/zkaudit/zkaudit/ops"
)

// stackPeer builds a stack once more in gorgonia, layer by layer.
type stackPeer struct {
	t       *testing.T
	s       *networktest.Stack
	g       *gorgonia.ExprGraph
	batch   int
	values  []*gorgonia.Node // (batch, shape…)
	weights []*gorgonia.Node
}

func (r *stackPeer) must(n *gorgonia.Node, err error) *gorgonia.Node {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *stackPeer) tensor(name string, cells []float64, shape ...int) *gorgonia.Node {
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(cells))
	return gorgonia.NewTensor(r.g, tensor.Float64, len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...), gorgonia.WithValue(v))
}

// ones is a column, by which a bias is repeated.
func (r *stackPeer) ones(rows int) *gorgonia.Node {
	cells := make([]float64, rows)
	for i := range cells {
		cells[i] = 1
	}
	return r.tensor("ones", cells, rows, 1)
}

// copied is a product with the identity. Sums are written over an operand, whoever
// else reads it: gorgonia's gradients of a sum are right where nobody does.
func (r *stackPeer) copied(x *gorgonia.Node, rows, units int) *gorgonia.Node {
	cells := make([]float64, units*units)
	for i := range units {
		cells[i*units+i] = 1
	}
	return r.must(gorgonia.Mul(r.must(gorgonia.Reshape(x, tensor.Shape{rows, units})), r.tensor("identity", cells, units, units)))
}

// biased adds a layer's bias, if it has one, to rows of units.
func (r *stackPeer) biased(l *network.Layer, v *gorgonia.Node, rows, units int) *gorgonia.Node {
	if len(l.Weights) > 1 {
		bias := r.must(gorgonia.Reshape(r.weights[l.Weights[1]], tensor.Shape{1, units}))
		v = r.must(gorgonia.Add(v, r.must(gorgonia.Mul(r.ones(rows), bias))))
	}
	return v
}

// slid returns what a convolution or a pool makes, which gorgonia has with channels
// before rows.
func (r *stackPeer) slid(l *network.Layer, in, shape []int) *gorgonia.Node {
	x := r.must(gorgonia.Transpose(r.values[l.Inputs[0]], 0, 3, 1, 2))
	var y *gorgonia.Node
	if l.Kind == network.Conv2D {
		kernel := [2]int(r.s.Weights[l.Weights[0]].Shape)
		w := r.must(gorgonia.Transpose(r.weights[l.Weights[0]], 3, 2, 0, 1))
		y = r.must(gorgonia.Conv2d(x, w, kernel[:], networktest.Padded(l.Window, in, kernel, [2]int(shape)), l.Window.Stride[:], l.Window.Dilation[:]))
	} else {
		y = r.must(gorgonia.MaxPool2D(x, l.Parameters, networktest.Padded(l.Window, in, [2]int(l.Parameters), [2]int(shape)), l.Window.Stride[:]))
	}
	return r.must(gorgonia.Transpose(y, 0, 2, 3, 1))
}

// layer returns what layer i makes.
func (r *stackPeer) layer(i int) *gorgonia.Node {
	l, shape := &r.s.Layers[i], r.s.Shapes[i+1]
	x, in := r.values[l.Inputs[0]], r.s.Shapes[l.Inputs[0]]
	makes, units := append(tensor.Shape{r.batch}, shape...), shape[len(shape)-1]
	rows := makes.TotalSize() / units
	var y *gorgonia.Node
	switch l.Kind {
	case network.Conv2D, network.MaxPool2D:
		y = r.biased(l, r.must(gorgonia.Reshape(r.slid(l, in, shape), tensor.Shape{rows, units})), rows, units)
	case network.FullyConnected:
		x = r.must(gorgonia.Reshape(x, tensor.Shape{rows, r.s.Weights[l.Weights[0]].Shape[0]}))
		y = r.biased(l, r.must(gorgonia.Mul(x, r.weights[l.Weights[0]])), rows, units)
	case network.BatchMatmul:
		right := r.values[l.Inputs[1]]
		if l.Parameters[1] == 1 {
			right = r.must(gorgonia.Transpose(right, 0, 2, 1))
		}
		y = r.must(gorgonia.BatchedMatMul(x, right))
	case network.Softmax:
		y = r.must(gorgonia.SoftMax(r.must(gorgonia.Reshape(x, tensor.Shape{rows, units})), 1))
	case network.Add:
		y = r.must(gorgonia.Add(r.copied(x, rows, units), r.copied(r.values[l.Inputs[1]], rows, units)))
	case network.Reshape:
		y = x
	default:
		r.t.Fatalf("no gorgonia operator for %s", l.Kind)
	}
	switch l.Activation {
	case network.Tanh:
		y = r.must(gorgonia.Tanh(y))
	case network.Relu:
		y = r.must(gorgonia.Rectify(y))
	}
	return r.must(gorgonia.Reshape(y, makes))
}

// gradients returns those of Σ ln Σ_c e^z_c − label·z by each weight.
func (r *stackPeer) gradients(label []float64) (list [][]float64) {
	for i := range r.s.Layers {
		r.values = append(r.values, r.layer(i))
	}
	z, classes := r.values[len(r.values)-1], len(label)/r.batch
	total := r.must(gorgonia.Mul(r.must(gorgonia.Exp(z)), r.ones(classes)))
	chosen := r.must(gorgonia.Sum(r.must(gorgonia.HadamardProd(r.tensor("label", label, r.batch, classes), z))))
	loss := r.must(gorgonia.Sub(r.must(gorgonia.Sum(r.must(gorgonia.Log(total)))), chosen))
	grads, err := gorgonia.Grad(loss, r.weights...)
	if err != nil {
		r.t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(r.g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		r.t.Fatal(err)
	}
	for _, d := range grads {
		switch v := d.Value().Data().(type) {
		case []float64:
			list = append(list, v)
		case float64:
			list = append(list, []float64{v})
		}
	}
	return list
}

// sameSides reports whether rounding leaves every rectifier and every largest cell on
// the side where real numbers have it: elsewhere gradients are others.
func sameSides(x *executed) bool {
	r := realsOf(x)
	r.forward()
	for i := range x.p.Nodes[:x.p.Producers()[x.p.Loss.Logits]] {
		n := &x.p.Nodes[i]
		if n.Kind != ops.KindRelu && n.Kind != ops.KindMaximum {
			continue
		}
		a, real := x.buffers.Small[n.Inputs[0]], r.values[n.Inputs[0]]
		for c := range a {
			b, beside := int32(0), 0.0
			if n.Kind == ops.KindMaximum {
				b, beside = x.buffers.Small[n.Inputs[1]][c], r.values[n.Inputs[1]][c]
			}
			if cmp.Compare(a[c], b) != cmp.Compare(real[c], beside) {
				return false
			}
		}
	}
	return true
}

// Gradients of stacks of convolutions, pools of largest cells, residual blocks,
// layers on every position and attention are gorgonia's: where they are not, finite
// differences say which are wrong.
func TestStacksAgreeWithGorgonia(t *testing.T) {
	rng := rand.New(rand.NewPCG(55, 56))
	compared, mistaken, kinds := 0, map[int]bool{}, map[network.Kind]bool{}
	for i := range 40 {
		s := networktest.NewStack(rng, networktest.OfPeers)
		n := derive(t, s, 2, network.Formats{Feature: 11, Activation: 11, Error: 12})
		for _, l := range s.Layers {
			kinds[l.Kind] = true
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			x := execute(t, n.Program(), 1, uint64(i))
			if !sameSides(x) {
				return
			}
			real := realsOf(x).values
			r := &stackPeer{t: t, s: s, g: gorgonia.NewGraph(), batch: 2}
			r.values = []*gorgonia.Node{r.tensor("input", real[n.Program().Input], append([]int{2}, s.Input...)...)}
			for w := range s.Weights {
				r.weights = append(r.weights, r.tensor(fmt.Sprint("weight ", w), real[n.Weight(w)], s.Weights[w].Shape...))
			}
			for w, want := range r.gradients(real[n.Program().Label]) {
				for cell := range want {
					got := x.gradient(n.Weight(w), cell)
					differs := func(from float64) bool { return math.Abs(got-from) > 0.02+0.02*math.Abs(from) }
					if differs(want[cell]) {
						mistaken[i] = true
						if d := realsOf(x).difference(n.Weight(w), cell); differs(d) {
							t.Errorf("%s, cell %d: gradient %v, gorgonia has %v, finite difference %v", n.Program().Tensor(n.Weight(w)).Name, cell, got, want[cell], d)
						}
					} else if math.Abs(want[cell]) > 0.1 {
						compared++
					}
				}
			}
			if t.Failed() {
				t.Log(n.Describe())
			}
		})
	}
	if compared < 500 || len(kinds) != 7 || len(mistaken) > 3 {
		t.Errorf("%d gradients above 0.1 agree, of %v, and gorgonia is wrong in %d stacks: the test shows little", compared, kinds, len(mistaken))
	}
}
