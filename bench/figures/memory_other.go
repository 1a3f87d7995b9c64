//go:build !linux

package main

import "runtime"

// peakGiB returns what the process has taken from the system so far.
func peakGiB() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys) / (1 << 30)
}
