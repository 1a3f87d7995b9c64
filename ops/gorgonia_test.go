package ops_test

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// peer builds a program's forward pass and loss once more in gorgonia, whose
// gradients are derived independently of ours.
type peer struct {
	t      *testing.T
	p      *graph.Program
	g      *gorgonia.ExprGraph
	nodes  map[graph.TensorID]*gorgonia.Node
	values map[graph.TensorID][]float64
}

func (r *peer) must(n *gorgonia.Node, err error) *gorgonia.Node {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// leaf returns the gorgonia node of a tensor that no node makes; a bias is
// repeated by a product with a column of ones.
func (r *peer) leaf(id graph.TensorID) *gorgonia.Node {
	if n, ok := r.nodes[id]; ok {
		return n
	}
	t := r.p.Tensor(id)
	rows, cols := 1, t.Axes[0].Size
	if len(t.Axes) == 2 {
		rows, cols = cols, t.Axes[1].Size
	}
	value := tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(append([]float64(nil), r.values[id]...)))
	r.nodes[id] = gorgonia.NewMatrix(r.g, tensor.Float64, gorgonia.WithName(t.Name), gorgonia.WithShape(rows, cols), gorgonia.WithValue(value))
	return r.nodes[id]
}

func (r *peer) filled(rows, cols int, v float64) *gorgonia.Node {
	cells := make([]float64, rows*cols)
	for i := range cells {
		cells[i] = v
	}
	return gorgonia.NewMatrix(r.g, tensor.Float64, gorgonia.WithName("filled"), gorgonia.WithShape(rows, cols),
		gorgonia.WithValue(tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(cells))))
}

// node returns the gorgonia node of a node's first output.
func (r *peer) node(n *graph.Node) *gorgonia.Node {
	x := r.leaf(n.Inputs[0])
	switch n.Kind {
	case ops.KindFullyConnected:
		v := r.must(gorgonia.Mul(x, r.leaf(n.Inputs[1])))
		spread := r.must(gorgonia.Mul(r.filled(r.p.Batch, 1, 1), r.leaf(n.Inputs[2])))
		return r.must(gorgonia.Add(v, spread))
	case ops.KindRescale:
		return x
	case ops.KindRelu:
		return r.must(gorgonia.Rectify(x))
	case ops.KindLeakyRelu:
		return r.must(gorgonia.LeakyRelu(x, leakyAlpha))
	case ops.KindTanh:
		return r.must(gorgonia.Tanh(x))
	case ops.KindLogistic:
		return r.must(gorgonia.Sigmoid(x))
	case ops.KindMul:
		return r.must(gorgonia.HadamardProd(x, r.leaf(n.Inputs[1])))
	case ops.KindSum: // of minus
		return r.must(gorgonia.Sub(x, r.leaf(n.Inputs[1])))
	case ops.KindAdd:
		return r.must(gorgonia.Add(x, r.leaf(n.Inputs[1])))
	}
	r.t.Fatalf("no gorgonia operator for %s", n.Kind)
	return nil
}

// loss is the sum over the batch, from the logits: for cross-entropy
// Σ ln Σ_c e^z_c − label·z, for the squared error its mean over outputs.
func (r *peer) loss() *gorgonia.Node {
	z, label := r.nodes[r.p.Loss.Logits], r.leaf(r.p.Label)
	if r.p.Loss.Kind == graph.MeanSquaredError {
		d := r.must(gorgonia.Sub(z, label))
		square := r.must(gorgonia.HadamardProd(d, d))
		units := r.p.Tensor(r.p.Label).Axes[1].Size
		mean := r.filled(r.p.Batch, units, 1/float64(units))
		return r.must(gorgonia.Sum(r.must(gorgonia.HadamardProd(square, mean))))
	}
	classes := r.p.Tensor(r.p.Label).Axes[1].Size
	total := r.must(gorgonia.Mul(r.must(gorgonia.Exp(z)), r.filled(classes, 1, 1)))
	logs := r.must(gorgonia.Sum(r.must(gorgonia.Log(total))))
	chosen := r.must(gorgonia.Sum(r.must(gorgonia.HadamardProd(label, z))))
	return r.must(gorgonia.Sub(logs, chosen))
}

// gradients returns the gradient of every trainable weight.
func (r *peer) gradients() map[graph.TensorID][]float64 {
	r.t.Helper()
	last := r.p.Producers()[r.p.Loss.Logits]
	for i := range r.p.Nodes[:last+1] {
		n := &r.p.Nodes[i]
		r.nodes[n.Outputs[0]] = r.node(n)
	}
	loss := r.loss()
	weights := r.p.OfRole(graph.Weight)
	var with gorgonia.Nodes
	for _, w := range weights {
		with = append(with, r.nodes[w])
	}
	grads, err := gorgonia.Grad(loss, with...)
	if err != nil {
		r.t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(r.g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		r.t.Fatal(err)
	}
	out := map[graph.TensorID][]float64{}
	for i, w := range weights {
		switch v := grads[i].Value().Data().(type) {
		case []float64:
			out[w] = v
		case float64:
			out[w] = []float64{v}
		}
	}
	return out
}

func TestGradientsAgreeWithGorgonia(t *testing.T) {
	programs := map[string]*graph.Program{
		"relu, cross-entropy":     activated(t, fine(), ops.KindRelu),
		"leaky relu":              activated(t, fine(), ops.KindLeakyRelu),
		"tanh, cross-entropy":     activated(t, fine(), ops.KindTanh),
		"logistic, cross-entropy": activated(t, fine(), ops.KindLogistic),
		"relu, squared error":     regression(t, fine(), 3, graph.MeanSquaredError),
		"products":                combined(t, fine(), times),
		"differences":             combined(t, fine(), minus),
		"sums":                    combined(t, fine(), plus),
	}
	for name, p := range programs {
		t.Run(name, func(t *testing.T) {
			x := execute(t, p, 1, 5)
			r := &peer{t: t, p: p, g: gorgonia.NewGraph(), nodes: map[graph.TensorID]*gorgonia.Node{}, values: map[graph.TensorID][]float64{}}
			for _, id := range []graph.TensorID{p.Input, p.Label} {
				r.values[id] = scaled(x.buffers.Small[id], p.Tensor(id).Format.Fraction)
			}
			for w, cells := range x.before {
				r.values[w] = scaled(cells, p.Tensor(w).Format.Fraction)
			}
			for w, want := range r.gradients() {
				f := p.Tensor(w).Format.Fraction
				for i, before := range x.before[w] {
					got := math.Ldexp(float64(before-x.buffers.Weight(w)[i]), p.Optimizer.Shift-f) / float64(x.rates[0])
					if math.Abs(got-want[i]) > 0.01+0.01*math.Abs(want[i]) {
						t.Errorf("%s, cell %d: gradient %v, gorgonia has %v", p.Tensor(w).Name, i, got, want[i])
					}
				}
			}
		})
	}
}
