package artefact

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/zkaudit/zkaudit/internal/disk"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// lockWait is how often a lock that somebody else holds is tried again.
const lockWait = 20 * time.Millisecond

// TryLock takes the lock of the file at path, which it makes if there is none
// and leaves there, with the number of this process in it. The system frees the
// lock when the process ends, however it ends. If somebody else holds it, free is
// false and there is nothing to release. Where files cannot be locked, it fails
// with fault.ErrUnsupported.
func TryLock(path string) (release func(), free bool, err error) {
	f, err := disk.OpenLock(path)
	if err != nil {
		return nil, false, writeError("lock", path, err)
	}
	if free, err = f.TryLock(); err == nil && free {
		_ = f.Replace(strconv.Itoa(os.Getpid()) + "\n") // for people: the lock is held without it, too
		return func() { f.Close() }, true, nil
	}
	f.Close()
	if err != nil && !errors.Is(err, fault.ErrUnsupported) {
		err = writeError("lock", path, err)
	}
	return nil, false, err
}

// Holder returns the number of the process that took the lock at path last; 0 if it
// has left none.
func Holder(path string) int {
	text, err := ReadFile(path, maxNumber)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSuffix(string(text), "\n"))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

// maxNumber bounds the digits of a process's number.
const maxNumber = 20

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
