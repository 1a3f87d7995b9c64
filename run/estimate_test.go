package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/estimate"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/prover"
)

// evenPrices are those of a machine where everything takes a nanosecond.
func evenPrices() *estimate.Prices {
	p := &estimate.Prices{
		Phases: map[string]float64{}, Weight: 1e-9, Check: 1e-9,
		Few: estimate.Price{Units: 1, Seconds: 1e-9}, Many: estimate.Price{Units: 2, Seconds: 1e-9},
	}
	for phase := range prover.Phases() {
		p.Phases[phase.String()] = 1e-9
	}
	return p
}

// The bundle is as long as estimated, to the byte, and what stages write is within a tenth
// and what records and texts vary by; in every mode whose proofs need no keys, for segments
// of two lengths, attributes and rows held out.
func TestEstimateOfBytes(t *testing.T) {
	for _, mode := range []string{"validity", "zk"} {
		dir := small(t, func(c *Config) { c.Proof.Mode = mode; c.Test.Commit = true })
		d := open(t, dir, nil)
		before := listing(t, dir)
		e, err := d.Estimate(t.Context(), evenPrices())
		if err != nil {
			t.Fatal(err)
		}
		if after := listing(t, dir); after != before {
			t.Errorf("an estimate changed the directory: %s, before %s", after, before)
		}
		d.Close()
		wrote := map[string]int64{}
		d = open(t, dir, nil)
		for _, stage := range []struct {
			name string
			run  func() error
		}{
			{"commit", func() error { _, err := d.Commit(t.Context(), false); return err }},
			{"train", func() error { _, err := d.Train(t.Context(), false); return err }},
			{"prove", func() error { _, err := d.Prove(t.Context(), false); return err }},
		} {
			n := bytesOf(t, dir)
			if err := stage.run(); err != nil {
				t.Fatal(err)
			}
			wrote[stage.name] = bytesOf(t, dir) - n
		}
		bundle, err := os.Stat(filepath.Join(dir, BundleFile))
		if err != nil {
			t.Fatal(err)
		}
		if e.Bundle != bundle.Size() {
			t.Errorf("%s: a bundle of %d bytes, estimated %d", mode, bundle.Size(), e.Bundle)
		}
		for _, s := range e.Stages[:3] {
			if off := s.Disk - wrote[s.Name]; off > recordBytes+s.Disk/10 || -off > recordBytes+s.Disk/10 {
				t.Errorf("%s: %s writes %d bytes, estimated %d", mode, s.Name, wrote[s.Name], s.Disk)
			}
		}
		if e.Segments != 3 || e.SegmentSteps != 5 || e.Steps != 12 || e.Fits != nil || e.Stages[3].Name != "verify" || e.Segment <= 0 || e.Seconds <= e.Segment {
			t.Errorf("%+v", e)
		}
	}
}

// listing names the files of a directory with their lengths.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var list []string
	if err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil {
			list = append(list, fmt.Sprint(path, info.Size()))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

// What does not fit is said with the longest segment that does: one step more is refused.
func TestLongestSegmentThatFits(t *testing.T) {
	dir := small(t, func(c *Config) { c.Training.Steps, c.Training.SegmentSteps = 400, 300 })
	d := open(t, dir, nil)
	m, rows, err := d.read()
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Config.segmenting(m, rows.trained())
	if err != nil {
		t.Fatal(err)
	}
	need := func(steps int) int64 {
		n, err := s.need(steps, rows)
		if err != nil {
			t.Fatal(err)
		}
		return n.Bytes()
	}
	limit := memory.Limit{Bytes: (need(300) + need(1)) / 2, By: "a test"}
	longest := s.longestWithin(300, rows, limit)
	if longest < 2 || longest > 299 || need(longest) > limit.Bytes || need(longest+1) <= limit.Bytes {
		t.Fatalf("%d steps, which need %d of %d bytes; one more %d", longest, need(longest), limit.Bytes, need(longest+1))
	}
	if n := s.longestWithin(300, rows, memory.Limit{Bytes: 1}); n != 0 {
		t.Errorf("%d steps fit into one byte", n)
	}
	d.memory = limit
	e, err := d.Estimate(t.Context(), evenPrices())
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("training.segment_steps = %d would fit", longest); !errors.Is(e.Fits, fault.ErrResources) || !strings.Contains(e.Fits.Error(), want) {
		t.Errorf("%v, want %s", e.Fits, want)
	}
	d.memory, d.space = memory.Limit{}, func(string) (int64, bool) { return e.Disk - 1, true }
	if e, err = d.Estimate(t.Context(), evenPrices()); err != nil || !errors.Is(e.Fits, fault.ErrResources) || !strings.Contains(e.Fits.Error(), "the run writes about") {
		t.Errorf("%v, %v", e.Fits, err)
	}
}

// A momentum that restarts within segments allows some lengths only.
func TestLongestSegmentMayBeChosen(t *testing.T) {
	dir := small(t, func(c *Config) {
		c.Training.Steps, c.Training.SegmentSteps, c.Training.Momentum, c.Training.MomentumRestart = 64, 32, "0.5", 4
	})
	d := open(t, dir, nil)
	m, rows, err := d.read()
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Config.segmenting(m, rows.trained())
	if err != nil {
		t.Fatal(err)
	}
	need, err := s.need(31, rows)
	if err != nil {
		t.Fatal(err)
	}
	if n := s.longestWithin(32, rows, memory.Limit{Bytes: need.Bytes() + 1<<20}); n != 28 {
		t.Errorf("%d steps, want 28: of 31 that fit the most that the momentum's restart divides", n)
	}
}
