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

// bitError is p − 2^f_g·label.
func bitError(b *graph.Builder, p, label graph.TensorID) (graph.TensorID, error) {
	f := lossFormat(b)
	if t := b.Tensor(label); t.Format != bit() {
		return graph.None, malformed("labels in %v, want bits", t.Format)
	}
	return Sum(b, "loss gradient", []graph.TensorID{p, label}, []int64{1, -1 << f.Fraction}, f)
}
