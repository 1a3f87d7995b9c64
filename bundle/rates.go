package bundle

import (
	"crypto/sha256"
	"fmt"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// Rate returns the effective learning rate of the run, or, if each step has its
// own, how they rise and fall and a digest of all. The text determines numerators and precision:
// a rate n/2^k that is not in lowest terms, and with it weights of more fraction
// bits than it needs, is said to be one.
func (s *Statement) Rate() string {
	k := s.Network.Choices().RateShift
	if s.Program().Optimizer.Kind == graph.ConstantSGD {
		r := number.Rate{N: uint8(s.Rates[0]), K: k}
		text := r.Effective(s.Program().Batch)
		if r.N%2 == 0 && k > 0 {
			text += fmt.Sprintf(" (as %v)", r)
		}
		return text
	}
	sum := sha256.Sum256(encode.Ints(encode.Int(nil, k), s.Rates))
	return fmt.Sprintf("%s; %d rates, sha256:%x", number.DescribeRates(s.Rates, k, s.Program().Batch), len(s.Rates), sum)
}

// compareRates compares the numerators that the statement lists, one for all
// steps or one for each, with a given plan. That the network has their precision
// is compared with the network, too.
func (e *Expectation) compareRates(s *Statement, r *Report) error {
	if e.Rates == nil {
		return nil
	}
	order, err := schedule.New(s.Schedule)
	if err != nil {
		return fault.OfFile(err)
	}
	k := s.Network.Choices().RateShift
	if s.Program().Optimizer.Kind == graph.ConstantSGD && !e.Rates.Constant() {
		return fmt.Errorf("expected learning rates that change, by epoch or by step, the bundle has one: %w", fault.ErrRejected)
	}
	for step, n := range s.Rates {
		want, err := e.Rates.At(step, s.Steps(), order.Epoch(step))
		if err != nil {
			return fmt.Errorf("expected learning rates that a run of %d steps cannot have: %v: %w", s.Steps(), fault.Text(err, nil), fault.ErrRejected)
		}
		if want != n || e.Rates.Shift != k {
			return fmt.Errorf("expected learning rate %d/2^%d in step %d, the bundle has %d/2^%d: %w", want, e.Rates.Shift, step, n, k, fault.ErrRejected)
		}
	}
	r.Checked = append(r.Checked, "learning rate: that of the choices given")
	return nil
}
