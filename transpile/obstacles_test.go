package transpile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// cosine is an operator that no rule reads.
const cosine tflite.Builtin = 108

// TestAllObstaclesAtOnce: one reason hides no other, neither of the graph nor of
// operators after one that is refused, and what many operators have in common
// is one reason.
func TestAllObstaclesAtOnce(t *testing.T) {
	flat := tflite.Shape{32, 6}
	b := newModel(32, 6)
	b.op(cosine, nil, flat).op(cosine, nil, flat)
	in := b.last
	b.op(tflite.OpAdd, tflite.AddOptions{Activation: tflite.ActSignBit}, flat, in)
	b.op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 2}, flat)
	b.op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: []int32{6, 32}}, tflite.Shape{6, 32})
	g := &b.m.Subgraphs[0]
	g.Outputs = append(g.Outputs, in)
	g.Inputs = append(g.Inputs, b.tensor(flat, nil))
	b.m.Signatures = []tflite.Signature{{Key: "other", Inputs: []tflite.NamedTensor{{Name: "x", Tensor: 0}}}, {Key: "more"}}

	found, err := transpile.Obstacles(b.m, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := found.String()
	for _, want := range []string{
		`the model has 2 signatures ("other", "more"); `,
		"the model has 2 inputs and 2 outputs; export it with inputs and one output",
		`signature "other" has other inputs or outputs than the graph`,
		"operator 0 and 1 more: there is no proof for COS; replace it",
		`no telling which axis of [32×6] counts the samples of a batch; name the batch axis (--batch-axis 0), say that the whole input is one sample (--batch-axis none), or convert`,
		"operator 2: ADD: fused activation SIGN_BIT; use RELU, RELU6 or RELU_N1_TO_1, or an operator of its own",
		"operator 3: SOFTMAX: beta is 2; scale the weights before it and use beta 1",
		"operator 4: RESHAPE: it reshapes [32×6] to [6×32] across the batch axis; keep the batch",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not found: %s", want)
		}
	}
	if t.Failed() {
		t.Logf("found:\n%s", text)
	}
	if _, _, err := transpile.Read(b.m, nil); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "more reasons, which zkaudit inspect lists") {
		t.Errorf("Read: %v", err)
	}
}

// TestNothingIsReadOfWhatIsRefused: an operator that cannot be read for a reason
// that nothing else states is refused all the same.
func TestNothingIsReadOfWhatIsRefused(t *testing.T) {
	flat := tflite.Shape{1, 6}
	b := newModel(1, 6).identity(6, flat)
	empty := b.tensor(tflite.Shape{0}, nil) // a list without elements or bytes: no constant, and written by nothing
	b.m.Subgraphs[0].Tensors[empty].Type = tflite.Int32
	b.op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: flat}, flat, empty).dense(6)
	if _, _, err := transpile.Read(b.m, nil); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "operator 1: cannot be read") {
		t.Errorf("%v", err)
	}
	if found, err := transpile.Obstacles(newModel(1, 6).identity(6, flat).dense(6).m, nil); err != nil || len(found) != 0 {
		t.Errorf("a model that can be read: %v, %v", found, err)
	}
}

// TestInputsThatCannotBeRead: what comes after them is looked at all the same.
func TestInputsThatCannotBeRead(t *testing.T) {
	for name, test := range map[string]struct {
		change func(g *tflite.Subgraph)
		want   string
	}{
		"none":      {func(g *tflite.Subgraph) { g.Inputs = nil }, "the model has 0 inputs and 1 output"},
		"too large": {func(g *tflite.Subgraph) { g.Tensors[0].Shape, g.Inputs = tflite.Shape{1, graph.MaxSize}, []int32{0, 0} }, "cells a sample"},
	} {
		b := newModel(1, 6).dense(6).op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, tflite.Shape{1, 6})
		test.change(&b.m.Subgraphs[0])
		found, err := transpile.Obstacles(b.m, nil)
		if err != nil || !strings.Contains(found.String(), test.want) {
			t.Errorf("%s: %v, %v", name, found, err)
		}
		if _, _, err := transpile.Read(b.m, nil); !errors.Is(err, fault.ErrUnsupported) || errors.Is(err, fault.ErrPanic) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
