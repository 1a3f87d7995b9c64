package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindUnembed multiplies every position of a sample by a table of
// which each row makes a unit, as a language model's head does that shares its
// embedding's table,
//
//	V(b,p…,v…) = Σ_d X(b,p…,d)·E(v…,d).
//
// Inputs: X (batch, positions…, width), E (V_0, …, width). Output: the accumulator
// V (batch, positions…, V_0, …) at f_x + f_w fraction bits. Attributes: positions,
// the number of axes of positions; digits, that of the table's rows.
const KindUnembed graph.Kind = "unembed"

type unembed struct{ multiplying }

// Transposed are the attributes of a layer on samples with so many axes of
// positions, by a table with so many of rows.
func Transposed(positions, digits int) graph.Attributes {
	return graph.Attributes{attrPositions: {int64(positions)}, attrDigits: {int64(digits)}}
}

func (unembed) contraction(a graph.Attributes) (contraction, error) {
	positions, digits := a.Int(attrPositions), a.Int(attrDigits)
	if positions < 0 || positions > maxPositionAxes || digits < 1 || digits > maxDigits {
		return contraction{}, malformed("%d axes of positions, %d of rows", positions, digits)
	}
	var p, v []relation.Label
	for i := range positions {
		p = append(p, relation.Label(fmt.Sprintf("p%d", i)))
	}
	for i := range digits {
		v = append(v, relation.Label(fmt.Sprintf("v%d", i)))
	}
	return contraction{
		input:  append(p[:positions:positions], "d"),
		weight: append(v[:digits:digits], "d"),
		output: append(p[:positions:positions], v...),
	}, nil
}

func (o unembed) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	return inferContraction(o, p, n)
}

// Forward: V = X·Eᵀ.
func (unembed) Forward(s *Step, n *graph.Node) error {
	x, e := s.small(n.Inputs[0]), s.Buffers.Weights[n.Inputs[1]]
	s.Buffers.Wide[n.Outputs[0]].MulTransposed(x, len(x)/e.Cols(), e)
	return nil
}

// turned reports whether a node, or the one whose gradient it is part of, makes
// units of the rows of its weights.
func turned(n *graph.Node) bool {
	return n.Kind == KindUnembed || n.Of == KindUnembed
}
