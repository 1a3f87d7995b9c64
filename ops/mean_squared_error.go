package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
)

// MeanSquaredError appends the loss (1/N)·Σ_j (y_j − label_j)² over the N
// outputs:
//
//	dy_j = 2·(y_j − label_j)/N,  rounded to f_g fraction bits
//
// for labels with the fraction bits of y.
func MeanSquaredError(b *graph.Builder, y, label graph.TensorID) (prediction, dy graph.TensorID, err error) {
	f, from := lossFormat(b), b.Tensor(y).Format
	if l := b.Tensor(label).Format; l.Fraction != from.Fraction {
		return graph.None, graph.None, malformed("labels at %d fraction bits, predictions at %d", l.Fraction, from.Fraction)
	}
	units := b.Tensor(y).Units()
	// 2·(y−label)·2^(f_g−f_y)/N = (y−label)·2^power/odd
	power, odd := 1+f.Fraction-from.Fraction, units
	for odd%2 == 0 {
		power, odd = power-1, odd/2
	}
	coefficient, divisor := int64(1)<<max(power, 0), odd
	pair := []graph.TensorID{y, label}
	switch {
	case power >= 0 && odd == 1: // an integer multiple
		dy, err = Sum(b, "loss gradient", pair, []int64{coefficient, -coefficient}, f)
	case odd == 1: // division by a power of two
		fine := number.Format{Bits: 32, Fraction: f.Fraction - power}
		if dy, err = Sum(b, "loss difference", pair, []int64{1, -1}, fine); err == nil {
			dy, err = Rescale(b, "loss gradient", dy, f.Fraction)
		}
	default:
		divisor <<= max(-power, 0)
		wide := number.Format{Bits: 32, Fraction: f.Fraction}
		if dy, err = Sum(b, "loss difference", pair, []int64{coefficient, -coefficient}, wide); err == nil {
			dy, err = ConstantDivision(b, "loss gradient", dy, divisor, f.Fraction)
		}
	}
	return y, dy, err
}
