package bundle

import (
	"fmt"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/segment"
)

// Size is what of a run the limits of a statement are about.
type Size struct {
	Parts   schedule.Parts // rows of every part
	Batch   int
	Steps   int // of the run
	Segment int // steps of a segment
}

// Beyond says which limit of a statement the size is beyond, and the setting of
// a run that mends it; "" if none. Requires a batch and a part.
func (s Size) Beyond() (limit, setting string) {
	segments := (s.Steps + max(1, s.Segment) - 1) / max(1, s.Segment)
	switch {
	case s.Parts.Rows() > MaxRows:
		return fmt.Sprintf("%d dataset rows, at most %d", s.Parts.Rows(), MaxRows), "data"
	case len(s.Parts) > segment.MaxParts:
		return fmt.Sprintf("%d dataset parts, at most %d", len(s.Parts), segment.MaxParts), "data"
	case s.Segment < 1 || s.Segment > min(segment.MaxSteps, MaxSlots/s.Batch):
		return fmt.Sprintf("segments of %d steps with batches of %d", s.Segment, s.Batch), "training.segment_steps"
	case s.Segment*s.Batch > MaxChoices/len(s.Parts):
		return fmt.Sprintf("segments of %d steps with batches of %d from %d parts", s.Segment, s.Batch, len(s.Parts)), "training.segment_steps"
	case segments > MaxSegments:
		return fmt.Sprintf("%d segments, at most %d", segments, MaxSegments), "training.segment_steps"
	}
	return "", ""
}

// MaxSegment is how many steps a segment may have; 0 for batches that are too
// large.
func (s Size) MaxSegment() int {
	return min(segment.MaxSteps, MaxSlots/s.Batch, MaxChoices/len(s.Parts)/s.Batch)
}
