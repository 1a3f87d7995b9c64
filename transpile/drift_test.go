package transpile

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
)

var update = flag.Bool("update", false, "write the errors of layers to docs/fixtures.md")

// fixture is a model whose layers are compared with real numbers.
type fixture struct {
	name, file string
	formats    network.Formats
	batch      int
	low, high  float64 // of the input; of digits, if both are 0
}

func fixtureModels() []fixture {
	usual := network.Formats{Feature: 8, Activation: 8, Error: 10}
	return []fixture{
		{"xor", "gotflite_xor_mlp", usual, 4, 0, 1},
		{"iris", "gotflite_iris_mlp", usual, 4, 0, 8},
		{"sine", "tflm_hello_world_sine_mlp", usual, 4, 0, 6.28},
		{"planestrike", "tfex_planestrike_mlp", usual, 4, -1, 1},
		{"dense digits", "gotflite_mnist_mlp_784_512_512_10", usual, 4, 0, 0},
		{"autoencoder", "tiny_ad_autoencoder_mlp_fp32", usual, 4, 0, 1},
		{"digits", "zkml_mnist_cnn_bn", usual, 4, 0, 0},
		{"residuals", "tiny_resnet8_cifar10_fp32", usual, 2, 0, 1},
		{"depthwise", "litert_mobilenet_like", usual, 4, 0, 1},
		{"text", "gotflite_text_embedding_classifier", network.Formats{Activation: 8, Error: 10}, 4, 0, 9999},
		{"add", "ops/litert_add", usual, 4, -1, 1},
		{"average pool", "ops/litert_avg_pool", usual, 4, -5, 5},
		{"convolution", "ops/litert_conv_bias", network.Formats{Feature: 8, Activation: 3, Error: 8}, 4, -1, 1}, // weights up to 127
		{"dense of positions", "ops/litert_fc_reshape", usual, 4, -1, 1},
		{"embedding", "ops/litert_gather_embedding", network.Formats{Activation: 8, Error: 10}, 4, 0, 11},
		{"softmax", "ops/litert_softmax", usual, 4, -5, 5},
	}
}

// layered is a fixture's model, the step that it becomes, and the integers that
// the executor makes of a batch.
type layered struct {
	reference
	fixture
	reading *reading
	network *network.Network
	first   int // layers before the model's own
	exact   *ops.Buffers
	weights map[int32][]ball // constants of the model
}

// newLayered reads a model and runs its forward pass. One without weights gets a
// layer before it that copies its input, since nothing would be trained.
func newLayered(t *testing.T, dir string, f fixture) *layered {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(dir, "models", f.file+".tflite"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := tflite.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	axis := 0
	l := &layered{fixture: f, reading: read(m, &axis)}
	l.reference = reference{m: m, g: &m.Subgraphs[0], batch: f.batch}
	if err := l.reading.found.Err(); err != nil {
		t.Fatal(err)
	}
	a := l.reading.a
	c := network.Choices{Batch: f.batch, Formats: f.formats, RateShift: 8}
	if len(a.Weights) == 0 {
		a, l.first = copied(a), 1
		c.Loss, c.Labels = graph.MeanSquaredError, graph.Values
	} else if c.Loss, c.Labels, err = a.ChooseLoss("", ""); err != nil {
		t.Fatal(err)
	}
	if l.network, err = network.New(a, c); err != nil {
		t.Fatal(err)
	}
	l.execute(t, dir)
	return l
}

// copied is an architecture with a layer before it that copies the last axis of
// a sample.
func copied(a network.Architecture) network.Architecture {
	last := a.Input[len(a.Input)-1]
	layers := []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: a.Input}}
	for _, l := range a.Layers {
		l.Inputs = slices.Clone(l.Inputs)
		for i := range l.Inputs {
			l.Inputs[i]++
		}
		layers = append(layers, l)
	}
	return network.Architecture{Input: a.Input, Weights: []network.Weight{{Shape: []int{last, last}}}, Layers: layers}
}

// execute predicts what the model makes of a batch, exactly.
func (l *layered) execute(t *testing.T, dir string) {
	t.Helper()
	p := l.network.Program()
	result := &Result{Network: l.network, Program: p, Weights: l.reading.weights}
	for i := range result.Weights {
		result.Weights[i].Tensor = l.network.Weight(i)
	}
	initial, err := result.Initial(l.m)
	if err != nil {
		t.Fatal(err)
	}
	if l.first > 0 {
		w := p.Tensor(l.network.Weight(0))
		cells := make([]int64, w.Size())
		for i := range w.Axes[0].Size {
			cells[i*w.Axes[0].Size+i] = 1 << w.Format.Fraction
		}
		initial[l.network.Weight(0)] = cells
	}
	if l.exact, err = ops.NewBuffers(p, initial, ops.NewTables()); err != nil {
		t.Fatal(err)
	}
	l.read(t, dir)
	if err := ops.Predict(&ops.Step{Program: p, Buffers: l.exact}); err != nil {
		t.Fatal(err)
	}
	l.constants(t)
}

// read puts rows into the batch: the first digits of the fixtures, or random ones.
func (l *layered) read(t *testing.T, dir string) {
	t.Helper()
	p := l.network.Program()
	rows, fraction := l.exact.Small[p.Input], p.Tensor(p.Input).Format.Fraction
	if l.low == l.high {
		set, err := data.LoadIDX(filepath.Join(dir, "data/mnist5k-images-idx3-ubyte.gz"), filepath.Join(dir, "data/mnist5k-labels-idx1-ubyte.gz"), data.ArrayOptions{FractionBits: fraction})
		if err != nil {
			t.Fatal(err)
		}
		copy(rows, set.Features)
		return
	}
	s := prg.New("zkaudit/test/layers/" + l.file)
	low, high := int64(math.Ldexp(l.low, fraction)), int64(math.Ldexp(l.high, fraction))
	for i := range rows {
		rows[i] = int32(low + int64(s.Uint64n(uint64(high-low+1))))
	}
}

// constants are the model's own, each with what its format rounds: half of the
// resolution of a weight, or of a layer's constant.
func (l *layered) constants(t *testing.T) {
	t.Helper()
	l.weights = map[int32][]ball{}
	p := l.network.Program()
	for i := range l.g.Operators {
		o := &l.g.Operators[i]
		for _, in := range o.Inputs {
			if in < 0 || !l.m.IsConstant(&l.g.Tensors[in]) || l.g.Tensors[in].Type != tflite.Float32 {
				continue
			}
			floats, err := l.m.Floats(&l.g.Tensors[in])
			if err != nil {
				t.Fatal(err)
			}
			fraction := -1
			for k, w := range l.reading.weights {
				if int32(w.Index) == in {
					fraction = p.Tensor(l.network.Weight(k)).Format.Fraction
				}
			}
			for k := range p.Tensors {
				if p.Tensors[k].Name == l.layerName(o)+" constant" {
					fraction = p.Tensors[k].Format.Fraction
				}
			}
			if fraction < 0 {
				t.Fatalf("constant %d of operator %d is in no tensor of the program", in, i)
			}
			for _, v := range floats {
				l.weights[in] = append(l.weights[in], ball{float64(v), math.Ldexp(0.5, -fraction)})
			}
		}
	}
}

// layerName is that of the nodes that an operator becomes.
func (l *layered) layerName(o *tflite.Operator) string {
	at := l.reading.values[o.Outputs[0]] - 1 + l.first
	return fmt.Sprintf("%d %s", at, l.network.Architecture().Layers[at].Kind)
}

// tensor is the program's for what an operator makes: the last that its layer's
// nodes make, or what it reads, where nothing is to be done; the prediction at
// the end.
func (l *layered) tensor(t int32) graph.TensorID {
	p := l.network.Program()
	if t == l.g.Outputs[0] {
		return p.Loss.Prediction
	}
	if t == l.g.Inputs[0] {
		return p.Input
	}
	for i := range l.g.Operators {
		o := &l.g.Operators[i]
		if !slices.Contains(o.Outputs, t) {
			continue
		}
		id, name := graph.None, l.layerName(o)
		for _, n := range p.Nodes[:p.Producers()[p.Loss.Prediction]+1] {
			if n.Name == name || strings.HasPrefix(n.Name, name+" ") {
				id = n.Outputs[0]
			}
		}
		if id == graph.None {
			return l.tensor(o.Inputs[0])
		}
		return id
	}
	return graph.None
}

// cells are the reals that a tensor's integers stand for.
func (l *layered) cells(id graph.TensorID) []ball {
	fraction := l.network.Program().Tensor(id).Format.Fraction
	out := make([]ball, len(l.exact.Small[id]))
	for i, v := range l.exact.Small[id] {
		out[i].value = math.Ldexp(float64(v), -fraction)
	}
	return out
}

// rounds is how an operator of the model rounds: contractions, products, means
// and tables to nearest; a softmax its exponentials, too.
func (l *layered) rounds(o *tflite.Operator) rounding {
	p := l.network.Program()
	id := l.tensor(o.Outputs[0])
	by := rounding{result: math.Ldexp(0.5, -p.Tensor(id).Format.Fraction)}
	if n := p.Nodes[max(p.Producers()[id], 0)]; l.m.Codes[o.Code].Builtin == tflite.OpSoftmax {
		for n.Kind != ops.KindSoftmax {
			n = p.Nodes[p.Producers()[n.Inputs[0]]]
		}
		for _, t := range n.Outputs {
			if strings.HasSuffix(p.Tensor(t).Name, "exponential") {
				by.table = math.Ldexp(0.5, -p.Tensor(t).Format.Fraction)
			}
		}
	}
	return by
}

// layerError is by how much a layer's integers differ from real numbers, at most in
// all cells, in units of the resolution of its format.
type layerError struct {
	operator      string
	fraction      int
	own, ownBound float64 // from its operator on the same inputs, and what it may be
	model         float64 // from the whole model on the same rows
}

// compare evaluates the model layer by layer. real is what the model makes of
// the batch, by tensor.
func (l *layered) compare(t *testing.T) (errors []layerError, real map[int32][]ball) {
	t.Helper()
	real = map[int32][]ball{l.g.Inputs[0]: l.cells(l.network.Program().Input)}
	for i := range l.g.Operators {
		o := &l.g.Operators[i]
		out := o.Outputs[0]
		var exact, own [][]ball
		for _, in := range o.Inputs {
			switch {
			case in >= 0 && l.weights[in] != nil:
				exact, own = append(exact, l.weights[in]), append(own, l.weights[in])
			case in < 0 || l.m.IsConstant(&l.g.Tensors[in]):
				exact, own = append(exact, nil), append(own, nil)
			default:
				exact, own = append(exact, l.cells(l.tensor(in))), append(own, real[in])
			}
		}
		by, id := l.rounds(o), l.tensor(out)
		e := layerError{operator: l.m.Codes[o.Code].String(), fraction: l.network.Program().Tensor(id).Format.Fraction}
		real[out] = l.apply(o, own, by)
		made := l.cells(id)
		e.own, e.ownBound = l.differ(t, e, "on its own inputs", made, l.apply(o, exact, by))
		e.model, _ = l.differ(t, e, "in the model", made, real[out])
		errors = append(errors, e)
	}
	return errors, real
}

// differ returns the largest difference and the widest radius, in resolutions, and
// holds each cell's difference to its radius.
func (l *layered) differ(t *testing.T, e layerError, what string, made, want []ball) (largest, widest float64) {
	t.Helper()
	if len(made) != len(want) {
		t.Fatalf("%s: %d cells, want %d", e.operator, len(made), len(want))
	}
	for i, v := range made {
		off := math.Abs(v.value - want[i].value)
		if off > want[i].radius+1e-9*(1+math.Abs(want[i].value)) {
			t.Errorf("%s %s, cell %d: %v is %v from %v, more than %v", e.operator, what, i, v.value, off, want[i].value, want[i].radius)
			break
		}
		largest, widest = max(largest, off), max(widest, want[i].radius)
	}
	return math.Ldexp(largest, e.fraction), math.Ldexp(widest, e.fraction)
}

// Largest errors of a layer, in units of the resolution of its format. What is
// rounded once is half of one off; a constant of MUL and ADD, as it has 16 bits,
// adds to that. A softmax rounds its exponentials and then their quotient.
const (
	ownFactor     = 0.6
	softmaxFactor = 3.3
	modelFactor   = 128 // measured: bounds derived from the weights are far wider
)

// TestDriftOfLayers compares each layer of every model of the fixtures that can be
// proven with real numbers: its integers with what its operator makes of the inputs
// that it had, and with what the whole model makes of the same rows. Real numbers
// are those that TensorFlow Lite has in float32, in the cells of
// testdata/float32.json.
func TestDriftOfLayers(t *testing.T) {
	dir := os.Getenv("ZKAUDIT_FIXTURES")
	if dir == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set: no real models here")
	}
	var table strings.Builder
	for _, f := range fixtureModels() {
		t.Run(f.name, func(t *testing.T) {
			l := newLayered(t, dir, f)
			errors, real := l.compare(t)
			if *Exported != "" {
				l.export(t, *Exported)
			} else {
				l.compareFloat32(t, real)
			}
			for i, e := range errors {
				factor := ownFactor
				if e.operator == "SOFTMAX" {
					factor = softmaxFactor
				}
				if e.ownBound > factor || e.model > modelFactor {
					t.Errorf("layer %d %s: bound of %v and %v resolutions off, want at most %v and %v", i, e.operator, e.ownBound, e.model, factor, modelFactor)
				}
				fmt.Fprintf(&table, "| %s | %d %s | 2^-%d | %.2f | %.2f | %.2f |\n", f.name, i, e.operator, e.fraction, e.own, e.ownBound, e.model)
			}
		})
	}
	if !t.Failed() {
		checkTable(t, "../docs/fixtures.md", table.String())
	}
}

// checkTable compares the table that a document ends with, or writes it.
func checkTable(t *testing.T, path, rows string) {
	t.Helper()
	const head = "| model | layer | resolution | on its inputs | bound | in the model |\n|---|---|---|---|---|---|\n"
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, had, found := strings.Cut(string(doc), head)
	switch {
	case !found:
		t.Fatalf("%s has no table of layers", path)
	case *update:
		if err := os.WriteFile(path, []byte(before+head+rows), 0o644); err != nil {
			t.Fatal(err)
		}
	case had != rows:
		t.Errorf("%s is not what the layers are; run go test ./transpile -run TestDriftOfLayers -update\n%s", path, rows)
	}
}
