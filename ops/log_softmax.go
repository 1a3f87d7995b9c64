package ops

import (
	"math"
	"sort"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops/tables"
	"github.com/zkaudit/zkaudit/relation"
)

// KindLogSoftmax is Y_c = z_c − ln Σ_c' e^(z_c') over the last axis, given the softmax
// p of z with its distances d_c = m − z_c and its denominator D = 2^f_e·Σ_c e^(−d_c):
//
//	Y_c = −d_c − L,    L = ln(D/2^f_e), rounded to f_z fraction bits
//
// L is bracketed by a table of the integers whose logarithms round to it,
//
//	(L, D − R, D + C) a row of (Y, least D, largest D),    R, C >= 0 by limbs of 16 bits.
//
// Inputs: z (batch, …, classes), and p, d and D of one softmax of z without a mask.
// Outputs: Y in the format of z, virtual; L; the two ends, virtual; R and C by limbs.
const KindLogSoftmax graph.Kind = "log_softmax"

// Outputs of a logarithm of a softmax.
const (
	logSoftmaxValue = iota
	logSoftmaxLogarithm
	logSoftmaxLeast
	logSoftmaxLargest
	logSoftmaxLimbs // of R, and as many of C
)

type logSoftmax struct {
	lax
	derived
}

// LogSoftmax appends the logarithm of the softmax of z, which itself has the given
// fraction bits.
func LogSoftmax(b *graph.Builder, name string, z graph.TensorID, fraction int) (graph.TensorID, error) {
	p, err := Append(b, graph.Node{Name: name + " softmax", Kind: KindSoftmax, Inputs: []graph.TensorID{z}, Attributes: graph.Attributes{attrFraction: {int64(fraction)}}})
	if err != nil {
		return graph.None, err
	}
	return appendOne(b, graph.Node{Name: name, Kind: KindLogSoftmax, Inputs: []graph.TensorID{z, p[softmaxValue], p[softmaxDistance], p[softmaxDenominator]}})
}

func (logSoftmax) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 4, 0); err != nil {
		return nil, err
	}
	if !softmaxOf(p, n.Inputs) {
		return nil, malformed("inputs %v are not those of one softmax without a mask", n.Inputs)
	}
	z, sum := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[3])
	if z.Format.Fraction > tables.MaxLogarithmFraction {
		return nil, malformed("logarithms of a softmax of %v, want at most %d fraction bits", z.Format, tables.MaxLogarithmFraction)
	}
	end := graph.Tensor{Axes: sum.Axes, Role: graph.Virtual, Format: sum.Format}
	outputs := []graph.Tensor{
		{Name: "value", Axes: z.Axes, Role: graph.Virtual, Format: z.Format},
		{Name: "logarithm", Axes: sum.Axes, Role: graph.Committed, Format: number.Format{Bits: 17, Fraction: z.Format.Fraction}},
		end, end,
	}
	outputs[logSoftmaxLeast].Name, outputs[logSoftmaxLargest].Name = "least", "largest"
	width := 16
	if logarithms(z)<<sum.Format.Fraction > 1<<16 {
		width = 32
	}
	for _, limb := range remainderLimbs(sum.Axes, relation.LimbsOf(width)) {
		limb.Role = graph.Committed // the ends are what is virtual here
		outputs = append(outputs, limb)
	}
	return outputs, nil
}

// softmaxOf reports whether tensors are the input of a softmax without a mask, and
// its value, distances and denominator.
func softmaxOf(p *graph.Program, list []graph.TensorID) bool {
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if n.Kind == KindSoftmax && n.Outputs[softmaxValue] == list[1] {
			return len(n.Inputs) == 1 && n.Inputs[0] == list[0] && n.Outputs[softmaxDistance] == list[2] && n.Outputs[softmaxDenominator] == list[3]
		}
	}
	return false
}

// ends are the limbs of R and of C.
func (logSoftmax) ends(n *graph.Node) (below, above []graph.TensorID) {
	limbs := n.Outputs[logSoftmaxLimbs:]
	return limbs[:len(limbs)/2], limbs[len(limbs)/2:]
}

// logarithms is up to what number a table has the logarithms for: a power of two, so
// that there are few tables, whatever the classes are.
func logarithms(z *graph.Tensor) int { return 1 << z.Axes[len(z.Axes)-1].Log() }

func (logSoftmax) tableOf(p *graph.Program, n *graph.Node) tableSpec {
	z := p.Tensor(n.Inputs[0])
	return tableSpec{function: KindLogSoftmax, input: z.Format.Fraction, output: p.Tensor(n.Inputs[3]).Format.Fraction, limit: logarithms(z)}
}

func (logSoftmax) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.Logarithm(spec.input, spec.output, spec.limit)
	return t, 0, err
}

func (o logSoftmax) Forward(s *Step, n *graph.Node) error {
	d, sum := s.small(n.Inputs[2]), s.small(n.Inputs[3])
	below, above := o.ends(n)
	table := s.Buffers.tables[s.node]
	least, largest := table.Columns[1], table.Columns[2]
	classes := len(d) / len(sum)
	for b, v := range sum {
		y := sort.Search(len(least), func(i int) bool { return least[i] > v }) - 1
		s.small(n.Outputs[logSoftmaxLogarithm])[b] = int32(y)
		s.small(n.Outputs[logSoftmaxLeast])[b], s.small(n.Outputs[logSoftmaxLargest])[b] = least[y], largest[y]
		s.splitInto(below, b, int64(v-least[y]))
		s.splitInto(above, b, int64(largest[y]-v))
		for i := b * classes; i < (b+1)*classes; i++ {
			if err := s.store(n.Outputs[logSoftmaxValue], i, -int64(d[i])-int64(y)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Gradient, with s = Σ_c dY_c: dZ_c = dY_c − p_c·s.
func (logSoftmax) Gradient(r *Reverse, n *graph.Node) error {
	z, p, f := n.Inputs[0], n.Inputs[1], r.format()
	dy, err := r.of(n.Outputs[logSoftmaxValue])
	if err != nil || !r.Needs(z) {
		return err
	}
	total, err := appendOne(r.Builder, graph.Node{Name: n.Name + " backward sum", Kind: KindReduceSum, Inputs: []graph.TensorID{dy}})
	if err != nil {
		return err
	}
	whole, err := Rescale(r.Builder, n.Name+" backward sum rounded", total, f.Fraction)
	if err != nil {
		return err
	}
	axes := r.Tensor(z).Axes
	wide, err := Broadcast(r.Builder, n.Name+" backward sum broadcast", whole, axes[len(axes)-1])
	if err != nil {
		return err
	}
	share, err := product(r.Builder, n.Name+" backward share", wide, p, f.Fraction)
	if err != nil {
		return err
	}
	dz, err := Sum(r.Builder, n.Name+" backward", []graph.TensorID{dy, share}, []int64{1, -1}, f)
	if err != nil {
		return err
	}
	r.Add(z, dz)
	return nil
}

// Bounds: L and both ends by their lookup, R and C by theirs; d is in [0, 2^16).
func (o logSoftmax) Bounds(b *Bounding, n *graph.Node) []Bound {
	spec := o.tableOf(b.p, n)
	most := int64(math.Ceil(math.Ldexp(math.Log(float64(spec.limit)), spec.input)))
	whole := int64(spec.limit) << spec.output
	bounds := []Bound{
		logSoftmaxValue:     {Interval{-(1<<16 - 1) - most, 0}, false},
		logSoftmaxLogarithm: {Interval{0, most}, false},
		logSoftmaxLeast:     {Interval{1, whole}, false},
		logSoftmaxLargest:   {Interval{1, whole}, false},
	}
	for range n.Outputs[logSoftmaxLimbs:] {
		bounds = append(bounds, Bound{unsigned(16), false})
	}
	return bounds
}

// Define: Y = −d − L at every class, D − R and D + C.
func (o logSoftmax) Define(c *Context, n *graph.Node, i int) []relation.Term {
	below, above := o.ends(n)
	switch i {
	case logSoftmaxValue:
		return []relation.Term{
			relation.Times(relation.Int(-1), c.at(n.Inputs[2])),
			relation.Times(relation.Int(-1), c.at(n.Outputs[logSoftmaxLogarithm]), c.lastOne(n.Outputs[logSoftmaxValue])),
		}
	case logSoftmaxLeast:
		return append([]relation.Term{relation.Times(relation.Int(1), c.at(n.Inputs[3]))}, c.limbs(relation.Int(-1), below)...)
	default:
		return append([]relation.Term{relation.Times(relation.Int(1), c.at(n.Inputs[3]))}, c.limbs(relation.Int(1), above)...)
	}
}

// Constrain: L and the ends are a row of the table, R and C at least 0.
func (o logSoftmax) Constrain(c *Context, n *graph.Node) {
	below, above := o.ends(n)
	for _, limbs := range [][]graph.TensorID{below, above} {
		c.Relation.UnsignedLimbs(c.limbIDs(limbs), number.LimbBits*len(limbs))
	}
	c.Relation.LookUp(c.relationTable(o.tableOf(c.Program, n)), c.ID(n.Outputs[logSoftmaxLogarithm]), c.ID(n.Outputs[logSoftmaxLeast]), c.ID(n.Outputs[logSoftmaxLargest]))
}
