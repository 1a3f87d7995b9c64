package artefact

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/fault"
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
