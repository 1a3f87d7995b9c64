package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
)

// momentumBits are the fraction bits of a momentum's response, on top of those of
// the rate: with 0.9, 60 taps that add up to 9.977 of 10.
const momentumBits = 8

// momentum returns the response of the momentum, nil if there is none.
func (t *TrainingConfig) momentum() (*network.Momentum, error) {
	if t.Momentum == "" {
		if t.Nesterov || t.MomentumRestart != 0 {
			return nil, &fault.Setting{Key: "training.momentum", Err: fmt.Errorf("missing, with a restart or Nesterov's: %w", fault.ErrUsage)}
		}
		return nil, nil
	}
	response, err := number.ParseResponse(t.Momentum, t.Nesterov, momentumBits, graph.MaxTaps)
	if err != nil {
		return nil, &fault.Setting{Key: "training.momentum", Err: err}
	}
	m := &network.Momentum{Response: response, Bits: momentumBits, Restart: t.MomentumRestart}
	if m.Restart == 0 { // not chosen yet: see Config.size
		m.Restart = graph.MaxRestart
	}
	return m, nil
}

// restart chooses where a momentum begins anew, where nobody did, and fits the
// steps of a segment to that. It returns the steps of a segment.
func (c *Config) restart(steps, segment int, chosen bool) int {
	t := &c.Training
	switch {
	case t.Momentum == "":
	case t.MomentumRestart == 0:
		t.MomentumRestart = segment
	case !chosen && segment < steps: // whole restarts
		segment = max(1, segment/t.MomentumRestart) * t.MomentumRestart
	}
	return segment
}
