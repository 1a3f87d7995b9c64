package verify

import (
	"fmt"
	"os"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/memory"
)

// size is what a step of a chain takes of memory, in bytes.
type size struct {
	kept         int64 // until the chain is verified
	contribution int64 // of a run, while a round of it is verified
	work         int64 // while the step itself is verified, beside the contributions
}

// or is enough for one of two copies.
func (s size) or(t size) size {
	return size{max(s.kept, t.kept), max(s.contribution, t.contribution), max(s.work, t.work)}
}

// sizeOfRun is that of a run, whose bundle is read from the file at path.
func sizeOfRun(path string, b *bundle.Bundle, result *bundle.Result) size {
	kept := result.Bytes() + b.LinkBytes()
	return size{kept: kept, contribution: kept + b.Statement.Bytes(), work: decoded(path, bundle.BytesPerByte) + b.Memory().Bytes() - memory.Base}
}

// sizeOfRound is that of a round, which is read from the file at path.
func sizeOfRound(path string, f *aggregate.File, result *bundle.Result) size {
	return size{kept: result.Bytes() + f.LinkBytes(), work: decoded(path, aggregate.BytesPerByte) + f.Memory().Bytes() - memory.Base}
}

// decoded bounds what reading a file takes.
func decoded(path string, times int64) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0 // whoever reads it again will say so
	}
	return info.Size() * times
}

// need estimates what verifying the steps that lead to the given results takes: what is
// kept of each, and the most that one of them takes at its turn.
func (s *steps) need(results [][32]byte) *memory.Need {
	steps := map[[32]byte]bundle.Step{}
	for _, list := range [][]bundle.Step{s.spare, s.required} {
		for _, step := range list {
			steps[step.Result()] = step
		}
	}
	var kept, work int64
	files, walked := 0, map[[32]byte]bool{}
	for open := results; len(open) > 0; {
		result := open[len(open)-1]
		open = open[: len(open)-1 : len(open)-1]
		step := steps[result]
		if step == nil || walked[result] {
			continue
		}
		walked[result] = true
		own := s.sizes[result]
		at := own.work
		if len(step.From()) > 1 { // a round
			at += s.contributionBytes(step.From())
		}
		files, kept, work = files+1, kept+own.kept, max(work, at)
		open = append(open, step.From()...)
	}
	if len(results) > 1 { // of a round that is verified for itself
		work = max(work, s.contributionBytes(results))
	}
	need := &memory.Need{}
	need.Add(fmt.Sprintf("what is kept of %d files", files), kept, 1)
	need.Add("the largest of them at its turn", work, 1)
	return need
}

// contributionBytes is what the contributions of runs with the given results take.
func (s *steps) contributionBytes(results [][32]byte) int64 {
	var n int64
	for _, result := range results {
		n += s.sizes[result].contribution
	}
	return n
}

// limit is how much memory a chain may take.
func (c *Chain) limit() int64 {
	if c.Rounds != nil && c.Rounds.Limit > 0 {
		return c.Rounds.Limit
	}
	return memory.Default
}
