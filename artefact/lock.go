package artefact

import (
	"context"
	"time"
)

// lockWait is how often a lock that somebody else holds is tried again.
const lockWait = 20 * time.Millisecond

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
