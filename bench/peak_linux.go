package bench

import "golang.org/x/sys/unix"

// PeakGiB returns the largest resident size of the process so far.
func PeakGiB() float64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Maxrss) / (1 << 20)
}
