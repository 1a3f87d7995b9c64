package ops_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// sequence is a network of 2 positions with 3 classes each.
func sequence(t *testing.T, f graph.Fractions) (p *graph.Program, dz graph.TensorID) {
	n := newNet(t, f, 3, 5)
	a := n.activation(ops.KindTanh, n.dense(n.Program().Input, 4))
	z := split(n, n.dense(a, 6))
	label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(z).Axes[:2], Format: number.Format{Bits: 16}})
	n.Program().Fractions.Label = 0
	prediction, dz, err := ops.SequenceCrossEntropy(n.Builder, z, label)
	if err != nil {
		t.Fatal(err)
	}
	n.Program().Loss = graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.Values, Logits: z, Prediction: prediction}
	if err := ops.Differentiate(n.Builder, z, dz); err != nil {
		t.Fatal(err)
	}
	if p, err = ops.Finish(n.Program()); err != nil {
		t.Fatal(err)
	}
	return p, dz
}

func TestSequenceCrossEntropy(t *testing.T) {
	t.Run("relations", func(t *testing.T) {
		p, dz := sequence(t, coarse())
		x := attack(t, p, 3)
		one := int32(1) << p.Fractions.Error
		labels := x.buffers.Small[p.Label]
		for i, got := range x.buffers.Small[dz] {
			want := x.buffers.Small[p.Loss.Prediction][i]
			switch class := labels[i/3]; {
			case class < 0:
				want = 0
			case int(class) == i%3:
				want -= one
			}
			if got != want {
				t.Errorf("cell %d, class %d: gradient %d, want %d", i, labels[i/3], got, want)
			}
		}
	})
	t.Run("gradients", func(t *testing.T) {
		p, _ := sequence(t, fine())
		checkGradients(t, p, 1)
	})
}

// A label names one of the classes, or none; the executor stops at others, and
// there is no proof of another class than the committed one.
func TestSequenceLabels(t *testing.T) {
	p, _ := sequence(t, coarse())
	x := execute(t, p, 1, 1)
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if n.Kind != ops.KindOneHot {
			continue
		}
		for label, ok := range map[int32]bool{-2: false, -1: true, 0: true, 2: true, 3: false} {
			x.buffers.Small[n.Inputs[0]][0] = label + 1
			if err := ops.Table()[n.Kind].Forward(ops.StepAt(p, x.buffers, i), n); ok == errors.Is(err, fault.ErrInput) {
				t.Errorf("label %d: %v", label, err)
			}
		}
		lie := executeLying(t, p, 2, 1, func(x *executed, m *graph.Node) {
			if m == n {
				h := x.buffers.Small[n.Outputs[0]][:4]
				h[0], h[1], h[2], h[3] = h[3], h[0], h[1], h[2]
			}
		})
		if err := naive.Check(lie.sys.Relation, lie.bare()); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("another class: %v", err)
		}
	}
	n := newNet(t, coarse(), 3, 5)
	z := split(n, n.dense(n.Program().Input, 6))
	flat := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(z).Axes[:1], Format: number.Format{Bits: 16}})
	if _, _, err := ops.SequenceCrossEntropy(n.Builder, z, flat); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("labels of another shape: %v", err)
	}
}
