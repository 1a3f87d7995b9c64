package number

import (
	"fmt"
	"math/big"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Decay says how a learning rate falls after its warm-up.
type Decay string

// The decays.
const (
	NoDecay     Decay = "none"
	StepDecay   Decay = "step"
	CosineDecay Decay = "cosine"
)

// RateText is a learning rate over a run as people write it. Numbers are
// decimals. With T steps, of which the first w = WarmUp rise, step s has
//
//	(s+1)/w·r                                             s < w
//	r                                                     no decay
//	r·Factor^⌊(s−w)/Every⌋                                step decay
//	Floor + (r − Floor)·(1 + cos π(s−w)/(T−w−1))/2        cosine decay: r in step w, Floor in the last one
//
// where r is Rate, or that of the step's epoch in Rates, of which the last serves
// epochs beyond the list. Rates have no decay but their own.
type RateText struct {
	Rate   string
	Rates  []string
	WarmUp int // steps
	Decay  Decay
	Every  int // steps
	Factor string
	Floor  string
	// Shift, unless it is 0, is the precision that rates must have, n/2^Shift for the
	// mean over a batch; 0 takes the finest that holds the largest rate.
	Shift int
}

// RatePlan is a learning rate over a run, as multiples n/2^Shift for the mean
// over a batch: the same for all steps, one for each epoch, or one for each step.
type RatePlan struct {
	Shift int
	epoch []Rate
	// A plan by step has exact rates instead, each rounded once.
	text    RateText
	batch   int64
	by      []*apd.Decimal // r, one or one for each epoch
	factor  *apd.Decimal
	floor   *apd.Decimal
	stepped bool
}

// maxDecimal bounds the exponents of factors and floors, in magnitude, and
// maxPower the bits of a power of a factor.
const (
	maxDecimal = 64
	maxPower   = 1 << 22
)

// RatesByEpoch is the plan of the given rates, one for all steps or one for each
// epoch. Requires rates that share one shift, and at least one.
func RatesByEpoch(rates ...Rate) *RatePlan { return &RatePlan{Shift: rates[0].K, epoch: rates} }

// ParseRatePlan reads a learning rate over a run. Without warm-up and decay it
// is that of ParseRates; else the shift is the largest at which no numerator
// exceeds MaxNumerator, whatever the number of steps. Errors wrap
// fault.ErrUsage.
func ParseRatePlan(t RateText, batch int) (*RatePlan, error) {
	texts := t.Rates
	if len(texts) == 0 {
		texts = []string{t.Rate}
	}
	rates, err := t.parse(texts, batch)
	if err != nil {
		return nil, err
	}
	p := RatesByEpoch(rates...)
	if t.WarmUp == 0 && (t.Decay == NoDecay || t.Decay == "") {
		return p, t.unused("decay", t.Every != 0 || t.Factor != "", t.Floor != "")
	}
	p.text, p.batch, p.stepped = t, int64(batch), true
	largest := 0
	for i, text := range texts {
		value, err := parsePositive(text)
		if err != nil {
			return nil, err
		}
		if p.by = append(p.by, value); value.Cmp(p.by[largest]) > 0 {
			largest = i
		}
	}
	if p.Shift = t.Shift; p.Shift == 0 {
		p.Shift, _ = largestShift(p.by[largest], apd.New(p.batch, 0))
	}
	return p, p.parseDecay()
}

// parse reads rates as ParseRates does, in the precision that is asked for. Errors
// wrap fault.ErrUsage: a numerator is not from 1 to MaxNumerator there.
func (t *RateText) parse(texts []string, batch int) ([]Rate, error) {
	rates, _, err := ParseRates(texts, batch)
	if err != nil || t.Shift == 0 {
		return rates, err
	}
	if t.Shift < 0 || t.Shift > MaxShift {
		return nil, fmt.Errorf("rates of a precision of 1/2^%d, want 1 to %d: %w", t.Shift, MaxShift, fault.ErrUsage)
	}
	for i, text := range texts {
		value, err := parsePositive(text)
		if err != nil {
			return nil, err
		}
		n, err := RoundQuotient(value, apd.New(int64(batch), 0), t.Shift)
		if err != nil || n < 1 || n > MaxNumerator {
			return nil, fmt.Errorf("learning rate %d: %s with batches of %d is no n/2^%d with n from 1 to %d: in this precision rates go from %s to %s: %w",
				i, text, batch, t.Shift, MaxNumerator, Rate{1, t.Shift}.Effective(batch), Rate{MaxNumerator, t.Shift}.Effective(batch), fault.ErrUsage)
		}
		rates[i] = Rate{N: uint8(n), K: t.Shift}
	}
	return rates, nil
}

// unused refuses what a plan does not read.
func (t *RateText) unused(what string, steps, floor bool) error {
	switch {
	case steps:
		return fmt.Errorf("every and factor go with the decay %q, %s is %q: %w", StepDecay, what, t.Decay, fault.ErrUsage)
	case floor:
		return fmt.Errorf("a floor goes with the decay %q, %s is %q: %w", CosineDecay, what, t.Decay, fault.ErrUsage)
	}
	return nil
}

func (p *RatePlan) parseDecay() (err error) {
	t := &p.text
	if t.WarmUp < 0 {
		return fmt.Errorf("a warm-up of %d steps: %w", t.WarmUp, fault.ErrUsage)
	}
	if len(t.Rates) > 0 && t.Decay != NoDecay && t.Decay != "" {
		return fmt.Errorf("rates by epoch, and a decay: give one of them: %w", fault.ErrUsage)
	}
	switch t.Decay {
	case NoDecay, "":
		return t.unused("decay", t.Every != 0 || t.Factor != "", t.Floor != "")
	case StepDecay:
		if t.Every < 1 {
			return fmt.Errorf("step decay every %d steps, want at least 1: %w", t.Every, fault.ErrUsage)
		}
		if p.factor, err = parseBounded("factor", t.Factor); err != nil {
			return err
		}
		if p.factor.Cmp(apd.New(1, 0)) > 0 {
			return fmt.Errorf("step decay by a factor of %s, want at most 1: %w", t.Factor, fault.ErrUsage)
		}
		return t.unused("decay", false, t.Floor != "")
	case CosineDecay:
		if p.floor, err = parseBounded("floor", t.Floor); err != nil {
			return err
		}
		if p.floor.Cmp(p.by[0]) > 0 {
			return fmt.Errorf("cosine decay from %s to a floor of %s: %w", t.Rate, t.Floor, fault.ErrUsage)
		}
		return t.unused("decay", t.Every != 0 || t.Factor != "", false)
	}
	return fmt.Errorf("decay %.40q, want %q, %q or %q: %w", string(t.Decay), NoDecay, StepDecay, CosineDecay, fault.ErrUsage)
}

// parseBounded reads a decimal above zero whose powers of ten can be computed.
func parseBounded(what, text string) (*apd.Decimal, error) {
	value, err := parsePositive(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if value.Exponent < -maxDecimal || value.Exponent > maxDecimal {
		return nil, fmt.Errorf("%s: %q has an exponent beyond %d: %w", what, text, maxDecimal, fault.ErrUsage)
	}
	return value, nil
}

// Constant reports whether all steps have one rate, whatever their number.
func (p *RatePlan) Constant() bool { return !p.stepped && len(p.epoch) == 1 }

// ByEpoch returns the rates, one for each epoch, of a plan that does not change
// from step to step; false for others.
func (p *RatePlan) ByEpoch() ([]Rate, bool) { return p.epoch, !p.stepped }

// At returns the numerator of a step of a run of so many steps, given its epoch.
// Errors wrap fault.ErrUsage: the rate rounds to zero. Requires
// 0 <= step < steps.
func (p *RatePlan) At(step, steps, epoch int) (int64, error) {
	if !p.stepped {
		return int64(p.epoch[min(epoch, len(p.epoch)-1)].N), nil
	}
	if w := p.text.WarmUp; w >= steps && w > 0 {
		return 0, fmt.Errorf("a warm-up of %d steps in a run of %d: %w", w, steps, fault.ErrUsage)
	}
	low, high, err := p.exact(step, steps, epoch)
	if err != nil {
		return 0, err
	}
	n, other := p.round(low), p.round(high)
	switch {
	case n.Cmp(other) != 0: // no rate that is irrational is that near to a tie
		return 0, fmt.Errorf("the learning rate of step %d cannot be told from a tie: %w", step, fault.ErrUsage)
	case n.Sign() == 0:
		return 0, fmt.Errorf("the learning rate of step %d divided by batch size %d rounds to 0/2^%d, as the largest is at most %d/2^%d: %w",
			step, p.batch, p.Shift, MaxNumerator, p.Shift, fault.ErrUsage)
	}
	return n.Int64(), nil
}

// fraction is an exact quotient. It is not reduced.
type fraction struct{ num, den *big.Int }

func (a fraction) times(b fraction) fraction {
	return fraction{new(big.Int).Mul(a.num, b.num), new(big.Int).Mul(a.den, b.den)}
}

func (a fraction) plus(b fraction) fraction {
	x, y := new(big.Int).Mul(a.num, b.den), new(big.Int).Mul(b.num, a.den)
	return fraction{x.Add(x, y), new(big.Int).Mul(a.den, b.den)}
}

func ratio(num, den int64) fraction { return fraction{big.NewInt(num), big.NewInt(den)} }

// fractionOf requires an exponent that ParseRates or parseBounded has bounded.
func fractionOf(d *apd.Decimal) fraction {
	f := fraction{new(big.Int).Set(d.Coeff.MathBigInt()), big.NewInt(1)}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(d.Exponent, -d.Exponent))), nil)
	if d.Exponent >= 0 {
		f.num.Mul(f.num, power)
	} else {
		f.den = power
	}
	return f
}

// round returns the integer nearest to rate·2^Shift/batch, ties to even.
func (p *RatePlan) round(rate fraction) *big.Int {
	return roundRatio(new(big.Int).Lsh(rate.num, uint(p.Shift)), new(big.Int).Mul(rate.den, big.NewInt(p.batch)))
}

// exact returns bounds of the rate of a step, which are equal where it is
// rational.
func (p *RatePlan) exact(step, steps, epoch int) (low, high fraction, err error) {
	r, w := fractionOf(p.by[min(epoch, len(p.by)-1)]), p.text.WarmUp
	after := step - w
	switch {
	case after < 0:
		r = r.times(ratio(int64(step)+1, int64(w)))
	case p.factor != nil:
		f, count := fractionOf(p.factor), after/p.text.Every
		if bits := f.den.BitLen(); count > maxPower/bits {
			return r, r, fmt.Errorf("step %d: a factor of %d bits to the power of %d; give it fewer digits: %w", step, bits, count, fault.ErrUsage)
		}
		power := big.NewInt(int64(count))
		r = r.times(fraction{f.num.Exp(f.num, power, nil), f.den.Exp(f.den, power, nil)})
	case p.floor != nil:
		floor := fractionOf(p.floor)
		fall := r.plus(floor.times(ratio(-1, 1))).times(ratio(1, 2))
		down, up := cosine(int64(after), int64(max(1, steps-w-1)))
		one := ratio(1, 1)
		return floor.plus(fall.times(one.plus(down))), floor.plus(fall.times(one.plus(up))), nil
	}
	return r, r, nil
}

// DescribeRates says in words how the rates n_s·batch/2^shift of a run's steps go,
// step by step from 0: where they rise and fall, and to what.
func DescribeRates(numerators []int64, shift, batch int) string {
	const most = 8 // turns
	value := func(s int) string { return Rate{N: uint8(numerators[s]), K: shift}.Effective(batch) }
	text, turns, direction, last := value(0), 0, 0, 0
	reached := func() {
		if turns++; turns <= most {
			text += fmt.Sprintf(", %s to %s in step %d", map[int]string{1: "rising", -1: "falling"}[direction], value(last), last)
		}
	}
	for s := 1; s < len(numerators); s++ {
		change := 0
		switch {
		case numerators[s] > numerators[s-1]:
			change = 1
		case numerators[s] < numerators[s-1]:
			change = -1
		default:
			continue
		}
		if change != direction && direction != 0 {
			reached()
		}
		direction, last = change, s
	}
	if direction == 0 {
		return text + " in every step"
	}
	if reached(); turns > most {
		text += fmt.Sprintf(", and %d turns more", turns-most)
	}
	return text
}
