package ops

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// FieldBits is the number of bits that the integers of a proof must stay
// below, so that nothing wraps in its field of 254 bits.
const FieldBits = 250

// products is what an operator adds up in one cell of its output: so many
// products of a cell of the weight and an integer below 2^bits in magnitude.
type products struct {
	weight      graph.TensorID
	terms, bits int
}

// reader is an operator that reads weights. Validate refuses a node that reads
// one and states nothing about it.
type reader interface {
	Operator
	// reads states what a cell of the node's accumulator is the sum of.
	reads(p *graph.Program, n *graph.Node) []products
}

// mover is an operator that changes a weight.
type mover interface {
	Operator
	// moves states what a step of rate 1 adds to a cell of the weight: so many
	// integers below 2^bits.
	moves(p *graph.Program, n *graph.Node) products
}

// AccumulatorBits bounds the integers of a run of a valid program, in bits,
// whatever its data. With initial weights below 2^b0, T steps and rates n/2^k
// with n <= 255, as operators state what they add up,
//
//	|W(t)| ≤ 2^b0 + 255·T·Σ_updates terms·2^bits,   |V| ≤ Σ_reads terms·2^bits·|W(t)|
//
// A weight that decays is multiplied by its share, and becomes no larger.
// That X and dZ have 16 bits is what a proof enforces, not what an executor
// promises (Enforce). The limits of graph.Validate keep the result below
// FieldBits for every program and every T < 2^63.
func AccumulatorBits(p *graph.Program, initialBits int, steps int64) int {
	weights := moved(p, steps)
	for i := range weights {
		weights[i].Add(weights[i], new(big.Int).Lsh(big.NewInt(1), uint(initialBits)))
	}
	table, largest := Table(), 0
	for _, w := range weights {
		largest = max(largest, w.BitLen())
		if d := p.Optimizer.Decay; d != nil {
			largest = max(largest, new(big.Int).Mul(w, big.NewInt(d.N)).BitLen()+1)
		}
	}
	for i := range p.Nodes {
		op, ok := table[p.Nodes[i].Kind].(reader)
		if !ok {
			continue
		}
		sum := new(big.Int)
		for _, r := range op.reads(p, &p.Nodes[i]) {
			term := new(big.Int).Mul(weights[r.weight], big.NewInt(int64(r.terms)))
			sum.Add(sum, term.Lsh(term, uint(r.bits)))
		}
		largest = max(largest, sum.BitLen())
	}
	return largest
}

// moved is how far T steps move each tensor at most by adding to it, 0 of what is no
// weight that is trained: 255·T·Σ_updates terms·2^bits.
func moved(p *graph.Program, steps int64) []*big.Int {
	all := make([]*big.Int, len(p.Tensors))
	for i := range all {
		all[i] = new(big.Int)
	}
	table := Table()
	for i := range p.Nodes {
		if op, ok := table[p.Nodes[i].Kind].(mover); ok {
			m := op.moves(p, &p.Nodes[i])
			change := big.NewInt(int64(m.terms))
			change.Mul(change, big.NewInt(number.MaxNumerator)).Mul(change, big.NewInt(steps))
			change.Mul(change, big.NewInt(p.Optimizer.Momentum.Gain()))
			all[m.weight].Add(all[m.weight], change.Lsh(change, uint(m.bits)))
		}
	}
	return all
}

// LargestChanges bounds |W(T) − W(0)| for a cell of each weight of a valid program, by
// tensor, whatever its data and rates, in what a proof enforces: how far T steps move
// it; and, of weights that decay, which may have been and may become as large as
// AccumulatorBits says, 2^b0 for the one and 2^b0 for the other.
func LargestChanges(p *graph.Program, initialBits int, steps int64) []*big.Int {
	all := moved(p, steps)
	for i := range all {
		if p.Optimizer.Decay != nil && all[i].Sign() > 0 {
			all[i].Add(all[i], new(big.Int).Lsh(big.NewInt(1), uint(initialBits)+1))
		}
	}
	return all
}

// CheckBounds reports a run whose integers could wrap in the field: with
// fault.ErrUnsupported if AccumulatorBits exceeds FieldBits, with
// fault.ErrUsage for a run without steps or weights without bits.
func CheckBounds(p *graph.Program, initialBits int, steps int64) error {
	if initialBits < 1 || steps < 1 {
		return fmt.Errorf("bounds for initial weights of %d bits and %d steps: %w", initialBits, steps, fault.ErrUsage)
	}
	if bits := AccumulatorBits(p, initialBits, steps); bits > FieldBits {
		return fmt.Errorf("accumulators of up to %d bits after %d steps, at most %d fit the field: %w", bits, steps, FieldBits, fault.ErrUnsupported)
	}
	return nil
}

// Fans returns how many cells of an input a unit that a weight makes is the sum
// of, and in how many units a cell of the input takes part. ok is false for a
// weight that is added, and multiplies nothing.
func Fans(p *graph.Program, w graph.TensorID) (in, out int, ok bool) {
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if Multiplies(n) && n.Inputs[1] == w {
			k, e := contracted(n), extentsOf(p, n)
			return e.count(k.summed()), e.count(k.backward()), true
		}
	}
	return 0, 0, false
}

// matrixRows returns the rows of the matrix that a weight's cells are to an
// executor; false for a weight that multiplies nothing.
func matrixRows(p *graph.Program, w graph.TensorID) (rows int, ok bool) {
	for i := range p.Nodes {
		if n := &p.Nodes[i]; Multiplies(n) && n.Inputs[1] == w {
			return factorRows(p, n), true
		}
	}
	return 0, false
}

// factorRows returns the rows of the matrix that a node multiplies by.
func factorRows(p *graph.Program, n *graph.Node) int {
	k, e := contracted(n), extentsOf(p, n)
	if turned(n) {
		return e.count(k.backward())
	}
	return e.count(k.summed())
}

// validateMatrices refuses a weight whose cells are matrices of different rows to nodes
// that share it, as they are to kernels of all channels and to kernels of each.
func validateMatrices(p *graph.Program) error {
	first, table := map[graph.TensorID]int{}, Table()
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if _, multiplies := table[n.Kind].(contractor); !multiplies {
			continue
		}
		w, rows := n.Inputs[1], factorRows(p, n)
		own, read := first[w]
		if !read {
			first[w] = rows
		} else if own != rows {
			return malformed("weight %q is a matrix of %d rows to one operator and of %d to %q; give each a weight of its own", p.Tensor(w).Name, own, rows, n.Name)
		}
	}
	return nil
}

// Multiplies reports whether a node multiplies its first input by a weight.
func Multiplies(n *graph.Node) bool {
	_, ok := Table()[n.Kind].(contractor)
	return ok
}
