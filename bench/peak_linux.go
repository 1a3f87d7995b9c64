package bench

import (
	"os"
	"regexp"
	"strconv"
)

// peak is the largest resident size since the process has its program: the kernel's
// ru_maxrss begins with that of the process that has started it.
var peak = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// PeakGiB returns the largest resident size of the process so far, 0 where it is not
// known.
func PeakGiB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	m := peak.FindSubmatch(status)
	if m == nil {
		return 0
	}
	kilobytes, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return 0
	}
	return kilobytes / (1 << 20)
}
