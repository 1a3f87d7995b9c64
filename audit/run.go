package audit

import (
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/schedule"
)

// RunOf returns what audits read of a run's bundle.
//
// Soundness: nothing is verified here. The caller must have verified the
// bundle (bundle.Verify): that the weights are trained, bounded and zero in
// their padding, and that the dataset is certified, follow from that alone.
func RunOf(b *bundle.Bundle) (_ *Run, err error) {
	defer fault.Catch(&err, "bundle", fault.ErrMalformed)
	s := b.Statement
	digest, err := s.Digest()
	if err != nil {
		return nil, fault.OfFile(err)
	}
	r := &Run{Digest: digest, SRS: s.SRS, RowBits: s.RowBits, ProgramDigest: s.Network.Digest(), Program: s.Program(), Weights: s.Before(b.Final()), Rows: s.Schedule.Parts}
	r.Training = &Training{Schedule: s.Schedule, Rates: s.Rates, Origin: s.Origin, Initial: s.Initial}
	for i := range s.Parts {
		r.Parts = append(r.Parts, s.PartDigest(i))
	}
	sched, err := schedule.New(s.Schedule)
	if err != nil {
		return nil, fault.OfFile(err)
	}
	r.Used, err = usedRows(sched)
	return r, fault.OfFile(err)
}

// usedRows counts the slots of a schedule that read each part.
func usedRows(s *schedule.Schedule) ([]int64, error) {
	used := make([]int64, len(s.Spec().Parts))
	refs := make([]schedule.Ref, s.Batch())
	for step := range s.Steps() {
		if err := s.Rows(step, refs); err != nil {
			return nil, err
		}
		for _, r := range refs {
			used[r.Part]++
		}
	}
	return used, nil
}

// leftOut counts the rows of a part that the schedule leaves out.
func (r *Run) leftOut(part int) int {
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
