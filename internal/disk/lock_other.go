//go:build !unix

package disk

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TryLock fails with fault.ErrUnsupported: files are locked on Unix alone.
func (f *File) TryLock() (free bool, err error) {
	return false, fmt.Errorf("files cannot be locked on this system: %w", fault.ErrUnsupported)
}

// PutAt gives the file the name path, whatever had it, and closes it, which must
// come first where open files cannot be renamed.
func (f *File) PutAt(path string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return rename(f.Name(), path)
}
