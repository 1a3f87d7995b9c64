package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/exact"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
)

// Bits of accumulators: of contractions, held in Buffers.Wide, and of other
// products and sums, held in Buffers.Long.
const (
	wideBits = 128
	longBits = 64
)

// Buffers hold the cells of one step's tensors, indexed by graph.TensorID; see
// the package comment for which of them holds what.
type Buffers struct {
	Small   [][]int32
	Long    [][]int64
	Wide    []*exact.Accumulator
	Weights []*exact.Weights
	Biases  [][]int64
	// values holds the integer cells of Weights, shared with them.
	values [][]int64
	tables []*functionTable // of table operators, by node
}

// NewBuffers takes memory for a validated program. initial gives the cells of
// every Weight and Frozen tensor, by tensor, unpadded; they are copied. The
// tables are shared between callers.
func NewBuffers(p *graph.Program, initial map[graph.TensorID][]int64, tables *Tables) (*Buffers, error) {
	n := len(p.Tensors)
	b := &Buffers{
		Small:   make([][]int32, n),
		Long:    make([][]int64, n),
		Wide:    make([]*exact.Accumulator, n),
		Weights: make([]*exact.Weights, n),
		Biases:  make([][]int64, n),
		values:  make([][]int64, n),
		tables:  make([]*functionTable, len(p.Nodes)),
	}
	for i := range p.Tensors {
		id, t := graph.TensorID(i), &p.Tensors[i]
		switch {
		case t.Role == graph.Constant:
			b.Small[i] = t.Cells
		case t.Role.Small():
			b.Small[i] = make([]int32, t.Size())
		case t.Role == graph.Weight || t.Role == graph.Frozen:
			if err := b.SetWeight(p, id, initial[id]); err != nil {
				return nil, err
			}
		}
	}
	for i := range p.Nodes {
		if err := b.prepare(p, i, tables); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// prepare takes memory for a node's accumulator and fetches its table.
func (b *Buffers) prepare(p *graph.Program, node int, tables *Tables) error {
	n := &p.Nodes[node]
	for _, t := range n.Outputs {
		if p.Tensor(t).Role != graph.Accumulator {
			continue
		}
		if p.Tensor(t).Format.Bits == wideBits {
			b.Wide[t] = new(exact.Accumulator)
		} else {
			b.Long[t] = make([]int64, p.Tensor(t).Size())
		}
	}
	spec, ok := tableOf(p, n)
	if !ok {
		return nil
	}
	table, err := tables.get(spec)
	b.tables[node] = table
	return err
}

// SetWeight replaces the cells of a weight by a copy of the given ones. It
// fails with fault.ErrInput for another number of cells, fault.ErrOverflow for
// a cell of magnitude 2^62 or more.
func (b *Buffers) SetWeight(p *graph.Program, id graph.TensorID, cells []int64) error {
	t := p.Tensor(id)
	if len(cells) != t.Size() {
		return fmt.Errorf("weight %q: %d cells given, it has %d: %w", t.Name, len(cells), t.Size(), fault.ErrInput)
	}
	for i, v := range cells {
		if v <= -1<<exact.MaxWeightLog || v >= 1<<exact.MaxWeightLog {
			return fmt.Errorf("weight %q, cell %d: %d is not below 2^%d in magnitude: %w", t.Name, i, v, exact.MaxWeightLog, fault.ErrOverflow)
		}
	}
	b.values[id] = append([]int64(nil), cells...)
	if len(t.Axes) == 2 {
		b.Weights[id] = exact.NewWeights(t.Axes[0].Size, t.Axes[1].Size, b.values[id])
	} else {
		b.Biases[id] = b.values[id]
	}
	return nil
}

// Weight returns the cells of a weight as they are after the last step. The
// slice is the buffers' own.
func (b *Buffers) Weight(id graph.TensorID) []int64 { return b.values[id] }
