package audit

import (
	"math"
	"math/big"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// What a verdict tells. "It holds" is charged what it tells somebody to whom all
// values of what the claim is about were equally likely:
//
//	⌈log2(values there are / values that the claim leaves)⌉ bits, at least 1
//
// A threshold in the middle of its range costs one bit; at the end of it, or close
// to another threshold, it costs as many as the value itself. A claim that says
// several things costs their sum. What it publishes (Released) comes on top.
// Somebody who knew more beforehand learns less; somebody who asks again and
// again, with thresholds chosen by the answers, learns no more than the sum. A
// refusal costs one bit: see Prove.

// telling is a claim whose verdict may tell more than one bit.
type telling interface {
	// tells returns the bits of the verdict of a claim stated in s, whose
	// parameters make sense.
	tells(s *Scope) (bits int, err error)
}

// verdictBits returns what a claim that holds tells. Requires that it is stated
// in s without an error.
func (s *Scope) verdictBits(c Claim) (int, error) {
	t, ok := c.(telling)
	if !ok {
		return 1, nil
	}
	n, err := t.tells(s)
	return max(1, n), err
}

// outOf returns ⌈log2(values/left)⌉. A left below 1 counts as 1.
func outOf(values, left int64) int {
	n := 0
	for rest := new(big.Int).SetInt64(max(1, left)); rest.Cmp(big.NewInt(values)) < 0; n++ {
		rest.Lsh(rest, 1)
	}
	return n
}

// bitsOfCounts returns how many bits it takes to say what a number of counts are
// that add up to at most n: there are (n + counts choose counts) possibilities.
func bitsOfCounts(n int64, counts int) int {
	if fewer := min(n, int64(counts)); fewer <= maxExactCounts {
		ways := new(big.Int).Binomial(n+int64(counts), fewer)
		return ways.Sub(ways, big.NewInt(1)).BitLen()
	}
	ways, _ := math.Lgamma(float64(n) + float64(counts) + 1) // the logarithm, as near as a charge needs
	those, _ := math.Lgamma(float64(n) + 1)
	others, _ := math.Lgamma(float64(counts) + 1)
	return int(math.Ceil((ways - those - others) / math.Ln2))
}

// maxExactCounts bounds binomial coefficients that are computed.
const maxExactCounts = 1 << 10

// rowsOf returns how many rows parts have.
func (s *Subjects) rowsOf(parts []string) int64 {
	n := int64(0)
	for _, name := range parts {
		n += int64(s.Parts[name].Rows)
	}
	return n
}

// bounded returns the bits of a count of 0 … n that is at least ⌈low·n⌉ and at
// most ⌊high·n⌋; "" bounds nothing.
func bounded(n int64, low, high Decimal) (int, error) {
	from, to := int64(0), n
	if low != "" {
		x, err := low.rat()
		if err != nil {
			return 0, err
		}
		from = ceilMul(x, big.NewInt(n)).Int64()
	}
	if high != "" {
		x, err := high.rat()
		if err != nil {
			return 0, err
		}
		to = min(n, floorMul(x, big.NewInt(n)).Int64())
	}
	return outOf(n+1, to-from+1), nil
}

// none of the rows has another tag: 0 of 0 … N, unless every tag is allowed.
func (c *Licence) tells(s *Scope) (int, error) {
	if len(s.b.System().Equations) == 0 {
		return 1, nil
	}
	return outOf(s.subjects.rowsOf(c.Parts)+1, 1), nil
}

// none of the rows of the smaller side is shared: 0 of 0 … |S|.
func (c *Disjointness) tells(s *Scope) (int, error) {
	return outOf(min(s.subjects.rowsOf(c.Parts), s.subjects.rowsOf(c.From))+1, 1), nil
}

// count is the number of works, of each of which a claim says yes or no.
func (w Works) count(s *Scope) (int, error) {
	if w.From != "" {
		return s.subjects.Parts[w.From].Rows, nil
	}
	return len(w.List), nil
}

func (c *Membership) tells(s *Scope) (int, error)    { return c.count(s) }
func (c *NonMembership) tells(s *Scope) (int, error) { return c.count(s) }
func (c *NonInclusion) tells(s *Scope) (int, error)  { return c.count(s) }

// every bounded group has a count of 0 … N within the bounds; collisions Σm²
// are from N²/G up to N², and are below N²/2^h.
func (d *Diversity) tells(s *Scope) (int, error) {
	n := s.subjects.rowsOf(d.Parts)
	groups := int64(1)
	for _, name := range d.Attributes {
		p := s.subjects.Parts[d.Parts[0]]
		i, err := attributeOf(p, name)
		if err != nil {
			return 0, err
		}
		groups *= int64(len(p.Attributes[i].Entries))
	}
	bits := 0
	if d.AtLeast != "" || d.AtMost != "" {
		each, err := bounded(n, d.AtLeast, d.AtMost)
		if err != nil {
			return 0, err
		}
		bits = each
	}
	if d.MinCount > 0 {
		bits = max(bits, outOf(n+1, n-d.MinCount+1))
	}
	named := groups
	if len(d.Groups) > 0 {
		named = int64(len(d.Groups))
	}
	if bits *= int(named); d.Entropy == "" {
		return bits, nil
	}
	most, err := collisionLimit(d.Entropy, n)
	if err != nil {
		return 0, err
	}
	least := n * n / groups // 64 bits hold n², or collisionLimit has refused it
	return bits + outOf(n*n-least+1, most-least+1), nil
}

// R of N rows are predicted rightly; a mean error has no largest value, so that
// a bound on it is one bit.
func (c *Performance) tells(s *Scope) (int, error) {
	switch c.Metric {
	case "mse", "mae":
		return 1, nil
	case "macro_f1":
		return c.tellsF1(s)
	}
	return bounded(s.subjects.rowsOf(c.Parts), c.AtLeast, c.AtMost)
}

// tellsF1: a macro F1 is somewhere in [0, 1], and says at most how the outcomes
// of all pairs of classes are spread.
func (c *Performance) tellsF1(s *Scope) (int, error) {
	left := big.NewRat(1, 1)
	if c.AtMost != "" {
		x, err := c.AtMost.rat()
		if err != nil {
			return 0, err
		}
		left = x
	}
	if c.AtLeast != "" {
		x, err := c.AtLeast.rat()
		if err != nil {
			return 0, err
		}
		left = new(big.Rat).Sub(left, x)
	}
	p := partTensors{PublicPart: s.subjects.Parts[c.Parts[0]]}
	most, bits := bitsOfCounts(s.subjects.rowsOf(c.Parts), p.classes()*p.classes()-1), 0
	for left.Sign() > 0 && left.Cmp(big.NewRat(1, 1)) < 0 && bits < most {
		left.Mul(left, big.NewRat(2, 1))
		bits++
	}
	if left.Sign() <= 0 {
		return most, nil
	}
	return bits, nil
}

// the rates of all groups lie within a window: of each but one it is said that
// it is at most so far from another's.
func (c *Fairness) tells(s *Scope) (int, error) {
	n := s.subjects.rowsOf(c.Parts)
	each, err := bounded(n, "", c.AtMost)
	if err != nil {
		return 0, err
	}
	p := s.subjects.Parts[c.Parts[0]]
	i, err := attributeOf(p, c.Attribute)
	if err != nil {
		return 0, err
	}
	groups, rates := len(p.Attributes[i].Entries), 1
	if len(c.Groups) > 0 {
		groups = len(c.Groups)
	}
	if c.Measure == "equalised_odds" {
		rates = p.Labels
	}
	return (groups - 1) * rates * each, nil
}

// K of at most N items are classified so.
func (c *Censorship) tells(s *Scope) (int, error) {
	return bounded(s.subjects.rowsOf(c.Parts), c.AtLeast, c.AtMost)
}

// a norm has no largest value that anybody expects, so that a bound on it is one bit.
func (c *Update) tells(*Scope) (int, error) { return 1, nil }

// a stated answer costs what releasing it would: one of the classes, or 16 bits
// for each output, and the verdict that it is the answer.
func (c *Prediction) tells(s *Scope) (int, error) {
	p := s.model(c.Model)
	if p == nil {
		return 0, s.err
	}
	switch {
	case c.Class != "":
		return 1 + bitsOf(max(2, p.Tensor(p.Loss.Logits).Units())), nil
	case len(c.Outputs) > 0:
		return 1 + 16*len(c.Outputs), nil
	}
	return 1, nil
}

// R_a − R_b is one of −N … N, the difference of two outputs of 16 bits one of
// less than 2^17.
func (c *Counterfactual) tells(s *Scope) (int, error) {
	x, err := c.AtMost.rat()
	if err != nil {
		return 0, err
	}
	if len(c.Parts) > 0 {
		n := s.subjects.rowsOf(c.Parts)
		return outOf(2*n+1, 2*floorMul(x, big.NewInt(n)).Int64()+1), nil
	}
	p := s.model(c.Models[0])
	if p == nil {
		return 0, s.err
	}
	y := p.Tensor(p.Loss.Prediction)
	most := floorMul(x, big.NewInt(1<<y.Format.Fraction))
	if !most.IsInt64() {
		return 0, fault.ErrUsage
	}
	return y.Units() * outOf(1<<17-1, 2*most.Int64()+1), nil
}
