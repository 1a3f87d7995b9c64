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

// rate returns the effective learning rate of the run, or a digest of all
// rates if each step has its own. The text determines numerators and precision:
// a rate n/2^k that is not in lowest terms, and with it weights of more fraction
// bits than it needs, is said to be one.
func (s *Statement) rate() string {
	k := s.Program().Optimizer.Shift
	if s.Program().Optimizer.Kind == graph.ConstantSGD {
		r := number.Rate{N: uint8(s.Rates[0]), K: k}
		text := r.Effective(s.Program().Batch)
		if r.N%2 == 0 && k > 0 {
			text += fmt.Sprintf(" (as %v)", r)
		}
		return text
	}
	sum := sha256.Sum256(encode.Ints(encode.Int(nil, k), s.Rates))
	return fmt.Sprintf("%d rates, sha256:%x", len(s.Rates), sum)
}

// compareRates compares the numerators that the statement lists, one for all
// steps or one for each, with given rates: one, or one for each epoch, of which
// the last serves epochs beyond the list. That the network has their precision
// is compared with the network, too.
func (e *Expectation) compareRates(s *Statement, r *Report) error {
	if len(e.Rates) == 0 {
		return nil
	}
	order, err := schedule.New(s.Schedule)
	if err != nil {
		return fault.OfFile(err)
	}
	k := s.Program().Optimizer.Shift
	if s.Program().Optimizer.Kind == graph.ConstantSGD && len(e.Rates) > 1 {
		return fmt.Errorf("expected a learning rate for each epoch, the bundle has one: %w", fault.ErrRejected)
	}
	for step, n := range s.Rates {
		want := e.Rates[min(order.Epoch(step), len(e.Rates)-1)]
		if int64(want.N) != n || want.K != k {
			return fmt.Errorf("expected learning rate %v in step %d, the bundle has %d/2^%d: %w", want, step, n, k, fault.ErrRejected)
		}
	}
	r.Checked = append(r.Checked, "learning rate: that of the choices given")
	return nil
}
