package audit

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// stateError bounds the error of values: with predictions and targets brought
// to F fraction bits and e = ŷ − y, over N rows and J outputs,
//
//	mse  Σ e² <= ⌊x·N·J·2^(2F)⌋
//	mae  Σ (2b − 1)·e <= ⌊x·N·J·2^F⌋,  b = [e >= 0]
func (c *Performance) stateError(s *Scope, parts []*partTensors) {
	x, err := c.AtMost.rat()
	if err != nil {
		s.fail("at_most: %w", err)
		return
	}
	one := relation.Axis{Name: "constraint", Size: 1}
	inside := relation.At(s.b.Mask(one), "q")
	var terms []relation.Term
	cells, fraction, worst := int64(0), 0, new(big.Int)
	for _, p := range parts {
		e, f, largest := c.residual(s, p)
		if s.err != nil {
			return
		}
		if cells > 0 && f != fraction {
			s.usage("parts %q and %q have labels of different fraction bits: their errors are in other units", parts[0].name, p.name)
			return
		}
		fraction = f
		axes := s.axes(e)
		of := int64(axes[0].Size * axes[1].Size)
		cells += of
		worst.Add(worst, new(big.Int).Mul(big.NewInt(of), c.power(largest)))
		at, masks := relation.At(e, "i", "c"), slices.Clip(append(s.b.Masks(axes, []relation.Label{"i", "c"}), inside))
		if c.Metric == "mse" {
			terms = append(terms, relation.Times(relation.Int(-1), append(masks, at, at)...))
			continue
		}
		b := s.atLeastZero("not below in "+p.label(), e, 18+fraction)
		terms = append(terms, relation.Times(relation.Int(-2), append(masks, relation.At(b, "i", "c"), at)...),
			relation.Times(relation.Int(1), append(masks, at)...))
	}
	unit := uint(fraction)
	if c.Metric == "mse" {
		unit *= 2
	}
	limit := floorMul(x, new(big.Int).Lsh(big.NewInt(cells), unit))
	if limit.Cmp(worst) >= 0 {
		mean := new(big.Rat).SetFrac(worst, new(big.Int).Lsh(big.NewInt(cells), unit))
		s.vacuous("at_most", c.AtMost, "less than %s, the %s of the lowest outputs where the highest are right", mean.FloatString(3), c.Metric)
		return
	}
	if limit.BitLen() > maxSlackBits {
		s.usage("at_most %s is beyond any error that fits", c.AtMost)
		return
	}
	bound := s.public("limit of errors", []int64{limit.Int64()}, one)
	terms = append(terms, relation.Times(relation.Int(1), relation.At(bound, "q")))
	s.nonNegative("sum of errors", []relation.Axis{one}, []relation.Label{"q"}, max(1, limit.BitLen()), func(int) string { return fmt.Sprintf("the %s is more than %s", c.Metric, c.AtMost) }, terms...)
}

// power is e², or |e|.
func (c *Performance) power(e int64) *big.Int {
	if c.Metric == "mse" {
		return new(big.Int).Mul(big.NewInt(e), big.NewInt(e))
	}
	return new(big.Int).Abs(big.NewInt(e))
}

// residual is e(i,j) = ŷ(i,j) − y(i,j) at the returned fraction bits, and how
// large it can be: ŷ in [−2^(b−1), 2^(b−1)) of b bits, y likewise of 16.
func (c *Performance) residual(s *Scope, p *partTensors) (e relation.ID, fraction int, largest int64) {
	s.fits(c.Model, p)
	y := s.inference(c.Model, p.features(), prediction)
	if s.err != nil {
		return relation.None, 0, 0
	}
	program := s.model(c.Model)
	format := program.Tensor(program.Loss.Prediction).Format
	guess := format.Fraction
	if p.LabelKind != graph.Values || s.axes(y)[1].Size != p.Labels {
		s.usage("%s: part %q has labels %q in %d columns, the model has %d outputs", c.Metric, p.name, p.LabelKind, p.Labels, s.axes(y)[1].Size)
		return relation.None, 0, 0
	}
	fraction = max(guess, p.LabelFractionBits)
	up, upLabel := int64(1)<<(fraction-guess), int64(1)<<(fraction-p.LabelFractionBits)
	labels, half := p.labels(), int64(1)<<(format.Bits-1)
	largest = max(up*half+upLabel*(1<<15-1), up*(half-1)+upLabel<<15)
	return s.virtual("error on "+p.label(), s.axes(y), []relation.Label{"i", "c"},
		relation.Times(relation.Int(up), relation.At(y, "i", "c")), relation.Times(relation.Int(-upLabel), relation.At(labels, "i", "c"))), fraction, largest
}
