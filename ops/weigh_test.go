package ops_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// weighed derives a step of two layers whose errors are weighed.
func weighed(t *testing.T, loss graph.LossKind, w *ops.Weighed) *graph.Program {
	t.Helper()
	return weighedBy(t, loss, graph.LabelsOf(loss)[0], w)
}

func weighedBy(t *testing.T, loss graph.LossKind, labels graph.LabelKind, w *ops.Weighed) *graph.Program {
	t.Helper()
	a := network.Architecture{
		Input:   []int{5},
		Weights: []network.Weight{{Shape: []int{5, 6}}, {Shape: []int{6}}, {Shape: []int{6, 3}}, {Shape: []int{3}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{6}, Activation: network.Tanh},
			{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{2, 3}, Shape: []int{3}},
		},
	}
	n, err := network.New(a, network.Choices{
		Batch: 3, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: shift, Scheduled: true,
		Loss: loss, Labels: labels, Weighed: w,
	})
	if err != nil {
		t.Fatal(err)
	}
	return n.Program()
}

func weighing() *ops.Weighed {
	return &ops.Weighed{Columns: 3, Column: 1, Weights: []int64{256, 0, 77, 640, 1}, Bits: 8}
}

// TestWeigh: the relations hold for what is executed and for nothing else, with
// every loss; the errors are those of the loss times the row's weight, rounded.
func TestWeigh(t *testing.T) {
	for _, loss := range []graph.LossKind{graph.SoftmaxCrossEntropy, graph.LogisticLoss, graph.MeanSquaredError} {
		t.Run(string(loss), func(t *testing.T) {
			for _, weights := range [][]int64{{300}, {1<<15 - 1}, {256, 1, 0, 1 << 10}} {
				execute(t, weighed(t, loss, &ops.Weighed{Columns: 1, Weights: weights, Bits: 14}), 2, 1).checkHonest(t)
			}
			x := attack(t, weighed(t, loss, weighing()), 3)
			n := x.node(t, ops.KindWeigh)
			rounded := graph.None
			for i := range x.p.Nodes {
				if m := &x.p.Nodes[i]; m.Kind == ops.KindRescale && m.Inputs[0] == n.Outputs[1] {
					rounded = m.Outputs[0]
				}
			}
			b := x.buffers.Small
			rows := b[x.p.Attributes()]
			for i, d := range b[n.Inputs[1]] {
				w := weighing().Weights[rows[i/3*3+1]]
				if want := (w*int64(d) + 128) >> 8; int64(b[rounded][i]) != want || int64(b[n.Outputs[0]][i/3]) != w {
					t.Errorf("cell %d: %d times %d is %d, want %d", i, d, b[n.Outputs[0]][i/3], b[rounded][i], want)
				}
			}
		})
	}
}

// TestWeighSequences: the error of each position has the weight of its row.
func TestWeighSequences(t *testing.T) {
	attack(t, weighedBy(t, graph.SoftmaxCrossEntropy, graph.Values, weighing()), 2)
}

// node returns the one node of a kind.
func (x *executed) node(t *testing.T, kind graph.Kind) *graph.Node {
	t.Helper()
	i := slices.IndexFunc(x.p.Nodes, func(n graph.Node) bool { return n.Kind == kind })
	if i < 0 {
		t.Fatalf("no %s", kind)
	}
	return &x.p.Nodes[i]
}

// TestWeightsOfRows: the prover who weighs a row by something else, and goes on
// honestly, is refused: the weight of another row or column, a negative one, one
// that no code has, and a code that the table does not have.
func TestWeightsOfRows(t *testing.T) {
	for name, tell := range map[string]func(x *executed, n *graph.Node) bool{
		"the weight of another code": func(x *executed, n *graph.Node) bool { return x.weighAs(n, func(w int32) int32 { return 640 - w%640 }) },
		"a negative weight":          func(x *executed, n *graph.Node) bool { return x.weighAs(n, func(w int32) int32 { return -1 - w }) },
		"a weight of no code":        func(x *executed, n *graph.Node) bool { return x.weighAs(n, func(w int32) int32 { return w + 1000 }) },
		"the weight of another row": func(x *executed, n *graph.Node) bool {
			w := x.buffers.Small[n.Outputs[0]]
			return x.weighAs(n, func(int32) int32 { return w[1] })
		},
	} {
		told := false
		for seed := range uint64(4) {
			x := executeLying(t, weighed(t, graph.SoftmaxCrossEntropy, weighing()), 2, seed+1, func(x *executed, n *graph.Node) {
				if n.Kind == ops.KindWeigh && !told {
					told = tell(x, n)
				}
			})
			if told {
				if err := naive.Check(x.sys.Relation, x.bare()); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%s: %v", name, err)
				}
				break
			}
		}
		if !told {
			t.Errorf("%s: never told", name)
		}
	}
}

// weighAs weighs the first row of a batch by something else; false if that is the
// same.
func (x *executed) weighAs(n *graph.Node, other func(w int32) int32) bool {
	b := x.buffers
	w, d := b.Small[n.Outputs[0]], b.Small[n.Inputs[1]]
	before := w[0]
	w[0] = other(before)
	for i := range len(d) / len(w) {
		b.Long[n.Outputs[1]][i] = int64(w[0]) * int64(d[i])
	}
	return w[0] != before
}

// TestOtherAttributes: the statement is about the attributes of these rows, in this
// column, and a code without a weight stops a run and is refused in a proof.
func TestOtherAttributes(t *testing.T) {
	x := execute(t, weighed(t, graph.SoftmaxCrossEntropy, weighing()), 3, 1)
	id := x.sys.Parts[0].Attributes
	sys := x.sys.Relation
	axes := sys.Tensor(id).Axes
	refused, same := 0, 0
	for row := range axes[0].Size {
		for column := range axes[1].Size {
			for _, by := range []int64{1, -1, 5, 1 << 15} {
				a := x.bare()
				a[id] = changed(a[id], flat(axes, row*axes[1].Size+column), by)
				switch err := naive.Check(sys, a); {
				case errors.Is(err, fault.ErrRejected):
					refused++
				case err != nil || column == 1 && slices.Contains(x.rows(), int32(row)):
					t.Errorf("attribute %d of row %d changed by %d: %v", column, row, by, err)
				default:
					same++
				}
			}
		}
	}
	if refused == 0 || same == 0 {
		t.Errorf("%d refused, %d without effect", refused, same)
	}
	p := weighed(t, graph.SoftmaxCrossEntropy, weighing())
	x.buffers.Small[p.Attributes()][1] = 5
	if err := ops.Execute(&ops.Step{Program: p, Buffers: x.buffers, Rate: 1}); !errors.Is(err, fault.ErrOverflow) {
		t.Errorf("a code without a weight: %v", err)
	}
}

// rows returns the rows that the steps read.
func (x *executed) rows() []int32 {
	for i := range x.sys.Relation.Tensors {
		if s, ok := x.sys.Relation.Tensors[i].Source.(*relation.Selection); ok {
			return s.Rows
		}
	}
	return nil
}
