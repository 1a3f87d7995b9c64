package run

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cluster"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// claimsDir holds proofs of claims that workers have made until the audit is written, and
// in queueDir what a server within this process keeps.
const claimsDir = "claims"

// claimPattern is the file of the proof of a claim, by its digest: an audit may be one of
// several that were begun.
const claimPattern = "claim-%x.proof"

// claimQueue has the claims of an audit proven by the workers of a queue.
type claimQueue struct {
	*Directory
	options *ClusterOptions
	workers int // processes of this machine, where they are local
}

// ClaimsThrough returns what has claims proven by the workers of a queue, so many of them
// where they are processes of this machine. Errors wrap fault.ErrUsage for proofs that
// other machines cannot make.
func (d *Directory) ClaimsThrough(o *ClusterOptions, workers int) (audit.Elsewhere, error) {
	const here = "without --cluster this machine proves claims, one after the other"
	switch m := mode.Name(d.Config.Proof.Mode); {
	case m.Wrapped():
		return nil, fmt.Errorf("proofs of claims in mode %s need keys that stay on one machine: --cluster is for modes %s and %s; %s: %w", m, mode.ZK, mode.Validity, here, fault.ErrUsage)
	case d.Config.Proof.setupFile():
		return nil, fmt.Errorf("the setup of this run is a file, which workers do not have: --cluster is for setup %s; %s: %w", TransparentSetup, here, fault.ErrUsage)
	}
	return &claimQueue{d, o, workers}, nil
}

// ForgetClaims removes the proofs of claims that are kept for an audit, and what a queue
// has left. Requires that the audit is written.
func (d *Directory) ForgetClaims() error { return artefact.Remove(d.file(claimsDir)) }

// claimsID says which audit it is, whatever its proofs are.
func claimsID(a *audit.Bundle) ([32]byte, error) {
	bare := *a
	bare.Certificates = nil
	encoded, err := bare.Marshal()
	return sha256.Sum256(encode.Bytes(encode.Domain(claimsDomain), encoded)), err
}

// Check implements audit.Elsewhere: it returns fault.ErrResources, with the number that
// would fit, unless this process and so many workers of this machine do.
func (q *claimQueue) Check(e *audit.Errand) error {
	if !q.options.Local || q.memory.Bytes == 0 || len(e.Jobs) == 0 {
		return nil
	}
	sent, held := newShippedClaims("", e).sizes()
	largest := e.Jobs[0]
	for _, j := range e.Jobs {
		if j.Need.Bytes() > largest.Need.Bytes() {
			largest = j
		}
	}
	one := largest.Need.Bytes() + sent + held // as a worker counts
	need := func(n int) *memory.Need {
		need := &memory.Need{}
		need.Add(fmt.Sprintf("%d worker process(es)", n), int64(n), one)
		need.Add("committed cells, here and as they are sent", 1, held+2*sent)
		return need
	}
	fit := q.fitting(need, q.workers)
	would := fmt.Sprintf("--jobs %d would fit", fit)
	if fit == 0 {
		would = "without --cluster, which takes one process, it may fit"
	}
	return need(q.workers).Within(fmt.Sprintf("proving claim %q by %d worker process(es) of this machine", largest.Name, q.workers), q.memory, would)
}

// claimJob is the proof of a claim, on its way.
type claimJob struct {
	*audit.Job
	digest [32]byte // of what it is about
	path   string   // that it is kept at
}

// claimsCall is one call that has the claims of an audit proven.
type claimsCall struct {
	*claimQueue
	errand   *audit.Errand
	verifier *mode.Verifier
	jobs     []*claimJob
	next     int
}

// Prove implements audit.Elsewhere. Proofs that an interrupted call of the same audit has
// kept are taken up. Where none is missing, no server or worker is started.
func (q *claimQueue) Prove(ctx context.Context, e *audit.Errand) error {
	if err := q.stage(claimsDir); err != nil {
		return err
	}
	setup, err := q.Setup()
	if err != nil {
		return err
	}
	c := &claimsCall{claimQueue: q, errand: e, verifier: &mode.Verifier{Setup: setup.Verifier()}}
	for _, j := range e.Jobs {
		digest := bundle.ClaimDigest(j.Statement)
		c.jobs = append(c.jobs, &claimJob{j, digest, q.file(claimsDir, fmt.Sprintf(claimPattern, digest[:8]))})
	}
	first, err := c.missing(ctx)
	if err != nil || first == nil {
		return err
	}
	queue, err := q.options.Connect(ctx, q.file(claimsDir, queueDir))
	if err != nil {
		return err
	}
	err = c.through(ctx, queue, first)
	queue.Close()
	return err
}

// missing returns the next job whose proof is missing, nil after the last one, and keeps
// the proofs before it, which are there and verify.
func (c *claimsCall) missing(ctx context.Context) (*cluster.Task, error) {
	for ; c.next < len(c.jobs); c.next++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		j := c.jobs[c.next]
		there, err := c.loadProof(j.path, j.digest)
		if err != nil {
			return nil, err
		}
		if there != nil {
			if err := c.verify(ctx, j, there); err == nil {
				c.errand.Keep(j.Job, there)
				continue
			} else if !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
				return nil, err
			}
		}
		input := &shippedClaim{claim: j.Claim, digest: j.digest}
		task := &cluster.Task{ID: j.digest, Index: c.next, Name: claimName(j.Name), Input: input.encode()}
		c.next++
		return task, nil
	}
	return nil, nil
}

func (c *claimsCall) verify(ctx context.Context, j *claimJob, proof []byte) error {
	return c.verifier.Verify(ctx, c.errand.Audit.Mode, j.Statement, proof)
}

// through has first, and all that is missing after it, done through a queue. What workers
// send is verified against its claim before it is kept.
func (c *claimsCall) through(ctx context.Context, queue *Queue, first *cluster.Task) error {
	id, err := claimsID(c.errand.Audit)
	if err != nil {
		return err
	}
	shared, err := newShippedClaims(c.Config.Proof.Setup, c.errand).encode()
	if err != nil {
		return err
	}
	o := c.options
	return queue.Conn.Do(ctx, &cluster.Run{
		ID: id, Version: WorkVersion(o.Program), Shared: shared, Note: o.Note, Alive: queue.Alive, MaxOutput: bundle.MaxProof + 1<<10,
		Next: func() (*cluster.Task, error) {
			if t := first; t != nil {
				first = nil
				return t, nil
			}
			return c.missing(ctx)
		},
		Accept: func(t *cluster.Task, output []byte) error {
			j := c.jobs[t.Index]
			if err := c.verify(ctx, j, output); err != nil {
				return err
			}
			if err := c.saveProof(j.path, j.digest, output); err != nil {
				return ours(err)
			}
			c.errand.Keep(j.Job, output)
			return nil
		},
	})
}
