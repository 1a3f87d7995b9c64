package ops_test

import (
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// regression builds a network with the given outputs and loss; 3 outputs need
// a division by 3, 4 one by a power of two, 1 none.
func regression(t *testing.T, f graph.Fractions, outputs int, kind graph.LossKind) *graph.Program {
	n := newNet(t, f, 3, 5)
	a := n.activation(ops.KindRelu, n.dense(n.Program().Input, 4))
	return n.train(n.dense(a, outputs), kind)
}

type lossCase struct {
	kind    graph.LossKind
	outputs int
}

func lossCases() []lossCase {
	return []lossCase{
		{graph.MeanSquaredError, 1}, {graph.MeanSquaredError, 3}, {graph.MeanSquaredError, 4}, {graph.MeanSquaredError, 16},
		{graph.LogisticLoss, 1}, {graph.LogisticLoss, 3},
		{graph.SoftmaxCrossEntropy, 2}, {graph.SoftmaxCrossEntropy, 5}, {graph.SoftmaxCrossEntropy, 40},
	}
}

func TestLossRelations(t *testing.T) {
	for _, c := range lossCases() {
		if c.outputs > 5 {
			continue // covered by gradients; slow to check naively
		}
		t.Run(fmt.Sprintf("%s/%d", c.kind, c.outputs), func(t *testing.T) { attack(t, regression(t, coarse(), c.outputs, c.kind), 2) })
	}
}

func TestLossGradients(t *testing.T) {
	for _, c := range lossCases() {
		t.Run(fmt.Sprintf("%s/%d", c.kind, c.outputs), func(t *testing.T) { checkGradients(t, regression(t, fine(), c.outputs, c.kind), 5) })
	}
}

// Coarse errors against fine activations: the squared error's factor is below
// one, so that the division is by more than N.
func TestMeanSquaredErrorWithFewErrorBits(t *testing.T) {
	f := graph.Fractions{Feature: 10, Activation: 10, Error: 7}
	for _, outputs := range []int{3, 4} {
		attack(t, regression(t, f, outputs, graph.MeanSquaredError), 2)
	}
}
