//go:build !linux

package bench

import "runtime"

// PeakGiB returns what the process has taken from the system so far.
func PeakGiB() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys) / (1 << 30)
}
