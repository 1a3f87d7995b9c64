package run

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/train"
)

// commit estimates commitments to all parts and their certificates.
func (e *estimation) commit(context.Context) error {
	s := StageEstimate{Name: "commit", Seconds: starting + e.reading, Disk: recordBytes}
	for i := range e.pieces {
		p, public := &e.pieces[i], e.public[i]
		shape := public.Shape()
		layouts, err := certificateLayouts(shape, mode.Name(e.Config.Proof.Mode), e.Config.Proof.RowBits)
		if err != nil {
			return err
		}
		s.Seconds += e.prices.Commit(filled(p.rows), 0)
		if p.imported == nil {
			for _, l := range layouts {
				s.Seconds += e.proof(prover.WorkOf(l))
			}
		}
		need, err := certifying(shape, mode.Name(e.Config.Proof.Mode), e.Config.Proof.RowBits)
		if err != nil {
			return err
		}
		s.Memory = max(s.Memory, e.peak(need, true))
		certificate := e.encodedProofs(layouts)
		bytes, err := e.partBytes(p, public, certificate)
		if err != nil {
			return err
		}
		s.Disk += bytes
		if i < e.trained {
			e.certificates = append(e.certificates, certificate)
			for _, l := range layouts {
				e.certified = append(e.certified, prover.WorkOf(l))
			}
		}
	}
	e.add(s)
	return nil
}

// starting is about how long a process takes to start, in seconds.
const starting = 0.03

// generating is about how long a verifier takes to start and to read its generators.
const generating = 0.08

// usuallyFilled is the share of cells that are not 0 in what prices were measured with: a 0
// costs nothing to commit to.
const usuallyFilled = 0.75

// filled counts the cells of rows that committing to them takes as long as.
func filled(rows *data.Dataset) int64 {
	n := rows.Rows * max(1, len(rows.Attributes))
	for _, v := range rows.Features {
		if v != 0 {
			n++
		}
	}
	return int64(float64(n) / usuallyFilled)
}

// peak is what a process takes at most that reads the rows and then has a need; rows says
// that the need does not count them. What reading leaves is collected late.
func (e *estimation) peak(need *memory.Need, rows bool) int64 {
	read := &memory.Need{}
	e.job.rows.addMemory(read)
	bytes := read.Bytes() - memory.Base
	if rows {
		bytes *= 2
	}
	return need.Typical() + bytes/2 + e.text*readingBytes
}

// leastTried is how long steps are tried for, so many of them at most.
const (
	leastTried = 500 * time.Millisecond
	mostTried  = 64
)

// try executes the first steps of the run: the first finds the tables of functions and
// memory, those after it are what others take.
func (e *estimation) try(ctx context.Context) error {
	trainer, err := train.New(e.job.Run, e.tables)
	if err != nil {
		return err
	}
	stopped, stop := context.WithCancel(ctx)
	defer stop()
	begin := time.Now()
	var first time.Time
	_, err = trainer.Rehearse(stopped, func(p train.Progress) {
		if p.Step == 1 {
			first = time.Now()
			e.waiting = first.Sub(begin).Seconds()
			e.step = e.waiting
			return
		}
		e.step = time.Since(first).Seconds() / float64(p.Step-1)
		if time.Since(first) >= leastTried || p.Step >= mostTried {
			stop()
		}
	})
	if ctx.Err() == nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// forwardShare is what a forward pass takes of a training step, about.
const forwardShare = 0.4

// train estimates all steps, two passes over the rows held out, and checkpoints.
func (e *estimation) train(ctx context.Context) error {
	if err := e.try(ctx); err != nil {
		return err
	}
	run := e.job.Run
	steps := float64(run.Steps())
	for _, held := range e.job.rows.test {
		if held != nil {
			steps += 2 * forwardShare * float64(held.Rows) / float64(run.Program.Batch)
		}
	}
	exported, err := e.job.model.export(run.Initial)
	if err != nil {
		return err
	}
	checkpoints := train.NewCheckpoints(e.file(trainDir), run)
	e.add(StageEstimate{
		Name: "train", Seconds: starting + e.reading + e.waiting + steps*e.step, Memory: e.peak(e.job.trainingNeed(), false),
		Disk: recordBytes + int64(run.Segments()+1)*checkpoints.FileBytes() + int64(len(exported)),
	})
	return nil
}

// prove estimates certificates, segments and the check of the bundle; and what verifying
// takes.
func (e *estimation) prove(context.Context) error {
	run := e.job.Run
	s, err := e.Config.segmenting(e.job.model, e.job.rows.trained())
	if err != nil {
		return err
	}
	e.r.Steps, e.r.Segments, e.r.SegmentSteps = run.Steps(), run.Segments(), run.Segment
	b, weights, err := e.bundle(s)
	if err != nil {
		return err
	}
	segments, seconds, err := e.segments(s)
	if err != nil {
		return err
	}
	check := e.prices.Verify(slices.Concat(e.certified, []*prover.Work{weights}, segments)...)
	need, err := s.need(run.Segment, e.job.rows)
	if err != nil {
		return err
	}
	encoded, err := b.Marshal()
	if err != nil {
		return err
	}
	e.r.Bundle = int64(len(encoded))
	e.add(StageEstimate{
		Name: "prove", Seconds: starting + e.reading + e.waiting + e.proof(weights) + e.keys() + seconds + check,
		Memory: e.peak(need, false), Disk: e.provingBytes(b, len(encoded)),
	})
	e.r.Stages = append(e.r.Stages, StageEstimate{Name: "verify", Seconds: generating + check, Memory: b.Memory().Typical()})
	return nil
}

// segments counts the work of all segments and estimates the seconds they take: executed
// again, with a commitment to the weights after each.
func (e *estimation) segments(s *segmenting) (works []*prover.Work, seconds float64, err error) {
	run := e.job.Run
	trainable := int64(0)
	for _, id := range run.Program.OfRole(graph.Weight) {
		trainable += int64(run.Program.Tensor(id).Size())
	}
	known := map[int]*prover.Work{} // by steps
	for i := range run.Segments() {
		steps := run.Range(i).Count
		if known[steps] == nil {
			l, err := s.layout(steps)
			if err != nil {
				return nil, 0, err
			}
			known[steps] = prover.WorkOf(l)
		}
		one := e.proof(known[steps]) + e.prices.Commit(0, trainable) + float64(steps)*e.step
		works, seconds, e.r.Segment = append(works, known[steps]), seconds+one, max(e.r.Segment, one)
	}
	return works, seconds, nil
}

// Seconds that a wrap takes beside the argument, and its keys, once for each length of a
// segment, where committing to a weight takes referenceWeight.
const referenceWeight = 0.17e-6

var wraps = map[mode.Name]struct{ proof, keys float64 }{
	mode.ZKPLONK:   {proof: 19.5, keys: 12.5},
	mode.ZKGroth16: {proof: 2.2, keys: 3.6},
}

// proof estimates the seconds that a proof takes in the mode of the run.
func (e *estimation) proof(w *prover.Work) float64 {
	return e.prices.Prove(w) + wraps[mode.Name(e.Config.Proof.Mode)].proof*e.prices.Weight/referenceWeight
}

// keys estimates the seconds that keys take: of the certificates, and of segments of
// each length.
func (e *estimation) keys() float64 {
	run := e.job.Run
	lengths := 2
	if run.Steps()%run.Segment > 0 && run.Segments() > 1 {
		lengths++
	}
	return float64(lengths) * wraps[mode.Name(e.Config.Proof.Mode)].keys * e.prices.Weight / referenceWeight
}
