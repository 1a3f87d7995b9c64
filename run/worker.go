package run

import (
	"bytes"
	"context"

	"github.com/zkaudit/zkaudit/internal/encode"
)

// Worker proves what belongs to one shipment: segments of a run, or claims of an audit.
type Worker interface {
	// Prove does a job.
	Prove(ctx context.Context, input []byte) ([]byte, error)
	// Describe says what it works for, and Proven what it has proven last, for logs.
	Describe() string
	Proven() string
}

// NewWorker prepares for the jobs of a shipment of either kind, which its domain says.
// Errors are those of NewSegmentWorker and NewClaimWorker.
func NewWorker(encoded []byte, o WorkerOptions) (Worker, error) {
	if bytes.HasPrefix(encoded, encode.Domain(claimsDomain)) {
		return NewClaimWorker(encoded, o)
	}
	return NewSegmentWorker(encoded, o)
}
