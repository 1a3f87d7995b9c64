package run

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/train"
)

// segmentJob is the proof of a segment, to be made or there already. It depends on no
// other: the weights at both ends are committed, and the checkpoint before it is there.
type segmentJob struct {
	segment       int
	before, after *owner.CommittedWeights // trainable ones
	path          string                  // of the proof
}

// segmentJobs commits to the weights at all borders of segments, or takes the
// commitments made earlier, and returns the jobs between them.
func (w *proveCall) segmentJobs(ctx context.Context) ([]segmentJob, error) {
	d, p := w.directory, w.job.Run.Program
	n := w.job.Run.Segments()
	d.progress.Start("commit to weights", n)
	defer d.progress.Finish()
	before := w.initial.Trained(p)
	jobs := make([]segmentJob, n)
	for i := range jobs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		cells, err := w.checkpoints.Load(i + 1)
		if err != nil {
			return nil, err
		}
		after, err := w.border(i+1, p.OfRole(graph.Weight), cells)
		if err != nil {
			return nil, err
		}
		jobs[i] = segmentJob{segment: i, before: before, after: after, path: d.file(w.stage, fmt.Sprintf(proofPattern, i))}
		before = after
		d.progress.Advance(i+1, fmt.Sprintf("after segment %d of %d", i+1, n))
	}
	w.final = before
	return jobs, nil
}

// segmentProver does jobs, one after the other.
type segmentProver struct {
	directory   *Directory
	prover      *owner.RunProver
	trainer     *train.Trainer
	checkpoints *train.Checkpoints
}

// provenSegment is a job that is done, or has failed.
type provenSegment struct {
	job   *segmentJob
	by    *segmentProver
	claim [32]byte // digest of what the proof is about
	proof []byte
	fresh bool // made now
	err   error
}

// do proves a segment, or takes the proof made earlier.
func (p *segmentProver) do(ctx context.Context, j *segmentJob) provenSegment {
	s := provenSegment{job: j, by: p}
	sys, claim, err := p.prover.SegmentClaim(j.segment, j.before, j.after)
	if err != nil {
		s.err = err
		return s
	}
	s.claim = bundle.ClaimDigest(claim)
	if s.proof, s.err = p.directory.loadProof(j.path, s.claim); s.err != nil || s.proof != nil {
		return s
	}
	trace, err := p.trainer.Trace(ctx, p.checkpoints, j.segment)
	if err != nil {
		s.err = err
		return s
	}
	s.fresh = true
	s.proof, s.err = p.prover.Segment(ctx, sys, claim, trace, j.before, j.after)
	return s
}

// segmentProvers returns n of them, each with memory of its own.
func (w *proveCall) segmentProvers(n int) ([]*segmentProver, error) {
	d, j := w.directory, w.job
	rng := &sharedReader{r: d.rand}
	provers := make([]*segmentProver, n)
	for i := range provers {
		trainer, err := train.New(j.Run, d.tables)
		if err != nil {
			return nil, err
		}
		arena := d.arena
		if i > 0 {
			arena = &poly.Arena{}
		}
		by := d.prover(j.Setup)
		by.Rand = rng
		provers[i] = &segmentProver{directory: d, prover: w.prover.Beside(by, arena), trainer: trainer, checkpoints: w.checkpoints}
	}
	return provers, nil
}

// prove does all jobs, up to atOnce of them at once, and puts the proofs into the
// bundle. A proof is kept as soon as it is made, also if another job has failed since
// it was begun. Nothing is begun after the first failure.
func (w *proveCall) prove(ctx context.Context, jobs []segmentJob, atOnce int) error {
	d := w.directory
	d.progress.Start("prove", len(jobs))
	defer d.progress.Finish()
	idle, err := w.segmentProvers(min(atOnce, len(jobs)))
	if err != nil {
		return err
	}
	for _, p := range idle[1:] { // of which each has one of its own
		defer p.prover.Arena.Free()
	}
	ctx, cancel := context.WithCancel(ctx)
	var group fault.Group
	defer group.Wait()
	defer cancel()
	w.bundle.Segments = make([]bundle.Segment, len(jobs))
	ended := make(chan provenSegment, len(idle))
	underWay := map[int]bool{}
	var failed error
	for next, done := 0, 0; ; {
		for ; failed == nil && ctx.Err() == nil && next < len(jobs) && len(idle) > 0; next++ {
			p, j := idle[0], &jobs[next]
			idle, underWay[next] = idle[1:], true
			group.Go(func() {
				s := provenSegment{job: j, by: p, err: fault.ErrPanic} // unless it returns
				defer func() { ended <- s }()
				s = p.do(ctx, j)
			})
		}
		if len(underWay) == 0 {
			if failed == nil && next < len(jobs) {
				failed = ctx.Err()
			}
			return failed
		}
		s := <-ended
		delete(underWay, s.job.segment)
		idle = append(idle, s.by)
		if err := w.keep(&s); err != nil {
			if failed == nil {
				failed = err
			}
			cancel()
			continue
		}
		done++
		d.progress.Advance(done, w.note(s.job.segment, underWay))
	}
}

// keep writes the proof of a job that is done, and puts it into the bundle.
func (w *proveCall) keep(s *provenSegment) error {
	if s.err != nil {
		return s.err
	}
	if s.fresh {
		if err := w.directory.saveProof(s.job.path, s.claim, s.proof); err != nil {
			return err
		}
		w.proven++
	}
	w.bundle.Segments[s.job.segment] = bundle.Segment{After: s.job.after.Public, Proof: s.proof}
	return nil
}

// note says which segment is done, and which are under way.
func (w *proveCall) note(i int, underWay map[int]bool) string {
	text := w.nameOf(i)
	var others []int
	for k := range underWay {
		others = append(others, k+1)
	}
	if slices.Sort(others); len(others) > 0 {
		text += "; under way: " + strings.Trim(fmt.Sprint(others), "[]")
	}
	return text
}

// nameOf is what people know a segment by.
func (w *proveCall) nameOf(i int) string { return segmentName(w.job.Run, i) }

func segmentName(r *train.Run, i int) string {
	steps := r.Range(i)
	return fmt.Sprintf("segment %d of %d (steps %d to %d)", i+1, r.Segments(), steps.First, steps.First+steps.Count-1)
}

// fitsAtOnce returns fault.ErrResources, with the number that would fit, unless
// proving so many segments at once fits. Requires that proving one does.
func (d *Directory) fitsAtOnce(j *Job, jobs int) error {
	if d.memory.Bytes == 0 || jobs <= 1 {
		return nil
	}
	s, err := d.Config.segmenting(j.model, j.rows.trained())
	if err != nil {
		return err
	}
	l, err := s.layout(j.Run.Segment)
	if err != nil {
		return err
	}
	one := proving.Memory(s.mode, l).Bytes() - memory.Base
	need := func(n int) *memory.Need {
		need := &memory.Need{}
		need.Add(fmt.Sprintf("%d proofs at a time", n), int64(n), one)
		j.rows.addMemory(need)
		return need
	}
	return need(jobs).Within(fmt.Sprintf("proving %d segments of %d steps at once", jobs, j.Run.Segment), d.memory, fmt.Sprintf("--jobs %d would fit", max(1, d.fitting(need, jobs))))
}

// sharedReader is randomness that several provers read at once.
type sharedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (s *sharedReader) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(p)
}
