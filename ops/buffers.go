package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops/exact"
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
	Small [][]int32
	Long  [][]int64
	Wide  []*exact.Accumulator
	// Weights are the matrices of weights that are multiplied by, over the cells
	// that Weight returns: a column for each unit, the last axis; of a table, a row
	// for each of its rows.
	Weights   []*exact.WeightMatrix
	values    [][]int64
	histories []*history       // of trained weights, with momentum
	tables    []*functionTable // of table operators, by node
	patches   []*patches       // of nodes that read through windows
	moves     [][]move         // of nodes that select cells
	maps      [][]AxisMap      // of nodes that add up along axes
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
		Weights: make([]*exact.WeightMatrix, n),
		values:  make([][]int64, n),
		tables:  make([]*functionTable, len(p.Nodes)),
		patches: make([]*patches, len(p.Nodes)),
		moves:   make([][]move, len(p.Nodes)),
		maps:    make([][]AxisMap, len(p.Nodes)),
	}
	held := Held(p)
	for i := range p.Tensors {
		id, t := graph.TensorID(i), &p.Tensors[i]
		switch {
		case t.Role == graph.Constant:
			b.Small[i] = t.Cells
		case !held[i]: // nobody has its cells
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
	b.prepareMomentum(p)
	return b, nil
}

// prepare takes memory for a node's accumulator, fetches its table and lists
// where it reads its input.
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
	op, err := lookup(n)
	if err != nil {
		return err
	}
	if _, ok := op.(contractor); ok || n.Of != "" {
		b.patches[node] = newPatches(p, n)
	}
	switch n.Kind {
	case KindSelect:
		b.moves[node] = movesOf(p, n)
	case KindAxisSum:
		b.maps[node] = Maps(p, n)
	}
	if t, ok := op.(tabulated); ok {
		b.tables[node], err = tables.get(t.tableOf(p, n))
	}
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
	if rows, ok := matrixRows(p, id); ok {
		b.Weights[id] = exact.NewWeightMatrix(rows, len(cells)/rows, b.values[id])
	}
	return nil
}

// Attributes returns the cells of the attributes of rows, nil if a program reads
// none.
func (b *Buffers) Attributes(p *graph.Program) []int32 {
	if t := p.Attributes(); t != graph.None {
		return b.Small[t]
	}
	return nil
}

// Weight returns the cells of a weight as they are after the last step. The
// slice is the buffers' own.
func (b *Buffers) Weight(id graph.TensorID) []int64 { return b.values[id] }
