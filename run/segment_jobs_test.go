package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// trained makes a run of six segments, committed and trained.
func trained(t *testing.T, change func(c *Config)) string {
	t.Helper()
	dir := small(t, func(c *Config) {
		c.Training.Steps, c.Training.SegmentSteps = 11, 2
		if change != nil {
			change(c)
		}
	})
	d := open(t, dir, nil)
	defer d.Close()
	if _, err := d.Commit(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Train(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return dir
}

func proofFile(dir string, i int) string {
	return filepath.Join(dir, proveDir, fmt.Sprintf(proofPattern, i))
}

// noting keeps what is said of the progress of a task.
type noting struct {
	silent
	task, now string
	done      []int
	notes     []string
}

func (n *noting) Start(task string, _ int) { n.now = task }

func (n *noting) Advance(done int, note string) {
	if n.now == n.task {
		n.done, n.notes = append(n.done, done), append(n.notes, note)
	}
}

// TestSegmentsAtOnce: a run is proven whatever number of segments are at once, and goes
// on with another number.
func TestSegmentsAtOnce(t *testing.T) {
	dir := trained(t, func(c *Config) { c.Training.Rates = []string{"0.2", "0.1"} })
	files := map[string]int64{}
	for _, jobs := range []int{3, 1, 9} {
		p := &noting{task: "prove"}
		d := open(t, dir, p)
		r, err := d.ProveWith(t.Context(), ProveOptions{Jobs: jobs, Restart: true})
		d.Close()
		if err != nil || r.Segments != 6 || r.Proven != 6 {
			t.Fatalf("%d at once: %+v, %v", jobs, r, err)
		}
		if _, err := check(dir); err != nil {
			t.Errorf("%d at once: %v", jobs, err)
		}
		if fmt.Sprint(p.done) != "[1 2 3 4 5 6]" || strings.Contains(p.notes[0], "under way") != (jobs > 1) || strings.Contains(p.notes[5], "under way") {
			t.Errorf("%d at once: %v, %q", jobs, p.done, p.notes)
		}
		sameFiles(t, dir, files)
	}
	for _, i := range []int{1, 4, 5} {
		if err := os.Remove(proofFile(dir, i)); err != nil {
			t.Fatal(err)
		}
	}
	kept := readFile(t, proofFile(dir, 3))
	d := open(t, dir, nil)
	if r, err := d.ProveWith(t.Context(), ProveOptions{Jobs: 2}); err != nil || r.Proven != 3 {
		t.Errorf("three were missing: %+v, %v", r, err)
	}
	if string(readFile(t, proofFile(dir, 3))) != string(kept) {
		t.Error("a proof that was there is made again")
	}
	if _, err := check(dir); err != nil {
		t.Error(err)
	}
}

// sameFiles compares names and lengths of what proving has written with what was seen
// before, if there is anything, but for the record, which has times in it.
func sameFiles(t *testing.T, dir string, seen map[string]int64) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, proveDir))
	if err != nil {
		t.Fatal(err)
	}
	first := len(seen) == 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == record {
			continue
		}
		if first {
			seen[e.Name()] = info.Size()
		} else if size, there := seen[e.Name()]; !there || size != info.Size() {
			t.Errorf("%s has %d bytes, was %d", e.Name(), info.Size(), size)
		}
	}
	if len(entries) != len(seen)+1 {
		t.Errorf("%d files, were %d", len(entries), len(seen)+1)
	}
}

// TestInterruptedAtOnce: what is done when a context ends is kept, and so is what ends
// well after another segment has failed.
func TestInterruptedAtOnce(t *testing.T) {
	dir := trained(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	d := open(t, dir, &interrupter{task: "prove", at: 2, cancel: cancel})
	if _, err := d.ProveWith(ctx, ProveOptions{Jobs: 2}); !errors.Is(err, context.Canceled) {
		t.Fatalf("not interrupted: %v", err)
	}
	d.Close()
	kept := 0
	for i := range 6 {
		if exists(proofFile(dir, i)) {
			kept++
		}
	}
	if kept < 2 || kept > 3 { // two, and perhaps the one that was under way
		t.Errorf("%d proofs are there", kept)
	}
	d = open(t, dir, nil)
	if r, err := d.ProveWith(t.Context(), ProveOptions{Jobs: 2}); err != nil || r.Proven != 6-kept {
		t.Errorf("%d were there: %+v, %v", kept, r, err)
	}
	if _, err := check(dir); err != nil {
		t.Error(err)
	}
}

// TestFailureAtOnce: of several segments at once, the error is that of the one that
// failed, not that the others were stopped.
func TestFailureAtOnce(t *testing.T) {
	dir := trained(t, nil)
	d := open(t, dir, nil)
	if _, err := d.ProveWith(t.Context(), ProveOptions{Jobs: 3}); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		if err := os.Remove(proofFile(dir, i)); err != nil {
			t.Fatal(err)
		}
	}
	damaged := []byte("no proof")
	if err := os.WriteFile(proofFile(dir, 2), damaged, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := d.ProveWith(t.Context(), ProveOptions{Jobs: 3})
	if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), filepath.Base(proofFile(dir, 2))) {
		t.Errorf("%v", err)
	}
	if string(readFile(t, proofFile(dir, 2))) != string(damaged) || exists(proofFile(dir, 5)) {
		t.Error("it went on after a failure")
	}
}

// TestMemoryAtOnce: several at once take several times the memory, and who asks for too
// many is told how many would fit.
func TestMemoryAtOnce(t *testing.T) {
	d := open(t, trained(t, nil), nil)
	j, err := d.Job()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.fitsAtOnce(j, 1000); err != nil {
		t.Errorf("no limit: %v", err)
	}
	s, err := d.Config.segmenting(j.model, j.rows.trained())
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.layout(j.Run.Segment)
	if err != nil {
		t.Fatal(err)
	}
	rows := &memory.Need{}
	j.rows.addMemory(rows)
	one := proving.Memory(s.mode, l).Bytes() - memory.Base
	d.memory = memory.Limit{Bytes: rows.Bytes() + 3*one, By: "a test"}
	for jobs, fits := range map[int]bool{1: true, 3: true, 4: false, 50: false} {
		err := d.fitsAtOnce(j, jobs)
		if fits != (err == nil) {
			t.Errorf("%d: %v", jobs, err)
		}
		if !fits && (!errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "--jobs 3 would fit")) {
			t.Errorf("%d: %v", jobs, err)
		}
	}
}
