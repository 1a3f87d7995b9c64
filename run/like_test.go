package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// files returns the contents of all files of a directory but its lock.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	contents := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != "lock" {
			contents[path] = string(readFile(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return contents
}

// like makes a run like the one in dir.
func like(t testing.TB, dir string, without ...string) (string, error) {
	t.Helper()
	d := open(t, dir, nil)
	defer d.Close()
	other := filepath.Join(t.TempDir(), "without")
	_, err := d.InitLike(other, without)
	return other, err
}

func runOf(t testing.TB, dir string) *audit.PublicRun {
	t.Helper()
	b, err := bundle.Unmarshal(readFile(t, filepath.Join(dir, BundleFile)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := audit.RunOf(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sameFile tells whether two names are those of one file, if there were one.
func sameFile(t testing.TB, a, b string) bool {
	t.Helper()
	var err error
	for _, name := range []*string{&a, &b} {
		if *name, err = filepath.Abs(*name); err != nil {
			t.Fatal(err)
		}
	}
	return a == b
}

// TestLike goes from a run of two owners to the run without some of their rows,
// through all stages, and to one without more of them.
func TestLike(t *testing.T) {
	dir := attributed(t, func(c *Config) { c.Training.Steps, c.Training.Epochs = 0, 2 })
	_, report := all(t, dir)
	if !slices.Contains(report.Checked, "rows left out (part:row, from 0): none") {
		t.Errorf("checked %q", report.Checked)
	}
	before := files(t, dir)
	other, err := like(t, dir, "south:2-4", "north:5")
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, other, nil)
	if have := d.Ledger(); !sameFile(t, have, filepath.Join(dir, LedgerFile)) {
		t.Errorf("what is released about the same rows goes to %s", have)
	}
	commits, err := d.Commit(context.Background(), false)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	for i, p := range commits.Parts {
		if !p.Imported || p.Digest != report.Facts.Dataset[i] || p.Rows != report.Facts.Rows[i] || p.Held != 0 || len(commits.Tests) != 0 {
			t.Errorf("committed anew: %+v", p)
		}
	}
	_, second := all(t, other)
	f := &second.Facts
	if !slices.Equal(f.Dataset, report.Facts.Dataset) || f.Seed != report.Facts.Seed || !slices.Equal(f.Without, []string{"0:5", "1:2-4"}) || len(second.NotChecked) != 0 {
		t.Errorf("facts %+v, not checked %q", f, second.NotChecked)
	}
	if f.FinalWeights == report.Facts.FinalWeights || f.Program != report.Facts.Program {
		t.Error("the same weights, or another program")
	}
	if text := strings.Join(second.Proven, "\n"); !strings.Contains(text, "no step read any of the 4 row(s) that the schedule leaves out, part:row from 0: 0:5, 1:2-4") {
		t.Errorf("the report says %s", text)
	}
	if _, err := like(t, other, "south:3"); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "twice") {
		t.Errorf("rows left out already: %v", err)
	}
	third, err := like(t, other, "south:5")
	if err != nil {
		t.Fatal(err)
	}
	all(t, third)
	left := []schedule.Range{{Part: 0, From: 5, To: 6}, {Part: 1, From: 2, To: 5}}
	if err := audit.Counterpart(runOf(t, dir), runOf(t, other), left); err != nil {
		t.Error(err)
	}
	if err := audit.Counterpart(runOf(t, other), runOf(t, third), []schedule.Range{{Part: 1, From: 5, To: 6}}); err != nil {
		t.Error(err)
	}
	if err := audit.Counterpart(runOf(t, dir), runOf(t, third), left); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("a row more: %v", err)
	}
	if !reflect.DeepEqual(before, files(t, dir)) {
		t.Error("the first run's directory has changed")
	}
	d = open(t, third, nil)
	defer d.Close()
	if !sameFile(t, d.Ledger(), filepath.Join(dir, LedgerFile)) {
		t.Errorf("the third run's ledger is %s", d.Ledger())
	}
	if !slices.Equal(d.Config.Schedule.Without, []string{"south:2-4", "north:5", "south:5"}) || d.Config.Training.Epochs != 2 || d.Config.Test.Rows != 0 {
		t.Errorf("run.toml: %+v", d.Config)
	}
}

// TestLikeCopies: a run like another one, without anything left out, gives the
// weights of the other.
func TestLikeCopies(t *testing.T) {
	dir := proven(t)
	other, err := like(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	all(t, other)
	if !slices.Equal(readFile(t, filepath.Join(dir, modelFile)), readFile(t, filepath.Join(other, modelFile))) {
		t.Error("other weights")
	}
}

func TestLikeRefuses(t *testing.T) {
	prepared := func(change func(c *Config)) string {
		dir := attributed(t, change)
		d := open(t, dir, nil)
		defer d.Close()
		if _, err := d.Commit(context.Background(), false); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dir := prepared(nil)
	few := fmt.Sprintf("south:3-%d", readAll(t, dir).train[1].Rows-1)
	changed := proven(t)
	edit(t, filepath.Join(changed, ConfigFile), `rate = "0.1"`, `rate = "0.2"`)
	for name, test := range map[string]struct {
		dir     string
		without []string
		says    string
	}{
		"not committed":     {attributed(t, nil), []string{"north:1"}, "not committed yet"},
		"no such part":      {dir, []string{"west"}, `no part is called "west"`},
		"a test part":       {dir, []string{"north-test"}, `no part is called "north-test"`},
		"row out of range":  {dir, []string{"north:30"}, "rows, numbered from 0"},
		"no row":            {dir, []string{"north:x"}, "no number of a row"},
		"a row twice":       {dir, []string{"north:1", "north"}, "twice"},
		"nothing left":      {dir, []string{"north", "south"}, "there are 0 rows to train on"},
		"less than a batch": {dir, []string{"north", few}, "there are 3 rows to train on"},
		"changed since":     {changed, nil, "have changed since training"},
		"private weights":   {prepared(func(c *Config) { c.Initial.From = "model" }), []string{"north:1"}, "private"},
		"rates within steps": {prepared(func(c *Config) {
			c.Training.Steps, c.Training.Rates = 24, []string{"0.4", "0.3", "0.2", "0.1", "0.05", "0.025"}
		}), []string{"north"}, "learning rates"},
	} {
		other, err := like(t, test.dir, test.without...)
		if !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
		if exists(other) {
			t.Errorf("%s: made a directory", name)
		}
	}
	d := open(t, dir, nil)
	defer d.Close()
	if _, err := d.InitLike(dir, []string{"north:1"}); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("into itself: %v", err)
	}
}

// TestWithoutInConfig: rows left out in run.toml alone, and what is refused
// before anything is committed.
func TestWithoutInConfig(t *testing.T) {
	dir := attributed(t, func(c *Config) { c.Schedule.Without = []string{"north:3", "north:4"} })
	if c, err := ReadConfig(filepath.Join(dir, ConfigFile)); err != nil || !slices.Equal(c.Schedule.Without, []string{"north:3", "north:4"}) {
		t.Fatalf("%+v, %v", c.Schedule, err)
	}
	if _, report := all(t, dir); !slices.Equal(report.Facts.Without, []string{"0:3-4"}) {
		t.Errorf("left out %q", report.Facts.Without)
	}
	edit(t, filepath.Join(dir, ConfigFile), `without = ["north:3", "north:4"]`, `without = ["north:3"]`)
	d := open(t, dir, nil)
	if _, err := d.Train(context.Background(), false); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "changed since training") {
		t.Errorf("another row left out: %v", err)
	}
	d.Close()
	edit(t, filepath.Join(dir, ConfigFile), `without = ["north:3"]`, `without = ["north:3000"]`)
	d = open(t, dir, nil)
	if _, err := d.Commit(context.Background(), true); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "schedule.without") || !strings.Contains(err.Error(), "numbered from 0") {
		t.Errorf("a row out of range: %v", err)
	}
	d.Close()
	edit(t, filepath.Join(dir, ConfigFile), `without = ["north:3000"]`, `without = ["east"]`)
	if _, err := Open(dir, Options{}); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "east") {
		t.Errorf("a part that is not there: %v", err)
	}
}
