package bundle_test

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/network/networktest"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/train"
)

// drawnRun is a run of a random network on random rows: one segment, or two where its
// momentum allows it.
type drawnRun struct {
	*networktest.Training
	*train.Run
	mode  mode.Name
	setup *commitments.Setup
	data  *data.Dataset
	spec  schedule.Spec
}

func drawRun(t *testing.T, rng *rand.Rand, m mode.Name, setup *commitments.Setup) *drawnRun {
	t.Helper()
	d := networktest.NewTraining(rng, networktest.Wide)
	for d.Choices().Labels == graph.Bits { // which no dataset has
		d = networktest.NewTraining(rng, networktest.Wide)
	}
	p, c, steps := d.Program(), d.Choices(), d.Steps
	if c.Momentum == nil || steps%c.Momentum.Restart == 0 {
		steps += 1 + rng.IntN(d.Steps)
	}
	r := &drawnRun{Training: d, mode: m, setup: setup, data: drawRows(rng, p, 5+rng.IntN(4))}
	r.spec = schedule.Spec{Parts: schedule.Parts{r.data.Rows}, Batch: p.Batch, Steps: steps, Tail: schedule.Wrap}
	order, err := schedule.New(r.spec)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := train.NewScheduledRows(p, order, r.data)
	if err != nil {
		t.Fatal(err)
	}
	initial, err := network.Random(p, fmt.Append(nil, rng.Uint64()), network.He)
	if err != nil {
		t.Fatal(err)
	}
	r.Run = &train.Run{Program: p, Segment: d.Steps, Initial: initial, Rows: rows}
	for s := range steps {
		if r.Rates = append(r.Rates, 1+rng.Int64N(3)); !c.Scheduled {
			r.Rates[s] = r.Rates[0]
		}
	}
	return r
}

// drawRows draws rows of a network's features and labels.
func drawRows(rng *rand.Rand, p *graph.Program, rows int) *data.Dataset {
	in, label := p.Tensor(p.Input), p.Tensor(p.Label)
	d := &data.Dataset{Rows: rows, Width: in.Units(), Shape: []int{in.Units()}, FractionBits: in.Format.Fraction}
	for range rows * in.Units() {
		d.Features = append(d.Features, rng.Int32N(2<<in.Format.Fraction)-1<<in.Format.Fraction)
	}
	if p.Loss.Labels == graph.OneHot {
		d.Labels = data.Labels{Kind: data.OneHot, Classes: []string{"a", "b", "c"}[:label.Units()]}
		for range rows {
			d.Labels.Class = append(d.Labels.Class, rng.Int32N(int32(label.Units())))
		}
		return d
	}
	d.Labels = data.Labels{Kind: data.Values, Targets: label.Units(), FractionBits: label.Format.Fraction}
	for range rows * label.Units() {
		d.Labels.Values = append(d.Labels.Values, rng.Int32N(2<<label.Format.Fraction)-1<<label.Format.Fraction)
	}
	return d
}

// statement says what the run is, of a part and of committed weights.
func (r *drawnRun) statement(part *owner.Part, initial *owner.CommittedWeights) *bundle.Statement {
	s := &bundle.Statement{
		Mode: r.mode, RunID: [32]byte{1}, Network: r.Network, Segment: r.Run.Segment, Rates: r.Rates, Setup: r.setup.ID, RowBits: r.setup.RowBits,
		Schedule: r.spec, Parts: []bundle.PartCommitment{part.Commitment()}, Initial: initial.Public,
	}
	if !r.Choices().Scheduled {
		s.Rates = r.Rates[:1]
	}
	s.Origin = bundle.Origin{Kind: bundle.Private, Bits: 1}
	for _, cells := range r.Initial {
		for _, v := range cells {
			s.Origin.Bits = max(s.Origin.Bits, bits.Len64(uint64(max(v, -v))))
		}
	}
	return s
}

// prove trains and makes the bundle; fault.ErrOverflow if a value leaves its format.
func (r *drawnRun) prove(t *testing.T) (*bundle.Bundle, error) {
	t.Helper()
	ctx, tables, p := context.Background(), ops.NewTables(), r.Network.Program()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	trainer, err := train.New(r.Run, tables)
	must(err)
	checkpoints := train.NewCheckpoints(t.TempDir(), r.Run)
	if _, err := trainer.Train(ctx, checkpoints, nil); err != nil {
		return nil, err
	}
	by := &proving.Prover{Setup: r.setup, Rand: cryptorand.Reader}
	part, err := owner.CommitPart(r.setup, r.data, p.Loss.Labels, r.mode, cryptorand.Reader)
	must(err)
	initial, err := owner.CommitWeights(r.setup, p, network.WeightTensors(p), r.Initial, cryptorand.Reader)
	must(err)
	claims, err := bundle.NewClaims(r.statement(part, initial), tables)
	must(err)
	prover := &owner.RunProver{By: by, Claims: claims, Parts: []*owner.Part{part}}
	b := &bundle.Bundle{Statement: claims.Run}
	certificate, err := part.Certify(ctx, r.mode, by, nil)
	must(err)
	b.Datasets = [][]byte{certificate}
	b.Weights, err = prover.CertifyWeights(ctx, initial, r.Initial)
	must(err)
	must(prover.Certified(b.Datasets, b.Weights, initial))
	before := initial.Trained(p)
	for i := range r.Segments() {
		trace, err := trainer.Trace(ctx, checkpoints, i)
		must(err)
		after, err := owner.CommitWeights(r.setup, p, p.OfRole(graph.Weight), trace.After, cryptorand.Reader)
		must(err)
		sys, claim, err := prover.SegmentClaim(i, before, after)
		must(err)
		encoded, err := prover.Segment(ctx, sys, claim, trace, before, after)
		must(err)
		b.Segments, before = append(b.Segments, bundle.Segment{After: after.Public, Proof: encoded}), after
	}
	return b, nil
}

// Whole bundles of random networks are accepted, written and read in between, in both
// modes without keys; with two weights exchanged in their places they are not.
func TestBundlesOfRandomNetworks(t *testing.T) {
	setup, err := commitments.NewTransparent(8, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	count, accepted := uint64(2), 0
	if *graphs > 0 {
		count = uint64(*graphs)
	}
	for i := range count {
		t.Run(fmt.Sprint("seed ", *seed+i), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(*seed+i, 16))
			r := drawRun(t, rng, []mode.Name{mode.ZK, mode.Validity}[i%2], setup)
			b, err := r.prove(t)
			if errors.Is(err, fault.ErrOverflow) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			file, err := b.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			read := decode(t, made{bytes: file})
			if _, err := bundle.Verify(context.Background(), read, bundle.Expectation{}, setup.Verifier(), bundle.Options{}); err != nil {
				t.Errorf("%v\n%s", err, r.Describe())
			}
			accepted++
			after := read.Segments[len(read.Segments)-1].After
			after[0], read.Statement.Initial[0] = read.Statement.Initial[0], after[0]
			if _, err := bundle.Verify(context.Background(), read, bundle.Expectation{}, setup.Verifier(), bundle.Options{}); !refused(err) {
				t.Errorf("weights before and after exchanged: %v", err)
			}
		})
	}
	if accepted == 0 {
		t.Error("no network was trained")
	}
}
