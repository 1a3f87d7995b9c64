package run

import (
	"fmt"
	"math/bits"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/segment"
)

// segmenting finds out what the segments of a run take, before there is one: it
// states them over rows that nobody has read.
type segmenting struct {
	program *graph.Program
	parts   schedule.Parts
	steps   int // of the run
	bits    int // of the initial weights
	mode    mode.Name
	rowBits int
	tables  *ops.Tables
}

// layout states a segment of so many steps, after which weights decay that do.
func (s *segmenting) layout(steps int) (*proof.Layout, error) { return s.layoutOf(steps, steps) }

// layoutOf states a segment of so many steps, in a run of which weights decay every so
// many steps, if they do.
func (s *segmenting) layoutOf(steps, every int) (*proof.Layout, error) {
	rates := make([]int64, steps)
	for i := range rates {
		rates[i] = 1
	}
	run := segment.PublicInputs{Rates: rates, Rows: make([]schedule.Ref, steps*s.program.Batch)}
	p := s.program
	if d := p.Optimizer.Decay; d != nil {
		p = p.Clone()
		p.Optimizer.Decay = &graph.Decay{N: d.N, Shift: d.Shift, Every: every}
	}
	sys, err := segment.Build(p, segment.Shape{Steps: steps, PartRows: s.parts}, run, s.tables)
	if err != nil {
		return nil, err
	}
	l, err := proof.NewLayout(sys.Relation, s.rowBits, s.mode.ZeroKnowledge())
	if err == nil {
		err = proving.CheckSize(s.mode, l)
	}
	return l, err
}

func (s *segmenting) size(steps int) bundle.Size {
	return bundle.Size{Parts: s.parts, Batch: s.program.Batch, Steps: s.steps, Segment: steps}
}

// check returns fault.ErrUsage, naming the setting to change, unless segments of
// so many steps, and the last one, can be proven.
func (s *segmenting) check(steps int) error {
	if s.program.Optimizer.Decay != nil && steps > s.steps {
		return &fault.Setting{Key: "training.weight_decay", Err: fmt.Errorf("segments of %d steps in a run of %d, which would end before weights decay: %w", steps, s.steps, fault.ErrUsage)}
	}
	steps = min(steps, s.steps)
	if limit, setting := s.size(steps).Beyond(); limit != "" {
		return &fault.Setting{Key: setting, Err: fmt.Errorf("such a run cannot be proven: %s: %w", limit, fault.ErrUsage)}
	}
	if m := s.program.Optimizer.Momentum; m != nil && m.Restart < graph.MaxRestart && steps < s.steps && steps%m.Restart != 0 {
		return fault.Advise(fmt.Errorf("segments of %d steps, a momentum restarted every %d, which must be a divisor: %w", steps, m.Restart, fault.ErrUsage),
			"change %s or %s", "training.segment_steps", "training.momentum_restart")
	}
	if err := ops.CheckBounds(s.program, s.bits, int64(s.steps)); err != nil {
		return err
	}
	counts := []int{steps}
	if last := s.steps % steps; last > 0 {
		counts = append(counts, last)
	}
	for _, n := range counts {
		if _, err := s.layout(n); err != nil {
			return fault.Advise(fmt.Errorf("segments of %d steps with batches of %d cannot be proven: %v: %w", n, s.program.Batch, err, fault.ErrUsage),
				"lower %s, or %s", "training.segment_steps", "training.batch")
		}
	}
	return nil
}

// What proving takes beside the argument of a segment, in seconds on two cores
// (README, figures): a wrap or a committed conversation for each segment, and keys
// for each length of one.
var wrapping = map[mode.Name]struct{ wrap, keys float64 }{
	mode.ZK:        {wrap: 0.3},
	mode.ZKPLONK:   {wrap: 11.6, keys: 4.4},
	mode.ZKGroth16: {wrap: 1.5, keys: 15.4},
	mode.Validity:  {wrap: 0.05},
}

const (
	// secondsPerLeaf of the lookup tree, all of the argument counted in: 3.1 s
	// for 2^24.
	secondsPerLeaf = 190e-9
	// segmentMemory is what the argument of a segment takes by default; a wrap
	// and the rows of the run come on top.
	segmentMemory = 3 << 29
)

// choose returns the steps of a segment with which the run is proven fastest
// among those that take no more than segmentMemory: few segments, since each has
// a wrap, of equal length, since each length has keys, that fill the powers of
// two to which their steps are padded.
func (s *segmenting) choose() int {
	longest := 1
	for n := s.longest(); n > 1; n = 1 << (bits.Len(uint(n-1)) - 1) {
		if l, err := s.layout(n); err == nil && prover.Memory(l).Bytes()-memory.Base <= segmentMemory {
			longest = n
			break
		}
	}
	fewest := (s.steps + longest - 1) / longest
	best, least := longest, 0.0
	for segments := fewest; segments <= min(2*fewest, fewest+8); segments++ {
		n := (s.steps + segments - 1) / segments
		if seconds, err := s.seconds(n); err == nil && (least == 0 || seconds < least) {
			best, least = n, seconds
		}
	}
	return best
}

// longest is the longest segment to try.
func (s *segmenting) longest() int { return max(1, min(s.steps, s.size(1).MaxSegment())) }

// seconds estimates how long it takes to prove the run in segments of so many
// steps.
func (s *segmenting) seconds(steps int) (float64, error) {
	l, err := s.layout(steps)
	if err != nil {
		return 0, err
	}
	cost := wrapping[s.mode]
	segments := (s.steps + steps - 1) / steps
	seconds := float64(segments) * (cost.wrap + secondsPerLeaf*float64(int64(1)<<l.Log))
	if seconds += cost.keys; s.steps%steps > 0 {
		seconds += cost.keys
	}
	return seconds, nil
}
