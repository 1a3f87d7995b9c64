package ops_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/ops/tables"
	"github.com/zkaudit/zkaudit/relation"
)

// likelihoods are the logarithms of a softmax, of all units or of rows.
func likelihoods(n *net, a graph.TensorID) graph.TensorID {
	return n.must(ops.LogSoftmax(n.Builder, "log softmax", a, n.Program().Fractions.Error))
}

func likelihoodsOfRows(n *net, a graph.TensorID) graph.TensorID {
	return merge(n, likelihoods(n, split(n, a)))
}

func TestLogSoftmax(t *testing.T) {
	t.Run("all", func(t *testing.T) { checkChain(t, likelihoods) })
	t.Run("rows", func(t *testing.T) { checkChain(t, likelihoodsOfRows) })
}

// Sums of more than 16 bits are bracketed by two limbs.
func TestLogSoftmaxOfManyClasses(t *testing.T) {
	build := func(f graph.Fractions) *graph.Program {
		n := newNet(t, f, 2, 3)
		return n.train(n.dense(likelihoods(n, n.dense(n.Program().Input, 40)), 3), graph.SoftmaxCrossEntropy)
	}
	f := coarse()
	f.Error = 12 // so that the exponentials have as many fraction bits
	p := build(f)
	attack(t, p, 2)
	for i := range p.Nodes {
		if n := &p.Nodes[i]; n.Kind == ops.KindLogSoftmax && len(n.Outputs) != 8 {
			t.Errorf("%d outputs, want two limbs on either side", len(n.Outputs))
		}
	}
}

// otherLogarithm takes the logarithm of the sums next to a row's, and everything
// that follows from it.
func otherLogarithm(by int32) func(x *executed, n *graph.Node, c int) bool {
	return func(x *executed, n *graph.Node, c int) bool {
		b, out := x.buffers.Small, n.Outputs
		sums := b[n.Inputs[3]]
		classes := len(b[out[0]]) / len(sums)
		row := c / classes
		table, err := tables.Logarithm(x.p.Tensor(n.Inputs[0]).Format.Fraction, x.p.Tensor(n.Inputs[3]).Format.Fraction, 1<<relation.Axis{Size: classes}.Log())
		y := int(b[out[1]][row] + by)
		if err != nil || y < 0 || y >= len(table.Columns[0]) || len(out) != 6 {
			return false
		}
		b[out[1]][row], b[out[2]][row], b[out[3]][row] = int32(y), table.Columns[1][y], table.Columns[2][y]
		b[out[4]][row], b[out[5]][row] = sums[row]-table.Columns[1][y], table.Columns[2][y]-sums[row]
		for i := row * classes; i < (row+1)*classes; i++ {
			b[out[0]][i] -= by
		}
		return true
	}
}

// Inputs that are not those of one softmax, and formats too fine for the table.
func TestLogSoftmaxRefuses(t *testing.T) {
	n := newNet(t, coarse(), 3, 6)
	x, z := n.Program().Input, n.dense(n.Program().Input, 6)
	softmax := func(z, mask graph.TensorID) []graph.TensorID {
		n.must(ops.Softmax(n.Builder, "softmax", z, mask, 8))
		nodes := n.Program().Nodes
		return nodes[len(nodes)-1].Outputs
	}
	p, other := softmax(z, graph.None), softmax(x, graph.None)
	hidden := softmax(z, n.Add(graph.Tensor{Name: "mask", Role: graph.Constant, Axes: n.Tensor(z).Axes[1:], Cells: []int32{1, 1, 0, 1, 1, 1}, Format: n.Tensor(p[2]).Format}))
	fine := fine()
	fine.Feature = 13
	m := newNet(t, fine, 3, 6)
	if _, err := ops.LogSoftmax(m.Builder, "fine", m.Program().Input, 8); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("of 13 fraction bits: %v", err)
	}
	type ids = []graph.TensorID
	for i, c := range []struct {
		inputs ids
		fits   bool
	}{
		{ids{z, p[0], p[3], p[5]}, true},
		{ids{x, p[0], p[3], p[5]}, false},
		{ids{z, p[4], p[3], p[5]}, false},
		{ids{z, p[0], other[3], p[5]}, false},
		{ids{z, p[0], p[3], other[5]}, false},
		{ids{z, other[0], p[3], p[5]}, false},
		{ids{z, hidden[0], hidden[3], hidden[5]}, false},
		{ids{z, p[0], p[3]}, false},
	} {
		if _, err := ops.Append(n.Builder, graph.Node{Name: "log softmax", Kind: ops.KindLogSoftmax, Inputs: c.inputs}); (err == nil) != c.fits || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d: %v", i, err)
		}
	}
}
