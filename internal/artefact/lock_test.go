package artefact

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	release, free, err := TryLock(path)
	if err != nil || !free {
		t.Fatalf("a free lock: %v, %v", free, err)
	}
	if _, free, err := TryLock(path); err != nil || free {
		t.Errorf("a lock that is held: %v, %v", free, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*lockWait)
	defer cancel()
	if _, err := Lock(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for a lock that is held: %v", err)
	}
	time.AfterFunc(2*lockWait, release)
	again, err := Lock(context.Background(), path)
	if err != nil {
		t.Fatalf("a lock given back: %v", err)
	}
	again()
	if _, _, err := TryLock(filepath.Join(path, "no", "such")); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no directory: %v", err)
	}
}

// One at a time: unlocked, the counter would lose some.
func TestLockExcludes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	many := 8
	var count atomic.Int64
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			release, err := Lock(context.Background(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer release()
			seen := count.Load()
			time.Sleep(time.Millisecond)
			count.Store(seen + 1)
		})
	}
	all.Wait()
	if count.Load() != int64(many) {
		t.Errorf("%d of %d", count.Load(), many)
	}
}

// What is being written is not swept, what was left is; neither a link nor a
// file of a similar name.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	writing, err := createTemporary(dir)
	if err != nil {
		t.Fatal(err)
	}
	left, err := createTemporary(dir)
	if err != nil {
		t.Fatal(err)
	}
	left.Close()
	link, similar := filepath.Join(dir, ".zkaudit-1.tmp"), filepath.Join(dir, ".zkaudit-1.tmp~")
	if err := errors.Join(os.Symlink(writing.Name(), link), os.WriteFile(similar, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	Sweep(dir)
	for path, want := range map[string]bool{writing.Name(): true, left.Name(): false, link: true, similar: true} {
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	writing.Close()
	if Sweep(dir); writing.Is(writing.Name()) {
		t.Error("what a writer has left is still there")
	}
}

// Sweeping and writing at once: no file is lost.
func TestSweepWhileWriting(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for k := range 8 {
		path := filepath.Join(dir, string(rune('a'+k)))
		all.Go(func() {
			for n := range 40 {
				if err := WriteFile(path, []byte{byte(n)}, PublicMode); err != nil {
					t.Error(err)
				}
				Sweep(dir)
			}
		})
	}
	all.Wait()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 8 {
		t.Errorf("%v, %v", entries, err)
	}
}
