package transpile

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// ReadModel reads a .tflite file as a network that is trained with batches of one
// row, in the given formats, and returns what makes its weights: an
// audit.ModelReader. Errors are those of tflite.Parse, Transpile and
// Result.Initial.
func ReadModel(file []byte, f network.Formats) (_ *network.Network, weights func() (map[graph.TensorID][]int64, error), err error) {
	defer fault.Catch(&err, "model", fault.ErrInput)
	if len(file) > tflite.MaxFileSize {
		return nil, nil, fmt.Errorf("a model of %d bytes, at most %d: %w", len(file), tflite.MaxFileSize, fault.ErrUnsupported)
	}
	m, err := tflite.Parse(file)
	if err != nil {
		return nil, nil, err
	}
	r, err := Transpile(m, Options{Batch: 1, Formats: f})
	if err != nil {
		return nil, nil, err
	}
	return r.Network, func() (map[graph.TensorID][]int64, error) { return r.Initial(m) }, nil
}
