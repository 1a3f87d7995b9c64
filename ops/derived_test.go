package ops_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// randomArchitecture has layers of every kind on samples of a few cells, values
// read more than once, and weights that layers share.
func randomArchitecture(rng *rand.Rand) network.Architecture {
	sizes := []int{1, 2, 3, 4}
	a := network.Architecture{Input: []int{sizes[rng.IntN(4)]}}
	shapes := []int{a.Input[0]}
	weight := func(shape ...int) int {
		for i, w := range a.Weights {
			if fmt.Sprint(w.Shape) == fmt.Sprint(shape) && rng.IntN(3) == 0 {
				return i
			}
		}
		a.Weights = append(a.Weights, network.Weight{Shape: shape})
		return len(a.Weights) - 1
	}
	dense := func(x int) {
		units := sizes[rng.IntN(4)]
		l := network.Layer{Kind: network.FullyConnected, Inputs: []int{x}, Shape: []int{units}, Weights: []int{weight(shapes[x], units)}}
		if rng.IntN(2) == 0 {
			l.Weights = append(l.Weights, weight(units))
		}
		l.Activation = []network.Kind{"", network.Relu, network.Relu6, network.Tanh, network.ReluN1To1}[rng.IntN(5)]
		a.Layers, shapes = append(a.Layers, l), append(shapes, units)
	}
	dense(0)
	for range 1 + rng.IntN(4) {
		x := len(a.Layers)
		same := x // another value of the shape, or the same
		for v := range x {
			if shapes[v] == shapes[x] && rng.IntN(2) == 0 {
				same = v
			}
		}
		constant := &network.Constant{Cells: []float32{float32(rng.IntN(9)-4) / 4}}
		l := network.Layer{Kind: []network.Kind{network.Relu, network.Relu6, network.Tanh, network.Logistic, network.Softmax, network.Add, network.Mul, network.Add, network.Mul, "",
			network.ReluN1To1, network.LeakyRelu, network.Elu, network.HardSwish, network.Gelu, network.GeluApproximate,
			network.Neg, network.Square, network.SubFrom, network.Sub, network.Sub}[rng.IntN(21)], Inputs: []int{x}}
		switch {
		case l.Kind == "":
			dense(x)
			continue
		case l.Kind == network.LeakyRelu:
			l.Constant = &network.Constant{Cells: []float32{rng.Float32()}}
		case l.Kind == network.SubFrom:
			l.Constant = constant
		case l.Kind == network.Add || l.Kind == network.Mul || l.Kind == network.Sub:
			if l.Constant = constant; rng.IntN(2) == 0 {
				l.Constant, l.Inputs = nil, []int{x, same}
			}
		}
		a.Layers, shapes = append(a.Layers, l), append(shapes, shapes[x])
	}
	return a
}

// TestDerivedFormatsAreEnforced derives steps of random architectures at all
// fraction bits, with frozen and shared weights, under every loss.
func TestDerivedFormatsAreEnforced(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	derived := map[graph.LossKind]int{}
	for range 50 {
		a := randomArchitecture(rng)
		loss := []graph.LossKind{graph.SoftmaxCrossEntropy, graph.LogisticLoss, graph.MeanSquaredError}[rng.IntN(3)]
		c := network.Choices{
			Batch: 1 + rng.IntN(3), RateShift: rng.IntN(8), Scheduled: true, Loss: loss, Labels: graph.LabelsOf(loss)[0],
			Formats: network.Formats{Feature: rng.IntN(15), Activation: rng.IntN(15), Error: rng.IntN(15)},
		}
		if rng.IntN(3) == 0 {
			c.Clip = 1 + rng.IntN(graph.MaxClip)
		}
		if rng.IntN(3) == 0 {
			c.Momentum = &network.Momentum{Response: []int64{4, 2, 1}, Bits: 2, Restart: 1 + rng.IntN(3)}
		}
		if rng.IntN(3) == 0 {
			c.Weighed = &ops.Weighed{Columns: 2, Column: rng.IntN(2), Weights: []int64{rng.Int64N(1 << 15), 3, 5}[:1+rng.IntN(3)], Bits: rng.IntN(15)}
		}
		if loss == graph.SoftmaxCrossEntropy && rng.IntN(2) == 0 {
			c.Smoothing = 1 + rng.IntN(max(1, 1<<c.Formats.Error/5))
		}
		if rng.IntN(2) == 0 {
			c.Formats.Feature = c.Formats.Activation // or sums would rarely do
		}
		if len(a.Weights) > 1 && rng.IntN(3) == 0 {
			c.Frozen = []int{rng.IntN(len(a.Weights))}
		}
		n, err := network.New(a, c)
		if err != nil {
			if !errors.Is(err, fault.ErrUnsupported) && !errors.Is(err, fault.ErrUsage) && !errors.Is(err, fault.ErrOverflow) {
				t.Fatalf("%+v, %+v: %v", a, c, err)
			}
			continue
		}
		derived[loss]++
		p := n.Program()
		s := build(t, p)
		if list := unenforced(p, s, s.Relation); len(list) > 0 {
			t.Errorf("%v, %+v: the relations let leave their format:\n%s", n.Describe(), c, strings.Join(list, "\n"))
		}
		last := p.Producers()[p.Loss.Prediction]
		for i := range p.Nodes[:last+1] {
			of := p.Nodes[i].Outputs[0]
			if tensor := p.Tensor(of); !tensor.Role.Small() || tensor.Format.Bits > 16 || rng.IntN(4) > 0 {
				continue
			}
			q := cut(t, p, of)
			sys, ids := stated(t, q)
			if list := unenforcedOf(q, ids, sys); len(list) > 0 {
				t.Errorf("%v, %+v, cut at %q: the relations let leave their format:\n%s", n.Describe(), c, p.Tensor(of).Name, strings.Join(list, "\n"))
			}
		}
	}
	for _, loss := range []graph.LossKind{graph.SoftmaxCrossEntropy, graph.LogisticLoss, graph.MeanSquaredError} {
		if derived[loss] < 5 {
			t.Errorf("%d steps with loss %s: the test shows little", derived[loss], loss)
		}
	}
}

// TestDerivedStepsCatchLies tells the lies about each kind of node in steps of
// random architectures, changes each committed tensor, and puts garbage into all
// padding.
func TestDerivedStepsCatchLies(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	told := 0
	for i := range 9 {
		a := randomArchitecture(rng)
		loss := []graph.LossKind{graph.SoftmaxCrossEntropy, graph.LogisticLoss, graph.MeanSquaredError}[i%3]
		n, err := network.New(a, network.Choices{
			Batch: 3, RateShift: 6, Scheduled: true, Loss: loss, Labels: graph.LabelsOf(loss)[0], Clip: i % 2 * 60, Momentum: []*network.Momentum{nil, {Response: []int64{2, 1}, Bits: 1, Restart: 2}}[i%2],
			Formats: network.Formats{Feature: 7, Activation: 7, Error: 8},
		})
		if err != nil {
			continue // a softmax of one class, say
		}
		told++
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			checkLies(t, n.Program())
			x := execute(t, n.Program(), 2, 3)
			x.checkHonest(t)
			x.checkMutations(t)
			x.checkPadding(t)
			if t.Failed() {
				t.Log(n.Describe())
			}
		})
	}
	if told < 6 {
		t.Errorf("%d steps: the test shows little", told)
	}
}
