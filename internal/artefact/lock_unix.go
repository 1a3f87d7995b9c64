//go:build unix

package artefact

import (
	"errors"
	"os"
	"syscall"
)

// tryFlock locks an open file; the system frees the lock when the file is
// closed or its process ends, however it ends. If somebody else holds the lock,
// free is false.
func tryFlock(f *os.File) (free bool, err error) {
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// putInPlace gives a temporary file its name and closes it. It keeps its lock
// until it has the name, so that no sweep takes it for a dead process's.
func putInPlace(f *os.File, path string) error {
	return errors.Join(os.Rename(f.Name(), path), f.Close())
}
