package run

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/train"
)

// ProveRecord says what Prove has made.
type ProveRecord struct {
	Statement string  `json:"statement"`
	Bundle    string  `json:"bundle"`
	Bytes     int     `json:"bytes"`
	Segments  int     `json:"segments"`
	Proven    int     `json:"proven_now"` // segments proven by this call
	Seconds   float64 `json:"seconds"`
	Insecure  bool    `json:"insecure"`
}

// ProveOptions are choices of Prove that change nothing in what is proven.
type ProveOptions struct {
	Restart bool            // discard what was proven
	Jobs    int             // segments proven at once, here; 0 is 1
	Cluster *ClusterOptions // nil: all is proven in this process
}

// Prove is ProveWith, one segment after the other.
func (d *Directory) Prove(ctx context.Context, restart bool) (*ProveRecord, error) {
	return d.ProveWith(ctx, ProveOptions{Restart: restart})
}

// ProveWith proves every segment, checks the result as a verifier would and
// writes the bundle. It continues where an earlier call stopped: proofs that
// are there already and are about the same claims are kept.
func (d *Directory) ProveWith(ctx context.Context, o ProveOptions) (*ProveRecord, error) {
	start := time.Now()
	o.Jobs = max(1, o.Jobs)
	if o.Cluster != nil {
		if err := d.clusterable(); err != nil {
			return nil, err
		}
	}
	w, id, err := d.newProveCall()
	if err != nil {
		return nil, err
	}
	if err := d.fitsHere(w.job, &o); err != nil {
		return nil, err
	}
	if err := d.provingFits(w.job); err != nil {
		return nil, err
	}
	if o.Restart {
		if err := d.discard(proveDir); err != nil {
			return nil, err
		}
	}
	if err := d.stage(proveDir); err != nil {
		return nil, err
	}
	if err := w.begin(ctx, id); err != nil {
		return nil, unproven(err)
	}
	jobs, err := w.segmentJobs(ctx)
	if err != nil {
		return nil, unproven(err)
	}
	if o.Cluster != nil {
		err = w.proveElsewhere(ctx, jobs, o.Cluster)
	} else {
		err = w.prove(ctx, jobs, o.Jobs)
	}
	if err == nil {
		err = w.removeQueue()
	}
	if err != nil {
		return nil, unproven(err)
	}
	r, err := w.finish(ctx)
	if err != nil {
		return nil, err
	}
	r.Seconds = time.Since(start).Seconds()
	return r, d.writeRecord(proveDir, r)
}

// newProveCall begins a call of Prove on what is trained, whose run has an id.
// Errors wrap fault.ErrUsage where training is not done, or was of something else.
func (d *Directory) newProveCall() (w *proveCall, runID [32]byte, err error) {
	j, err := d.Job()
	if err != nil {
		return nil, runID, err
	}
	var trained TrainRecord
	if found, err := d.readRecord(trainDir, &trained); err != nil {
		return nil, runID, err
	} else if !found {
		return nil, runID, fmt.Errorf("nothing is trained yet: run zkaudit train first: %w", fault.ErrUsage)
	}
	digest := j.Run.Digest()
	if trained.Run != hex.EncodeToString(digest[:]) {
		return nil, runID, fmt.Errorf("model, data or choices in %s have changed since training; undo that, or train again with zkaudit train --restart: %w", ConfigFile, fault.ErrUsage)
	}
	checkpoints := train.NewCheckpoints(d.file(trainDir), j.Run)
	if last, err := checkpoints.Last(); err != nil {
		return nil, runID, err
	} else if last < j.Run.Segments() {
		return nil, runID, fmt.Errorf("training stopped at segment %d of %d: run zkaudit train to finish it: %w", last, j.Run.Segments(), fault.ErrUsage)
	}
	id, err := hex.DecodeString(trained.RunID)
	if err != nil || len(id) != 32 {
		return nil, runID, fmt.Errorf("run id %q in %s: %w", trained.RunID, d.file(trainDir, record), fault.ErrMalformed)
	}
	return &proveCall{directory: d, job: j, stage: proveDir, run: digest, checkpoints: checkpoints}, [32]byte(id), nil
}

// proveCall is one call of Prove.
type proveCall struct {
	directory   *Directory
	job         *Job
	stage       string   // directory of what is made
	run         [32]byte // digest of the job's run
	checkpoints *train.Checkpoints
	prover      *owner.RunProver
	bundle      *bundle.Bundle
	initial     *owner.CommittedWeights
	final       *owner.CommittedWeights // trainable ones after the last segment
	proven      int
}

// begin commits to the initial weights, proves their certificate and settles
// the statement.
func (w *proveCall) begin(ctx context.Context, runID [32]byte) error {
	d, j := w.directory, w.job
	d.progress.Start("certify initial weights", 0)
	defer d.progress.Finish()
	all := network.WeightTensors(j.Run.Program)
	cells, err := w.checkpoints.Load(0)
	if err != nil {
		return err
	}
	if w.initial, err = w.start(all, cells); err != nil {
		return err
	}
	claims, err := bundle.NewClaims(j.Statement(d.Config, runID, w.initial), d.tables)
	if err != nil {
		return err
	}
	w.prover = &owner.RunProver{By: d.prover(j.Setup), Claims: claims, Parts: j.Parts, Arena: d.arena}
	w.bundle = &bundle.Bundle{Statement: claims.Run, Datasets: j.Certificates}
	_, claim, err := claims.Weights()
	if err != nil {
		return err
	}
	path, digest := d.file(w.stage, certificateFile), bundle.ClaimDigest(claim)
	if w.bundle.Weights, err = d.loadProof(path, digest); err != nil {
		return err
	}
	if w.bundle.Weights == nil {
		if w.bundle.Weights, err = w.prover.CertifyWeights(ctx, w.initial, cells); err != nil {
			return err
		}
		if err := d.saveProof(path, digest, w.bundle.Weights); err != nil {
			return err
		}
	}
	return w.prover.Certified(j.Certificates, w.bundle.Weights, w.initial)
}

// start commits to the initial weights. Those of another run are committed already.
func (w *proveCall) start(all []graph.TensorID, cells train.Weights) (*owner.CommittedWeights, error) {
	if from := w.job.from; from != nil {
		return from.committed(w.job.Setup, w.job.Run.Program, cells)
	}
	return w.border(0, all, cells)
}

// border commits to weights before segment i, or takes the commitment made
// earlier: it is made once and keeps its bytes.
func (w *proveCall) border(i int, ids []graph.TensorID, cells train.Weights) (*owner.CommittedWeights, error) {
	d, j := w.directory, w.job
	path := d.file(w.stage, fmt.Sprintf(committedPattern, i))
	weights := cells.Digest(j.Run.Program)
	h := encode.NewHash("zkaudit/run/border/v1")
	h.Fixed(w.run[:])
	h.Fixed(weights[:])
	h.Fixed(j.Setup.ID[:])
	h.Int(i)
	key := h.Sum()
	committed, err := d.loadWeights(path, key, j.Run.Program, ids, j.Setup)
	if err != nil || committed != nil {
		return committed, err
	}
	if committed, err = owner.CommitWeights(j.Setup, j.Run.Program, ids, cells, d.rand); err != nil {
		return nil, err
	}
	return committed, d.saveWeights(path, key, committed)
}

// finish verifies the bundle and writes it after the expectation it meets.
func (w *proveCall) finish(ctx context.Context) (*ProveRecord, error) {
	d, j := w.directory, w.job
	encoded, err := w.bundle.Marshal()
	if err != nil {
		return nil, err
	}
	d.progress.Start("check the bundle", 0)
	defer d.progress.Finish()
	report, err := bundle.Verify(ctx, w.bundle, bundle.Expectation{}, j.Setup.Verifier(), bundle.Options{
		AllowInsecure: true, Wraps: wrap.Verifier{Powers: j.Setup, Cache: d.keys},
		MaxMemory: math.MaxInt64, // it took more to prove it here
	})
	if err != nil {
		return nil, defect("the bundle just made does not verify", err)
	}
	// The bundle last: where there is one, there is what goes with it.
	if err := owner.WriteModelOpening(d.file(modelOpeningFile), w.prover.Claims.Digest, w.prover.BlindingBefore(w.final)); err != nil {
		return nil, err
	}
	if err := writeExpectation(d.file(ExpectationFile), report.Facts.Expect()); err != nil {
		return nil, err
	}
	if err := artefact.WriteFile(d.file(BundleFile), encoded, artefact.PublicMode); err != nil {
		return nil, err
	}
	return &ProveRecord{
		Statement: report.Facts.Statement, Bundle: BundleFile, Bytes: len(encoded), Segments: len(w.bundle.Segments),
		Proven: w.proven, Insecure: j.Setup.Insecure,
	}, nil
}

// defect reports that something made here just now is false: that is no verdict,
// but a file that was damaged, a machine that errs, or a bug.
func defect(what string, err error) error {
	if !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: a file of the run is damaged (start the stage over with --restart), or this is a bug: %v", what, err)
}

// unproven is an error of making a proof. That the run's own proof is false is
// a defect.
func unproven(err error) error {
	if errors.Is(err, fault.ErrRejected) {
		return defect("a step that was executed here cannot be proven", err)
	}
	return err
}

const expectationHead = `# What the bundle beside this file claims to be about, as an expectation for
#   zkaudit verify --expect
# An auditor does not take these values from the trainer: compare each with its
# own source (the data's owner, the regulation, the order), and delete those
# that do not matter. What is deleted is reported as NOT CHECKED.
`

func writeExpectation(path string, e bundle.Expectation) error {
	text, err := toml.Marshal(e)
	if err != nil {
		return fmt.Errorf("%s: %w: %v", path, os.ErrInvalid, err)
	}
	return artefact.WriteFile(path, append([]byte(expectationHead), text...), artefact.PublicMode)
}
