package ops_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// matmul appends a product of matrices, rounded to f_a.
func (n *net) matmul(x, y graph.TensorID, adjX, adjY bool) graph.TensorID {
	n.t.Helper()
	return n.must(ops.Rescale(n.Builder, "product rounded", n.one(ops.KindBatchMatmul, ops.Adjoint(adjX, adjY), x, y), n.Program().Fractions.Activation))
}

// multiplied matrices: the cells of X, Y and V = X·Y that belong together.
func matrices(p *graph.Program, n *graph.Node, do func(x, y, v int)) {
	axes := p.Tensor(n.Outputs[0]).Axes
	rows, cols := axes[len(axes)-2].Size, axes[len(axes)-1].Size
	inner := p.Tensor(n.Inputs[0]).Size() / (p.Tensor(n.Outputs[0]).Size() / cols)
	adjoint := n.Attributes["adjoint"]
	for v := range p.Tensor(n.Outputs[0]).Size() {
		pair, i, j := v/(rows*cols), v/cols%rows, v%cols
		for k := range inner {
			x, y := i*inner+k, k*cols+j
			if adjoint[0] == 1 {
				x = k*rows + i
			}
			if adjoint[1] == 1 {
				y = j*inner + k
			}
			do(pair*rows*inner+x, pair*inner*cols+y, v)
		}
	}
}

// attending builds samples of 2×6, whose two heads are 3×2 each, queries times
// keys, and these times values, as attention does without its softmax: no axis
// but one is full.
func attending(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 5)
	part := func() graph.TensorID {
		x := n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {6}}, n.dense(n.Program().Input, 12))
		return n.one(ops.KindReshape, graph.Attributes{"axis": {1}, "size": {2}}, x) // 2×3×2
	}
	scores := n.activation(ops.KindTanh, n.matmul(part(), part(), false, true)) // 2×3×3
	v := n.matmul(scores, part(), false, false)                                 // 2×3×2
	return n.train(n.dense(merge(n, merge(n, v)), 3), graph.SoftmaxCrossEntropy)
}

func TestBatchMatmul(t *testing.T) { checkOperator(t, 5, attending) }

// Each operand either way round, of matrices with three sizes.
func TestBatchMatmulAdjoint(t *testing.T) {
	for _, adjX := range []bool{false, true} {
		for _, adjY := range []bool{false, true} {
			t.Run(fmt.Sprint(adjX, adjY), func(t *testing.T) {
				checkOperator(t, 4, func(t *testing.T, f graph.Fractions) *graph.Program {
					n := newNet(t, f, 2, 5)
					part := func(rows, columns int, other bool) graph.TensorID {
						if other {
							rows, columns = columns, rows
						}
						x := n.activation(ops.KindTanh, n.dense(n.Program().Input, rows*columns))
						return n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {int64(columns)}}, x)
					}
					v := n.matmul(part(2, 3, adjX), part(3, 1, adjY), adjX, adjY)
					return n.train(n.dense(merge(n, v), 3), graph.SoftmaxCrossEntropy)
				})
			})
		}
	}
}

// A matrix times itself, and of single cells.
func TestBatchMatmulOfOne(t *testing.T) {
	for size, seed := range map[int]uint64{1: 5, 2: 4} {
		checkOperator(t, seed, func(t *testing.T, f graph.Fractions) *graph.Program {
			n := newNet(t, f, 2, 5)
			x := n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {int64(size)}}, n.activation(ops.KindTanh, n.dense(n.Program().Input, size*size)))
			return n.train(n.dense(merge(n, n.matmul(x, x, false, true)), 3), graph.SoftmaxCrossEntropy)
		})
	}
}

func TestBatchMatmulRefuses(t *testing.T) {
	n := newNet(t, coarse(), 3, 6)
	flat := n.Program().Input
	x, y := tokens(n, flat, 3), tokens(n, flat, 2) // 2×3, 3×2
	apart := n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {1}}, x)
	v := n.one(ops.KindBatchMatmul, ops.Adjoint(false, false), x, y)
	w := n.weight("w", 8, 2, 3)
	c := n.constant([]int32{1, 2, 3, 4, 5, 6}, 8, 2, 3)
	type ids = []graph.TensorID
	for name, c := range map[string]struct {
		inputs     ids
		attributes graph.Attributes
		fits       bool
	}{
		"fits":           {ids{x, y}, ops.Adjoint(false, false), true},
		"adjoint":        {ids{x, x}, ops.Adjoint(true, false), true},
		"another inner":  {ids{x, y}, ops.Adjoint(false, true), false},
		"the same":       {ids{x, x}, ops.Adjoint(false, false), false},
		"flat samples":   {ids{flat, y}, ops.Adjoint(false, false), false},
		"more axes":      {ids{x, apart}, ops.Adjoint(false, false), false},
		"one operand":    {ids{x}, ops.Adjoint(false, false), false},
		"three operands": {ids{x, y, y}, ops.Adjoint(false, false), false},
		"a weight":       {ids{x, w}, ops.Adjoint(false, true), false},
		"a constant":     {ids{x, c}, ops.Adjoint(false, true), false},
		"a product":      {ids{v, v}, ops.Adjoint(false, false), false},
		"no attribute":   {ids{x, y}, nil, false},
		"one attribute":  {ids{x, y}, graph.Attributes{"adjoint": {0}}, false},
		"no bits":        {ids{x, y}, graph.Attributes{"adjoint": {0, 2}}, false},
		"below 0":        {ids{x, y}, graph.Attributes{"adjoint": {-1, 0}}, false},
	} {
		_, err := ops.Append(n.Builder, graph.Node{Name: name, Kind: ops.KindBatchMatmul, Inputs: c.inputs, Attributes: c.attributes})
		if (err == nil) != c.fits || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
