package ops

import (
	"strconv"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindFullyConnected multiplies every position of a sample by the same weights,
//
//	V(b,p…,j) = Σ_k X(b,p…,k)·W(k,j) + 2^f_x·B(j).
//
// Inputs: X (batch, positions…, inputs), W (inputs, units), B (units) or None.
// Output: the accumulator V (batch, positions…, units) at f_x + f_w fraction
// bits. Attribute: positions, the number of axes of positions; absent for none.
const KindFullyConnected graph.Kind = "fully_connected"

const attrPositions = "positions"

// maxPositionAxes bounds the axes of positions.
const maxPositionAxes = 8

// Positions are the attributes of a fully connected layer on samples with so
// many axes of positions.
func Positions(axes int) graph.Attributes {
	if axes == 0 {
		return nil
	}
	return graph.Attributes{attrPositions: {int64(axes)}}
}

type fullyConnected struct{ multiplying }

func (fullyConnected) contraction(a graph.Attributes) (contraction, error) {
	axes := a.Int(attrPositions)
	if axes < 0 || axes > maxPositionAxes {
		return contraction{}, malformed("%d axes of positions", axes)
	}
	positions := make([]relation.Label, axes)
	for i := range positions {
		positions[i] = relation.Label("p" + strconv.Itoa(i))
	}
	return contraction{
		input:  append(positions[:axes:axes], "k"),
		weight: []relation.Label{"k", "j"},
		output: append(positions[:axes:axes], "j"),
	}, nil
}

func (o fullyConnected) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferContraction(o, p, n)
}
