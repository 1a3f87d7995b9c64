package networktest

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// Training is a random network with random choices and a few steps.
type Training struct {
	*Stack
	*network.Network
	Steps int
}

// NewTraining draws a stack and choices of its training: formats, a loss, and with them
// or without clipped errors, smoothed labels, frozen weights, momentum and decay.
func NewTraining(rng *rand.Rand, of Family) *Training {
	for {
		s := NewStack(rng, of)
		for range 8 {
			steps := 1 + rng.IntN(3)
			n, err := network.New(s.Architecture, s.choices(steps))
			if err == nil {
				return &Training{s, n, steps}
			}
			if !errors.Is(err, fault.ErrUnsupported) { // formats that do not meet are
				panic(fmt.Sprintf("%+v: %v", s.Architecture, err))
			}
		}
	}
}

// choices draws those of a run of one segment.
func (s *Stack) choices(steps int) network.Choices {
	rng := s.rng
	one := func(of int) bool { return rng.IntN(of) == 0 }
	f := network.Formats{Feature: 3 + rng.IntN(8), Error: 6 + rng.IntN(7)}
	if f.Activation = f.Feature; one(2) {
		f.Activation = 3 + rng.IntN(8)
	}
	c := network.Choices{Batch: s.some(3), Formats: f, RateShift: 4 + rng.IntN(5), Scheduled: one(2), Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot}
	switch rng.IntN(5) {
	case 0:
		c.Loss, c.Labels = graph.LogisticLoss, graph.Bits
	case 1:
		c.Loss, c.Labels = graph.MeanSquaredError, graph.Values
	case 2:
		c.Smoothing = s.some(1 << (f.Error - 3))
	}
	if one(4) {
		c.Clip = s.some(1 << f.Error)
	}
	for w := range len(s.Weights) - 1 {
		if one(6) {
			c.Frozen = append(c.Frozen, w)
		}
	}
	if one(3) {
		c.Momentum = &network.Momentum{Bits: rng.IntN(5), Restart: s.some(3)}
		for range s.some(3) {
			c.Momentum.Response = append(c.Momentum.Response, 1+rng.Int64N(1<<(c.Momentum.Bits+1)))
		}
	}
	if one(3) {
		c.Decay = &graph.Decay{N: 1 + rng.Int64N(20), Shift: 5 + rng.IntN(4), Every: steps}
	}
	return c
}
