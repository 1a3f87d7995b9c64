package ops_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// times appends c·x in a format of some bits.
func (n *net) times(name string, x graph.TensorID, c int64, bits int) graph.TensorID {
	n.t.Helper()
	return n.must(ops.Sum(n.Builder, name, []graph.TensorID{x}, []int64{c}, number.Format{Bits: bits, Fraction: n.Tensor(x).Format.Fraction}))
}

// renumbered exchanges the numbers of two tensors.
func renumbered(p *graph.Program, id, to graph.TensorID) *graph.Program {
	q := p.Clone()
	q.Tensors[id], q.Tensors[to] = q.Tensors[to], q.Tensors[id]
	swap := func(t *graph.TensorID) {
		switch *t {
		case id:
			*t = to
		case to:
			*t = id
		}
	}
	for i := range q.Nodes {
		n := &q.Nodes[i]
		n.Inputs, n.Outputs = slices.Clone(n.Inputs), slices.Clone(n.Outputs)
		for k := range n.Inputs {
			swap(&n.Inputs[k])
		}
		for k := range n.Outputs {
			swap(&n.Outputs[k])
		}
	}
	for _, t := range []*graph.TensorID{&q.Input, &q.Label, &q.Loss.Logits, &q.Loss.Prediction} {
		swap(t)
	}
	return q
}

// enforced returns whether a tensor is looked up in the range of its format.
func enforced(t *testing.T, p *graph.Program, id graph.TensorID) bool {
	t.Helper()
	q, err := ops.Enforce(p)
	if err != nil {
		t.Fatal(err)
	}
	return q.Tensor(id).Checked
}

// TestWhatComesFromOutsideIsBounded: an external tensor has the interval of its
// certificate or of its cells, wherever it stands in the program.
func TestWhatComesFromOutsideIsBounded(t *testing.T) {
	n := newNet(t, coarse(), 3, 4)
	input := n.Program().Input
	of := n.times("of the input", input, 1, 15)
	n.times("of the input, as it is", input, 1, 16)
	last := graph.TensorID(len(n.Program().Tensors) - 1)
	for _, to := range []graph.TensorID{0, 1, last} {
		at := of
		if to == of {
			at = input
		}
		if !enforced(t, renumbered(n.Program(), input, to), at) {
			t.Errorf("16-bit features as tensor %d pass as integers of 15 bits", to)
		}
	}
}

// bits appends a tensor of bits.
func (n *net) bits() graph.TensorID {
	n.t.Helper()
	n.activation(ops.KindRelu, n.Program().Input)
	return n.Program().Nodes[len(n.Program().Nodes)-1].Outputs[1]
}

// TestEveryCellOfAConstantCounts: bits times a constant are 0 and its cells.
func TestEveryCellOfAConstantCounts(t *testing.T) {
	for place := range 4 {
		for _, c := range []struct {
			extreme int32
			checked bool
		}{{127, false}, {128, true}, {-128, false}, {-129, true}} {
			n := newNet(t, coarse(), 3, 4)
			cells := []int32{1, 1, 1, 1}
			cells[place] = c.extreme
			product := n.must(ops.Rescale(n.Builder, "product", n.one(ops.KindMul, nil, n.bits(), n.constant(cells, 8, 4)), 8))
			if got := enforced(t, n.Program(), n.times("in 8 bits", product, 1, 8)); got != c.checked {
				t.Errorf("bits times constants with %d at %d, in 8 bits: looked up %t", c.extreme, place, got)
			}
		}
	}
}

// TestLookupsOfReaders: a tensor that one of its readers looks up has the range
// of that lookup, whichever reader it is, and the reader's other inputs have not.
func TestLookupsOfReaders(t *testing.T) {
	for name, c := range map[string]struct {
		read    func(n *net, x graph.TensorID)
		checked bool
	}{
		"no reader":         {func(*net, graph.TensorID) {}, true},
		"a sum":             {func(n *net, x graph.TensorID) { n.times("read", x, 1, 32) }, true},
		"an activation":     {func(n *net, x graph.TensorID) { n.activation(ops.KindRelu, x) }, false},
		"a sum, then it":    {func(n *net, x graph.TensorID) { n.times("read", x, 1, 32); n.activation(ops.KindRelu, x) }, false},
		"it, then a sum":    {func(n *net, x graph.TensorID) { n.activation(ops.KindRelu, x); n.times("read", x, 1, 32) }, false},
		"a sum with itself": {func(n *net, x graph.TensorID) { n.one(ops.KindAdd, nil, x, x) }, true},
	} {
		n := newNet(t, coarse(), 3, 4)
		x := n.times("three times", n.Program().Input, 3, 16)
		c.read(n, x)
		if got := enforced(t, n.Program(), x); got != c.checked {
			t.Errorf("%s: looked up %t", name, got)
		}
	}
}

// TestEnforceRefuses: what no lookup can hold, what no witness can satisfy, and
// operators that do not exist.
func TestEnforceRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		build func(n *net)
		says  string
	}{
		"17 bits": {func(n *net) { n.times("wide", n.Program().Input, 3, 17) }, "no range of that size"},
		"an empty sum": {func(n *net) {
			n.times("twice", n.one(ops.KindAdd, nil, n.bits(), n.constant([]int32{32767, 32767, 32767, 32767}, 0, 4)), 2, 16)
		}, "no cell of"},
		"an unknown operator": {func(n *net) {
			n.times("kept", n.Program().Input, 1, 16)
			n.Program().Nodes[0].Kind = "transmogrify"
		}, "transmogrify"},
		"an unknown reader": {func(n *net) {
			n.times("read", n.times("kept", n.Program().Input, 3, 16), 1, 32)
			n.Program().Nodes[1].Kind = "transmogrify"
		}, "transmogrify"},
	} {
		n := newNet(t, coarse(), 3, 4)
		c.build(n)
		if _, err := ops.Enforce(n.Program()); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
