package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
)

// MaxClasses bounds the classes of a sequence: a label is written as one digit.
const MaxClasses = MaxDigit - 1

// SequenceClasses returns how many classes a program's labels number, 0 if its
// labels are no numbers of classes.
func SequenceClasses(p *graph.Program) int {
	if p.Loss.Kind != graph.SoftmaxCrossEntropy || p.Loss.Labels != graph.Values {
		return 0
	}
	return p.Tensor(p.Loss.Logits).Units() / p.Tensor(p.Label).Units()
}

// SequenceCrossEntropy appends the loss −Σ_t ln p_(t, label_t), p = softmax z over the
// last axis, for samples z (positions, classes) and labels (positions) that are
// numbers of classes at 0 fraction bits. A position whose label is −1 has no loss:
//
//	h = one-hot of label + 1,   w_t = 1 − h_(t,0)
//	dz_tc = w_t·p_tc − 2^f_g·h_(t,c+1)
//
// The loss of a sample is the sum over its positions, not their mean. Errors wrap
// fault.ErrMalformed for more classes than MaxClasses.
func SequenceCrossEntropy(b *graph.Builder, z, label graph.TensorID) (prediction, dz graph.TensorID, err error) {
	f, axes := lossFormat(b), b.Tensor(z).Axes
	if len(axes) != 3 || axes[2].Size > MaxClasses || !b.Tensor(label).SameShape(&graph.Tensor{Axes: axes[:2]}) || b.Tensor(label).Format != (number.Format{Bits: 16}) {
		return graph.None, graph.None, malformed("classes %v of positions %v in %v, at most %d classes", sizes(b.Tensor(z)), sizes(b.Tensor(label)), b.Tensor(label).Format, MaxClasses)
	}
	if prediction, err = Softmax(b, "softmax", z, graph.None, f.Fraction); err != nil {
		return
	}
	positions, classes := axes[1].Size, axes[2].Size
	one := graph.Tensor{Name: "one", Role: graph.Constant, Axes: axes[1:2], Format: number.Format{Bits: 16}, Cells: make([]int32, positions)}
	for i := range one.Cells {
		one.Cells[i] = 1
	}
	next, err := appendOne(b, graph.Node{Name: "label from 0", Kind: KindAdd, Inputs: []graph.TensorID{label, b.Add(one)}})
	if err != nil {
		return
	}
	hot, err := appendOne(b, graph.Node{Name: "label one-hot", Kind: KindOneHot, Inputs: []graph.TensorID{next}, Attributes: graph.Attributes{attrSizes: {int64(classes + 1)}}})
	if err != nil {
		return
	}
	// What the one-hot has at 1 … classes, and the sum of it for every class.
	picked, all := AxisMap{Axis: 1, Size: classes}, AxisMap{Axis: 1, Size: classes}
	for c := range classes {
		picked.Entries = append(picked.Entries, AxisEntry{c, c + 1, 1})
		all.Entries = append(all.Entries, AxisEntry{c, 0, 1})
	}
	chosen, err := MapAxes(b, "label bits", hot, 0, picked)
	if err != nil {
		return
	}
	none, err := MapAxes(b, "no label", hot, 0, all)
	if err != nil {
		return
	}
	hidden, err := appendOne(b, graph.Node{Name: "loss without label", Kind: KindMul, Inputs: []graph.TensorID{prediction, none}})
	if err != nil {
		return
	}
	unlabelled, err := Rescale(b, "loss without label exact", hidden, f.Fraction)
	if err != nil {
		return
	}
	dz, err = Sum(b, "loss gradient", []graph.TensorID{prediction, unlabelled, chosen}, []int64{1, -1, -1 << f.Fraction}, f)
	return
}
