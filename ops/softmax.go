package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops/tables"
	"github.com/zkaudit/zkaudit/relation"
)

// KindSoftmax is p_c = e^(z_c)/Σ_c' e^(z_c') over the last axis:
//
//	m = max_c z_c          u bits, Σ_c u_c = 1, u_c·d_c = 0
//	d_c = m − z_c          in [0, 2^16), by the lookup (d, e)
//	e_c = 2^f_e·e^(−d_c)   so that the largest is 2^f_e
//	D = Σ_c e_c
//	p_c = e_c/D            a large division, rounded to nearest
//
// Which of several maxima u marks does not matter to p. The lookup of d and
// the range of m make z an integer in (m − 2^16, m].
//
// A public mask M of bits leaves classes out:
//
//	d_c = M_c·(m − z_c) + (2^16 − 1)·(1 − M_c)
//
// where M is 0, d is so large that e and p are 0, and not the maximum, whatever z
// is.
//
// Inputs: z (batch, …, classes), 16 bits; optionally M, a constant over the last
// axes of a sample. Attribute: fraction, f_p <= 14.
// Outputs: p, remainder and complement limbs of the division are the last
// ones; before them the tensors named by the softmax… constants.
const KindSoftmax graph.Kind = "softmax"

// Outputs of a softmax before those of its division.
const (
	softmaxValue = iota // also the quotient
	softmaxMaximum
	softmaxChoice
	softmaxDistance
	softmaxExponential
	softmaxDenominator
	softmaxLimbs // and further
)

// masked is the distance of a class that a mask leaves out. At maskedFraction bits
// it is 16, and 2^15·e^−16 rounds to 0.
const (
	masked         = 1<<16 - 1
	maskedFraction = 12
)

type softmax struct {
	lax
	derived
}

// Softmax appends the softmax of z at the given fraction bits; mask is
// graph.None where no class is left out.
func Softmax(b *graph.Builder, name string, z, mask graph.TensorID, fraction int) (graph.TensorID, error) {
	n := graph.Node{Name: name, Kind: KindSoftmax, Inputs: []graph.TensorID{z}, Attributes: graph.Attributes{attrFraction: {int64(fraction)}}}
	if mask != graph.None {
		n.Inputs = append(n.Inputs, mask)
	}
	return appendOne(b, n)
}

// exponentialFormat returns f_e and the bits of 2D, D <= C·2^f_e: one limb if
// f_e can be at least f_p, else two.
func exponentialFormat(classes, fraction int) (fe, bits int) {
	for fe := 15; fe >= fraction; fe-- {
		if 2*classes<<fe <= 1<<16 {
			return fe, 16
		}
	}
	return 14, 32
}

func (softmax) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 1); err != nil {
		return nil, err
	}
	z, f := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrFraction)
	if err := small(z); err != nil {
		return nil, err
	}
	last := len(z.Axes) - 1
	if last < 1 || z.Format.Bits != 16 || z.Axes[last].Size < 2 || z.Axes[last].Size > 1<<16 {
		return nil, malformed("softmax of %v in %v, want 2 to 65536 classes", sizes(z), z.Format)
	}
	if f < 0 || f > 14 {
		return nil, malformed("probabilities at %d fraction bits, want 0 to 14", f)
	}
	if mask := maskOf(n); mask != graph.None {
		if err := checkMask(z, p.Tensor(mask)); err != nil {
			return nil, err
		}
	}
	fe, bits := exponentialFormat(z.Axes[last].Size, f)
	rows := z.Axes[:last]
	division := divisionOutputs(z.Axes, f, bits)
	division[0].Name = "probability"
	outputs := []graph.Tensor{
		division[0],
		{Name: "maximum", Axes: rows, Format: z.Format, Role: graph.Committed},
		{Name: "choice", Axes: z.Axes, Format: bit(), Role: graph.Committed},
		{Name: "distance", Axes: z.Axes, Format: number.Format{Bits: 17, Fraction: z.Format.Fraction}, Role: graph.Virtual},
		{Name: "exponential", Axes: z.Axes, Format: number.Format{Bits: 17, Fraction: fe}, Role: graph.Committed},
		{Name: "denominator", Axes: rows, Format: number.Format{Bits: 32, Fraction: fe}, Role: graph.Virtual},
	}
	return append(outputs, division[1:]...), nil
}

// maskOf returns the mask of a softmax, or graph.None.
func maskOf(n *graph.Node) graph.TensorID {
	if len(n.Inputs) > 1 {
		return n.Inputs[1]
	}
	return graph.None
}

// checkMask checks that a mask is a constant of bits over the last axes of z, and
// that it leaves a class in every row.
func checkMask(z, mask *graph.Tensor) error {
	first := len(z.Axes) - len(mask.Axes)
	if z.Format.Fraction > maskedFraction {
		return malformed("a mask for %v, want at most %d fraction bits", z.Format, maskedFraction)
	}
	if first < 1 || !mask.SameShape(&graph.Tensor{Axes: z.Axes[first:]}) || mask.Role != graph.Constant || mask.Format != bit() {
		return malformed("mask %v %v in %v for %v", mask.Role, sizes(mask), mask.Format, sizes(z))
	}
	classes := z.Axes[len(z.Axes)-1].Size
	for row := 0; row < len(mask.Cells); row += classes {
		left := false
		for _, v := range mask.Cells[row : row+classes] {
			if v != 0 && v != 1 {
				return malformed("mask with a cell of %d", v)
			}
			left = left || v == 1
		}
		if !left {
			return malformed("mask that leaves nothing in row %d", row/classes)
		}
	}
	return nil
}

// softmaxDivision is p = e/D.
func softmaxDivision(n *graph.Node) *division {
	p := n.Outputs[softmaxValue]
	return divisionOf(&graph.Node{
		Inputs:  []graph.TensorID{n.Outputs[softmaxExponential], n.Outputs[softmaxDenominator]},
		Outputs: append([]graph.TensorID{p}, n.Outputs[softmaxLimbs:]...), Attributes: graph.Attributes{attrPower: n.Attributes[attrFraction]},
	})
}

func (softmax) tableOf(p *graph.Program, n *graph.Node) tableSpec {
	e := p.Tensor(n.Outputs[softmaxExponential]).Format.Fraction
	return tableSpec{function: KindSoftmax, input: p.Tensor(n.Inputs[0]).Format.Fraction, output: e}
}

// table is e^−d from d = 0 on.
func (softmax) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.Exp(spec.input, spec.output)
	return t, 0, err
}

func (softmax) Forward(s *Step, n *graph.Node) error {
	z := s.small(n.Inputs[0])
	m, u := s.small(n.Outputs[softmaxMaximum]), s.small(n.Outputs[softmaxChoice])
	d, e := s.small(n.Outputs[softmaxDistance]), s.small(n.Outputs[softmaxExponential])
	classes, table := len(z)/len(m), s.Buffers.tables[s.node]
	hides := s.hides(maskOf(n))
	for b := range m {
		first, last := b*classes, (b+1)*classes
		best := -1
		for i := first; i < last; i++ {
			if !hides(i) && (best < 0 || z[i] > z[best]) {
				best = i
			}
			u[i] = 0
		}
		m[b], u[best] = z[best], 1
		total := int64(0)
		for i := first; i < last; i++ {
			if d[i] = m[b] - z[i]; hides(i) {
				d[i] = masked
			}
			e[i] = table.at(1, d[i])
			total += int64(e[i])
		}
		if err := s.store(n.Outputs[softmaxDenominator], b, total); err != nil {
			return err
		}
	}
	return softmaxDivision(n).forward(s)
}

// hides returns which cells of a tensor a mask leaves out.
func (s *Step) hides(mask graph.TensorID) func(i int) bool {
	if mask == graph.None {
		return func(int) bool { return false }
	}
	cells := s.small(mask)
	return func(i int) bool { return cells[i%len(cells)] == 0 }
}

// Gradient, with s = Σ_c p_c·dP_c: dZ_c = p_c·(dP_c − s).
func (softmax) Gradient(r *Reverse, n *graph.Node) error {
	p, z, f := n.Outputs[softmaxValue], n.Inputs[0], r.format()
	dp, err := r.of(p)
	if err != nil || !r.Needs(z) {
		return err
	}
	weighted, err := appendOne(r.Builder, graph.Node{Name: n.Name + " backward", Kind: KindMul, Inputs: []graph.TensorID{dp, p}})
	if err != nil {
		return err
	}
	total, err := appendOne(r.Builder, graph.Node{Name: n.Name + " backward sum", Kind: KindReduceSum, Inputs: []graph.TensorID{weighted}})
	if err != nil {
		return err
	}
	mean, err := Rescale(r.Builder, n.Name+" backward mean", total, f.Fraction)
	if err != nil {
		return err
	}
	axes := r.Tensor(p).Axes
	wide, err := Broadcast(r.Builder, n.Name+" backward mean broadcast", mean, axes[len(axes)-1])
	if err != nil {
		return err
	}
	f.Bits = 17
	centred, err := Sum(r.Builder, n.Name+" backward centred", []graph.TensorID{dp, wide}, []int64{1, -1}, f)
	if err != nil {
		return err
	}
	dz, err := product(r.Builder, n.Name+" backward gradient", centred, p, f.Fraction)
	if err != nil {
		return err
	}
	r.Add(z, dz)
	return nil
}

// Bounds: u and e by their lookups, d by that of (d, e), m by nothing; and
// p <= 2^f_p, since e_c <= D, a sum with e_c in it.
func (softmax) Bounds(b *Bounding, n *graph.Node) []Bound {
	p := b.p
	fe := p.Tensor(n.Outputs[softmaxExponential]).Format.Fraction
	axes := p.Tensor(n.Inputs[0]).Axes
	classes := int64(axes[len(axes)-1].Size)
	division := divisionBounds(Interval{0, 1 << p.Tensor(n.Outputs[softmaxValue]).Format.Fraction}, len(n.Outputs)-softmaxLimbs+1)
	return append([]Bound{
		softmaxValue:       division[0],
		softmaxMaximum:     {of(p.Tensor(n.Outputs[softmaxMaximum]).Format), true},
		softmaxChoice:      {unsigned(1), false},
		softmaxDistance:    {unsigned(16), false},
		softmaxExponential: {Interval{0, 1 << fe}, false},
		softmaxDenominator: {Interval{0, classes << fe}, false},
	}, division[1:]...)
}

// Confines: z = m − d with m in 16 bits and d in [0, 2^16), where no mask hides
// it.
func (softmax) Confines(_ *Bounding, n *graph.Node, i int) (Interval, bool) {
	return Interval{-1<<15 - (1<<16 - 1), 1<<15 - 1}, i == 0 && maskOf(n) == graph.None
}

func (softmax) Define(c *Context, n *graph.Node, i int) []relation.Term {
	switch i {
	case softmaxDistance:
		return c.distance(n)
	case softmaxDenominator:
		return c.rowSum(n.Outputs[softmaxExponential])
	default:
		return softmaxDivision(n).complementTerms(c)
	}
}

// distance is d. The mask is broadcast over steps, samples and first axes, whose
// masks its term has.
func (c *Context) distance(n *graph.Node) []relation.Term {
	z, m, mask := c.at(n.Inputs[0]), c.at(n.Outputs[softmaxMaximum]), maskOf(n)
	if mask == graph.None {
		return []relation.Term{relation.Times(relation.Int(1), m, c.lastOne(n.Inputs[0])), relation.Times(relation.Int(-1), z)}
	}
	labels, ones := c.Labels(n.Inputs[0]), c.ones(n.Inputs[0])
	first := len(labels) - len(c.Program.Tensor(mask).Axes)
	shown := relation.At(c.ID(mask), labels[first:]...)
	return []relation.Term{
		relation.Times(relation.Int(1), m, shown), relation.Times(relation.Int(-1), z, shown),
		relation.Times(relation.Int(masked), ones...), times(-masked, ones[:first], shown),
	}
}

// Constrain states the relations (protocol, section 6).
func (softmax) Constrain(c *Context, n *graph.Node) {
	m, u, d := n.Outputs[softmaxMaximum], n.Outputs[softmaxChoice], n.Outputs[softmaxDistance]
	c.Relation.Unsigned(c.ID(u), 1)
	one := append(c.rowSum(u), relation.Times(relation.Int(-1), c.ones(m)...))
	c.equation(n.Name+" one choice", m, one...)
	c.equation(n.Name+" maximum", u, relation.Times(relation.Int(1), c.at(u), c.at(d)))
	c.Relation.LookUp(c.relationTable(softmax{}.tableOf(c.Program, n)), c.ID(d), c.ID(n.Outputs[softmaxExponential]))
	softmaxDivision(n).constrain(c, n.Name)
}
