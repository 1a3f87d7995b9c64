package run

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/internal/artefact"
)

// Opening a directory removes what dead processes of ours were writing there,
// and nothing else that looks alike.
func TestSweepTakesOursAlone(t *testing.T) {
	dir := small(t, nil)
	outside := t.TempDir()
	others := []string{
		".notes.tmp-2024", ".a.csv.tmp-1", "mine/.b.tmp-7", "mine/.zkaudit-7.tmp", // a user's, and a folder that is none of a run's
		".zkaudit-.tmp", ".zkaudit-7.tmp.bak", ".zkaudit-x7.tmp", "zkaudit-7.tmp",
	}
	for _, name := range append(others, "commit/.zkaudit-7.tmp", ".zkaudit-12.tmp") {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, "half")
	}
	if err := os.Mkdir(filepath.Join(dir, ".zkaudit-3.tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(outside, ".zkaudit-5.tmp"), "of another directory")
	if err := os.Symlink(outside, filepath.Join(dir, trainDir)); err != nil {
		t.Fatal(err)
	}
	open(t, dir, nil).Close()
	for _, name := range append(others, ".zkaudit-3.tmp", trainDir+"/.zkaudit-5.tmp") {
		if !exists(filepath.Join(dir, name)) {
			t.Errorf("%s is gone", name)
		}
	}
	for _, name := range []string{"commit/.zkaudit-7.tmp", ".zkaudit-12.tmp"} {
		if exists(filepath.Join(dir, name)) {
			t.Errorf("%s is still there", name)
		}
	}
}

// A file in a run's directory that others write, such as a ledger that runs
// share, is written whole however often somebody opens the directory.
func TestSweepSparesTheLiving(t *testing.T) {
	dir := small(t, nil)
	path := filepath.Join(dir, LedgerFile)
	var writers sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		writers.Go(func() {
			for range 60 {
				if err := artefact.WriteFile(path, make([]byte, 1<<16), artefact.PrivateMode); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	go func() { writers.Wait(); close(done) }()
	for opened := 0; ; opened++ {
		select {
		case <-done:
			if opened < 2 {
				t.Errorf("opened %d times only", opened)
			}
			return
		default:
			open(t, dir, nil).Close()
		}
	}
}
