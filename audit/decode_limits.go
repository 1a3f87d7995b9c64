package audit

// Limits of an encoded audit.
const (
	maxParts = 1 << 10
	maxRuns  = 1 << 6

	maxWidth = 1 << 26 // features or labels of a row
)
