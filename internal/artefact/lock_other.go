//go:build !unix

package artefact

import (
	"fmt"
	"os"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// tryFlock fails with fault.ErrUnsupported: files are locked on Unix alone.
func tryFlock(*os.File) (free bool, err error) {
	return false, fmt.Errorf("files cannot be locked on this system: %w", fault.ErrUnsupported)
}

// putInPlace gives a temporary file its name and closes it, which must come
// first where open files cannot be renamed.
func putInPlace(f *os.File, path string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
