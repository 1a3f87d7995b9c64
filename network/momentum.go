package network

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Momentum is the impulse response of an optimizer with momentum, in multiples of
// 2^-Bits: see graph.Momentum. A weight has as many fraction bits more.
type Momentum struct {
	Response []int64
	Bits     int
	Restart  int // steps
}

// maxResponseBits bounds the precision of a response.
const maxResponseBits = 16

func (m *Momentum) check() error {
	if m == nil {
		return nil
	}
	bad := func(format string, args ...any) error {
		return &fault.Setting{Key: "training.momentum", Err: fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), fault.ErrUsage)}
	}
	switch {
	case m.Bits < 0 || m.Bits > maxResponseBits:
		return bad("a response of %d fraction bits, want 0 to %d", m.Bits, maxResponseBits)
	case len(m.Response) < 1 || len(m.Response) > graph.MaxTaps:
		return bad("a response of %d steps, want 1 to %d", len(m.Response), graph.MaxTaps)
	case slices.Min(m.Response) < 1 || slices.Max(m.Response) > graph.MaxResponse:
		return bad("a response of %d to %d, want 1 to %d", slices.Min(m.Response), slices.Max(m.Response), graph.MaxResponse)
	case m.Restart < 1 || m.Restart > graph.MaxRestart:
		return &fault.Setting{Key: "training.momentum_restart", Err: fmt.Errorf("%d steps, want 1 to %d: %w", m.Restart, graph.MaxRestart, fault.ErrUsage)}
	}
	return nil
}

func (m *Momentum) clone() *Momentum {
	if m == nil {
		return nil
	}
	return &Momentum{slices.Clone(m.Response), m.Bits, m.Restart}
}

func cloneOf(d *graph.Decay) *graph.Decay {
	if d == nil {
		return nil
	}
	c := *d
	return &c
}

// optimizer is the rule of the updates: its shift is that of rates and response
// together.
func (c *Choices) optimizer() graph.Optimizer {
	o := graph.Optimizer{Kind: graph.ConstantSGD, Shift: c.RateShift, Clip: c.Clip, Decay: cloneOf(c.Decay)}
	if c.Scheduled {
		o.Kind = graph.ScheduledSGD
	}
	if m := c.Momentum; m != nil {
		o.Shift += m.Bits
		o.Momentum = &graph.Momentum{Response: m.Response, Restart: m.Restart}
	}
	return o
}

// String says how gradients count in the updates after them; "" if there is no
// momentum.
func (m *Momentum) String() string {
	if m == nil {
		return ""
	}
	return fmt.Sprintf("a gradient counts %v/2^%d in the updates of its step and those after it, and nothing beyond a multiple of %d steps", m.Response, m.Bits, m.Restart)
}
