//go:build linux || darwin

package artefact

import (
	"math"
	"syscall"
)

// Free is the Space of the machine: what users who are not root may write.
func Free(dir string) (bytes int64, known bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0, false
	}
	block := uint64(s.Bsize)
	if block > 0 && s.Bavail > math.MaxInt64/block {
		return math.MaxInt64, true
	}
	return int64(s.Bavail * block), true
}
