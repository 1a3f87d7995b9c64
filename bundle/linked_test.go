package bundle_test

import (
	"context"
	cryptorand "crypto/rand"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/train"
)

// linked is a proven run of a chain, with what its trainer knows: all weights at each
// border, and what blinds them.
type linked struct {
	bundle  *bundle.Bundle
	cells   []train.Weights
	weights []*owner.CommittedWeights
}

// last are the weights that the run ends with.
func (l *linked) last() (train.Weights, *owner.CommittedWeights) {
	return l.cells[len(l.cells)-1], l.weights[len(l.weights)-1]
}

// linking is how a run of a chain is made: a trainer may state and commit what she
// likes, and proves it honestly.
type linking struct {
	choices network.Choices
	seed    uint64 // of the rows
	origin  bundle.Origin
	cells   train.Weights
	initial *owner.CommittedWeights
}

// linkSetup is that of all links.
var linkSetup = sync.OnceValues(func() (*commitments.Setup, error) { return commitments.NewDevelopment(6) })

// linkChoices train a network of two layers whose biases have one shape.
func linkChoices() network.Choices {
	return network.Choices{Batch: 2, Formats: network.Formats{Feature: 6, Activation: 6, Error: 6}, RateShift: 8, Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot}
}

func linkNetwork(t *testing.T, c network.Choices) *network.Network {
	t.Helper()
	n, err := network.New(network.Architecture{
		Input: []int{3}, Weights: []network.Weight{{Shape: []int{3, 3}}, {Shape: []int{3}}, {Shape: []int{3, 3}}, {Shape: []int{3}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{3}, Activation: network.Relu},
			{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{2, 3}, Shape: []int{3}},
		},
	}, c)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// begin is how the first run of a chain is made.
func begin(t *testing.T) linking {
	t.Helper()
	setup, err := linkSetup()
	if err != nil {
		t.Fatal(err)
	}
	l := linking{choices: linkChoices(), seed: 1, origin: bundle.Origin{Kind: bundle.Private, Bits: 31}, cells: train.Weights{}}
	p := linkNetwork(t, l.choices).Program()
	for k, id := range network.WeightTensors(p) {
		l.cells[id] = make([]int64, p.Tensor(id).Size())
		for i := range l.cells[id] {
			l.cells[id][i] = int64(100*k+7*i) - 200
		}
	}
	if l.initial, err = owner.CommitWeights(setup, p, network.WeightTensors(p), l.cells, cryptorand.Reader); err != nil {
		t.Fatal(err)
	}
	return l
}

// continuing is how a run is made that continues another.
func continuing(t *testing.T, from *linked) linking {
	t.Helper()
	l := linking{choices: linkChoices(), seed: 2, origin: bundle.Origin{Kind: bundle.Continued, Bits: 31, Predecessor: resultOf(t, from.bundle).Digest()}}
	l.cells, l.initial = from.last()
	return l
}

func resultOf(t *testing.T, b *bundle.Bundle) *bundle.Result {
	t.Helper()
	r, err := b.Result()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// make trains 4 steps in 2 segments and proves them.
func (l linking) make(t *testing.T) *linked {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	setup, err := linkSetup()
	must(err)
	n := linkNetwork(t, l.choices)
	p, ctx, tables := n.Program(), context.Background(), ops.NewTables()
	rows := drawRows(rand.New(rand.NewPCG(l.seed, 0)), p, 6)
	spec := schedule.Spec{Parts: schedule.Parts{rows.Rows}, Batch: p.Batch, Steps: 4, Tail: schedule.Wrap}
	order, err := schedule.New(spec)
	must(err)
	source, err := train.NewScheduledRows(p, order, rows)
	must(err)
	run := &train.Run{Program: p, Segment: 2, Initial: l.cells, Rows: source, Rates: []int64{3, 3, 3, 3}}
	trainer, err := train.New(run, tables)
	must(err)
	checkpoints := train.NewCheckpoints(t.TempDir(), run)
	_, err = trainer.Train(ctx, checkpoints, nil)
	must(err)
	by := &proving.Prover{Setup: setup, Rand: cryptorand.Reader}
	part, err := owner.CommitPart(setup, rows, p.Loss.Labels, mode.Validity, cryptorand.Reader)
	must(err)
	claims, err := bundle.NewClaims(&bundle.Statement{
		Mode: mode.Validity, RunID: [32]byte{byte(l.seed)}, Network: n, Segment: run.Segment, Rates: run.Rates[:1], Setup: setup.ID, RowBits: setup.RowBits,
		Schedule: spec, Parts: []bundle.PartCommitment{part.Commitment()}, Initial: l.initial.Public, Origin: l.origin,
	}, tables)
	must(err)
	prover := &owner.RunProver{By: by, Claims: claims, Parts: []*owner.Part{part}}
	made := &linked{bundle: &bundle.Bundle{Statement: claims.Run}, cells: []train.Weights{l.cells}, weights: []*owner.CommittedWeights{l.initial}}
	certificate, err := part.Certify(ctx, mode.Validity, by, nil)
	must(err)
	made.bundle.Datasets = [][]byte{certificate}
	made.bundle.Weights, err = prover.CertifyWeights(ctx, l.initial, l.cells)
	must(err)
	must(prover.Certified(made.bundle.Datasets, made.bundle.Weights, l.initial))
	before := l.initial.Trained(p)
	for i := range run.Segments() {
		trace, err := trainer.Trace(ctx, checkpoints, i)
		must(err)
		after, err := owner.CommitWeights(setup, p, p.OfRole(graph.Weight), trace.After, cryptorand.Reader)
		must(err)
		sys, claim, err := prover.SegmentClaim(i, before, after)
		must(err)
		encoded, err := prover.Segment(ctx, sys, claim, trace, before, after)
		must(err)
		made.bundle.Segments, before = append(made.bundle.Segments, bundle.Segment{After: after.Public, Proof: encoded}), after
		cells, err := checkpoints.Load(i + 1)
		must(err)
		made.cells = append(made.cells, cells)
		made.weights = append(made.weights, &owner.CommittedWeights{Public: claims.Run.Before(after.Public), Blinding: prover.BlindingBefore(after)})
	}
	return made
}

// threeLinks are a chain: the second run freezes the first layer, the third trains it
// again. They are made once.
var threeLinks struct {
	once  sync.Once
	links []*linked
}

func chainOfThree(t *testing.T) []*linked {
	t.Helper()
	threeLinks.once.Do(func() {
		a := begin(t).make(t)
		second := continuing(t, a)
		second.choices.Frozen = []int{0, 1}
		b := second.make(t)
		third := continuing(t, b)
		third.seed = 3
		threeLinks.links = []*linked{a, b, third.make(t)}
	})
	if len(threeLinks.links) != 3 {
		t.Fatal("the chain was not made")
	}
	return threeLinks.links
}

// verifyLink verifies a run given what it continues.
func verifyLink(b *bundle.Bundle, e bundle.Expectation, from *bundle.Predecessor) (*bundle.Report, error) {
	setup, err := linkSetup()
	if err != nil {
		return nil, err
	}
	return bundle.Verify(context.Background(), b, e, setup.Verifier(), bundle.Options{AllowInsecure: true, From: from})
}

// predecessor verifies a run for one that continues it.
func predecessor(t *testing.T, l *linked, from *bundle.Predecessor) *bundle.Predecessor {
	t.Helper()
	r, err := verifyLink(l.bundle, bundle.Expectation{}, from)
	if err != nil {
		t.Fatal(err)
	}
	return r.Predecessor()
}
