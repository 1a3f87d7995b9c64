package run

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/train"
)

// Each stage asks for disk before it begins, and writes no more than it has asked for:
// with a byte less it is refused, and has made nothing.
func TestStagesAskForDisk(t *testing.T) {
	for _, mode := range []string{"validity", "zk"} {
		t.Run(mode, func(t *testing.T) { askForDisk(t, mode) })
	}
}

func askForDisk(t *testing.T, mode string) {
	dir := small(t, func(c *Config) { c.Proof.Mode = mode })
	d := open(t, dir, nil)
	defer d.Close()
	for _, stage := range []struct {
		folder, says string
		run          func() error
		fits         func() error
	}{
		{commitDir, "committing to the dataset", func() error { _, err := d.Commit(t.Context(), false); return err }, func() error {
			_, rows, err := d.read()
			parts, tests := d.pieces(rows)
			return errors.Join(err, d.committingFits(append(parts, tests...)))
		}},
		{trainDir, "training with a checkpoint after each of 3 segments", func() error { _, err := d.Train(t.Context(), false); return err }, func() error {
			j, err := d.Job()
			return errors.Join(err, d.trainingFits(j))
		}},
		{proveDir, "proving 3 segments", func() error { _, err := d.Prove(t.Context(), false); return err }, func() error {
			j, err := d.Job()
			return errors.Join(err, d.provingFits(j))
		}},
	} {
		before := bytesOf(t, dir)
		d.space = func(string) (int64, bool) { return 0, true }
		err := stage.run()
		if !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), stage.says) || !strings.Contains(err.Error(), "make room there, or ") {
			t.Errorf("%s: %v", stage.folder, err)
		}
		if n := bytesOf(t, dir); n != before {
			t.Errorf("%s was refused and has written %d bytes", stage.folder, n-before)
		}
		least := leastSpace(func(space artefact.Space) error {
			d.space = space
			return stage.fits()
		})
		if least < smallFiles {
			t.Errorf("%s asks for %d bytes", stage.folder, least)
		}
		d.space = func(string) (int64, bool) { return 0, false }
		if err := stage.run(); err != nil {
			t.Fatal(err)
		}
		if n := bytesOf(t, dir) - before; n > least {
			t.Errorf("%s asked for %d bytes and has written %d", stage.folder, least, n)
		}
	}
}

// leastSpace returns the least space that a check does not refuse.
func leastSpace(check func(space artefact.Space) error) int64 {
	low, high := int64(-1), int64(1)<<40
	for low+1 < high {
		at := (low + high) / 2
		if check(func(string) (int64, bool) { return at, true }) != nil {
			low = at
		} else {
			high = at
		}
	}
	return high
}

func bytesOf(t *testing.T, dir string) int64 {
	t.Helper()
	total := int64(0)
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

// Checkpoints that are there are not asked for again.
func TestFewerCheckpointsAreAskedFor(t *testing.T) {
	dir := small(t, nil)
	d := open(t, dir, nil)
	defer d.Close()
	if _, err := d.Commit(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	j, err := d.Job()
	if err != nil {
		t.Fatal(err)
	}
	asked := func() int64 {
		return leastSpace(func(space artefact.Space) error {
			d.space = space
			return d.trainingFits(j)
		})
	}
	all := asked()
	if _, err := d.Train(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	checkpoints := train.NewCheckpoints(d.file(trainDir), j.Run)
	if fewer := asked(); all-fewer != 4*checkpoints.FileBytes() {
		t.Errorf("%d bytes before training, %d after it", all, fewer)
	}
}
