package segment

import (
	"fmt"
	"math/big"
	"math/bits"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// AverageCertificate is the relation of an average of committed weights, each
// counted so many times.
type AverageCertificate struct {
	Relation *relation.System
	Samples  int64 // N
	Bits     int   // b: averages are in [−2^b, 2^b)
	Weights  []AveragedWeight
}

// AveragedWeight names the tensors of one averaged weight in the certificate.
type AveragedWeight struct {
	Average CertifiedWeight
	Rest    relation.ID
	// Remainder and Complement are the limbs of R and of N − 1 − R; a single
	// one is virtual.
	Remainder, Complement relation.Limbs
}

// MaxSamples bounds N, so that the sum of so many weights of 62 bits, and all
// that stands beside it, is far from the size of the field.
const MaxSamples = 1 << 40

// NewAverageCertificate states, about the average g of the given weights of a
// program and about the rest r of the division, both committed, that on every
// real cell
//
//	g in [−2^b, 2^b),    R = r + ⌊N/2⌋ >= 0,    N − 1 − R >= 0,
//
// and that g's padding is 0. Whoever computes the commitment to r from others,
// as Σ n_k·C_k − N·C_g with Σ n_k = N, makes it the statement that
//
//	Σ_k n_k·w_k = N·g + r,    −⌊N/2⌋ <= r < ⌈N/2⌉,
//
// so g is Σ n_k·w_k / N rounded half up, as all rounding is, as long as that
// holds of integers: see CheckBounds. Protocol, section 22.
func NewAverageCertificate(p *graph.Program, ids []graph.TensorID, samples int64, bits int) (*AverageCertificate, error) {
	if bits < 1 || bits > MaxInitialBits || samples < 2 || samples > MaxSamples {
		return nil, fmt.Errorf("an average over %d samples, in %d bits, want 2 to 2^40 and 1 to %d: %w", samples, bits, MaxInitialBits, fault.ErrUsage)
	}
	b := relation.NewBuilder("average of weights of " + p.Name)
	c := &AverageCertificate{Samples: samples, Bits: bits}
	for _, id := range ids {
		t := p.Tensor(id)
		w := AveragedWeight{Average: CertifiedWeight{Tensor: id, ID: b.ExternalWide("average "+t.Name, t.Axes...), axes: t.Axes}}
		c.Weights = append(c.Weights, w)
	}
	for i := range c.Weights {
		w := &c.Weights[i]
		t := p.Tensor(w.Average.Tensor)
		w.Rest = b.ExternalWide("rest "+t.Name, t.Axes...)
		w.Average.bound(b, "average "+t.Name, bits)
		w.bracket(b, t.Name, samples)
	}
	sys, err := b.Build()
	c.Relation = sys
	return c, err
}

// bracket says that R = r + ⌊N/2⌋ and N − 1 − R are not negative.
func (w *AveragedWeight) bracket(b *relation.Builder, name string, samples int64) {
	axes, labels := w.Average.axes, w.Average.labels()
	width := bits.Len64(uint64(samples - 1))
	sum := func(sign, plus int64) []relation.Term {
		terms := []relation.Term{relation.Times(relation.Int(sign), relation.At(w.Rest, labels...))}
		if plus > 0 {
			terms = append(terms, relation.Times(relation.Int(plus), b.Masks(axes, labels)...))
		}
		return terms
	}
	w.Remainder = limbsOfSum(b, "remainder "+name, axes, labels, width, sum(1, samples/2))
	w.Complement = limbsOfSum(b, "complement "+name, axes, labels, width, sum(-1, (samples-1)/2)) // N − 1 − ⌊N/2⌋ − r
}

// limbsOfSum says that a sum is an integer in [0, 2^width) on every real cell: it
// is looked up as it is where one table has it, and by limbs where none has.
func limbsOfSum(b *relation.Builder, name string, axes []relation.Axis, labels []relation.Label, width int, terms []relation.Term) relation.Limbs {
	if relation.LimbsOf(width) == 1 {
		l := relation.Limbs{b.Virtual(name, axes, labels, terms...)}
		b.UnsignedLimbs(l, width)
		return l
	}
	var l relation.Limbs
	for i := range relation.LimbsOf(width) {
		l = append(l, b.Witness(fmt.Sprintf("%s limb %d", name, i), axes...))
	}
	b.UnsignedLimbs(l, width)
	b.Equation(name+" limbs", axes, labels, append(terms, l.Terms(relation.Int(-1), labels...)...)...)
	return l
}

// CheckBounds returns fault.ErrUnsupported unless the equation of an average
// over N samples, which a proof states in the field, holds of integers, given
// that no weight has more than so many bits: both its sides are below
// N·(2^bits + 2^b + 1), and their difference must not reach the field's size.
// Protocol, section 22.
func (c *AverageCertificate) CheckBounds(weightBits int) error {
	if have := bits.Len64(uint64(c.Samples)) + max(weightBits, c.Bits) + 2; have > ops.FieldBits {
		return fmt.Errorf("sums of weights of up to %d bits over %d samples take %d bits, at most %d fit the field: %w", weightBits, c.Samples, have, ops.FieldBits, fault.ErrUnsupported)
	}
	return nil
}

// Average returns the average of weights, weight k counted counts[k] times, and
// the rest that the rounding leaves, cell by cell:
//
//	Σ_k counts_k·w_k = N·g + r,    −⌊N/2⌋ <= r < ⌈N/2⌉.
//
// Requires as many lists of one length as counts, and 0 < N < 2^62.
func Average(counts []int64, weights [][]int64) (average, rest []int64) {
	var total int64
	for _, n := range counts {
		total += n
	}
	average, rest = make([]int64, len(weights[0])), make([]int64, len(weights[0]))
	n, half := big.NewInt(total), big.NewInt(total/2)
	var sum, term, q, r big.Int
	for i := range average {
		sum.Set(half)
		for k, w := range weights {
			sum.Add(&sum, term.Mul(big.NewInt(counts[k]), big.NewInt(w[i])))
		}
		q.DivMod(&sum, n, &r) // Euclidean: r is not negative
		average[i], rest[i] = q.Int64(), r.Int64()-total/2
	}
	return average, rest
}

// Assign gives the certificate's tensors their cells, from the unpadded cells
// of averages and rests. It fails with fault.ErrOverflow, naming the weight, if
// an average is outside the certified range.
func (c *AverageCertificate) Assign(averages, rests map[graph.TensorID][]int64) (relation.Assignment, error) {
	a := relation.NewAssignment(c.Relation)
	for _, w := range c.Weights {
		if err := w.Average.assign(c.Relation, a, c.Bits, averages[w.Average.Tensor]); err != nil {
			return nil, err
		}
		axes, rest := w.Average.axes, rests[w.Average.Tensor]
		if len(rest) != len(averages[w.Average.Tensor]) {
			return nil, fmt.Errorf("%d cells of a rest for %d of an average: %w", len(rest), len(averages[w.Average.Tensor]), fault.ErrMalformed)
		}
		a[w.Rest] = relation.Cells{Large: ops.Pad(axes, rest)}
		remainder, complement := make([]int64, len(rest)), make([]int64, len(rest))
		for i, r := range rest {
			remainder[i] = r + c.Samples/2
			complement[i] = c.Samples - 1 - remainder[i]
		}
		for k := range w.Remainder {
			a[w.Remainder[k]] = relation.Cells{Small: ops.Pad(axes, digitOf(remainder, k))}
			a[w.Complement[k]] = relation.Cells{Small: ops.Pad(axes, digitOf(complement, k))}
		}
	}
	return a, nil
}

// digitOf returns limb k of cells that are not negative.
func digitOf(cells []int64, k int) []int32 {
	out := make([]int32, len(cells))
	for i, v := range cells {
		out[i] = int32(number.Limb(v, k))
	}
	return out
}
