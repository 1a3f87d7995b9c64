package artefact

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// lockWait is how often a lock that somebody else holds is tried again.
const lockWait = 20 * time.Millisecond

// TryLock takes the lock of the file at path, which it makes if there is none
// and leaves there. The system frees the lock when the process ends, however
// it ends. If somebody else holds it, free is false and there is nothing to
// release. Where files cannot be locked, it fails with fault.ErrUnsupported.
func TryLock(path string) (release func(), free bool, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, PrivateMode)
	if err != nil {
		return nil, false, fileError("lock", path, err)
	}
	if free, err = tryFlock(f); err == nil && free {
		return func() { f.Close() }, true, nil
	}
	f.Close()
	if err != nil && !errors.Is(err, fault.ErrUnsupported) {
		err = fileError("lock", path, err)
	}
	return nil, false, err
}

// Lock is TryLock that waits until the lock is free or ctx ends.
func Lock(ctx context.Context, path string) (release func(), err error) {
	for {
		release, free, err := TryLock(path)
		if err != nil || free {
			return release, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockWait):
		}
	}
}
