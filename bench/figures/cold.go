package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// shape is a segment that is proven in a fresh process.
type shape struct {
	dense bench.Dense
	steps int
}

// shapes are called by these names on the command line of a fresh process.
var shapes = map[string]shape{
	"256 steps": {mnist, 256},
	"epoch":     {mnist, 938},
	"wide":      {bench.Dense{Widths: []int{1024, 1024, 1024, 1024, 1024, 1024, 1024, 1024, 1024}, Batch: 64, Rate: "0.125"}, 16},
}

// fresh is what a fresh process measures: one segment in mode zk.
type fresh struct {
	Cold, Warm   time.Duration // the first proof of the process, and the second
	Validity     time.Duration // the argument alone, warm
	Float        time.Duration // as many float64 steps, of 784-128-10
	Verify, Four time.Duration // one proof, and four of them in one batch, with generators at hand
	Derived      time.Duration // one proof, and the generators derived
	Bytes        int
	Peak         float64 // GiB after the first proof
}

// cold proves a segment in this process and prints what it measured.
func cold(name string, repeat bool) error {
	ctx, which := context.Background(), shapes[name]
	setup, err := commitments.NewTransparent(commitments.DefaultRowBits, new(commitments.Generators))
	if err != nil {
		return err
	}
	w, err := which.dense.Segment(ctx, setup, 4096, which.steps)
	if err != nil {
		return err
	}
	masked, err := w.Masked(setup)
	if err != nil {
		return err
	}
	var f fresh
	arena := new(poly.Arena)
	encoded, d, err := w.ProveCommitted(ctx, setup, masked, arena)
	if err != nil {
		return err
	}
	f.Cold, f.Peak, f.Bytes = d, bench.PeakGiB(), len(encoded)
	if repeat {
		if _, f.Warm, err = w.ProveCommitted(ctx, setup, masked, arena); err != nil {
			return err
		}
		r, err := w.Prove(ctx, setup, arena)
		if err != nil {
			return err
		}
		f.Validity = r.Prove
		if f.Float, err = floatSteps(which.steps); err != nil {
			return err
		}
	}
	for _, v := range []struct {
		to    *time.Duration
		times int
	}{{&f.Verify, 1}, {&f.Four, 4}} {
		if *v.to, err = bench.CheckCommitted(setup.Verifier(), masked, encoded, v.times); err != nil {
			return err
		}
	}
	start := time.Now()
	nothing, err := commitments.TransparentVerifier(setup.RowBits, new(commitments.Generators))
	if err != nil {
		return err
	}
	if _, err = bench.CheckCommitted(nothing, masked, encoded, 1); err != nil {
		return err
	}
	f.Derived = time.Since(start)
	return json.NewEncoder(os.Stdout).Encode(f)
}

// freshly runs cold in a process of its own.
func freshly(name string, repeat bool) (fresh, error) {
	var f fresh
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	cmd := exec.Command(self, "-cold", name, fmt.Sprintf("-again=%t", repeat))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return f, fmt.Errorf("%s in a fresh process: %w", name, err)
	}
	return f, json.Unmarshal(out, &f)
}

// committed measures mode zk over the transparent setup, which is what commands
// do unless told otherwise.
func (s *session) committed() error {
	f, err := freshly("256 steps", true)
	if err != nil {
		return err
	}
	cells := mnist.Cells() * shapes["256 steps"].steps
	s.add(figure{"zk per activation cell, 784-128-10, 256 steps, cold", perUnit(f.Cold, cells) / 1000, "µs", 1.6, 1.0, false})
	s.add(figure{"  the same, warm", perUnit(f.Warm, cells) / 1000, "µs", 1.4, 0.9, false})
	s.add(figure{"  cold / as many float64 steps", ratio(f.Cold, f.Float), "×", 20, 12, false})
	s.add(figure{"  cold / warm", ratio(f.Cold, f.Warm), "×", 1.8, 1.1, false})
	s.add(figure{"  beyond the argument, warm", (f.Warm - f.Validity).Seconds(), "s", 1.2, 0.5, false})
	s.add(figure{"  proof", float64(f.Bytes) / 1024, "KiB", 96, 32, false})
	s.add(figure{"  peak memory", f.Peak, "GiB", 3, 1.5, false})
	s.add(figure{"  verification, generators derived", f.Derived.Seconds(), "s", 2.5, 1, false})
	s.add(figure{"  verification of four in one batch, generators at hand", f.Four.Seconds(), "s", 0.5, 0.2, false})
	if f, err = freshly("wide", false); err != nil {
		return err
	}
	s.add(figure{"zk per step, eight layers of 1024, batch 64, 16 steps, cold", f.Cold.Seconds() / float64(shapes["wide"].steps), "s", 1, 0.6, false})
	s.add(figure{"  peak memory", f.Peak, "GiB", 6, 3, false})
	return nil
}

// wholeEpoch measures one segment of 938 steps.
func (s *session) wholeEpoch() error {
	f, err := freshly("epoch", false)
	if err != nil {
		return err
	}
	s.add(figure{"zk, one segment of an epoch of 60,000 samples, cold", f.Cold.Seconds(), "s", 45, 22, false})
	s.add(figure{"  peak memory", f.Peak, "GiB", 10, 5, false})
	return nil
}
