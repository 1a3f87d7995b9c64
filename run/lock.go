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
		other := "another zkaudit"
		if pid := artefact.Holder(path); pid != 0 {
			other = fmt.Sprintf("another zkaudit, process %d,", pid)
		}
		err = fmt.Errorf("%s is using %s (it holds %s): wait until it is done, or end it: %w", other, dir, path, fault.ErrInput)
	}
	return release, err
}
