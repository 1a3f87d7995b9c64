package ops_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

func TestSoftmaxCrossEntropy(t *testing.T) {
	for _, classes := range []int{2, 5, 40} {
		t.Run(fmt.Sprint(classes), func(t *testing.T) {
			checkOperator(t, 5, func(t *testing.T, f graph.Fractions) *graph.Program {
				return regression(t, f, classes, graph.SoftmaxCrossEntropy)
			})
		})
	}
}

// smoothed is a network of which each class gets off of a label.
func smoothed(t *testing.T, f graph.Fractions, classes, off int) *graph.Program {
	n := newNet(t, f, 3, 5)
	z := n.dense(n.activation(ops.KindTanh, n.dense(n.Program().Input, 4)), classes)
	label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(z).Axes, Format: number.Format{Bits: 2}})
	prediction, dz, err := ops.SmoothedCrossEntropy(n.Builder, z, label, off)
	if err != nil {
		t.Fatal(err)
	}
	n.Program().Loss = graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Logits: z, Prediction: prediction}
	if err := ops.Differentiate(n.Builder, z, dz); err != nil {
		t.Fatal(err)
	}
	p, err := ops.Finish(n.Program())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSmoothedCrossEntropy: gradients are those of the loss with smoothed labels,
// relations hold formats and reject every change, and what is added to every
// class reaches no padding.
func TestSmoothedCrossEntropy(t *testing.T) {
	for _, c := range []struct{ classes, off int }{{2, 400}, {5, 100}, {5, 819}} {
		p := smoothed(t, coarse(), c.classes, c.off/4)
		s := build(t, p)
		if list := unenforced(p, s, s.Relation); len(list) > 0 {
			t.Errorf("%d classes: the relations let leave their format: %q", c.classes, list)
		}
		attack(t, p, 3)
		share := float64(c.off) / float64(int(1)<<fine().Error)
		checkGradientsOf(t, smoothed(t, fine(), c.classes, c.off), 5, func(label float64) float64 { return (1-float64(c.classes)*share)*label + share })
	}
	n := newNet(t, coarse(), 3, 5)
	z := n.dense(n.Program().Input, 4)
	label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(z).Axes, Format: number.Format{Bits: 2}})
	for _, off := range []int{-1, 0, 256, 1 << 20} {
		if _, _, err := ops.SmoothedCrossEntropy(n.Builder, z, label, off); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("a share of %d: %v", off, err)
		}
	}
}
