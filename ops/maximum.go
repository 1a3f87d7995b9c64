package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindMaximum is Y = max(A, B) cellwise, at the fraction bits that both share,
// and KindMinimum Y = min(A, B):
//
//	D = B − A,   Y = A + P      of the maximum
//	D = A − B,   Y = A − P      of the minimum
//
// with (D, P, G) a row of the rectifier's table: P = max(D, 0), and G = [D > 0]
// says that B is chosen. So D must fit 16 bits. B may be a constant with the axes
// of A except the batch.
//
// Outputs: Y and D, virtual; P and G.
const (
	KindMaximum graph.Kind = "maximum"
	KindMinimum graph.Kind = "minimum"
)

// Outputs of a maximum.
const (
	maximumValue = iota
	maximumDifference
	maximumExcess
	maximumChoice
)

// maximum is max(A, B) for sign 1, min(A, B) = −max(−A, −B) for sign −1.
type maximum struct {
	lax
	derived
	sign int64
}

func (maximum) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	a, b := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := operands(a, b); err != nil {
		return nil, err
	}
	if a.Format.Fraction != b.Format.Fraction || a.Format.Bits > 16 || b.Format.Bits > 16 {
		return nil, malformed("the larger of %v and %v", a.Format, b.Format)
	}
	f := number.Format{Bits: 16, Fraction: a.Format.Fraction}
	return []graph.Tensor{
		{Name: "value", Axes: a.Axes, Format: f, Role: graph.Virtual},
		{Name: "difference", Axes: a.Axes, Format: f, Role: graph.Virtual},
		{Name: "excess", Axes: a.Axes, Format: f, Role: graph.Committed},
		{Name: "choice", Axes: a.Axes, Format: bit(), Role: graph.Committed},
	}, nil
}

func (m maximum) Forward(s *Step, n *graph.Node) error {
	b := s.small(n.Inputs[1])
	y, excess, choice := s.small(n.Outputs[maximumValue]), s.small(n.Outputs[maximumExcess]), s.small(n.Outputs[maximumChoice])
	for i, v := range s.small(n.Inputs[0]) {
		d := m.sign * (int64(b[i%len(b)]) - int64(v))
		if err := s.store(n.Outputs[maximumDifference], i, d); err != nil {
			return err
		}
		excess[i], choice[i] = 0, 0
		if d > 0 {
			excess[i], choice[i] = int32(d), 1
		}
		y[i] = v + int32(m.sign)*excess[i]
	}
	return nil
}

// Gradient: dB = G ⊙ dY and dA = dY − dB. Of equal operands the first one has
// the gradient.
func (maximum) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[maximumValue])
	if err != nil {
		return err
	}
	db, err := appendOne(r.Builder, graph.Node{
		Name: n.Name + " backward", Kind: KindGate, Inputs: []graph.TensorID{n.Outputs[maximumChoice], d},
	})
	if err != nil {
		return err
	}
	if r.Needs(n.Inputs[1]) {
		r.Add(n.Inputs[1], db)
	}
	if !r.Needs(n.Inputs[0]) {
		return nil
	}
	da, err := Sum(r.Builder, n.Name+" backward of the first", []graph.TensorID{d, db}, []int64{1, -1}, r.format())
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], da)
	return nil
}

// Bounds: by the lookup Y is the larger operand, or the smaller one, of two
// integers.
func (m maximum) Bounds(b *Bounding, n *graph.Node) []Bound {
	x, y := b.in(n, 0), b.in(n, 1)
	value := Interval{max(x.Low, y.Low), max(x.High, y.High)}
	if m.sign < 0 {
		value = Interval{min(x.Low, y.Low), min(x.High, y.High)}
	}
	return []Bound{
		maximumValue:      {value, false},
		maximumDifference: {signed16(), false},
		maximumExcess:     {unsigned(15), false},
		maximumChoice:     {unsigned(1), false},
	}
}

func (m maximum) Define(c *Context, n *graph.Node, i int) []relation.Term {
	a, b := n.Inputs[0], n.Inputs[1]
	if i == maximumValue {
		return []relation.Term{relation.Times(relation.Int(1), c.at(a)), relation.Times(relation.Int(m.sign), c.at(n.Outputs[maximumExcess]))}
	}
	return []relation.Term{relation.Times(relation.Int(-m.sign), c.at(a)), relation.Times(relation.Int(m.sign), c.spread(a, b)...)}
}

// Constrain looks (D, P, G) up.
func (maximum) Constrain(c *Context, n *graph.Node) {
	c.Relation.LookUp(c.reluTable(), c.ID(n.Outputs[maximumDifference]), c.ID(n.Outputs[maximumExcess]), c.ID(n.Outputs[maximumChoice]))
}
