package audit

import (
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// RunOf returns what audits read of a run's bundle.
//
// Soundness: nothing is verified here. The caller must have verified the
// bundle (bundle.Verify): that the weights are trained, bounded and zero in
// their padding, and that the dataset is certified, follow from that alone.
func RunOf(b *bundle.Bundle) (_ *PublicRun, err error) {
	defer fault.Catch(&err, "bundle", fault.ErrMalformed)
	return RunWith(b.Statement, b.Statement.Before(b.Final()))
}

// RunWith is RunOf for whoever has kept the statement of a run, and the commitments to
// all its weights at the end, frozen ones included, in the program's order.
func RunWith(s *bundle.Statement, final bundle.WeightCommitments) (_ *PublicRun, err error) {
	defer fault.Catch(&err, "run", fault.ErrMalformed)
	digest, err := s.Digest()
	if err != nil {
		return nil, fault.OfFile(err)
	}
	r := &PublicRun{Digest: digest, Setup: s.Setup, RowBits: s.RowBits, ProgramDigest: s.Network.Digest(), Program: s.Program(), Weights: final, Rows: s.Schedule.Parts}
	r.Training = &Training{Schedule: s.Schedule, Rates: s.Rates, Origin: s.Origin, Initial: s.Initial}
	for i := range s.Parts {
		r.Parts = append(r.Parts, s.PartDigest(i))
	}
	return r, fault.OfFile(r.CountReads())
}

// CountReads finds out from the schedule of the run which rows it read, and how
// many of its slots read each part.
func (r *PublicRun) CountReads() error {
	s, err := schedule.New(r.Training.Schedule)
	if err != nil {
		return err
	}
	parts := s.Spec().Parts
	r.Used, r.read = make([]int64, len(parts)), make([][]uint64, len(parts))
	for i, rows := range parts {
		r.read[i] = make([]uint64, rows/64+1)
	}
	refs := make([]schedule.Ref, s.Batch())
	for step := range s.Steps() {
		if err := s.Rows(step, refs); err != nil {
			return err
		}
		for _, ref := range refs {
			r.Used[ref.Part]++
			r.read[ref.Part][ref.Row/64] |= 1 << (ref.Row % 64)
		}
	}
	return nil
}

// Reads returns how many of the rows the run has read at all. Requires
// CountReads, and rows of the run's parts.
func (r *PublicRun) Reads(rows []schedule.Range) int {
	n := 0
	for _, of := range rows {
		for row := of.From; row < of.To; row++ {
			n += int(r.read[of.Part][row/64] >> (row % 64) & 1)
		}
	}
	return n
}

// leftOut counts the rows of a part that the schedule leaves out.
func (r *PublicRun) leftOut(part int) int {
	n := 0
	if r.Training != nil {
		for _, left := range r.Training.Schedule.Without {
			if left.Part == part {
				n += left.Len()
			}
		}
	}
	return n
}
