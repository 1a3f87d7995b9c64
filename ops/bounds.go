package ops

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
)

// A format says which integers a small tensor may hold. The executor keeps to
// it; a prover does what the relations let it. Enforce therefore derives, node
// by node, what the relations make of every cell, and adds a range lookup
// wherever that alone is not within the format:
//
//	known(t) ⊆ of(Format(t))    for every small tensor t of a program
//
// Each operator states two things beside its relations: what they make of its
// outputs, given its inputs (Bounds), and what its own lookups make of its
// inputs (Confines). What nobody states does not count: not a declared format,
// not a role, not a kind of label. A program in which a tensor of more than 16
// bits could leave its format is refused, since no lookup could hold it.
//
// Two things rest on it. Rounding determines its outputs only where the rounded
// value is an integer of few bits (see KindRescale). And no accumulator wraps:
// operands of contractions are integers of 16 bits, which
// AccumulatorBits counts on.

// Bound is what relations make of the cells of an output.
type Bound struct {
	Interval
	// Open says that the relations alone leave the cells to the prover: they are
	// in the interval if they are integers of at most 17 bits, and any element
	// of the field otherwise. A range lookup must make them integers, by the
	// node that reads them or by one of their own.
	Open bool
}

// Bounding is what is known of the tensors of a program so far.
type Bounding struct {
	p         *graph.Program
	consumers [][]int
	known     []Interval
	settled   []bool
	// unread tensors may be outside their format where nothing reads them: see
	// KindGate.
	unread []bool
}

// Enforce decides which tensors the proof looks up in the range of their
// format. Errors wrap fault.ErrMalformed.
func Enforce(p *graph.Program) (*graph.Program, error) {
	q := p.Clone()
	b := &Bounding{
		p: q, consumers: q.Consumers(),
		known: make([]Interval, len(q.Tensors)), settled: make([]bool, len(q.Tensors)), unread: make([]bool, len(q.Tensors)),
	}
	for i := range q.Tensors {
		b.settleExternal(graph.TensorID(i))
	}
	for i := range q.Nodes {
		n := &q.Nodes[i]
		op, err := lookup(n)
		if err != nil {
			return nil, err
		}
		for k, bound := range op.Bounds(b, n) {
			if err := b.settle(n, k, bound); err != nil {
				return nil, fmt.Errorf("%s %q: %w", n.Kind, n.Name, err)
			}
		}
	}
	return q, nil
}

// settleExternal takes what certificates and the program itself say of tensors
// that no node makes: features and values are looked up as integers of 16
// bits, one-hot labels and bits as bits, constants are public.
func (b *Bounding) settleExternal(id graph.TensorID) {
	t := b.p.Tensor(id)
	switch t.Role {
	case graph.Input:
		b.known[id] = signed16()
	case graph.Label:
		if b.known[id] = signed16(); b.p.Loss.Labels != graph.Values {
			b.known[id] = unsigned(1)
		}
	case graph.RowAttributes:
		b.known[id] = unsigned(16)
	case graph.Constant:
		cells := Interval{Unlimited, -Unlimited}
		for _, v := range t.Cells {
			cells = Interval{min(cells.Low, int64(v)), max(cells.High, int64(v))}
		}
		b.known[id] = cells
	case graph.Weight, graph.Frozen:
		b.known[id] = unlimited()
	default:
		return
	}
	b.settled[id] = true
}

// settle decides about output k of a node.
func (b *Bounding) settle(n *graph.Node, k int, bound Bound) error {
	id := n.Outputs[k]
	t := b.p.Tensor(id)
	b.settled[id] = true
	if !t.Role.Small() {
		b.known[id] = bound.Interval
		return nil
	}
	known, open, format := bound.Interval, bound.Open, of(t.Format)
	for _, reader := range b.consumers[id] {
		if by, ok := b.confined(id, &b.p.Nodes[reader]); ok {
			known, open = known.meet(by), false
		}
	}
	switch {
	case !open && known.within(format):
	case n.Kind != KindGate && b.covered(id): // one gate after another: the first is looked up
		b.unread[id], known = true, known.meet(format)
	default:
		if t.Format.Bits > 16 {
			return malformed("cells of %q could be proven to be %d to %d, outside %v, and no range of that size is looked up", t.Name, known.Low, known.High, t.Format)
		}
		t.Checked, known = true, known.meet(format)
	}
	if known.Low > known.High {
		return malformed("no cell of %q could be proven", t.Name)
	}
	b.known[id] = known
	return nil
}

// confined returns what a reader's lookups make of a tensor.
func (b *Bounding) confined(id graph.TensorID, reader *graph.Node) (Interval, bool) {
	op, err := lookup(reader)
	if err != nil {
		return Interval{}, false
	}
	for i, in := range reader.Inputs {
		if in == id {
			if by, ok := op.Confines(b, reader, i); ok {
				return by, true
			}
		}
	}
	return Interval{}, false
}

// covered reports whether the only reader of a tensor covers it.
func (b *Bounding) covered(id graph.TensorID) bool {
	if len(b.consumers[id]) != 1 {
		return false
	}
	reader := &b.p.Nodes[b.consumers[id][0]]
	op, err := lookup(reader)
	return err == nil && op.Covers(b, reader, slices.Index(reader.Inputs, id))
}

// in returns what is known of input i of a node.
func (b *Bounding) in(n *graph.Node, i int) Interval { return b.known[n.Inputs[i]] }

// bit reports whether a tensor is known to hold bits.
func (b *Bounding) bit(id graph.TensorID) bool {
	return b.settled[id] && b.known[id].within(unsigned(1))
}

func signed16() Interval { return Interval{-1 << 15, 1<<15 - 1} }

// as returns the bound of a single output whose cells follow from the inputs.
func as(i Interval) []Bound { return []Bound{{Interval: i}} }

// lax is embedded by operators that look up none of their inputs.
type lax struct{}

func (lax) Confines(*Bounding, *graph.Node, int) (Interval, bool) { return Interval{}, false }

func (lax) Covers(*Bounding, *graph.Node, int) bool { return false }

// moving is embedded by operators whose outputs are cells of their input.
type moving struct {
	lax
	derived
}

func (moving) Bounds(b *Bounding, n *graph.Node) []Bound { return as(b.in(n, 0)) }
