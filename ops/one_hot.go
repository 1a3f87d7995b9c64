package ops

import (
	"fmt"
	"math/bits"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// KindOneHot is H(b,p,v) = [X(b,p) = v], v < V, for integers X: which row of a
// table of V rows each index names. With V = V_0·V_1·…, v is written in digits of
// these sizes, most significant first, and H is the product of a one-hot for each,
//
//	H(b,p,v_0,v_1,…) = Π_i H_i(b,p,v_i)
//	H_i² = H_i,  Σ_v H_i(b,p,v) = 1      on real cells
//	X(b,p) = Σ_i (Π_{j>i} V_j)·Σ_v v·H_i(b,p,v)
//
// so that an index costs Σ V_i committed bits, of which one in V_i is not 0, and
// neither an executor nor a prover lays H out. H_i and X determine each other, and
// there is no H for an X that is not in [0, V). An index has no gradient.
//
// Input: X (batch, positions…), small integers at 0 fraction bits. Attribute:
// sizes, V_0, V_1, …. Outputs: for one digit H, committed; for more H, virtual, of
// axes (batch, positions…, V_0, V_1, …), then each H_i, committed.
const KindOneHot graph.Kind = "one_hot"

// Limits of a one-hot: in a term with H, three digits and a weight are the four
// tables that a sumcheck multiplies.
const (
	maxDigits = 3
	// MaxDigit bounds the values of a digit.
	MaxDigit = 1 << 11
	// MaxRows is how many rows indices of 16 bits can name.
	MaxRows = 1 << 15
)

// Digits returns the sizes, at most three, whose product is rows and which take the
// fewest committed cells for an index; nil if there are none of at most MaxDigit, or
// if the rows are more than MaxRows.
func Digits(rows int) []int {
	var best []int
	least := 0
	padded := func(n int) int { return 1 << bits.Len(uint(n-1)) }
	var try func(rest int, sizes []int, cells int)
	try = func(rest int, sizes []int, cells int) {
		total := cells + padded(rest)
		better := best == nil || total < least || total == least && len(sizes)+1 < len(best)
		if rest <= MaxDigit && better {
			best, least = append(append([]int(nil), sizes...), rest), total
		}
		for d := 2; len(sizes)+1 < maxDigits && d <= rest/d; d++ {
			if rest%d == 0 {
				try(rest/d, append(sizes, d), cells+padded(d))
			}
		}
	}
	if rows >= 1 && rows <= MaxRows {
		try(rows, nil, 0)
	}
	return best
}

// OneHot appends the one-hot of indices into a table of that many rows.
func OneHot(b *graph.Builder, name string, x graph.TensorID, rows int) (graph.TensorID, error) {
	sizes := Digits(rows)
	if sizes == nil {
		return graph.None, malformed("no digits for %d rows", rows)
	}
	attribute := make([]int64, len(sizes))
	for i, size := range sizes {
		attribute[i] = int64(size)
	}
	return appendOne(b, graph.Node{Name: name, Kind: KindOneHot, Inputs: []graph.TensorID{x}, Attributes: graph.Attributes{attrSizes: attribute}})
}

type oneHot struct {
	training
	derived
}

func (oneHot) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	x, sizes := p.Tensor(n.Inputs[0]), n.Attributes[attrSizes]
	if err := small(x); err != nil {
		return nil, err
	}
	if x.Format.Fraction != 0 || len(x.Axes) < 2 {
		return nil, malformed("indices %v in %v, want integers", x.Axes, x.Format)
	}
	if len(sizes) < 1 || len(sizes) > maxDigits {
		return nil, malformed("%d digits, want 1 to %d", len(sizes), maxDigits)
	}
	whole, digits := x.Axes[:len(x.Axes):len(x.Axes)], []graph.Tensor(nil)
	for i, size := range sizes {
		if size < 1 || size > MaxDigit {
			return nil, malformed("digit %d of %d values, want 1 to %d", i, size, MaxDigit)
		}
		axis := relation.Axis{Name: "row", Size: int(size)}
		whole = append(whole, axis)
		axes := append(x.Axes[:len(x.Axes):len(x.Axes)], axis)
		digits = append(digits, graph.Tensor{Name: fmt.Sprintf("digit %d", i), Axes: axes, Format: bit(), Role: graph.Committed})
	}
	if len(digits) == 1 {
		return digits, nil
	}
	return append([]graph.Tensor{{Name: "choice", Axes: whole, Format: bit(), Role: graph.Virtual}}, digits...), nil
}

// digitsOf returns the committed outputs of a node with their sizes.
func digitsOf(n *graph.Node) (digits []graph.TensorID, sizes []int64) {
	sizes = n.Attributes[attrSizes]
	return n.Outputs[len(n.Outputs)-len(sizes):], sizes
}

// IndexRows returns how many values a program's inputs may have that are indices:
// the rows of the smallest table that they are looked up in. 0: they are none.
func IndexRows(p *graph.Program) int {
	least := 0
	for i := range p.Nodes {
		if n := &p.Nodes[i]; n.Kind == KindOneHot && n.Inputs[0] == p.Input {
			if rows := rowsOf(n); least == 0 || rows < least {
				least = rows
			}
		}
	}
	return least
}

// rowsOf returns the V of a one-hot.
func rowsOf(n *graph.Node) int {
	rows := 1
	for _, size := range n.Attributes[attrSizes] {
		rows *= int(size)
	}
	return rows
}

// unheld reports whether output i of a node has no cells anywhere: H of several
// digits, which follows from them.
func unheld(n *graph.Node, i int) bool {
	return n.Kind == KindOneHot && i == 0 && len(n.Outputs) > 1
}

// Held tells which tensors have cells (see unheld).
func Held(p *graph.Program) []bool {
	held := make([]bool, len(p.Tensors))
	for i := range held {
		held[i] = true
	}
	for i := range p.Nodes {
		for k, t := range p.Nodes[i].Outputs {
			held[t] = !unheld(&p.Nodes[i], k)
		}
	}
	return held
}

func (oneHot) Forward(s *Step, n *graph.Node) error {
	digits, sizes := digitsOf(n)
	rows := rowsOf(n)
	for _, t := range digits {
		clear(s.small(t))
	}
	positions := s.Program.Tensor(n.Inputs[0]).Units()
	for at, v := range s.small(n.Inputs[0]) {
		if v < 0 || int(v) >= rows {
			return fmt.Errorf("sample %d, index %d: a table of %d has no row %d: %w", at/positions, at%positions, rows, v, fault.ErrInput)
		}
		rest := int(v)
		for i := len(digits) - 1; i >= 0; i-- {
			size := int(sizes[i])
			s.small(digits[i])[at*size+rest%size] = 1
			rest /= size
		}
	}
	return nil
}

// Bounds: bits, by H_i² = H_i.
func (oneHot) Bounds(_ *Bounding, n *graph.Node) []Bound {
	bounds := make([]Bound, len(n.Outputs))
	for i := range bounds {
		bounds[i].Interval = unsigned(1)
	}
	return bounds
}

// Confines: X is what digits of one value each add up to.
func (oneHot) Confines(_ *Bounding, n *graph.Node, _ int) (Interval, bool) {
	return Interval{0, int64(rowsOf(n)) - 1}, true
}

func (oneHot) Covers(*Bounding, *graph.Node, int) bool { return false }

// Define: H = Π_i H_i.
func (oneHot) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	digits, _ := digitsOf(n)
	labels := c.Labels(n.Outputs[0])
	first := len(labels) - len(digits)
	factors := make([]relation.Factor, len(digits))
	for i, t := range digits {
		factors[i] = relation.At(c.ID(t), append(labels[:first:first], labels[first+i])...)
	}
	return []relation.Term{relation.Times(relation.Int(1), factors...)}
}

// Constrain states that each H_i is a one-hot, and that X is what they name
// (protocol, section 6).
func (oneHot) Constrain(c *Context, n *graph.Node) {
	x := n.Inputs[0]
	digits, sizes := digitsOf(n)
	value := []relation.Term{relation.Times(relation.Int(-1), c.at(x))}
	scale := int64(1)
	for i := len(digits) - 1; i >= 0; i-- {
		h, name := digits[i], fmt.Sprintf("%s digit %d", n.Name, i)
		labels, axes := c.Labels(h), c.Program.Tensor(h).Axes
		last, axis := labels[len(labels)-1], axes[len(axes)-1]
		c.equation(name+" is bits", h,
			relation.Times(relation.Int(1), c.at(h), c.at(h)), relation.Times(relation.Int(-1), c.at(h)))
		// The last label of H_i is none of X: it is summed over.
		one := times(1, c.summed(axis, last), c.at(h))
		c.equation(name+" is one", x, one, relation.Times(relation.Int(-1), c.ones(x)...))
		if axis.Size > 1 {
			value = append(value, times(scale, nil, relation.At(c.numbers(axis), last), c.at(h)))
		}
		scale *= sizes[i]
	}
	c.equation(n.Name+" is the index", x, value...)
}

// numbers is v at index v of an axis, and 0 in its padding.
func (c *Context) numbers(a relation.Axis) relation.ID {
	cells := make([]int64, a.Padded())
	for v := range a.Size {
		cells[v] = int64(v)
	}
	return c.Relation.Public(fmt.Sprintf("numbers below %d", a.Size), &relation.Values{Cells: cells}, relation.Axis{Name: "row", Size: a.Size})
}
