package ops_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// whole is set by make drift-test.
var whole = flag.Bool("whole", false, "compare runs of an epoch with float64, for minutes")

// floatRun trains a program in float64, by reverse differentiation of its forward
// pass, from the same weights and on the same rows as an exact run: what differs
// is rounding.
type floatRun struct {
	reals
	slopes map[graph.TensorID][]float64
}

// step trains on the batch in values and returns nothing; rate is n/2^k.
func (r *floatRun) step(rate float64) {
	r.forward()
	last := r.p.Producers()[r.p.Loss.Logits]
	r.slopes = map[graph.TensorID][]float64{}
	d := make([]float64, len(r.values[r.p.Loss.Logits]))
	for i, p := range r.values[r.p.Loss.Prediction] { // of the cross-entropy
		d[i] = p - r.values[r.p.Label][i]
	}
	r.slopes[r.p.Loss.Logits] = d
	for i := last; i >= 0; i-- {
		r.back(&r.p.Nodes[i])
	}
	for _, w := range r.p.OfRole(graph.Weight) {
		for i, s := range r.slopes[w] {
			r.values[w][i] -= rate * s
		}
	}
}

// slope returns the gradient of a tensor so far.
func (r *floatRun) slope(t graph.TensorID) []float64 {
	if r.slopes[t] == nil {
		r.slopes[t] = make([]float64, r.p.Tensor(t).Size())
	}
	return r.slopes[t]
}

// back adds a forward node's part to the gradients of its inputs.
func (r *floatRun) back(n *graph.Node) {
	d := r.slope(n.Outputs[0])
	x, dx := r.values[n.Inputs[0]], r.slope(n.Inputs[0])
	passed := func(slope func(i int) float64) {
		for i := range dx {
			dx[i] += d[i] * slope(i)
		}
	}
	switch n.Kind {
	case ops.KindFullyConnected, ops.KindConv2D, ops.KindGroupedConv2D, ops.KindDepthwiseConv2D:
		w, dw := r.values[n.Inputs[1]], r.slope(n.Inputs[1])
		products(r.p, n, func(a, k, v int) {
			dx[a] += d[v] * w[k]
			dw[k] += d[v] * x[a]
		})
		if len(n.Inputs) > 2 {
			for i, b := range d {
				r.slope(n.Inputs[2])[i%len(r.values[n.Inputs[2]])] += b
			}
		}
	case ops.KindRescale, ops.KindReshape:
		passed(func(int) float64 { return 1 })
	case ops.KindRelu, ops.KindRelu6:
		passed(func(i int) float64 {
			if x[i] > 0 && (n.Kind == ops.KindRelu || x[i] < 6) {
				return 1
			}
			return 0
		})
	case ops.KindMul: // by a constant
		y := r.values[n.Inputs[1]]
		passed(func(i int) float64 { return y[i%len(y)] })
	case ops.KindAdd:
		passed(func(int) float64 { return 1 })
		if r.p.Tensor(n.Inputs[1]).Role != graph.Constant {
			for i, v := range d {
				r.slope(n.Inputs[1])[i] += v
			}
		}
	case ops.KindConstantDivision:
		scale := math.Ldexp(1, r.p.Tensor(n.Inputs[0]).Format.Fraction-r.p.Tensor(n.Outputs[0]).Format.Fraction)
		passed(func(int) float64 { return scale / float64(n.Attributes.Int("divisor")) })
	case ops.KindSelect, ops.KindAxisSum:
		mappedPairs(r.p, n, func(from, to int, v float64) { dx[from] += d[to] * v })
	default:
		panic("no derivative of " + string(n.Kind))
	}
}

// mappedPairs lists the cells of X and Y that axis maps connect, with the product
// of their values there.
func mappedPairs(p *graph.Program, n *graph.Node, do func(from, to int, v float64)) {
	in, out := p.Tensor(n.Inputs[0]).Axes, p.Tensor(n.Outputs[0]).Axes
	lists := make([][][3]int64, len(in))
	triples := n.Attributes["entries"]
	for i, axis := range n.Attributes["axes"] {
		for range n.Attributes["counts"][i] {
			lists[1+axis] = append(lists[1+axis], [3]int64(triples))
			triples = triples[3:]
		}
	}
	var walk func(axis, from, to int, v float64)
	walk = func(axis, from, to int, v float64) {
		switch {
		case axis == len(in):
			do(from, to, v)
		case lists[axis] == nil:
			for i := range in[axis].Size {
				walk(axis+1, from*in[axis].Size+i, to*out[axis].Size+i, v)
			}
		default:
			for _, e := range lists[axis] {
				walk(axis+1, from*in[axis].Size+int(e[1]), to*out[axis].Size+int(e[0]), v*float64(e[2]))
			}
		}
	}
	walk(0, 0, 0, math.Ldexp(1, -n.Attributes.Int("fraction")))
}

// pair is an exact run and a float64 one of the same program, weights and rows.
type pair struct {
	exact *ops.Buffers
	float *floatRun
	rate  number.Rate
	set   *data.Dataset
}

// newPair begins both runs of a fixture's model, from its own weights or from
// those of a seed.
func newPair(t *testing.T, model string, set *data.Dataset, batch int, rate string, own bool, f network.Formats) *pair {
	t.Helper()
	file, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	m, err := tflite.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, _, err := number.ParseRate(rate, batch)
	if err != nil {
		t.Fatal(err)
	}
	first := 0
	r, err := transpile.Transpile(m, transpile.Options{Batch: batch, Formats: f, RateShift: parsed.K, BatchAxis: &first})
	if err != nil {
		t.Fatal(err)
	}
	initial, err := r.Initial(m)
	if !own {
		initial, err = network.Random(r.Program, []byte("drift"), network.Glorot)
	}
	if err != nil {
		t.Fatal(err)
	}
	x := &pair{float: &floatRun{reals: reals{p: r.Program, values: map[graph.TensorID][]float64{}}}, rate: parsed, set: set}
	if x.exact, err = ops.NewBuffers(r.Program, initial, sharedTables); err != nil {
		t.Fatal(err)
	}
	for w, cells := range initial {
		x.float.values[w] = scaled(cells, r.Program.Tensor(w).Format.Fraction)
	}
	for _, c := range r.Program.OfRole(graph.Constant) {
		x.float.values[c] = scaled(r.Program.Tensor(c).Cells, r.Program.Tensor(c).Format.Fraction)
	}
	return x
}

// read puts rows from the given one on into both runs.
func (x *pair) read(first int) {
	p := x.float.p
	for b := range p.Batch {
		row := (first + b) % x.set.Rows
		copyRow(x.exact.Small[p.Input], b, x.set.Features, row, x.set.Width)
		label := x.exact.Small[p.Label][b*p.Tensor(p.Label).Units():][:p.Tensor(p.Label).Units()]
		clear(label)
		label[x.set.Labels.Class[row]] = 1
	}
	x.float.values[p.Input] = scaled(x.exact.Small[p.Input], p.Tensor(p.Input).Format.Fraction)
	x.float.values[p.Label] = scaled(x.exact.Small[p.Label], 0)
}

func (x *pair) train(t *testing.T, steps int) {
	t.Helper()
	for s := range steps {
		x.read(s * x.float.p.Batch)
		x.float.step(math.Ldexp(float64(x.rate.N), -x.rate.K))
		if err := ops.Execute(&ops.Step{Program: x.float.p, Buffers: x.exact, Rate: int64(x.rate.N), Index: s}); err != nil {
			t.Fatal(err)
		}
	}
}

// accuracy is that of both on rows of the set from first to last.
func (x *pair) accuracy(t *testing.T, first, last int) (exact, float float64) {
	t.Helper()
	p := x.float.p
	units := p.Tensor(p.Label).Units()
	for row := first; row+p.Batch <= last; row += p.Batch {
		x.read(row)
		x.float.forward()
		if err := ops.Predict(&ops.Step{Program: p, Buffers: x.exact}); err != nil {
			t.Fatal(err)
		}
		for b := range p.Batch {
			class := int(x.set.Labels.Class[row+b])
			if largest(x.exact.Small[p.Loss.Logits][b*units:(b+1)*units]) == class {
				exact++
			}
			if largest(x.float.values[p.Loss.Logits][b*units:(b+1)*units]) == class {
				float++
			}
		}
	}
	rows := float64((last - first) / p.Batch * p.Batch)
	return exact / rows, float / rows
}

func largest[T int32 | float64](v []T) (at int) {
	for i := range v {
		if v[i] > v[at] {
			at = i
		}
	}
	return at
}

// TestDriftOnDigits trains the convolutional network of the fixtures, with its
// average pools and unfolded batch norm, on digits, from its own weights and from
// a seed, exactly and in float64: accuracy on digits held out differs by no more
// than half a point or one row.
func TestDriftOnDigits(t *testing.T) {
	dir := os.Getenv("ZKAUDIT_FIXTURES")
	if dir == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set: no real models and datasets here")
	}
	set, err := data.LoadIDX(filepath.Join(dir, "data/mnist5k-images-idx3-ubyte.gz"), filepath.Join(dir, "data/mnist5k-labels-idx1-ubyte.gz"), data.ArrayOptions{FractionBits: 8})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		own        bool
		rate       string
		formats    network.Formats
		wholeSteps int
	}{
		"own weights": {true, "0.004", network.Formats{Feature: 8, Activation: 8, Error: 7}, 250},
		"seed":        {false, "0.05", network.Formats{Feature: 8, Activation: 9, Error: 10}, 1000},
	} {
		steps, held := 6, 64
		if *whole {
			steps, held = c.wholeSteps, 1000
		}
		t.Run(name, func(t *testing.T) {
			x := newPair(t, filepath.Join(dir, "models/zkml_mnist_cnn_bn.tflite"), set, 32, c.rate, c.own, c.formats)
			x.train(t, steps)
			exact, float := x.accuracy(t, 4000, 4000+held)
			t.Logf("%d steps: accuracy %.4f exactly, %.4f in float64", steps, exact, float)
			if math.Abs(exact-float) > max(0.005, 1/float64(held))+1e-9 {
				t.Errorf("accuracy %.4f exactly, %.4f in float64", exact, float)
			}
		})
	}
}
