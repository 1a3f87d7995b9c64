//go:build unix

package artefact

import (
	"errors"
	"os"
	"syscall"
)

// TryLock takes the lock of the file at path, which it makes if there is none
// and leaves there. The system frees the lock when the process ends, however
// it ends. If somebody else holds it, free is false and there is nothing to
// release.
func TryLock(path string) (release func(), free bool, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, PrivateMode)
	if err != nil {
		return nil, false, fileError("lock", path, err)
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return func() { f.Close() }, true, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false, nil
	}
	return nil, false, fileError("lock", path, err)
}
