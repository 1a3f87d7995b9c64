package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func plus(n *net, x, y graph.TensorID) graph.TensorID { return n.one(ops.KindAdd, nil, x, y) }

func TestAdd(t *testing.T) { checkCombination(t, plus) }

func TestAddTwice(t *testing.T) {
	checkCombination(t, func(n *net, x, y graph.TensorID) graph.TensorID { return plus(n, x, plus(n, x, y)) })
}

func TestAddConstant(t *testing.T) {
	checkCombination(t, func(n *net, x, _ graph.TensorID) graph.TensorID {
		return plus(n, x, n.constant(half(), n.Tensor(x).Format.Fraction, 6))
	})
}
