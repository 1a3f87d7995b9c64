//go:build !unix

package artefact

import (
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
)

// TryLock fails with fault.ErrUnsupported: files are locked on Unix alone.
func TryLock(path string) (release func(), free bool, err error) {
	return nil, false, fmt.Errorf("lock %s: this system's locks are not known here: %w", path, fault.ErrUnsupported)
}
