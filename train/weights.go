package train

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
)

// Weights are the integer cells of a program's weights, row-major, unpadded,
// at the fraction bits of their tensors.
type Weights map[graph.TensorID][]int64

// Clone returns a copy in new memory.
func (w Weights) Clone() Weights {
	c := make(Weights, len(w))
	for id, cells := range w {
		c[id] = slices.Clone(cells)
	}
	return c
}

// Check reports whether the weights are those of the program's trained and
// frozen tensors, with cells in (−2^62, 2^62). Errors name the tensor and wrap
// fault.ErrInput or, for a cell, fault.ErrOverflow.
func (w Weights) Check(p *graph.Program) error {
	ids := network.WeightTensors(p)
	for id := range w {
		if !slices.Contains(ids, id) {
			return fmt.Errorf("weights given for tensor %d, which is none: %w", id, fault.ErrInput)
		}
	}
	for _, id := range ids {
		t := p.Tensor(id)
		if len(w[id]) != t.Size() {
			return fmt.Errorf("weight %q: %d cells given, it has %d: %w", t.Name, len(w[id]), t.Size(), fault.ErrInput)
		}
		if err := checkCells(t, w[id]); err != nil {
			return err
		}
	}
	return nil
}

func checkCells(t *graph.Tensor, cells []int64) error {
	const limit = int64(1) << number.MaxWeightLog
	for i, v := range cells {
		if v <= -limit || v >= limit {
			return fmt.Errorf("weight %q, cell %d: %d is outside (−2^%d, 2^%d): %w", t.Name, i, v, number.MaxWeightLog, number.MaxWeightLog, fault.ErrOverflow)
		}
	}
	return nil
}

// Digest identifies the weights of a program, frozen ones included. It hides
// nothing: what a statement shows is their commitment.
func (w Weights) Digest(p *graph.Program) [sha256.Size]byte {
	h := encode.NewHash("zkaudit/weights/v2")
	for _, id := range network.WeightTensors(p) {
		h.Int(int(id))
		h.Ints(w[id])
	}
	return h.Sum()
}
