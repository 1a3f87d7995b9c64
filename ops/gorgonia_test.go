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

// leaf returns the gorgonia node of a tensor that no node makes: a matrix, also of
// a bias, which is repeated by a product with a column of ones, or a kernel.
func (r *peer) leaf(id graph.TensorID) *gorgonia.Node {
	if n, ok := r.nodes[id]; ok {
		return n
	}
	t := r.p.Tensor(id)
	if len(t.Axes) == 4 {
		value := tensor.New(tensor.WithShape(r.shape(id)...), tensor.WithBacking(append([]float64(nil), r.values[id]...)))
		r.nodes[id] = gorgonia.NewTensor(r.g, tensor.Float64, 4, gorgonia.WithName(t.Name), gorgonia.WithShape(r.shape(id)...), gorgonia.WithValue(value))
		return r.nodes[id]
	}
	rows, cols := 1, t.Axes[0].Size
	if len(t.Axes) == 2 {
		rows, cols = cols, t.Axes[1].Size
	}
	value := tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(append([]float64(nil), r.values[id]...)))
	r.nodes[id] = gorgonia.NewMatrix(r.g, tensor.Float64, gorgonia.WithName(t.Name), gorgonia.WithShape(rows, cols), gorgonia.WithValue(value))
	return r.nodes[id]
}

// shape is that of a tensor of the program.
func (r *peer) shape(id graph.TensorID) tensor.Shape {
	var s tensor.Shape
	for _, a := range r.p.Tensor(id).Axes {
		s = append(s, a.Size)
	}
	return s
}

// convolution is one as gorgonia has it, channels before rows, with as many zeros
// on both sides.
func (r *peer) convolution(n *graph.Node) *gorgonia.Node {
	pair := func(name string) []int { return []int{int(n.Attributes[name][0]), int(n.Attributes[name][1])} }
	kernel, in, out := r.shape(n.Inputs[1])[:2], r.shape(n.Inputs[0]), r.shape(n.Outputs[0])
	stride, dilation, pad := pair("stride"), pair("dilation"), make([]int, 2)
	for i := range pad {
		if around := (out[1+i]-1)*stride[i] + (kernel[i]-1)*dilation[i] + 1 - in[1+i]; n.Attributes.Int("same") == 1 && around > 0 {
			if pad[i] = around / 2; around%2 == 1 {
				r.t.Fatalf("%d zeros around an axis cannot be told to gorgonia", around)
			}
		}
	}
	x := r.must(gorgonia.Transpose(r.leaf(n.Inputs[0]), 0, 3, 1, 2))
	w := r.must(gorgonia.Transpose(r.leaf(n.Inputs[1]), 3, 2, 0, 1))
	v := r.must(gorgonia.Transpose(r.must(gorgonia.Conv2d(x, w, kernel, pad, stride, dilation)), 0, 2, 3, 1))
	rows, units := out[0]*out[1]*out[2], out[3]
	v = r.must(gorgonia.Reshape(v, tensor.Shape{rows, units}))
	v = r.must(gorgonia.Add(v, r.must(gorgonia.Mul(r.filled(rows, 1, 1), r.leaf(n.Inputs[2])))))
	return r.must(gorgonia.Reshape(v, out))
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
	case ops.KindConv2D:
		return r.convolution(n)
	case ops.KindReshape:
		return r.must(gorgonia.Reshape(x, r.shape(n.Outputs[0])))
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

// convolvedOver builds pictures of 5×7 with 2 channels, 2 units of 1×1 with tanh, 3
// of a kernel of 3×3 that slides over these as told, with tanh, and a layer of 2
// units.
func convolvedOver(t *testing.T, a graph.Attributes) *graph.Program {
	n := newNet(t, fine(), 2, 70)
	h := n.activation(ops.KindTanh, n.slid(slides(1, 1, false), picture(n, n.Program().Input, 7, 2), 1, 1, 2))
	h = n.activation(ops.KindTanh, n.slid(a, h, 3, 3, 3))
	return n.train(n.dense(flatten(n, h), 2), graph.SoftmaxCrossEntropy)
}

func TestGradientsAgreeWithGorgonia(t *testing.T) {
	programs := map[string]*graph.Program{
		"convolution":             convolvedOver(t, slides(1, 1, false)),
		"convolution, stride":     convolvedOver(t, slides(2, 1, false)),
		"convolution, padding":    convolvedOver(t, slides(1, 1, true)),
		"convolution, both":       convolvedOver(t, slides(2, 1, true)),
		"convolution, dilation":   convolvedOver(t, slides(1, 2, true)),
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
