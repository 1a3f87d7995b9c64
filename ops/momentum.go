package ops

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops/exact"
)

// history holds the gradients of a weight that an update with momentum takes
// beside that of its own step (graph.Momentum). An update is of integers as
// without: a response is applied to exact gradients, and nothing is rounded.
type history struct {
	first, last int     // update nodes of the weight
	gradient    []int64 // of this step, summed up over uses
	matrix      *exact.WeightMatrix
	kept        [][]int64 // of the steps before since the last restart, newest first
}

// prepareMomentum takes memory for the histories of trained weights.
func (b *Buffers) prepareMomentum(p *graph.Program) {
	b.histories = make([]*history, len(p.Tensors))
	if p.Optimizer.Momentum == nil {
		return
	}
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if n.Kind != KindWeightUpdate {
			continue
		}
		w := n.Inputs[0]
		if b.histories[w] == nil {
			h := &history{first: i, gradient: make([]int64, p.Tensor(w).Size())}
			if m := b.Weights[w]; m != nil {
				h.matrix = exact.NewWeightMatrix(m.Rows(), m.Cols(), h.gradient)
			}
			b.histories[w] = h
		}
		b.histories[w].last = i
	}
}

// begin clears the gradient at the first update of a step, and what is kept where
// the step is a restart.
func (h *history) begin(s *Step) {
	if s.node != h.first {
		return
	}
	if s.Index%s.Program.Optimizer.Momentum.Restart == 0 {
		h.kept = nil
	}
	clear(h.gradient)
	if h.matrix != nil {
		h.matrix.Refresh()
	}
}

// end updates the weight at the last update of a step:
//
//	W ← W − n·Σ_d Response[d]·g(u−d)
func (h *history) end(s *Step, w graph.TensorID) error {
	if s.node != h.last {
		return nil
	}
	response := s.Program.Optimizer.Momentum.Response
	h.kept = append([][]int64{append([]int64(nil), h.gradient...)}, h.kept...)
	h.kept = h.kept[:min(len(h.kept), len(response))]
	largest := int64(0)
	for _, g := range h.kept {
		for _, v := range g {
			largest = max(largest, v, -v)
		}
	}
	const limit = 1 << exact.MaxWeightLog
	change := new(big.Int).Mul(big.NewInt(largest), big.NewInt(s.Program.Optimizer.Momentum.Gain()))
	if change.Mul(change, big.NewInt(s.Rate)); change.BitLen() > exact.MaxWeightLog {
		return fmt.Errorf("an update of up to %v: %w", change, fault.ErrOverflow)
	}
	cells := s.Buffers.Weight(w)
	for i := range cells {
		sum := int64(0)
		for d, g := range h.kept {
			sum += response[d] * g[i]
		}
		if cells[i] -= s.Rate * sum; cells[i] <= -limit || cells[i] >= limit {
			return fmt.Errorf("cell %d becomes %d, outside (−2^%d, 2^%d): %w", i, cells[i], exact.MaxWeightLog, exact.MaxWeightLog, fault.ErrOverflow)
		}
	}
	if m := s.Buffers.Weights[w]; m != nil {
		m.Refresh()
	}
	return nil
}
