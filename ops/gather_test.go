package ops_test

import (
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// gathered lists the products of a gather: V(i,d) has H(i,v)·E(v,d), i being a
// sample and position, v a row by all its digits.
func gathered(_ graph.Attributes, x, w, v []int, do func(x, w, v int)) {
	rows, width := 1, w[len(w)-1]
	for _, size := range w[:len(w)-1] {
		rows *= size
	}
	for i := range v[0] * v[1] {
		for row := range rows {
			for d := range width {
				do(i*rows+row, row*width+d, i*width+d)
			}
		}
	}
}

// integral are formats for integers as features.
func integral(f graph.Fractions) graph.Fractions {
	f.Feature = 0
	return f
}

// embed appends the embedding of an index by a table, rounded to f_a.
func (n *net) embed(x graph.TensorID, rows, width int) graph.TensorID {
	n.t.Helper()
	h := n.must(ops.OneHot(n.Builder, "one-hot", x, rows))
	var sizes []int
	for _, a := range n.Tensor(h).Axes[2:] {
		sizes = append(sizes, a.Size)
	}
	table := n.weight("table", 0, append(sizes, width)...)
	return n.must(ops.Rescale(n.Builder, "embedding", n.must(ops.Gather(n.Builder, "gather", h, table)), n.Program().Fractions.Activation))
}

// embedded builds samples of 3 tokens, embedded in a table of so many rows, and a
// layer of 3 units.
func embedded(rows int) func(t *testing.T, f graph.Fractions) *graph.Program {
	return func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, integral(f), 3, 3)
		return n.train(n.dense(merge(n, n.embed(n.Program().Input, rows, 2)), 3), graph.SoftmaxCrossEntropy)
	}
}

// Tables of one digit, of two and of three; 1, 2 and 3 are primes, so that most
// digits are padded.
func TestGather(t *testing.T) {
	for _, rows := range []int{2, 3, 4, 6, 12, 27} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) { checkOperator(t, 2, embedded(rows)) })
	}
}

// A frozen table is read as it is.
func TestGatherFromAFrozenTable(t *testing.T) {
	checkOperator(t, 2, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, integral(f), 3, 3)
		h := n.embed(n.Program().Input, 6, 2)
		for i := range n.Program().Tensors {
			if tensor := n.Tensor(graph.TensorID(i)); tensor.Name == "table" {
				tensor.Name, tensor.Role = "frozen table", graph.Frozen
			}
		}
		return n.train(n.dense(merge(n, h), 3), graph.SoftmaxCrossEntropy)
	})
}

// One table for two uses of the same indices.
func TestGatherTwice(t *testing.T) {
	checkOperator(t, 2, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, integral(f), 3, 3)
		h := n.must(ops.OneHot(n.Builder, "one-hot", n.Program().Input, 6))
		table := n.weight("table", 0, 2, 3, 2)
		var sum []graph.TensorID
		for i := range 2 {
			y := n.must(ops.Rescale(n.Builder, "embedding", n.must(ops.Gather(n.Builder, fmt.Sprint("gather ", i), h, table)), f.Activation))
			sum = append(sum, y)
		}
		both := n.one(ops.KindAdd, nil, n.activation(ops.KindTanh, sum[0]), sum[1])
		return n.train(n.dense(merge(n, both), 3), graph.SoftmaxCrossEntropy)
	})
}
