package estimate

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
)

// rows is how many generated rows a reference trains on.
const rows = 256

// references are the segments that a machine is measured by: many steps of two small
// networks, one of a small one with convolutions, and a few of layers with a million
// weights, in this order. The last is the largest in every phase.
var references = []func(context.Context, *commitments.Setup) (*bench.Workload, error){
	dense(300, 16, 4, 16, 3),
	dense(100, 64, 108, 16, 2),
	func(ctx context.Context, s *commitments.Setup) (*bench.Workload, error) {
		p := bench.Peers()[0]
		return p.Segment(ctx, s, rows)
	},
	dense(8, 64, 784, 512, 512, 512, 10),
}

func dense(steps, batch int, widths ...int) func(context.Context, *commitments.Setup) (*bench.Workload, error) {
	d := bench.Dense{Widths: widths, Batch: batch, Rate: "0.125"}
	return func(ctx context.Context, s *commitments.Setup) (*bench.Workload, error) {
		return d.Segment(ctx, s, rows, steps)
	}
}

// sample is what a reference has shown.
type sample struct {
	work    *prover.Work
	times   *prover.Durations
	weights int           // committed to
	commit  time.Duration // to them
	verify  time.Duration
}

// repetitions of each reference: the least time of each phase counts, since other work
// on a machine only adds to it.
const repetitions = 2

// Measure proves the references in mode zk, which takes some fifteen seconds on two cores,
// and returns the prices that follow. progress is told of every proof that is done, and of
// none at the beginning.
func Measure(ctx context.Context, setup *commitments.Setup, progress func(done, of int)) (*Prices, error) {
	var samples []*sample
	done := 0
	tell := func() {
		progress(done, repetitions*len(references))
		done++
	}
	tell()
	for _, reference := range references {
		w, err := reference(ctx, setup)
		if err != nil {
			return nil, fmt.Errorf("measuring this machine: %w", err)
		}
		var least *sample
		for range repetitions {
			s, err := measure(ctx, setup, w)
			if err != nil {
				return nil, fmt.Errorf("measuring this machine: %w", err)
			}
			least = s.least(least)
			tell()
		}
		samples = append(samples, least)
	}
	return pricesOf(samples), nil
}

// least takes the shorter of two times of the same work; other may be nil.
func (s *sample) least(other *sample) *sample {
	if other == nil {
		return s
	}
	for phase := range prover.Phases() {
		s.times.Of[phase] = min(s.times.Of[phase], other.times.Of[phase])
	}
	s.commit, s.verify = min(s.commit, other.commit), min(s.verify, other.verify)
	return s
}

// measure commits, proves and verifies a reference.
func measure(ctx context.Context, setup *commitments.Setup, w *bench.Workload) (*sample, error) {
	masked, err := w.Masked(setup)
	if err != nil {
		return nil, err
	}
	s := &sample{work: prover.WorkOf(masked.Layout)}
	start := time.Now()
	for _, id := range w.After {
		s.weights += len(w.Cells[id].Large)
		if _, err := setup.CommitInt64(w.Cells[id].Large, nil); err != nil {
			return nil, err
		}
	}
	s.commit = time.Since(start)
	arena := new(poly.Arena)
	defer arena.Free()
	p, times, err := prover.ProveTimed(ctx, setup, masked, prover.Secret{Cells: w.Cells, Arena: arena}, rand.Reader)
	if err != nil {
		return nil, err
	}
	s.times = times
	encoded, err := p.MarshalBinary()
	if err != nil {
		return nil, err
	}
	s.verify, err = bench.CheckCommitted(setup.Verifier(), masked, encoded, 1)
	return s, err
}

// pricesOf returns, for each phase, the time of all samples over their units: large ones
// count for most.
func pricesOf(samples []*sample) *Prices {
	p := &Prices{Phases: map[string]float64{}}
	for phase := range prover.Phases() {
		p.Phases[phase.String()] = priceOf(samples, phase).Seconds
	}
	last := len(samples) - 1
	p.Few, p.Many = priceOf(samples[:last], prover.Lookups), priceOf(samples[last:], prover.Lookups)
	var commit, verify, weights, work float64
	for _, s := range samples {
		commit, verify = commit+s.commit.Seconds(), verify+s.verify.Seconds()
		weights, work = weights+float64(s.weights), work+checked(s.work)
	}
	p.Weight, p.Check = commit/weights, verify/work
	return p
}

// priceOf returns what a unit of a phase costs, and how many units a sample has on
// average.
func priceOf(samples []*sample, phase prover.Phase) Price {
	var seconds, sum float64
	for _, s := range samples {
		seconds, sum = seconds+s.times.Of[phase].Seconds(), sum+units(s.work, phase)
	}
	return Price{Units: sum / float64(len(samples)), Seconds: seconds / sum}
}
