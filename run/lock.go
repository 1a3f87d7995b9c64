package run

import (
	"fmt"
	"path/filepath"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// lock takes the directory's lock file, which the system gives back when the
// process ends, however it ends.
func lock(dir string) (release func(), err error) {
	path := filepath.Join(dir, "lock")
	release, free, err := artefact.TryLock(path)
	if err == nil && !free {
		err = fmt.Errorf("another zkaudit is using %s (it holds %s): %w", dir, path, fault.ErrInput)
	}
	return release, err
}
