package ops_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

func larger(n *net, x, y graph.TensorID) graph.TensorID {
	return n.one(ops.KindMaximum, nil, x, n.one(ops.KindMinimum, nil, y, n.constant(half(), n.Tensor(y).Format.Fraction, 6)))
}

func smaller(n *net, x, y graph.TensorID) graph.TensorID {
	return n.one(ops.KindMinimum, nil, x, n.one(ops.KindMaximum, nil, y, n.constant(half(), n.Tensor(y).Format.Fraction, 6)))
}

func TestMaximum(t *testing.T) { checkCombination(t, larger) }

func TestMinimum(t *testing.T) { checkCombination(t, smaller) }

// A value is one of its operands; the gradient goes there, and to the first one
// of equal operands.
func TestMaximumValues(t *testing.T) {
	for _, kind := range []graph.Kind{ops.KindMaximum, ops.KindMinimum} {
		n := newNet(t, coarse(), 3, 5)
		z := n.dense(n.Program().Input, 6)
		y := n.one(kind, nil, z, n.constant(half(), 8, 6))
		p := n.train(n.dense(y, 3), graph.SoftmaxCrossEntropy)
		x := execute(t, p, 1, 3)
		for i, v := range x.buffers.Small[z] {
			c := half()[i%6]
			want := max(v, c)
			if kind == ops.KindMinimum {
				want = min(v, c)
			}
			if got := x.buffers.Small[y][i]; got != want {
				t.Errorf("%s of %d and %d is %d", kind, v, c, got)
			}
		}
	}
	n := newNet(t, coarse(), 3, 5)
	z := n.dense(n.Program().Input, 6)
	y := n.one(ops.KindMaximum, nil, z, z)
	p := n.train(n.dense(y, 3), graph.SoftmaxCrossEntropy)
	x := execute(t, p, 1, 3)
	for i := range p.Nodes {
		if m := &p.Nodes[i]; m.Kind == ops.KindGate {
			for c, v := range x.buffers.Small[m.Outputs[0]] {
				if v != 0 {
					t.Errorf("cell %d: the second of equal operands has the gradient %d", c, v)
				}
			}
		}
	}
}

// Operands that are 2^15 or more apart stop the run.
func TestMaximumOverflows(t *testing.T) {
	for _, test := range []struct {
		value, other int32
		kind         graph.Kind
		overflows    bool
	}{
		{0, -1 << 15, ops.KindMaximum, false}, {1, -1 << 15, ops.KindMaximum, true}, {-1, 1<<15 - 2, ops.KindMaximum, false}, {-1, 1<<15 - 1, ops.KindMaximum, true},
		{-1, -1 << 15, ops.KindMinimum, false}, {0, -1 << 15, ops.KindMinimum, true}, {-1, 1<<15 - 1, ops.KindMinimum, false}, {-2, 1<<15 - 1, ops.KindMinimum, true},
	} {
		n := newNet(t, coarse(), 1, 5)
		z := n.dense(n.Program().Input, 6)
		n.one(test.kind, nil, z, n.constant(half(), 8, 6))
		p := n.train(n.dense(z, 3), graph.SoftmaxCrossEntropy)
		x := execute(t, p, 1, 3)
		for i := range p.Nodes {
			m := &p.Nodes[i]
			if m.Kind != test.kind {
				continue
			}
			x.buffers.Small[z][0], x.buffers.Small[m.Inputs[1]] = test.value, []int32{test.other, 0, 0, 0, 0, 0}
			err := ops.Table()[m.Kind].Forward(&ops.Step{Program: p, Buffers: x.buffers}, m)
			if test.overflows != errors.Is(err, fault.ErrOverflow) || test.overflows && !strings.Contains(err.Error(), "/difference") {
				t.Errorf("%+v: %v", test, err)
			}
		}
	}
}
