package ops

import (
	"math/bits"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindWeigh multiplies the error of each sample by a weight of its row:
//
//	P(b,…) = w(b)·D(b,…),   (code(b), w(b)) a row of the table of weights.
//
// Inputs: the code of each row, one cell per sample; D, 16 bits. Attributes:
// weights, by code, in [0, 2^15); fraction, theirs. Outputs: w, committed; the
// accumulator P.
const KindWeigh graph.Kind = "weigh"

const (
	attrWeights        = "weights"
	attrWeightFraction = "fraction"
)

// MaxSampleWeights bounds the codes of a table of weights.
const MaxSampleWeights = 1 << 10

type weigh struct {
	training
	derived
}

// Weighed are the errors of samples multiplied by what one attribute of their rows
// says.
type Weighed struct {
	Columns int     // attributes of a row
	Column  int     // the one that says it
	Weights []int64 // by its codes
	Bits    int     // fraction bits of Weights
}

// WeighErrors appends the attributes of the batch's rows, and the errors dz times
// what they say, rounded to the fraction bits of errors.
func WeighErrors(b *graph.Builder, dz graph.TensorID, w Weighed) (graph.TensorID, error) {
	rows := b.Add(graph.Tensor{
		Name: "attributes", Role: graph.RowAttributes, Format: number.Format{Bits: attributeBits},
		Axes: []relation.Axis{b.Tensor(dz).Axes[0], {Name: "attribute", Size: w.Columns}},
	})
	code, err := MapAxes(b, "code", rows, 0, AxisMap{Axis: 0, Size: 1, Entries: []AxisEntry{{Out: 0, In: w.Column, Value: 1}}})
	if err != nil {
		return graph.None, err
	}
	out, err := Append(b, graph.Node{
		Name: "sample weight", Kind: KindWeigh, Inputs: []graph.TensorID{code, dz},
		Attributes: graph.Attributes{attrWeights: w.Weights, attrWeightFraction: {int64(w.Bits)}},
	})
	if err != nil {
		return graph.None, err
	}
	return Rescale(b, "weighed error", out[1], b.Program().Fractions.Error)
}

// attributeBits are those of codes: a certificate makes them 16, without a sign.
const attributeBits = 17

func (weigh) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	code, d := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	for _, t := range []*graph.Tensor{code, d} {
		if err := small(t); err != nil {
			return nil, err
		}
	}
	if len(code.Axes) != 2 || code.Units() != 1 || code.Axes[0] != d.Axes[0] || d.Format.Bits > 16 {
		return nil, malformed("weights by %v for errors %v in %v", sizes(code), sizes(d), d.Format)
	}
	weights, f := n.Attributes[attrWeights], n.Attributes.Int(attrWeightFraction)
	if len(weights) < 1 || len(weights) > MaxSampleWeights || f < 0 || f > 14 {
		return nil, malformed("%d weights of samples at %d fraction bits", len(weights), f)
	}
	for code, w := range weights {
		if w < 0 || w >= 1<<15 {
			return nil, malformed("the weight of code %d is %d, want 0 to 2^15 - 1", code, w)
		}
	}
	return []graph.Tensor{
		{Name: "weight", Axes: code.Axes, Format: number.Format{Bits: 16, Fraction: f}, Role: graph.Committed},
		{Name: "product", Axes: d.Axes, Format: number.Format{Bits: longBits, Fraction: f + d.Format.Fraction}, Role: graph.Accumulator},
	}, nil
}

func (weigh) Forward(s *Step, n *graph.Node) error {
	weights, d := n.Attributes[attrWeights], s.small(n.Inputs[1])
	w, product := s.small(n.Outputs[0]), s.long(n.Outputs[1])
	units := len(d) / len(w)
	for b, code := range s.small(n.Inputs[0]) {
		if code < 0 || int(code) >= len(weights) {
			return s.undefined(n, b)
		}
		w[b] = int32(weights[code])
		for i := b * units; i < (b+1)*units; i++ {
			product[i] = weights[code] * int64(d[i])
		}
	}
	return nil
}

// Define: P = w·D. The one cell of w's axis is summed over.
func (weigh) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	const cell relation.Label = "z"
	return []relation.Term{relation.Times(relation.Int(1), relation.At(c.ID(n.Outputs[0]), stepLabel, batchLabel, cell), c.at(n.Inputs[1]))}
}

// Bounds: the table's weights, and their products.
func (weigh) Bounds(b *Bounding, n *graph.Node) []Bound {
	w := Interval{Unlimited, -Unlimited}
	for _, v := range n.Attributes[attrWeights] {
		w = Interval{min(w.Low, v), max(w.High, v)}
	}
	return []Bound{{w, false}, {w.times(b.in(n, 1)), false}}
}

// Confines: a code is a row of the table.
func (weigh) Confines(_ *Bounding, n *graph.Node, i int) (Interval, bool) {
	return Interval{0, int64(len(n.Attributes[attrWeights])) - 1}, i == 0
}

func (weigh) Covers(*Bounding, *graph.Node, int) bool { return false }

// Constrain looks (code, w) up.
func (weigh) Constrain(c *Context, n *graph.Node) {
	weights := n.Attributes[attrWeights]
	values := make([]int64, 1<<bits.Len(uint(len(weights)-1)))
	for i := range values {
		if values[i] = weights[0]; i < len(weights) {
			values[i] = weights[i]
		}
	}
	table := c.Relation.Table("sample weights", 0, len(weights), &relation.Values{Cells: values})
	c.Relation.LookUp(table, c.ID(n.Inputs[0]), c.ID(n.Outputs[0]))
}
