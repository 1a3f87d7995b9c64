package transpile_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

func options(batch int) transpile.Options {
	return transpile.Options{Batch: batch, Formats: network.DefaultFormats(), RateShift: 8}
}

func floats(rng *rand.Rand, n int, scale float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32((rng.Float64()*2 - 1) * scale)
	}
	return v
}

// mlp returns a network of 5 inputs, 7 hidden units and 3 outputs.
func mlp(t *testing.T, hidden tflite.Activation, softmax bool) *tflite.Model {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	m, err := tflite.NewDense("mlp", []tflite.DenseLayer{
		{Units: 7, Activation: hidden, Weights: floats(rng, 35, 0.8), Bias: floats(rng, 7, 0.5)},
		{Units: 3, Weights: floats(rng, 21, 0.8), Bias: floats(rng, 3, 0.5)},
	}, 5, softmax)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// predict runs the program's forward pass on rows of features and returns the
// real values of a tensor.
func predict(t *testing.T, r *transpile.Result, m *tflite.Model, rows []float64, of graph.TensorID) []float64 {
	t.Helper()
	p := r.Program
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ops.NewBuffers(p, initial, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range rows {
		b.Small[p.Input][i] = int32(math.Round(math.Ldexp(v, p.Tensor(p.Input).Format.Fraction)))
	}
	if err := ops.Predict(&ops.Step{Program: p, Buffers: b}); err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(b.Small[of]))
	for i, v := range b.Small[of] {
		out[i] = math.Ldexp(float64(v), -p.Tensor(of).Format.Fraction)
	}
	exportAnswers(t, r, m, b.Small[p.Input], of, out)
	return out
}

func TestForwardAgreesWithFloats(t *testing.T) {
	activations := map[tflite.Activation]func(float64) float64{
		tflite.ActNone:   func(x float64) float64 { return x },
		tflite.ActRelu:   func(x float64) float64 { return max(x, 0) },
		tflite.ActRelu6:  func(x float64) float64 { return min(max(x, 0), 6) },
		tflite.ActReluN1: func(x float64) float64 { return min(max(x, -1), 1) },
	}
	for act, f := range activations {
		t.Run(act.String(), func(t *testing.T) {
			m := mlp(t, act, true)
			r, err := transpile.Transpile(m, options(3))
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(3, 4))
			rows := make([]float64, 15)
			for i := range rows {
				rows[i] = float64(rng.IntN(512)-256) / 256
			}
			got := predict(t, r, m, rows, r.Program.Loss.Logits)
			for s := range 3 {
				h := dense(t, m, 0, rows[5*s:5*s+5])
				for i := range h {
					h[i] = f(h[i])
				}
				for j, want := range dense(t, m, 1, h) {
					if d := math.Abs(got[3*s+j] - want); d > 0.02 {
						t.Errorf("sample %d, output %d: %v, want %v", s, j, got[3*s+j], want)
					}
				}
			}
		})
	}
}

// dense computes one layer of the model in floats.
func dense(t *testing.T, m *tflite.Model, op int, x []float64) []float64 {
	t.Helper()
	o := m.Subgraphs[0].Operators[op]
	w, err := m.Floats(&m.Subgraphs[0].Tensors[o.Inputs[1]])
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Floats(&m.Subgraphs[0].Tensors[o.Inputs[2]])
	if err != nil {
		t.Fatal(err)
	}
	y := make([]float64, len(b))
	for j := range y {
		y[j] = float64(b[j])
		for k, v := range x {
			y[j] += float64(w[j*len(x)+k]) * v
		}
	}
	return y
}

func TestExportInvertsInitial(t *testing.T) {
	m := mlp(t, tflite.ActRelu, true)
	file, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	r, err := transpile.Transpile(m, options(4))
	if err != nil {
		t.Fatal(err)
	}
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := r.Export(m, initial)
	if err != nil {
		t.Fatal(err)
	}
	written, err := tflite.ReplaceWeights(file, exact)
	if err != nil {
		t.Fatal(err)
	}
	again, err := tflite.Parse(written)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range r.Weights {
		want, _ := m.Floats(&m.Subgraphs[0].Tensors[w.Index])
		got, err := again.Floats(&again.Subgraphs[0].Tensors[w.Index])
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > math.Ldexp(1, -25) {
				t.Fatalf("weight %d, cell %d: %v, was %v", w.Index, i, got[i], want[i])
			}
		}
	}
}

func TestLossFollowsModelAndLabels(t *testing.T) {
	for _, c := range []struct {
		name    string
		softmax bool
		loss    graph.LossKind
		labels  graph.LabelKind
		want    graph.Loss
		err     error
	}{
		{name: "softmax", softmax: true, want: graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.OneHot}},
		{name: "no activation", want: graph.Loss{Kind: graph.MeanSquaredError, Labels: graph.Values}},
		{name: "no activation, classes", labels: graph.OneHot, want: graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.OneHot}},
		{name: "no activation, bits", labels: graph.Bits, want: graph.Loss{Kind: graph.LogisticLoss, Labels: graph.Bits}},
		{name: "softmax, squared", softmax: true, loss: graph.MeanSquaredError, want: graph.Loss{Kind: graph.MeanSquaredError, Labels: graph.Values}},
		{name: "numbers of classes", softmax: true, labels: graph.Values, want: graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.Values}},
		{name: "bits for classes", softmax: true, labels: graph.Bits, err: fault.ErrUsage},
		{name: "logistic loss of probabilities", softmax: true, loss: graph.LogisticLoss, err: fault.ErrUsage},
		{name: "unknown", loss: "hinge", err: fault.ErrUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(2)
			o.Loss, o.Labels = c.loss, c.labels
			r, err := transpile.Transpile(mlp(t, tflite.ActRelu, c.softmax), o)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err == nil && (r.Program.Loss.Kind != c.want.Kind || r.Program.Loss.Labels != c.want.Labels) {
				t.Fatalf("loss %+v, want %+v", r.Program.Loss, c.want)
			}
		})
	}
}

func TestFrozenWeightsHaveNoUpdate(t *testing.T) {
	o := options(2)
	o.Frozen = []string{"mlp/dense_0/weights", "mlp/dense_0/bias"}
	r, err := transpile.Transpile(mlp(t, tflite.ActRelu, true), o)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.Program.OfRole(graph.Frozen)); n != 2 {
		t.Errorf("%d frozen tensors, want 2", n)
	}
	for _, n := range r.Program.Nodes {
		if n.Kind == ops.KindInputGradient {
			t.Errorf("%q computes a gradient that nothing needs", n.Name)
		}
	}
	o.Frozen = []string{"nothing"}
	if _, err := transpile.Transpile(mlp(t, tflite.ActRelu, true), o); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("unknown weight to freeze: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(m *tflite.Model)
		want   string
	}{
		{"beta", func(m *tflite.Model) { m.Subgraphs[0].Operators[2].Options = tflite.SoftmaxOptions{Beta: 2} }, "beta is 2"},
		{"fused", func(m *tflite.Model) {
			m.Subgraphs[0].Operators[0].Options = tflite.FullyConnectedOptions{Activation: tflite.ActSignBit}
		}, "fused activation SIGN_BIT; use RELU, RELU6 or RELU_N1_TO_1, or an operator of its own"},
		{"shuffled", func(m *tflite.Model) {
			m.Subgraphs[0].Operators[0].Options = tflite.FullyConnectedOptions{WeightsFormat: 1}
		}, "shuffled"},
		{"position", func(m *tflite.Model) {
			g := &m.Subgraphs[0]
			g.Tensors[g.Inputs[0]].Shape, g.Tensors[g.Inputs[0]].Signature = tflite.Shape{1, 2, 5}, nil
		}, "it makes samples of shape [2 7]"},
		{"pieces", func(m *tflite.Model) {
			g := &m.Subgraphs[0]
			g.Tensors[g.Inputs[0]].Shape, g.Tensors[g.Inputs[0]].Signature = tflite.Shape{1, 5, 2}, nil
		}, "5 inputs on samples of shape [5 2]"},
		{"operator", func(m *tflite.Model) { m.Codes[1].Builtin = cosine }, "COS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mlp(t, tflite.ActRelu, true)
			c.change(m)
			_, err := transpile.Transpile(m, options(2))
			if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want unsupported with %q", err, c.want)
			}
		})
	}
}

func TestDigestNamesTheProgram(t *testing.T) {
	m := mlp(t, tflite.ActRelu, true)
	base, err := transpile.Transpile(m, options(4))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[32]byte]string{base.Network.Digest(): "base"}
	for name, change := range map[string]func(o *transpile.Options){
		"batch":      func(o *transpile.Options) { o.Batch = 5 },
		"rate shift": func(o *transpile.Options) { o.RateShift++ },
		"scheduled":  func(o *transpile.Options) { o.Scheduled = true },
		"activation": func(o *transpile.Options) { o.Formats.Activation-- },
		"error":      func(o *transpile.Options) { o.Formats.Error++ },
		"loss":       func(o *transpile.Options) { o.Loss = graph.MeanSquaredError },
		"frozen":     func(o *transpile.Options) { o.Frozen = []string{"mlp/dense_0/bias"} },
	} {
		o := options(4)
		change(&o)
		r, err := transpile.Transpile(m, o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if other, ok := seen[r.Network.Digest()]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[r.Network.Digest()] = name
		back, err := network.Decode(r.Network.Encode())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if back.Digest() != r.Network.Digest() || back.Program().Fingerprint() != r.Program.Fingerprint() || ops.Validate(back.Program()) != nil {
			t.Errorf("%s: the network changes when written and read", name)
		}
	}
}

// unproven are the fixtures' models that are refused.
var unproven = map[string]bool{
	"flutter_train_linreg_4sig.tflite":          true,
	"gotflite_text_embedding_classifier.tflite": true,
}

func TestFixtures(t *testing.T) {
	dir := os.Getenv("ZKAUDIT_FIXTURES")
	if dir == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "models", "*.tflite"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no models in %s: %v", dir, err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			m, err := tflite.Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			r, err := transpile.Transpile(m, options(4))
			if unproven[filepath.Base(f)] {
				if !errors.Is(err, fault.ErrUnsupported) {
					t.Fatalf("error %v, want unsupported", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Initial(m); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	m := mlp(t, tflite.ActRelu, true)
	for name, change := range map[string]func(o *transpile.Options){
		"batch":               func(o *transpile.Options) { o.Batch = 0 },
		"rate shift":          func(o *transpile.Options) { o.RateShift = 49 },
		"negative rate shift": func(o *transpile.Options) { o.RateShift = -1 },
		"features":            func(o *transpile.Options) { o.Formats.Feature = 15 },
		"activations":         func(o *transpile.Options) { o.Formats.Activation = -1 },
		"errors":              func(o *transpile.Options) { o.Formats.Error = 15 },
	} {
		o := options(2)
		change(&o)
		if _, err := transpile.Transpile(m, o); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The smallest rates leave no room in a weight.
	o := options(2)
	o.RateShift = 48
	if _, err := transpile.Transpile(m, o); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "fraction bits") {
		t.Errorf("weights at 66 fraction bits: %v", err)
	}
}

// Initial weights beyond the executor's integers are named, not wrapped.
func TestInitialWeightsThatDoNotFit(t *testing.T) {
	m, err := tflite.NewDense("big", []tflite.DenseLayer{{Units: 2, Weights: []float32{1, 2, 3, 1e12}}}, 2, true)
	if err != nil {
		t.Fatal(err)
	}
	r, err := transpile.Transpile(m, options(2))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Initial(m); !errors.Is(err, fault.ErrOverflow) || !strings.Contains(err.Error(), "big/dense_0/weights") {
		t.Errorf("weight of 10^12: %v", err)
	}
}
