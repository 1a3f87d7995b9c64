package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// attributeOf returns the index of an attribute. Errors wrap fault.ErrUsage.
func attributeOf(p *bundle.PublicPart, name string) (int, error) {
	var there []string
	for i, a := range p.Attributes {
		if a.Name == name {
			return i, nil
		}
		there = append(there, a.Name)
	}
	return 0, fmt.Errorf("no attribute %s; %s: %w", foreign.Quote(name), thereAre(there), fault.ErrUsage)
}

// PublicRun is what audits read of a training run: its program, the commitments to
// its final weights, its dataset and schedule. RunOf takes it from a bundle.
type PublicRun struct {
	Digest  [32]byte // of the run's statement
	Setup   [32]byte // that Weights are commitments under
	RowBits int
	// Program is the step that was trained, and ProgramDigest that of the
	// network it is derived from.
	Program       *graph.Program
	ProgramDigest [32]byte
	// Weights are the commitments to all weights after the run, frozen ones
	// included, in the program's order.
	Weights bundle.WeightCommitments
	Parts   [][32]byte // digests of the dataset's parts
	Rows    []int      // of each part
	Used    []int64    // slots of the schedule that read each part
	read    [][]uint64 // by part, a bit for each row that was read
	// Training is what else decides the weights.
	Training *Training
}
