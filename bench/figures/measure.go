package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/bench/floatstep"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// commitment compares a row of signed 16-bit cells with gnark-crypto's
// commitment to the same values.
func (s *session) commitment() error {
	n := s.setup.RowCells()
	rng := rand.New(rand.NewPCG(1, 2))
	cells, field := make([]int32, n), make([]fr.Element, n)
	for i := range cells {
		cells[i] = rng.Int32N(1<<16) - 1<<15
		field[i].SetInt64(int64(cells[i]))
	}
	ours, err := s.best(timed(func() error {
		_, err := s.setup.CommitInt32(cells, nil)
		return err
	}))
	if err != nil {
		return err
	}
	theirs, err := s.best(timed(func() error {
		_, err := kzg.Commit(field, kzg.ProvingKey{G1: s.setup.G1})
		return err
	}))
	if err != nil {
		return err
	}
	s.add(figure{"commit signed 16-bit cells, ours", perUnit(ours, n), "ns/cell", 160, 85, false})
	s.add(figure{"  gnark-crypto kzg.Commit / ours", ratio(theirs, ours), "×", 8, 15, true})
	return nil
}

func timed(f func() error) func() (time.Duration, error) {
	return func() (time.Duration, error) {
		start := time.Now()
		err := f()
		return time.Since(start), err
	}
}

func perUnit(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / float64(n) }

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// floatSteps is the time of some float64 steps of 784-128-10, batch 64, on
// rows with as many zeros as those of the exact executor: both skip them.
func floatSteps(steps int) (time.Duration, error) {
	net := floatstep.New()
	for i, x := range mnist.Digits(mnist.Batch).Features {
		net.X[i] = float64(x) / 256
	}
	net.Step(1e-6)
	return timed(func() error {
		for range steps {
			net.Step(1e-6)
		}
		return nil
	})()
}

var mnist = bench.Dense{Widths: []int{784, 128, 10}, Batch: 64, Rate: "0.125"}

// executor compares the exact executor with float64 steps, in turns.
func (s *session) executor() error {
	const steps = 256
	var exact, float time.Duration
	for i := range s.repeat {
		w, err := mnist.Segment(s.ctx, s.setup, 4096, steps)
		if err != nil {
			return err
		}
		f, err := floatSteps(steps)
		if err != nil {
			return err
		}
		if i == 0 || w.Train < exact {
			exact = w.Train
		}
		if i == 0 || f < float {
			float = f
		}
	}
	s.add(figure{"float64 training step (gonum), 784-128-10", perUnit(float, steps) / 1e6, "ms", 10, 5, false})
	s.add(figure{"  exact training step / float64 step", ratio(exact, float), "×", 3, 2, false})
	return nil
}

// segment measures 256 steps of 784-128-10, batch 64, in one proof.
func (s *session) segment() error {
	const steps = 256
	w, err := mnist.Segment(s.ctx, s.setup, 4096, steps)
	if err != nil {
		return err
	}
	lookups, err := s.best(func() (time.Duration, error) { return w.Lookups(s.arena) })
	if err != nil {
		return err
	}
	s.add(figure{"lookup argument per looked-up tuple", perUnit(lookups, w.Tuples), "ns", 170, 100, false})
	var r bench.Result
	prove, err := s.best(func() (time.Duration, error) {
		r, err = w.Prove(s.ctx, s.setup, s.arena)
		return r.Prove, err
	})
	if err != nil {
		return err
	}
	float, err := s.best(func() (time.Duration, error) { return floatSteps(steps) })
	if err != nil {
		return err
	}
	s.add(figure{"argument per activation cell, 784-128-10, 256 steps", perUnit(prove, mnist.Cells()*steps) / 1000, "µs", 4, 2, false})
	s.add(figure{"  the same / as many float64 steps", ratio(prove, float), "×", 40, 15, false})
	s.add(figure{"native verification of the segment", r.Verify.Seconds(), "s", 1, 0.2, false})
	s.add(figure{"proof of the segment", float64(r.Bytes) / 1024, "KiB", 512, 128, false})
	return nil
}

// wraps measures the wraps of the same segment, with rows of the size that
// keeps their circuits small.
func (s *session) wraps() error {
	const steps, rowBits = 256, 16
	setup, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		return err
	}
	w, err := mnist.Segment(s.ctx, setup, 4096, steps)
	if err != nil {
		return err
	}
	open, err := s.best(func() (time.Duration, error) {
		r, err := w.Prove(s.ctx, setup, s.arena)
		return r.Prove, err
	})
	if err != nil {
		return err
	}
	for _, m := range []struct {
		name      mode.Name
		must, aim float64
	}{{mode.ZKPLONK, 35, 16}, {mode.ZKGroth16, 6, 3}} {
		r, err := w.ProveWrapped(s.ctx, setup, m.name, s.arena)
		if err != nil {
			return err
		}
		s.add(figure{fmt.Sprintf("%s: proof of the segment beyond the argument", m.name), (r.Prove - open).Seconds(), "s", m.must, m.aim, false})
		s.add(figure{"  its keys, made once for all such segments", r.Keys.Seconds(), "s", 90, 45, false})
		s.add(figure{"  proof", float64(r.Bytes) / 1024, "KiB", 32, 12, false})
		s.add(figure{"  verification, keys at hand", r.Verify.Seconds(), "s", 0.3, 0.05, false})
	}
	return nil
}

// width compares the cost of a step at 28 times the parameters and as many
// units, in turns.
func (s *session) width() error {
	const steps = 64
	var work [2]*bench.Workload
	for i, inputs := range []int{64, 2048} {
		d := bench.Dense{Widths: []int{inputs, 1024, 10}, Batch: 64, Rate: "0.125"}
		w, err := d.Segment(s.ctx, s.setup, 4096, steps)
		if err != nil {
			return err
		}
		work[i] = w
	}
	var least [2]time.Duration
	for n := range s.repeat {
		for i, w := range work {
			r, err := w.Prove(s.ctx, s.setup, s.arena)
			if err != nil {
				return err
			}
			if n == 0 || r.Prove < least[i] {
				least[i] = r.Prove
			}
		}
	}
	s.add(figure{"argument per step, 2048-1024-10 / 64-1024-10", ratio(least[1], least[0]), "×", 1.6, 1.25, false})
	return nil
}

// epoch proves 60,000 samples in segments of up to 256 steps.
func (s *session) epoch() error {
	const samples, segment = 60_000, 256
	var total, certificates time.Duration
	for left := samples / mnist.Batch; left > 0; left -= segment {
		w, err := mnist.Segment(s.ctx, s.setup, 5000, min(left, segment))
		if err != nil {
			return err
		}
		if certificates == 0 {
			if certificates, err = bench.Certificates(s.ctx, s.setup, mnist, 5000, s.arena); err != nil {
				return err
			}
		}
		r, err := w.Prove(s.ctx, s.setup, s.arena)
		if err != nil {
			return err
		}
		total += r.Prove
	}
	s.add(figure{"argument, epoch of 60,000 samples, 784-128-10", total.Seconds(), "s", 45, 22, false})
	s.add(figure{"  its certificates (5,000 rows; initial weights)", certificates.Seconds(), "s", 45, 22, false})
	s.add(figure{"  peak memory of this process", bench.PeakGiB(), "GiB", 16, 8, false})
	return nil
}
