package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
)

// A loss appends the nodes from the network's last value to its gradient, and
// returns what the model predicts and that gradient, at f_g fraction bits. The
// mean over the batch is in the rate.

// lossFormat is that of a loss's gradient.
func lossFormat(b *graph.Builder) number.Format {
	return number.Format{Bits: 16, Fraction: b.Program().Fractions.Error}
}

// SoftmaxCrossEntropy appends the loss −Σ_c label_c·ln p_c, p = softmax z:
//
//	dz_c = p_c − 2^f_g·label_c
//
// for labels of bits.
func SoftmaxCrossEntropy(b *graph.Builder, z, label graph.TensorID) (prediction, dz graph.TensorID, err error) {
	f := lossFormat(b)
	if prediction, err = Softmax(b, "softmax", z, graph.None, f.Fraction); err != nil {
		return
	}
	dz, err = bitError(b, prediction, label)
	return
}

// SmoothedCrossEntropy is SoftmaxCrossEntropy for labels of which each of K classes
// gets off/2^f_g,
//
//	label'_c = ((2^f_g − K·off)·label_c + off)/2^f_g,     dz_c = p_c − (2^f_g − K·off)·label_c − off,
//
// which add up to 1: label smoothing by ε = K·off/2^f_g. Errors wrap
// fault.ErrMalformed unless 0 < ε < 1.
func SmoothedCrossEntropy(b *graph.Builder, z, label graph.TensorID, off int) (prediction, dz graph.TensorID, err error) {
	f, axes := lossFormat(b), b.Tensor(label).Axes
	classes := axes[len(axes)-1].Size
	on := int64(1)<<f.Fraction - int64(classes)*int64(off)
	if off < 1 || on < 1 {
		return graph.None, graph.None, malformed("labels smoothed by %d of %d for each of %d classes", off, 1<<f.Fraction, classes)
	}
	if prediction, err = Softmax(b, "softmax", z, graph.None, f.Fraction); err != nil {
		return
	}
	if t := b.Tensor(label); t.Format != bit() {
		return graph.None, graph.None, malformed("labels in %v, want bits", t.Format)
	}
	if dz, err = Sum(b, "loss difference", []graph.TensorID{prediction, label}, []int64{1, -on}, f); err != nil {
		return
	}
	share := graph.Tensor{Name: "share of every class", Role: graph.Constant, Axes: axes[1:], Format: f, Cells: make([]int32, b.Tensor(label).Units())}
	for i := range share.Cells {
		share.Cells[i] = -int32(off)
	}
	dz, err = appendOne(b, graph.Node{Name: "loss gradient", Kind: KindAdd, Inputs: []graph.TensorID{dz, b.Add(share)}})
	return
}

// bitError is p − 2^f_g·label.
func bitError(b *graph.Builder, p, label graph.TensorID) (graph.TensorID, error) {
	f := lossFormat(b)
	if t := b.Tensor(label); t.Format != bit() {
		return graph.None, malformed("labels in %v, want bits", t.Format)
	}
	return Sum(b, "loss gradient", []graph.TensorID{p, label}, []int64{1, -1 << f.Fraction}, f)
}
