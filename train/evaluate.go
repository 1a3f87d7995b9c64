package train

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// Evaluate returns the metrics of weights on a dataset, computed with the
// forward pass of the program: the integer model that is proven, not a float
// copy of it. Errors are those of Fits, Weights.Check, ops.Predict and ctx.
func Evaluate(ctx context.Context, p *graph.Program, tables *ops.Tables, w Weights, d *data.Dataset) (Metrics, error) {
	if err := Fits(p, d); err != nil {
		return Metrics{}, err
	}
	if err := w.Check(p); err != nil {
		return Metrics{}, err
	}
	buffers, err := ops.NewBuffers(p, w, tables)
	if err != nil {
		return Metrics{}, err
	}
	var m meter
	input, label := buffers.Small[p.Input], buffers.Small[p.Label]
	for from := 0; from < d.Rows; from += p.Batch {
		if err := ctx.Err(); err != nil {
			return Metrics{}, fmt.Errorf("evaluation at row %d: %w", from, err)
		}
		// The last batch is filled up with copies of its first row, not counted.
		rows := min(p.Batch, d.Rows-from)
		for slot := range p.Batch {
			row := from
			if slot < rows {
				row += slot
			}
			CopyRow(d, row, slot, input, label)
		}
		if err := ops.Predict(&ops.Step{Program: p, Buffers: buffers}); err != nil {
			return Metrics{}, fmt.Errorf("rows %d to %d: %w", from, from+rows-1, err)
		}
		m.add(p, func(id graph.TensorID) []int32 { return buffers.Small[id] }, rows)
	}
	return m.metrics(), nil
}
