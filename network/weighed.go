package network

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// maxColumns bounds the attributes of a row that a step reads: those of a bundle.
const maxColumns = 1 << 10

func checkWeighed(w *ops.Weighed) error {
	if w == nil {
		return nil
	}
	bad := func(format string, args ...any) error {
		return &fault.Setting{Key: "training.sample_weight", Err: fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), fault.ErrUsage)}
	}
	switch {
	case w.Columns > maxColumns || w.Column < 0 || w.Column >= w.Columns:
		return bad("attribute %d of %d, of which there are at most %d", w.Column, w.Columns, maxColumns)
	case len(w.Weights) < 1 || len(w.Weights) > ops.MaxSampleWeights:
		return bad("%d weights, want 1 to %d", len(w.Weights), ops.MaxSampleWeights)
	case w.Bits < 0 || w.Bits > maxFraction:
		return bad("weights of %d fraction bits, want 0 to %d", w.Bits, maxFraction)
	case slices.Min(w.Weights) < 0 || slices.Max(w.Weights) >= 1<<15:
		return bad("weights from %s to %s, want 0 to less than %s", number.Decimal(slices.Min(w.Weights), w.Bits), number.Decimal(slices.Max(w.Weights), w.Bits), number.Decimal(1<<15, w.Bits))
	}
	return nil
}

func clonedWeighed(w *ops.Weighed) *ops.Weighed {
	if w == nil {
		return nil
	}
	c := *w
	c.Weights = slices.Clone(w.Weights)
	return &c
}

// DescribeWeighed says by what the errors of samples are multiplied; "" if by
// nothing.
func DescribeWeighed(w *ops.Weighed) string {
	if w == nil {
		return ""
	}
	return fmt.Sprintf("the error of each row is multiplied by a weight that its attribute %d of %d says, by code, from 0: %v/2^%d", w.Column+1, w.Columns, w.Weights, w.Bits)
}
