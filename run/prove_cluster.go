package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cluster"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/segment"
)

// Queue is a queue that a call of ProveWith has its segments proven through.
type Queue struct {
	Conn  *cluster.Conn
	Alive func() error // an error where no worker is left; may be nil
	Close func()
}

// ClusterOptions have segments proven by the workers of a queue.
type ClusterOptions struct {
	Program string // its version, which workers must have, too
	Local   bool   // the workers are processes of this machine, ProveOptions.Jobs of them
	// Connect returns the queue. A server of its own keeps what it has in folder, which
	// is removed when all is proven.
	Connect func(ctx context.Context, folder string) (*Queue, error)
	Note    func(string) // is told what people should know; may be nil
}

// queueDir is where a server within the process keeps its streams, in the directory of
// proofs.
const queueDir = "queue"

// WorkVersion is what a job says of the program that it is of.
func WorkVersion(program string) string { return "zkaudit " + program + ", " + WorkFormat() }

// clusterable returns fault.ErrUsage for runs that other machines cannot prove.
func (d *Directory) clusterable() error {
	switch m := mode.Name(d.Config.Proof.Mode); {
	case m.Wrapped():
		return fmt.Errorf("proofs of mode %s need keys that stay on one machine: --cluster is for modes %s and %s: %w", m, mode.ZK, mode.Validity, fault.ErrUsage)
	case d.Config.Proof.setupFile():
		return fmt.Errorf("the setup of this run is a file, which workers do not have: --cluster is for setup %s: %w", TransparentSetup, fault.ErrUsage)
	}
	return nil
}

// fitsHere returns fault.ErrResources unless what is proven on this machine fits: nothing
// where workers elsewhere prove, who look for themselves.
func (d *Directory) fitsHere(j *Job, o *ProveOptions) error {
	if o.Cluster != nil && !o.Cluster.Local {
		return nil
	}
	if err := d.fitsProving(j); err != nil {
		return err
	}
	if o.Cluster != nil {
		return d.fitsWorkers(j, o.Jobs)
	}
	return d.fitsAtOnce(j, o.Jobs)
}

// fitsWorkers returns fault.ErrResources, with the number that would fit, unless this
// process and so many workers of this machine fit: each is a process of its own, with rows
// of its own.
func (d *Directory) fitsWorkers(j *Job, jobs int) error {
	if d.memory.Bytes == 0 {
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
	one := workerNeed(s.mode, l, j.shapes()).Bytes()
	need := func(n int) *memory.Need {
		need := j.headNeed()
		need.Add(fmt.Sprintf("%d worker process(es)", n), int64(n), one)
		return need
	}
	fit := d.fitting(need, jobs)
	would := fmt.Sprintf("--jobs %d would fit", fit)
	if fit == 0 {
		would = "without --cluster, which takes one process, it would fit"
	}
	return need(jobs).Within(fmt.Sprintf("proving segments of %d steps by %d worker process(es) of this machine", j.Run.Segment, jobs), d.memory, would)
}

// headNeed is what a head takes beside its workers: rows as they were read, and as they are
// sent.
func (j *Job) headNeed() *memory.Need {
	need := &memory.Need{}
	j.rows.addMemory(need)
	j.rows.addMemory(need)
	return need
}

// shapes are those of the parts.
func (j *Job) shapes() []segment.PartShape {
	var list []segment.PartShape
	for _, part := range publicParts(j.Parts) {
		list = append(list, part.Shape())
	}
	return list
}

// fitting is how many fit, at most so many, where need is that of n. Requires a limit.
func (d *Directory) fitting(need func(n int) *memory.Need, most int) int {
	return sort.Search(most, func(n int) bool { return need(n+1).Within("", d.memory, "") != nil })
}

// elsewhere is what is left to be proven by workers.
type elsewhere struct {
	*proveCall
	jobs       []segmentJob
	next, done int
}

// proveElsewhere has all jobs whose proof is missing done by workers, and puts the proofs
// into the bundle. What they send is verified against its claim before it is kept. Where
// none is missing, no server or worker of this machine is started.
func (w *proveCall) proveElsewhere(ctx context.Context, jobs []segmentJob, o *ClusterOptions) error {
	d := w.directory
	w.bundle.Segments = make([]bundle.Segment, len(jobs))
	d.progress.Start("prove", len(jobs))
	defer d.progress.Finish()
	e := &elsewhere{proveCall: w, jobs: jobs}
	first, err := e.missing(ctx)
	if err != nil || first == nil && o.Local {
		return err
	}
	q, err := o.Connect(ctx, d.file(w.stage, queueDir))
	if err != nil {
		return err
	}
	err = e.through(ctx, q, o, first)
	q.Close()
	return err
}

// kept puts a proof into the bundle.
func (e *elsewhere) kept(s provenSegment) error {
	if err := e.keep(&s); err != nil {
		return err
	}
	e.done++
	e.directory.progress.Advance(e.done, e.note(s.job.segment, nil))
	return nil
}

// missing returns the next job whose proof is missing, nil after the last one. It keeps
// the proofs before it, which are there.
func (e *elsewhere) missing(ctx context.Context) (*cluster.Task, error) {
	for ; e.next < len(e.jobs); e.next++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		job := &e.jobs[e.next]
		claim, there, err := e.claimed(job)
		if err != nil {
			return nil, err
		}
		if there == nil {
			e.next++
			return e.task(job, claim)
		}
		if err := e.kept(provenSegment{job: job, claim: claim, proof: there}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// through has first, unless it is nil, and all that is missing after it done through a queue.
func (e *elsewhere) through(ctx context.Context, q *Queue, o *ClusterOptions, first *cluster.Task) error {
	d, j := e.directory, e.job
	shared, err := newShipment(d.Config.Proof.Setup, e.prover, j.Run.Initial).encode()
	if err != nil {
		return err
	}
	verifier := &mode.Verifier{Setup: j.Setup.Verifier()}
	return q.Conn.Do(ctx, &cluster.Run{
		ID: e.prover.Claims.Digest, Version: WorkVersion(o.Program), Shared: shared, Note: o.Note, Alive: q.Alive, MaxOutput: bundle.MaxProof + 1<<10,
		Next: func() (*cluster.Task, error) {
			if t := first; t != nil {
				first = nil
				return t, nil
			}
			return e.missing(ctx)
		},
		Accept: func(t *cluster.Task, output []byte) error {
			job := &e.jobs[t.Index]
			_, st, err := e.prover.SegmentClaim(job.segment, job.before, job.after)
			if err != nil {
				return ours(err)
			}
			if err := verifier.Verify(ctx, e.prover.Claims.Run.Mode, st, output); err != nil {
				return err
			}
			return ours(e.kept(provenSegment{job: job, claim: bundle.ClaimDigest(st), proof: output, fresh: true}))
		},
	})
}

// removeQueue removes what a server within this process, or within one that was killed,
// has left. Requires that all is proven.
func (w *proveCall) removeQueue() error {
	folder := w.directory.file(w.stage, queueDir)
	if _, err := os.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return artefact.Remove(folder)
}

// ours is an error that is not of a worker's output, whatever it wraps.
func ours(err error) error {
	if errors.Is(err, fault.ErrRejected) || errors.Is(err, fault.ErrMalformed) {
		return fault.Recast(err, fault.ErrInput)
	}
	return err
}

// claimed returns what a job is about, and its proof if there is one.
func (w *proveCall) claimed(job *segmentJob) (claim [32]byte, proof []byte, err error) {
	_, st, err := w.prover.SegmentClaim(job.segment, job.before, job.after)
	if err != nil {
		return claim, nil, err
	}
	claim = bundle.ClaimDigest(st)
	proof, err = w.directory.loadProof(job.path, claim)
	return claim, proof, err
}

// task is a job as workers take it.
func (w *proveCall) task(job *segmentJob, claim [32]byte) (*cluster.Task, error) {
	p := w.job.Run.Program
	before, err := w.checkpoints.Load(job.segment)
	if err != nil {
		return nil, err
	}
	after, err := w.checkpoints.Load(job.segment + 1)
	if err != nil {
		return nil, err
	}
	g := &shippedSegment{segment: job.segment, weights: before, before: job.before, after: job.after, end: after.Digest(p)}
	return &cluster.Task{ID: claim, Index: job.segment, Name: w.nameOf(job.segment), Input: g.encode(p)}, nil
}
