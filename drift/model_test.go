package drift

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/network/networktest"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// between puts layers between two with weights: a sample of 12 cells becomes a picture of
// 4 × 3 × 2 in (−1, 1), which the layers read as value 3, and what they make of it 3 logits.
func between(shape []int, layers ...network.Layer) network.Architecture {
	a := network.Architecture{
		Input:   []int{12},
		Weights: []network.Weight{{Shape: []int{12, 24}}, {Shape: []int{24}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{24}},
			{Kind: network.Tanh, Inputs: []int{1}},
			{Kind: network.Reshape, Inputs: []int{2}, Shape: []int{4, 3, 2}},
		},
	}
	for _, l := range layers {
		if l.Inputs == nil {
			l.Inputs = []int{len(a.Layers)}
		}
		a.Layers = append(a.Layers, l)
	}
	cells := count(shape)
	a.Layers = append(a.Layers, network.Layer{Kind: network.Reshape, Inputs: []int{len(a.Layers)}, Shape: []int{cells}})
	a.Layers = append(a.Layers, network.Layer{Kind: network.FullyConnected, Inputs: []int{len(a.Layers)}, Weights: []int{len(a.Weights)}, Shape: []int{3}})
	a.Weights = append(a.Weights, network.Weight{Shape: []int{cells, 3}})
	return a
}

// weighing is between with a layer of weights of its own: the last of layers.
func weighing(shape []int, l network.Layer, weights ...[]int) network.Architecture {
	a := between(shape, l)
	at := &a.Layers[3]
	for _, w := range weights {
		at.Weights = append(at.Weights, len(a.Weights)-1)
		a.Weights = slices.Insert(a.Weights, len(a.Weights)-1, network.Weight{Shape: w})
	}
	a.Layers[len(a.Layers)-1].Weights[0] = len(a.Weights) - 1
	return a
}

func window(stride, dilation int, same bool) *network.Window {
	return &network.Window{Stride: [2]int{stride, 1}, Dilation: [2]int{dilation, 1}, Same: same}
}

func cellwise(k network.Kind) network.Architecture {
	return between([]int{24}, network.Layer{Kind: k})
}

func constant(shape []int, cells ...float32) *network.Constant {
	return &network.Constant{Shape: shape, Cells: cells}
}

// architectures has every operator of the float64 model, by name.
func architectures() map[string]network.Architecture {
	shape := []int{4, 3, 2}
	list := map[string]network.Architecture{
		"dense of positions": weighing([]int{4, 3, 3}, network.Layer{Kind: network.FullyConnected, Shape: []int{4, 3, 3}, Activation: network.Relu}, []int{2, 3}, []int{3}),
		"added weight":       weighing(shape, network.Layer{Kind: network.Add}, []int{3, 2}),
		"transpose":          between(shape, network.Layer{Kind: network.Transpose, Shape: []int{2, 4, 3}, Parameters: []int{2, 0, 1}}),
		"average pool":       between([]int{2, 3, 2}, network.Layer{Kind: network.AveragePool2D, Shape: []int{2, 3, 2}, Parameters: []int{3, 2}, Window: window(2, 1, true)}),
		"max pool":           between([]int{2, 3, 2}, network.Layer{Kind: network.MaxPool2D, Shape: []int{2, 3, 2}, Parameters: []int{3, 2}, Window: window(2, 1, true)}),
		"mean":               between([]int{4, 2}, network.Layer{Kind: network.Mean, Shape: []int{4, 2}, Parameters: []int{1}}),
		"largest":            between([]int{3}, network.Layer{Kind: network.ReduceMax, Shape: []int{3}, Parameters: []int{0, 2}}),
		"pad":                between([]int{5, 4, 2}, network.Layer{Kind: network.Pad, Shape: []int{5, 4, 2}, Parameters: []int{1, 0, 0, 1, 0, 0}}),
		"reverse":            between(shape, network.Layer{Kind: network.Reverse, Shape: shape, Parameters: []int{0, 2}}),
		"slice":              between([]int{2, 3, 1}, network.Layer{Kind: network.StridedSlice, Shape: []int{2, 3, 1}, Parameters: []int{1, 2, 0, 1, 1, -1}}),
		"tile":               between([]int{4, 6, 2}, network.Layer{Kind: network.Tile, Shape: []int{4, 6, 2}}),
		"joined":             between([]int{4, 6, 2}, network.Layer{Kind: network.Concatenation, Inputs: []int{3, 3}, Shape: []int{4, 6, 2}, Parameters: []int{1}}),
		"blocks":             between([]int{8, 6, 1}, network.Layer{Kind: network.Tile, Shape: []int{4, 3, 4}}, network.Layer{Kind: network.DepthToSpace, Shape: []int{8, 6, 1}, Parameters: []int{2}}),
		"nearest":            between([]int{3, 5, 2}, network.Layer{Kind: network.ResizeNearest, Shape: []int{3, 5, 2}, Parameters: []int{0, 1}}),
		"bilinear":           between([]int{8, 5, 2}, network.Layer{Kind: network.ResizeBilinear, Shape: []int{8, 5, 2}, Parameters: []int{1, 0}}),
		"square":             cellwise(network.Square),
		"sum with itself":    between(shape, network.Layer{Kind: network.Add, Inputs: []int{3, 3}}),
		"difference":         between(shape, network.Layer{Kind: network.Relu}, network.Layer{Kind: network.Sub, Inputs: []int{3, 4}}),
		"scale and shift":    between(shape, network.Layer{Kind: network.Mul, Constant: constant([]int{2}, 1.5, -0.75)}, network.Layer{Kind: network.Add, Constant: constant([]int{2}, 0.25, 1)}),
		"constant without":   between(shape, network.Layer{Kind: network.SubFrom, Constant: constant(nil, 0.5)}),
		"product":            between(shape, network.Layer{Kind: network.Logistic}, network.Layer{Kind: network.Mul, Inputs: []int{3, 4}}),
		"leaky":              between(shape, network.Layer{Kind: network.LeakyRelu, Constant: constant(nil, 0.25)}),
		"slopes":             between(shape, network.Layer{Kind: network.Prelu, Constant: constant([]int{2}, 1.25, -0.5)}),
		"softmax":            cellwise(network.Softmax),
		"attention": between([]int{12, 2}, network.Layer{Kind: network.Reshape, Shape: []int{12, 2}},
			network.Layer{Kind: network.BatchMatmul, Inputs: []int{4, 4}, Shape: []int{12, 12}, Parameters: []int{0, 1}},
			network.Layer{Kind: network.Softmax}, network.Layer{Kind: network.BatchMatmul, Inputs: []int{6, 4}, Shape: []int{12, 2}, Parameters: []int{0, 0}}),
		"masked softmax": between([]int{12, 2}, network.Layer{Kind: network.Reshape, Shape: []int{12, 2}}, network.Layer{Kind: network.Add, Constant: constant([]int{12, 2}, masked()...)}, network.Layer{Kind: network.Softmax}),
		"maximum":        between(shape, network.Layer{Kind: network.Abs}, network.Layer{Kind: network.Maximum, Inputs: []int{3, 4}}),
		"minimum":        between(shape, network.Layer{Kind: network.Abs}, network.Layer{Kind: network.Minimum, Inputs: []int{3, 4}}),
		"root":           between(shape, network.Layer{Kind: network.Exp}, network.Layer{Kind: network.Sqrt}),
		"inverse root": between([]int{4, 3}, network.Layer{Kind: network.Square}, network.Layer{Kind: network.Mean, Parameters: []int{2}, Shape: []int{4, 3}},
			network.Layer{Kind: network.Add, Constant: constant([]int{1}, 0.25)}, network.Layer{Kind: network.Rsqrt}),
		"quotient": between(shape, network.Layer{Kind: network.Exp}, network.Layer{Kind: network.Div, Inputs: []int{3, 4}}),
	}
	for _, k := range []network.Kind{network.Relu, network.Relu6, network.ReluN1To1, network.Elu, network.HardSwish, network.Gelu, network.GeluApproximate, network.Abs, network.Exp, network.Logistic, network.LogSoftmax, network.Neg} {
		list[strings.ToLower(string(k))] = cellwise(k)
	}
	for _, same := range []bool{false, true} {
		for _, stride := range []int{1, 2} {
			kernel, name := 3-stride/2, fmt.Sprintf(", stride %d, padding %t", stride, same)
			w := window(stride, 3-stride, same)
			at := w.Positions([2]int{4, 3}, [2]int{kernel, 2})
			if at[0] < 1 {
				w.Dilation[0] = 1
				at = w.Positions([2]int{4, 3}, [2]int{kernel, 2})
			}
			makes := []int{at[0], at[1], 4}
			list["convolution"+name] = weighing(makes, network.Layer{Kind: network.Conv2D, Window: w, Shape: makes}, []int{kernel, 2, 2, 4}, []int{4})
			list["groups"+name] = weighing(makes, network.Layer{Kind: network.Conv2D, Window: w, Shape: makes}, []int{kernel, 2, 1, 4}, []int{4})
			list["by channel"+name] = weighing([]int{at[0], at[1], 2}, network.Layer{Kind: network.DepthwiseConv2D, Window: w, Shape: []int{at[0], at[1], 2}}, []int{kernel, 2, 2}, []int{2})
			list["kernels by channel"+name] = weighing(makes, network.Layer{Kind: network.DepthwiseConv2D, Window: w, Shape: makes}, []int{kernel, 2, 2, 2}, []int{2, 2})
			rows := map[bool]int{true: 4 * stride, false: 3*stride + kernel}[same]
			columns := map[bool]int{true: 3, false: 4}[same]
			up := window(stride, 1, same)
			list["transposed"+name] = weighing([]int{rows, columns, 3}, network.Layer{Kind: network.TransposeConv, Window: up, Shape: []int{rows, columns, 3}}, []int{kernel, 2, 2, 3}, []int{3})
		}
	}
	return list
}

// masked hides a cell of each second pair.
func masked() []float32 {
	c := make([]float32, 24)
	for i := 0; i < len(c); i += 4 {
		c[i] = -1e9
	}
	return c
}

// fine are formats in which little is lost.
func fine() network.Formats { return network.Formats{Feature: 12, Activation: 12, Error: 12} }

func choices() network.Choices {
	return network.Choices{Batch: 2, Formats: fine(), RateShift: 6, Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot}
}

// tables are those of all tests.
var tables = ops.NewTables()

// both is a step in integers and in real numbers, with the same weights and rows.
type both struct {
	p     *graph.Program
	exact *ops.Buffers
	float *Model
	start map[graph.TensorID][]int64
}

// newBoth draws weights and a batch, with features below 1.
func newBoth(t *testing.T, n *network.Network) *both {
	t.Helper()
	p := n.Program()
	initial, err := network.Random(p, []byte("drift"), network.Glorot)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, id := range network.WeightTensors(p) { // biases start at 0
		for i := range initial[id] {
			initial[id][i] += rng.Int64N(1<<p.Tensor(id).Format.Fraction)/16 - 1<<p.Tensor(id).Format.Fraction/32
		}
	}
	x := &both{p: p, start: initial}
	if x.exact, err = ops.NewBuffers(p, initial, tables); err != nil {
		t.Fatal(err)
	}
	if x.float, err = New(n, initial, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.float.Close() })
	in := p.Tensor(p.Input)
	for i := range x.exact.Small[p.Input] {
		x.exact.Small[p.Input][i] = int32(rng.IntN(max(2, 1<<in.Format.Fraction)))
	}
	x.label(rng)
	return x
}

// label draws labels of the kind that the program takes.
func (x *both) label(rng *rand.Rand) {
	label := x.exact.Small[x.p.Label]
	units := x.p.Tensor(x.p.Label).Units()
	for i := range label {
		switch {
		case x.p.Loss.Labels == graph.OneHot:
			label[i] = map[bool]int32{true: 1}[i%units == i/units%units]
		case x.p.Loss.Labels == graph.Bits:
			label[i] = int32(rng.IntN(2))
		case x.p.Loss.Kind == graph.SoftmaxCrossEntropy:
			label[i] = int32(rng.IntN(3)) - 1
		default:
			label[i] = int32(rng.IntN(1 << x.p.Tensor(x.p.Label).Format.Fraction))
		}
	}
	x.float.Read(x.exact.Small[x.p.Input], label, x.exact.Attributes(x.p))
}

// checkGradients is compareGradients, and every weight has some.
func (x *both) checkGradients(t *testing.T) {
	t.Helper()
	for _, name := range x.compareGradients(t) {
		t.Errorf("%s: all gradients are 0", name)
	}
}

// compareGradients compares gorgonia's gradients with central differences of the loss, and
// returns the weights of which all are 0.
func (x *both) compareGradients(t *testing.T) (without []string) {
	t.Helper()
	run := func() float64 {
		if err := x.float.Evaluate(); err != nil {
			t.Fatal(err)
		}
		return x.float.Loss()
	}
	for _, w := range x.float.weights {
		if w.gradient == nil { // frozen
			continue
		}
		run()
		g, largest := slices.Clone(cells(w.gradient.Value())), 0.0
		for i := 0; i < len(g); i += 1 + len(g)/12 {
			const h = 1e-5
			v := w.cells[i]
			w.cells[i] = v + h
			up := run()
			w.cells[i] = v - h
			down := run()
			w.cells[i] = v
			want := (up - down) / (2 * h)
			if largest = max(largest, math.Abs(want)); math.Abs(g[i]-want) > 1e-5*(1+math.Abs(want)) {
				t.Errorf("%s, cell %d: gradient %v, finite difference %v", x.p.Tensor(w.id).Name, i, g[i], want)
			}
		}
		if largest == 0 {
			without = append(without, x.p.Tensor(w.id).Name)
		}
	}
	return without
}

// checkStep compares what a step makes of the weights, and the logits before it.
func (x *both) checkStep(t *testing.T, tolerance float64) {
	t.Helper()
	if err := ops.Execute(&ops.Step{Program: x.p, Buffers: x.exact, Rate: 3}); err != nil {
		t.Fatal(err)
	}
	if err := x.float.Step(3, 0); err != nil {
		t.Fatal(err)
	}
	z := reals(x.exact.Small[x.p.Loss.Logits], x.p.Tensor(x.p.Loss.Logits).Format.Fraction)
	for i, v := range x.float.Values(x.p.Loss.Logits) {
		if math.Abs(v-z[i]) > tolerance {
			t.Errorf("logit %d is %v exactly, %v in float64", i, z[i], v)
		}
	}
	rate := math.Ldexp(3, -x.p.Optimizer.Shift)
	for _, id := range x.p.OfRole(graph.Weight) {
		f := x.p.Tensor(id).Format.Fraction
		for i, v := range x.exact.Weight(id) {
			before := math.Ldexp(float64(x.start[id][i]), -f)
			got, want := (math.Ldexp(float64(v), -f)-before)/rate, (x.float.Weight(id)[i]-before)/rate
			if math.Abs(got-want) > tolerance {
				t.Errorf("%s, cell %d: gradient %v exactly, %v in float64", x.p.Tensor(id).Name, i, got, want)
				break
			}
		}
	}
}

// TestModel: each operator's float64 form has the gradient of what it computes, and makes
// what the exact step makes, but for rounding.
func TestModel(t *testing.T) {
	seen := map[graph.Kind]bool{}
	for name, a := range architectures() {
		t.Run(name, func(t *testing.T) {
			n, err := network.New(a, choices())
			if err != nil {
				t.Fatal(err)
			}
			for i := range n.Program().Nodes {
				seen[n.Program().Nodes[i].Kind] = true
			}
			x := newBoth(t, n)
			x.checkGradients(t)
			x.checkStep(t, 0.02)
		})
	}
	for kind := range maps.Keys(table()) {
		if !seen[kind] && !tokenKinds()[kind] {
			t.Errorf("no architecture has %s", kind)
		}
	}
}

// tokenKinds are operators on indices: TestTokens has them.
func tokenKinds() map[graph.Kind]bool {
	return map[graph.Kind]bool{ops.KindOneHot: true, ops.KindGather: true, ops.KindUnembed: true}
}

// TestTokens: tables of embeddings, also as the head.
func TestTokens(t *testing.T) {
	for name, test := range map[string]struct {
		labels  graph.LabelKind
		last    network.Layer
		weights []network.Weight
	}{
		"classes of sentences": {graph.OneHot, network.Layer{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{1}, Shape: []int{4}}, []network.Weight{{Shape: []int{12, 2}}, {Shape: []int{6, 4}}}},
		"the next token":       {graph.Values, network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{0}, Shape: []int{3, 12}}, []network.Weight{{Shape: []int{12, 2}}}},
	} {
		t.Run(name, func(t *testing.T) {
			c := choices()
			c.Formats.Feature, c.Labels = 0, test.labels
			n, err := network.New(network.Architecture{Input: []int{3}, Weights: test.weights, Layers: []network.Layer{
				{Kind: network.Cast, Inputs: []int{0}},
				{Kind: network.Gather, Inputs: []int{1}, Weights: []int{0}, Shape: []int{3, 2}},
				test.last,
			}}, c)
			if err != nil {
				t.Fatal(err)
			}
			x := newBoth(t, n)
			for i := range x.exact.Small[x.p.Input] {
				x.exact.Small[x.p.Input][i] = int32(i * 5 % 12)
			}
			x.float.Read(x.exact.Small[x.p.Input], x.exact.Small[x.p.Label], nil)
			x.checkGradients(t)
			x.checkStep(t, 0.02)
		})
	}
}

// TestModelsOfFiles compares real models with their exact step.
func TestModelsOfFiles(t *testing.T) {
	dir := os.Getenv("ZKAUDIT_FIXTURES")
	if dir == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set: no real models here")
	}
	axis := 0
	for file, activation := range map[string]int{
		"gotflite_iris_mlp": 8, "gotflite_xor_mlp": 8, "litert_mobilenet_like": 8, "tfex_planestrike_mlp": 8, "tflm_hello_world_sine_mlp": 8,
		"tiny_ad_autoencoder_mlp_fp32": 6, "tiny_resnet8_cifar10_fp32": 6, "zkml_mnist_cnn_bn": 8,
	} {
		t.Run(file, func(t *testing.T) {
			bytes, err := os.ReadFile(filepath.Join(dir, "models", file+".tflite"))
			if err != nil {
				t.Fatal(err)
			}
			m, err := tflite.Parse(bytes)
			if err != nil {
				t.Fatal(err)
			}
			r, err := transpile.Transpile(m, transpile.Options{Batch: 2, Formats: network.Formats{Feature: 8, Activation: activation, Error: 14}, RateShift: 8, BatchAxis: &axis})
			if err != nil {
				t.Fatal(err)
			}
			newBoth(t, r.Network).checkStep(t, 0.5)
		})
	}
}

// TestChoices: what a step may do besides is done in float64, too: clipped errors,
// smoothed labels, momentum, decay, weighed samples, labels of each kind.
func TestChoices(t *testing.T) {
	wide := func(a network.Architecture, loss graph.LossKind, labels graph.LabelKind) func(*network.Choices) network.Architecture {
		return func(c *network.Choices) network.Architecture {
			c.Loss, c.Labels = loss, labels
			return a
		}
	}
	dense := between([]int{24})
	sequence := between([]int{24})
	last := &sequence.Layers[len(sequence.Layers)-1]
	last.Shape, sequence.Weights[2].Shape = []int{12}, []int{24, 12}
	sequence.Layers = append(sequence.Layers, network.Layer{Kind: network.Reshape, Inputs: []int{len(sequence.Layers)}, Shape: []int{4, 3}})
	for name, build := range map[string]func(*network.Choices) network.Architecture{
		"squares":   wide(dense, graph.MeanSquaredError, graph.Values),
		"logistic":  wide(dense, graph.LogisticLoss, graph.Bits),
		"sequence":  wide(sequence, graph.SoftmaxCrossEntropy, graph.Values),
		"smoothing": func(c *network.Choices) network.Architecture { c.Smoothing = 200; return dense },
		"clipped":   func(c *network.Choices) network.Architecture { c.Clip = 400; return dense },
		"frozen":    func(c *network.Choices) network.Architecture { c.Frozen = []int{0}; return dense },
		"weighed": func(c *network.Choices) network.Architecture {
			c.Weighed = &ops.Weighed{Columns: 2, Column: 1, Weights: []int64{1, 6}, Bits: 1}
			return dense
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := choices()
			n, err := network.New(build(&c), c)
			if err == nil {
				n, err = network.New(n.Architecture(), c)
			}
			if err != nil {
				t.Fatal(err)
			}
			x := newBoth(t, n)
			if codes := x.exact.Attributes(x.p); codes != nil {
				for i := range codes {
					codes[i] = int32(i / 2 % 2)
				}
				x.float.Read(x.exact.Small[x.p.Input], x.exact.Small[x.p.Label], codes)
			}
			if c.Clip == 0 { // whose gradient is none of the loss
				x.checkGradients(t)
			}
			x.checkStep(t, 0.02)
		})
	}
}

// TestRecurrentLayers: gates, products and sums of every time step.
func TestRecurrentLayers(t *testing.T) {
	const times = 4
	a := network.Architecture{Input: []int{times, 3}}
	l := network.Layer{Kind: network.SequenceLSTM, Inputs: []int{0}, Shape: []int{times, 4}}
	for k := range 12 {
		l.Weights = append(l.Weights, k)
		a.Weights = append(a.Weights, network.Weight{Shape: [][]int{{3, 4}, {4, 4}, {4}}[k/4]})
	}
	a.Weights = append(a.Weights, network.Weight{Shape: []int{4, 2}})
	a.Layers = []network.Layer{
		l, {Kind: network.StridedSlice, Inputs: []int{1}, Shape: []int{1, 4}, Parameters: []int{times - 1, 1, 0, 1}},
		{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{12}, Shape: []int{2}},
	}
	n, err := network.New(a, choices())
	if err != nil {
		t.Fatal(err)
	}
	x := newBoth(t, n)
	x.checkGradients(t)
	x.checkStep(t, 0.02)
}

// TestRandomNetworks: whatever layers follow each other, gorgonia's gradients are those
// of what it computes, and an exact step is near. Some networks have none: kernels that
// read nothing but padding.
func TestRandomNetworks(t *testing.T) {
	const networks = 16
	learn := 0
	for seed := range uint64(networks) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := networktest.NewStack(rand.New(rand.NewPCG(seed, 9)), networktest.Smooth)
			n, err := network.New(s.Architecture, choices())
			if err != nil {
				t.Fatal(err)
			}
			x := newBoth(t, n)
			if without := x.compareGradients(t); len(without) < len(x.float.weights) {
				learn++
			}
			x.checkStep(t, 0.1)
		})
	}
	if learn < networks/2 {
		t.Errorf("%d of %d networks learn something", learn, networks)
	}
}
