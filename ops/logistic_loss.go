package ops

import "github.com/zkaudit/zkaudit/graph"

// LogisticLoss appends the loss −Σ_c label_c·ln p_c + (1 − label_c)·ln(1 − p_c),
// p = σ(z):
//
//	dz_c = p_c − 2^f_g·label_c
//
// for labels of bits, one per output.
func LogisticLoss(b *graph.Builder, z, label graph.TensorID) (prediction, dz graph.TensorID, err error) {
	if prediction, err = Activation(b, KindLogistic, "logistic", z, lossFormat(b).Fraction); err != nil {
		return
	}
	dz, err = bitError(b, prediction, label)
	return
}
