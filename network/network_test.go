package network_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// every is an architecture with every operator: 6 → 4 with tanh, + a constant,
// times itself, 4 → 4 with shared weights, logistic, softmax, reshapes.
func every() network.Architecture {
	return network.Architecture{
		Input:   []int{2, 3},
		Weights: []network.Weight{{Shape: []int{6, 4}}, {Shape: []int{4}}, {Shape: []int{4, 4}}},
		Layers: []network.Layer{
			{Kind: network.Reshape, Inputs: []int{0}, Shape: []int{6}},
			{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0, 1}, Shape: []int{4}, Activation: network.Tanh},
			{Kind: network.Add, Inputs: []int{2}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{0.25}}},
			{Kind: network.Mul, Inputs: []int{3, 2}},
			{Kind: network.FullyConnected, Inputs: []int{4}, Weights: []int{2}, Shape: []int{4}, Activation: network.Relu},
			{Kind: network.FullyConnected, Inputs: []int{5}, Weights: []int{2}, Shape: []int{4}},
			{Kind: network.Logistic, Inputs: []int{6}},
			{Kind: network.Relu6, Inputs: []int{7}},
			{Kind: network.Softmax, Inputs: []int{8}},
		},
	}
}

func choices() network.Choices {
	return network.Choices{
		Batch: 3, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 7,
		Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Frozen: []int{1},
	}
}

func derive(t testing.TB, a network.Architecture, c network.Choices) *network.Network {
	t.Helper()
	n, err := network.New(a, c)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEncodingRoundTrip(t *testing.T) {
	n := derive(t, every(), choices())
	back, err := network.Decode(n.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.Encode(), n.Encode()) || back.Digest() != n.Digest() || back.Program().Fingerprint() != n.Program().Fingerprint() {
		t.Error("the network changes when written and read")
	}
	if p := back.Program(); p.Tensor(back.Weight(1)).Role != graph.Frozen || p.Tensor(back.Weight(2)).Role != graph.Weight {
		t.Error("another weight is frozen")
	}
}

// Every byte of the encoding matters: changed, it is refused as malformed or is
// the very encoding of another network, whose step passes validation.
func TestEncodingIsCanonical(t *testing.T) {
	data := derive(t, every(), choices()).Encode()
	accepted := 0
	for i := range data {
		for _, flip := range []byte{1, 0x80} {
			changed := slices.Clone(data)
			changed[i] ^= flip
			n, err := network.Decode(changed)
			if err != nil {
				if !errors.Is(err, fault.ErrMalformed) {
					t.Fatalf("byte %d: %v", i, err)
				}
				continue
			}
			accepted++
			if !bytes.Equal(n.Encode(), changed) {
				t.Fatalf("byte %d changed by %#x: two encodings of one network", i, flip)
			}
			if err := ops.Validate(n.Program()); err != nil {
				t.Fatalf("byte %d changed by %#x: %v", i, flip, err)
			}
		}
		if _, err := network.Decode(data[:i]); !errors.Is(err, fault.ErrMalformed) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if _, err := network.Decode(append(data, 0)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("extended: %v", err)
	}
	if accepted == 0 || accepted > len(data)/8 {
		t.Errorf("%d changed encodings of %d bytes are networks; formats, batch and a constant should give some", accepted, len(data))
	}
}

func TestDigestNamesEveryChoice(t *testing.T) {
	seen := map[[32]byte]string{derive(t, every(), choices()).Digest(): "as it is"}
	for name, change := range map[string]func(a *network.Architecture, c *network.Choices){
		"batch":       func(_ *network.Architecture, c *network.Choices) { c.Batch = 4 },
		"features":    func(_ *network.Architecture, c *network.Choices) { c.Formats.Feature = 7 },
		"activations": func(_ *network.Architecture, c *network.Choices) { c.Formats.Activation = 7 },
		"errors":      func(_ *network.Architecture, c *network.Choices) { c.Formats.Error = 9 },
		"shift":       func(_ *network.Architecture, c *network.Choices) { c.RateShift = 8 },
		"scheduled":   func(_ *network.Architecture, c *network.Choices) { c.Scheduled = true },
		"loss": func(_ *network.Architecture, c *network.Choices) {
			c.Loss, c.Labels = graph.MeanSquaredError, graph.Values
		},
		"frozen":        func(_ *network.Architecture, c *network.Choices) { c.Frozen = nil },
		"activation":    func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = network.Relu },
		"no activation": func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = "" },
		"constant":      func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Cells[0] = 0.26 },
		"operand": func(a *network.Architecture, _ *network.Choices) {
			a.Layers[3].Inputs[0] = 2
			a.Layers[3].Inputs[1] = 3
		},
		"operator": func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Kind = network.Tanh },
		"order": func(a *network.Architecture, _ *network.Choices) {
			a.Layers[6].Kind, a.Layers[7].Kind = network.Relu6, network.Logistic
		},
		"shape":  func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Shape = []int{1, 6}; a.Input = []int{6} },
		"a bias": func(a *network.Architecture, _ *network.Choices) { a.Layers[4].Weights = []int{2, 1} },
		"own weights": func(a *network.Architecture, _ *network.Choices) {
			a.Weights = append(a.Weights, network.Weight{Shape: []int{4, 4}})
			a.Layers[5].Weights = []int{3}
		},
	} {
		a, c := every(), choices()
		change(&a, &c)
		n, err := network.New(a, c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if other, there := seen[n.Digest()]; there {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[n.Digest()] = name
		if d := derive(t, every(), choices()).Difference(n); d == "" {
			t.Errorf("%s: no difference is seen", name)
		}
	}
}

// What no TensorFlow Lite file of these operators says is no architecture.
func TestRefusals(t *testing.T) {
	for name, change := range map[string]func(a *network.Architecture, c *network.Choices){
		"no layers":             func(a *network.Architecture, _ *network.Choices) { a.Layers, a.Weights = nil, nil },
		"unknown operator":      func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Kind = "GATE" },
		"operator of the graph": func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Kind = network.Kind(ops.KindSum) },
		"forward reference":     func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs[1] = 5 },
		"reads itself":          func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs[1] = 4 },
		"negative input":        func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs[1] = -1 },
		"no input":              func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Inputs = nil },
		"two inputs":            func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Inputs = []int{6, 5} },
		"weight out of order":   func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Weights = []int{1, 0} },
		"weight of no layer": func(a *network.Architecture, _ *network.Choices) {
			a.Weights = append(a.Weights, network.Weight{Shape: []int{3}})
		},
		"weight that is not there": func(a *network.Architecture, _ *network.Choices) { a.Layers[5].Weights = []int{3} },
		"negative weight":          func(a *network.Architecture, _ *network.Choices) { a.Layers[5].Weights = []int{-1} },
		"three weights":            func(a *network.Architecture, _ *network.Choices) { a.Layers[5].Weights = []int{2, 1, 1} },
		"weights of an activation": func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Weights = []int{0} },
		"weights of three axes":    func(a *network.Architecture, _ *network.Choices) { a.Weights[0].Shape = []int{2, 3, 4} },
		"weights of another shape": func(a *network.Architecture, _ *network.Choices) { a.Weights[2].Shape = []int{5, 4} },
		"bias of another shape":    func(a *network.Architecture, _ *network.Choices) { a.Weights[1].Shape = []int{5} },
		"weights as large as 2^31": func(a *network.Architecture, _ *network.Choices) { a.Weights[0].Shape = []int{1 << 16, 1 << 15} },
		"axis of zero":             func(a *network.Architecture, _ *network.Choices) { a.Input = []int{0, 6} },
		"input of seven axes":      func(a *network.Architecture, _ *network.Choices) { a.Input = []int{1, 1, 1, 1, 1, 2, 3} },
		"shape of another size":    func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Shape = []int{5} },
		"shape of an activation":   func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Shape = []int{4} },
		"units split":              func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Shape = []int{2, 2} },
		"fused softmax":            func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = network.Softmax },
		"fused logistic":           func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = network.Logistic },
		"activation of a softmax":  func(a *network.Architecture, _ *network.Choices) { a.Layers[8].Activation = network.Relu },
		"activation of a reshape":  func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Activation = network.Relu },
		"activation twice":         func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Activation = network.Relu },
		"constant of a softmax":    func(a *network.Architecture, _ *network.Choices) { a.Layers[8].Constant = a.Layers[2].Constant },
		"constant of more cells":   func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Cells = make([]float32, 2) },
		"constant of fewer cells":  func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Shape = []int{4} },
		"constant of another size": func(a *network.Architecture, _ *network.Choices) {
			a.Layers[2].Constant = &network.Constant{Shape: []int{3}, Cells: make([]float32, 3)}
		},
		"constant that does not fit": func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Cells[0] = 1e9 },
		"a layer for nothing": func(a *network.Architecture, _ *network.Choices) {
			a.Layers = append(a.Layers, network.Layer{Kind: network.Softmax, Inputs: []int{8}})
		},
		"batch of zero":          func(_ *network.Architecture, c *network.Choices) { c.Batch = 0 },
		"batch of 2^21":          func(_ *network.Architecture, c *network.Choices) { c.Batch = 1 << 21 },
		"15 fraction bits":       func(_ *network.Architecture, c *network.Choices) { c.Formats.Feature = 15 },
		"negative fraction bits": func(_ *network.Architecture, c *network.Choices) { c.Formats.Error = -1 },
		"rate shift":             func(_ *network.Architecture, c *network.Choices) { c.RateShift = 49 },
		"weights of 66 bits":     func(_ *network.Architecture, c *network.Choices) { c.RateShift = 48 },
		"no loss":                func(_ *network.Architecture, c *network.Choices) { c.Loss = "" },
		"unknown loss":           func(_ *network.Architecture, c *network.Choices) { c.Loss = "hinge" },
		"labels of values":       func(_ *network.Architecture, c *network.Choices) { c.Labels = graph.Values },
		"logistic of a softmax":  func(_ *network.Architecture, c *network.Choices) { c.Loss, c.Labels = graph.LogisticLoss, graph.Bits },
		"frozen twice":           func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{1, 1} },
		"frozen out of order":    func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{2, 1} },
		"frozen nothing":         func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{3} },
		"all frozen":             func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{0, 1, 2} },
	} {
		a, c := every(), choices()
		change(&a, &c)
		_, err := network.New(a, c)
		if !errors.Is(err, fault.ErrUnsupported) && !errors.Is(err, fault.ErrUsage) && !errors.Is(err, fault.ErrOverflow) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A few bytes cannot ask for much memory.
func TestConstantsAreBounded(t *testing.T) {
	a := network.Architecture{
		Input: []int{1 << 21}, Weights: []network.Weight{{Shape: []int{1 << 21, 2}}},
		Layers: []network.Layer{
			{Kind: network.Add, Inputs: []int{0}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{1}}},
			{Kind: network.Add, Inputs: []int{1}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{1}}},
			{Kind: network.Add, Inputs: []int{2}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{1}}},
			{Kind: network.FullyConnected, Inputs: []int{3}, Weights: []int{0}, Shape: []int{2}},
		},
	}
	c := choices()
	c.Frozen = nil
	if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "constants of more than") {
		t.Errorf("constants of 3·2^21 cells: %v", err)
	}
}

func TestDescribe(t *testing.T) {
	want := []string{
		"layer 0: RESHAPE, makes 6",
		"layer 1: FULLY_CONNECTED, weights 6×4, bias 4 (frozen), makes 4, then TANH",
		"layer 2: ADD, constant 1 of 0.25 to 0.25",
		"layer 3: MUL, of layer 2 and layer 1",
		"layer 4: FULLY_CONNECTED, weights 4×4, makes 4, then RELU",
		"layer 5: FULLY_CONNECTED, weights 4×4 (those of layer 4), makes 4",
		"layer 6: LOGISTIC",
		"layer 7: RELU6",
		"layer 8: SOFTMAX",
	}
	if got := derive(t, every(), choices()).Describe(); !slices.Equal(got, want) {
		t.Errorf("described as\n%s", strings.Join(got, "\n"))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(derive(f, every(), choices()).Encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := network.Decode(data)
		if err != nil {
			if !errors.Is(err, fault.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(n.Encode(), data) {
			t.Fatal("not canonical")
		}
		if err := ops.Validate(n.Program()); err != nil {
			t.Fatal(err)
		}
	})
}
