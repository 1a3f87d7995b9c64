package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// unembedded lists the products of KindUnembed: V(i,v) has X(i,d)·E(v,d), i being a
// sample and position, v a row by all its digits.
func unembedded(_ graph.Attributes, x, w, v []int, do func(x, w, v int)) {
	size := func(shape []int) int {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return n
	}
	width := w[len(w)-1]
	rows := size(w) / width
	for i := range size(v) {
		for d := range width {
			do(i/rows*width+d, i%rows*width+d, i)
		}
	}
}

// tied builds 3 tokens of so many rows, embedded in 2 cells, whose table makes the
// units of every position, too; another layer makes 3 units of these.
func tied(rows int) func(t *testing.T, f graph.Fractions) *graph.Program {
	return func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, integral(f), 2, 3)
		h := n.must(ops.OneHot(n.Builder, "one-hot", n.Program().Input, rows))
		var sizes []int
		for _, a := range n.Tensor(h).Axes[2:] {
			sizes = append(sizes, a.Size)
		}
		table := n.weight("table", f.Activation, append(sizes, 2)...)
		a := n.must(ops.Rescale(n.Builder, "embedding", n.must(ops.Gather(n.Builder, "gather", h, table)), f.Activation))
		v := n.one(ops.KindUnembed, ops.Transposed(1, len(sizes)), n.activation(ops.KindTanh, a), table)
		y := n.must(ops.Rescale(n.Builder, "logits", v, f.Activation))
		for len(n.Tensor(y).Axes) > 2 {
			y = merge(n, y)
		}
		return n.train(n.dense(y, 3), graph.SoftmaxCrossEntropy)
	}
}

func TestUnembed(t *testing.T) {
	t.Run("one digit", func(t *testing.T) { checkOperator(t, 2, tied(5)) })
	t.Run("two digits", func(t *testing.T) { checkOperator(t, 2, tied(12)) })
}

// Rows make units of a table that nothing else reads, and of one that is frozen.
func TestUnembedAlone(t *testing.T) {
	for name, role := range map[string]graph.Role{"alone": graph.Weight, "frozen": graph.Frozen} {
		t.Run(name, func(t *testing.T) {
			checkOperator(t, 2, func(t *testing.T, f graph.Fractions) *graph.Program {
				n := newNet(t, f, 3, 5)
				a := n.activation(ops.KindTanh, n.dense(n.Program().Input, 3))
				w := n.weight(name+" table", f.Activation, 4, 3)
				n.Tensor(w).Role = role
				return n.train(n.must(ops.Rescale(n.Builder, "logits", n.one(ops.KindUnembed, ops.Transposed(0, 1), a, w), f.Activation)), graph.SoftmaxCrossEntropy)
			})
		})
	}
}
