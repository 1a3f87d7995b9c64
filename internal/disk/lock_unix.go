//go:build unix

package disk

import (
	"errors"
	"syscall"
)

// TryLock locks the file; the system frees the lock when the file is closed or
// its process ends, however it ends. If somebody else holds the lock, free is
// false.
func (f *File) TryLock() (free bool, err error) {
	for {
		err = syscall.Flock(int(f.f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// PutAt gives the file the name path, whatever had it, and closes it. It keeps its
// lock until it has the name.
func (f *File) PutAt(path string) error {
	err := rename(f.Name(), path)
	if err != nil && f.Is(path) { // done, though the reply says otherwise: it came over a network
		err = nil
	}
	return errors.Join(err, f.Close())
}
