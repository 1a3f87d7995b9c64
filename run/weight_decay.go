package run

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// decay returns what trained weights lose after each segment, nil for nothing.
func (t *TrainingConfig) decay() (*graph.Decay, error) {
	if t.WeightDecay == "" {
		return nil, nil
	}
	share, err := number.ParseFraction(t.WeightDecay)
	if err != nil {
		return nil, &fault.Setting{Key: "training.weight_decay", Err: err}
	}
	return &graph.Decay{N: int64(share.N), Shift: share.K, Every: max(1, t.SegmentSteps)}, nil // 0: not chosen yet, see Config.size
}
