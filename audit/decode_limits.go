package audit

// Limits of an encoded audit.
const (
	MaxParts = 1 << 10
	MaxRuns  = 1 << 6

	maxWidth = 1 << 26 // features or labels of a row
)
