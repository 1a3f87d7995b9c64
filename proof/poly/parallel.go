package poly

import (
	"runtime"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Chunk is the number of field elements that kernels process at a time:
// 8 KiB, so that the handful of operands of one kernel stay in the cache.
const Chunk = 256

// Cores is how many goroutines Parallel runs work on.
func Cores() int { return runtime.GOMAXPROCS(0) }

// Parallel splits [0, n) into one range per core, each a multiple of grain
// but for the last, and runs work on them. A panic of work's is the caller's.
// Requires grain >= 1.
func Parallel(n, grain int, work func(lo, hi int)) {
	cores := runtime.GOMAXPROCS(0)
	grains := (n + grain - 1) / grain
	if cores == 1 || grains < 2 {
		if n > 0 {
			work(0, n)
		}
		return
	}
	per := (grains + cores - 1) / cores * grain
	var group fault.Group
	for lo := 0; lo < n; lo += per {
		group.Go(func() { work(lo, min(lo+per, n)) })
	}
	group.Wait()
}
