package run

import (
	"context"
	"crypto/rand"
	"errors"
	mrand "math/rand/v2"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/schedule"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/train"
	"github.com/zkaudit/zkaudit/transpile"
)

func TestThinLine(t *testing.T) {
	ctx := context.Background()
	start := time.Now()
	lap := func(what string) {
		t.Logf("%-20s %v", what, time.Since(start).Round(time.Millisecond))
		start = time.Now()
	}
	srs, err := commitments.DevelopmentSRS(12)
	must(t, err)
	lap("srs")
	layers := []tflite.DenseLayer{
		{Units: 8, Activation: tflite.ActRelu, Weights: make([]float32, 48), Bias: make([]float32, 8)},
		{Units: 3, Weights: make([]float32, 24), Bias: make([]float32, 3)},
	}
	m, err := tflite.NewDense("thin", layers, 6, true)
	must(t, err)
	rate, _, err := number.ParseRate("0.1", 4)
	must(t, err)
	r, err := transpile.Transpile(m, transpile.Options{Name: "thin", Batch: 4, Fractions: transpile.DefaultFractions(), RateShift: rate.K})
	must(t, err)
	p := r.Program
	d := &data.Dataset{Rows: 30, Width: 6, Shape: []int{6}, FractionBits: 8, Labels: data.Labels{Kind: data.OneHot, Classes: []string{"a", "b", "c"}}}
	for range d.Rows {
		for range d.Width {
			d.Features = append(d.Features, mrand.Int32N(512)-256)
		}
		d.Labels.Class = append(d.Labels.Class, mrand.Int32N(3))
	}
	part, err := CommitPart(srs, d, graph.OneHot, rand.Reader)
	must(t, err)
	lap("commit")
	arena := &poly.Arena{}
	cert, err := part.Certify(ctx, srs, arena, rand.Reader)
	must(t, err)
	lap("certify")

	const steps, S = 8, 5
	spec := schedule.Spec{Parts: schedule.Parts{d.Rows}, Batch: 4, Steps: steps, Order: schedule.Shuffled, Seed: "x",
		Commitments: [][32]byte{bundle.PartDigest(part.Shape, srs.ID, srs.RowBits, part.Public)}}
	sched, err := schedule.New(spec)
	must(t, err)
	rows, err := train.NewScheduledRows(p, sched, d)
	must(t, err)
	w0, err := train.Random(p, []byte("seed"), train.He)
	must(t, err)
	tr := &train.Run{Program: p, Rates: train.ConstantRate(rate, steps), Segment: S, Initial: w0, Rows: rows}
	tables := ops.NewTables()
	trainer, err := train.New(tr, tables)
	must(t, err)
	cps := train.NewCheckpoints(t.TempDir(), tr)
	_, err = trainer.Train(ctx, cps, nil)
	must(t, err)
	lap("train")

	initial, err := CommitWeights(srs, p, bundle.WeightTensors(p), w0, rand.Reader)
	must(t, err)
	st := &bundle.Statement{Mode: bundle.ModeValidity, Context: "nonce", Program: p, Segment: S, Rates: []int64{int64(rate.N)}, SRS: srs.ID, RowBits: srs.RowBits,
		Schedule: spec, Parts: []bundle.Part{part.Public}, Origin: bundle.Origin{Kind: bundle.Seeded, Bits: 47, Seed: "seed", Scheme: "he"}, Initial: initial.Public}
	claims, err := bundle.NewClaims(st, tables)
	must(t, err)
	pr := &Prover{SRS: srs, Claims: claims, Parts: []*Part{part}, Rand: rand.Reader, Arena: arena}
	b := &bundle.Bundle{Statement: st, Datasets: [][]byte{cert}}
	b.Weights, err = pr.CertifyWeights(ctx, initial, w0)
	must(t, err)
	must(t, pr.Certified(b.Datasets, b.Weights, initial))
	lap("certify weights")
	before := initial.Trained(p)
	for i := range st.Segments() {
		trace, err := trainer.Trace(ctx, cps, i)
		must(t, err)
		after, err := CommitWeights(srs, p, p.OfRole(graph.Weight), trace.After, rand.Reader)
		must(t, err)
		sys, claim, err := pr.SegmentClaim(i, before, after)
		must(t, err)
		proof, err := pr.Segment(ctx, sys, claim, trace, before, after)
		must(t, err)
		b.Segments = append(b.Segments, bundle.Segment{After: after.Public, Proof: proof})
		before = after
		lap("segment")
	}
	data, err := b.Marshal()
	must(t, err)
	back, err := bundle.Unmarshal(data)
	must(t, err)
	rep, err := bundle.Verify(ctx, back, bundle.Expectation{}, srs.Verifier(), bundle.Options{AllowInsecure: true})
	must(t, err)
	lap("verify")
	t.Logf("%d bytes, %+v", len(data), rep.Facts)
	back.Segments[0].Proof[len(back.Segments[0].Proof)/2] ^= 1
	if _, err := bundle.Verify(ctx, back, bundle.Expectation{}, srs.Verifier(), bundle.Options{AllowInsecure: true}); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
