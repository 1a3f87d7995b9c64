package estimate

import (
	"math"

	"github.com/zkaudit/zkaudit/proof/prover"
)

// units counts the work of a phase.
func units(w *prover.Work, p prover.Phase) float64 {
	row := float64(int64(1) << w.RowLog)
	switch p {
	case prover.Committing: // the mask row fills the field
		return float64(w.Committed) + 30*row
	case prover.Script:
		return float64(w.Messages) + 3700
	case prover.Lookups:
		return 0.63*float64(w.Leaves) + 0.37*float64(w.Looked) + 0.3*float64(w.Ragged)
	case prover.Tables:
		return float64(w.Folded) + 13*float64(w.Summed)
	case prover.Sums:
		return float64(w.Summed)
	case prover.Evaluating:
		return float64(w.Evaluated) + 4.3*float64(w.EvaluatedWide) + 9*float64(w.EvaluatedVirtual) + 8000*float64(w.Messages)
	case prover.Folding:
		return float64(w.Reduced) + 4*float64(w.ReducedWide) + 25*float64(w.Groups)*row
	case prover.Reducing:
		return float64(w.Groups) * row
	}
	return row // prover.Opening
}

// checked counts the work of verifying proofs in one batch: one multiplication for all,
// messages, and points to decode.
func checked(proofs ...*prover.Work) float64 {
	sum := 3000.0
	for _, w := range proofs {
		sum += float64(w.Messages) + float64(w.Rows)/2
	}
	return sum
}

// Prices are seconds per unit.
type Prices struct {
	Phases map[string]float64 `json:"phases"` // by prover.Phase
	// Lookups of trees that caches hold are cheaper: what a leaf costs of Few, and of
	// Many or more. In between it is interpolated by the logarithm.
	Few  Price `json:"lookups_few"`
	Many Price `json:"lookups_many"`

	Weight float64 `json:"weight"` // to commit to one of 64 bits
	Check  float64 `json:"check"`  // of verification
}

// Price is what each of so many units costs.
type Price struct {
	Units   float64 `json:"units"`
	Seconds float64 `json:"seconds"`
}

// leaf is the price of one of so many leaves.
func (p *Prices) leaf(leaves float64) float64 {
	if leaves <= p.Few.Units || p.Few.Units <= 0 || p.Many.Units <= p.Few.Units {
		return p.Few.Seconds
	}
	share := min(1, math.Log(leaves/p.Few.Units)/math.Log(p.Many.Units/p.Few.Units))
	return p.Few.Seconds + share*(p.Many.Seconds-p.Few.Seconds)
}

// Prove estimates the seconds that a proof in mode zk takes.
func (p *Prices) Prove(w *prover.Work) float64 {
	seconds := 0.0
	for phase := range prover.Phases() {
		price := p.Phases[phase.String()]
		if phase == prover.Lookups {
			price = p.leaf(units(w, phase))
		}
		seconds += price * units(w, phase)
	}
	return seconds
}

// Verify estimates the seconds that checking proofs in one batch takes, with generators
// at hand.
func (p *Prices) Verify(proofs ...*prover.Work) float64 { return p.Check * checked(proofs...) }

// Commit estimates the seconds that committing takes to so many cells of 32 bits, and to
// so many of 64.
func (p *Prices) Commit(cells, wide int64) float64 {
	return p.Phases[prover.Committing.String()]*float64(cells) + p.Weight*float64(wide)
}

// valid reports whether all prices are there: a file that somebody has changed is no
// reason to say that work takes no time.
func (p *Prices) valid() bool {
	for phase := range prover.Phases() {
		if !(p.Phases[phase.String()] > 0) {
			return false
		}
	}
	return p.Few.Seconds > 0 && p.Few.Units > 0 && p.Many.Seconds > 0 && p.Many.Units > p.Few.Units && p.Weight > 0 && p.Check > 0
}
