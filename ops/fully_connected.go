package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindFullyConnected is V(b,j) = Σ_k X(b,k)·W(k,j) + 2^f_x·B(j).
//
// Inputs: X (batch, inputs), W (inputs, units), B (units) or None.
// Output: the accumulator V (batch, units) at f_x + f_w fraction bits.
const KindFullyConnected graph.Kind = "fully_connected"

type fullyConnected struct{ multiplying }

func (fullyConnected) contraction(graph.Attributes) (contraction, error) {
	return contraction{input: []relation.Label{"k"}, weight: []relation.Label{"k", "j"}, output: []relation.Label{"j"}}, nil
}

func (o fullyConnected) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferContraction(o, p, n)
}
