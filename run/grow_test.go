package run

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// seller commits 12 rows, encoded as those of small are where nothing is normalised,
// and returns what a trainer is given.
func seller(t *testing.T, offset int) DataConfig {
	t.Helper()
	dir := small(t, func(c *Config) { c.Columns.Normalise, c.Test.Rows = "none", 0 })
	write(t, filepath.Join(dir, "a.csv"), rowsOf(12, offset))
	d := open(t, dir, nil)
	defer d.Close()
	if _, err := d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	return DataConfig{File: filepath.Join(dir, "a.csv"), Part: filepath.Join(dir, commitDir, "part-000.part"), Opening: filepath.Join(dir, commitDir, "part-000.opening")}
}

// TestCommitAddsParts: parts taken over after a commit join what is committed, which
// stays as its owner has published it, until something is trained on it.
func TestCommitAddsParts(t *testing.T) {
	ctx := context.Background()
	dir := small(t, func(c *Config) { c.Columns.Normalise, c.Test.Commit = "none", true })
	step := func(run func(d *Directory) error) error {
		d := open(t, dir, nil)
		defer d.Close()
		return run(d)
	}
	var r *CommitRecord
	commit := func(d *Directory) (err error) { r, err = d.Commit(ctx, false); return err }
	training := func(d *Directory) error { _, err := d.Train(ctx, false); return err }
	take := func(c DataConfig) func(d *Directory) error {
		return func(d *Directory) error { _, err := d.Import(ctx, c); return err }
	}
	works := func(run func(d *Directory) error) {
		t.Helper()
		if err := step(run); err != nil {
			t.Fatal(err)
		}
	}
	works(commit)
	before, public := r, files(t, filepath.Join(dir, commitDir))
	works(take(seller(t, 3)))
	if err := step(training); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "names parts that are not committed yet: run zkaudit commit") {
		t.Errorf("train before the part is committed: %v", err)
	}
	works(commit)
	if len(r.Parts) != 2 || len(r.Tests) != 1 || r.Parts[0].Digest != before.Parts[0].Digest || r.Tests[0].Digest != before.Tests[0].Digest || !r.Parts[1].Imported || r.Parts[1].Rows != 12 {
		t.Errorf("first %+v, then %+v", before, r)
	}
	after := files(t, filepath.Join(dir, commitDir))
	for path, text := range public {
		if filepath.Base(path) != record && after[path] != text {
			t.Errorf("%s is another file", path)
		}
	}
	edit(t, filepath.Join(dir, "a.csv"), "1,1,1,no", "1,1,2,no")
	works(take(seller(t, 2)))
	if err := step(commit); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "--restart") {
		t.Errorf("one part more, and rows that have changed: %v", err)
	}
	edit(t, filepath.Join(dir, "a.csv"), "1,1,2,no", "1,1,1,no")
	works(commit)
	works(training)
	works(take(seller(t, 1)))
	for name, run := range map[string]func(*Directory) error{"commit": commit, "train": training} {
		if err := step(run); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "the number of data files has changed") {
			t.Errorf("%s, one part more than what is trained on: %v", name, err)
		}
	}
}
