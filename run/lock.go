package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/zkaudit/zkaudit/fault"
)

// lock takes the directory's lock file, which the system gives back when the
// process ends, however it ends.
func lock(dir string) (release func(), err error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w: %w", path, fault.ErrInput, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another zkaudit is at work in %s (it holds %s): %w", dir, path, fault.ErrInput)
		}
		return nil, fmt.Errorf("lock %s: %w: %w", path, fault.ErrInput, err)
	}
	return func() { f.Close() }, nil
}
