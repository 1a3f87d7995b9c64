package ops_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// shares divides logistic activations by their sum, beside the network.
func shares(t *testing.T, bits int64) (*graph.Program, *graph.Node) {
	n := newNet(t, coarse(), 3, 5)
	a := n.activation(ops.KindLogistic, n.dense(n.Program().Input, 6))
	total := n.must(ops.Rescale(n.Builder, "total", n.one(ops.KindReduceSum, nil, a), 8))
	n.one(ops.KindLargeDivision, graph.Attributes{"power": {12}, "fraction": {12}, "bits": {bits}}, a, total)
	p := n.train(n.dense(a, 3), graph.SoftmaxCrossEntropy)
	for i := range p.Nodes {
		if p.Nodes[i].Kind == ops.KindLargeDivision {
			return p, &p.Nodes[i]
		}
	}
	return p, nil
}

func TestLargeDivision(t *testing.T) {
	for _, bits := range []int64{16, 32} {
		p, n := shares(t, bits)
		x := attack(t, p, 2)
		q, num, den := x.buffers.Small[n.Outputs[0]], x.buffers.Small[n.Inputs[0]], x.buffers.Small[n.Inputs[1]]
		for i := range q {
			// ⌊2^12·N/D + 1/2⌋
			if want := (int64(num[i])<<13 + int64(den[i/6])) / (2 * int64(den[i/6])); int64(q[i]) != want {
				t.Errorf("%d/%d is %d·2^-12, want %d", num[i], den[i/6], q[i], want)
			}
		}
	}
}

// A remainder of D or 2D, or a quotient that is off by a field element's
// worth, keeps the equation and breaks a range.
func TestLargeDivisionLies(t *testing.T) {
	p, n := shares(t, 16)
	for _, by := range []int32{-2, -1, 1, 2} {
		x := executeLying(t, p, 2, 1, func(x *executed, m *graph.Node) {
			if m != n {
				return
			}
			b := x.buffers.Small
			twice := 2 * b[n.Inputs[1]][0]
			b[n.Outputs[0]][1] += by
			b[n.Outputs[1]][1] -= by * twice
			b[n.Outputs[2]][1] += by * twice
		})
		if err := naive.Check(x.sys.Relation, x.bare()); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("quotient moved by %d: %v", by, err)
		}
	}
}

func TestLargeDivisionByZeroStops(t *testing.T) {
	p, n := shares(t, 16)
	x := execute(t, p, 1, 1)
	x.buffers.Small[n.Inputs[1]][0] = 0
	err := ops.Table()[n.Kind].Forward(&ops.Step{Program: p, Buffers: x.buffers}, n)
	if !errors.Is(err, fault.ErrOverflow) {
		t.Errorf("division by zero: %v", err)
	}
}
