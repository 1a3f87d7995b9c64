package ops

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// contraction says what an operator with weights computes of each sample, by
// the labels of its axes:
//
//	V(output) = Σ X(input)·W(weight)      over the labels that V lacks
//
// where input axes may be read through windows, y = σ·h + δ·m − p for a position
// h of the output and an offset m of the weight, with stride σ, dilation δ and p
// zeros in front (Slide). Everything else about such an
// operator follows from this: its shape rule, what it adds up, its input
// gradient, its updates, the layout of its weights and all relations.
//
// Labels stand in the order of the axes. Those of the weight are first the ones
// summed over, then channels, which all three have, then those of units, which
// the output has last, in the same order; the input has last what it shares with
// the weight. (KindUnembed's weight has units first.)
type contraction struct {
	input, weight, output []relation.Label
	windows               []window
}

// window reads an axis of the input.
type window struct {
	position, offset, input relation.Label
	Slide
	// size is that of the input, which its gradient, and a transposed convolution,
	// cannot tell from positions and offsets: with a stride the last cells may be
	// read by none. 0 elsewhere.
	size int
}

// contractor is an operator that multiplies its input by a weight. Its inputs
// are X, W and, if it has one, a bias over the units of V.
type contractor interface {
	Operator
	// contraction is that of a node with the given attributes. Nodes of the
	// backward pass have the attributes of the node that they are made for, and
	// an input gradient has attrInput. Errors wrap fault.ErrMalformed.
	contraction(graph.Attributes) (contraction, error)
}

// contractorOf returns the operator of a kind that multiplies by weights.
func contractorOf(k graph.Kind) (contractor, error) {
	op, ok := Table()[k].(contractor)
	if !ok {
		return nil, malformed("%q multiplies by no weights", k)
	}
	return op, nil
}

// contracted is the contraction of a node whose kind, or whose forward node's
// kind, has one; Infer has checked that.
func contracted(n *graph.Node) contraction {
	kind := n.Kind
	if n.Of != "" {
		kind = n.Of
	}
	op, err := contractorOf(kind)
	if err != nil {
		panic(err) // Infer has refused it
	}
	k, err := op.contraction(n.Attributes)
	if err != nil {
		panic(err) // Infer has refused it
	}
	return k
}

// without returns the labels of a that are not in b.
func without(a, b []relation.Label) []relation.Label {
	return slices.DeleteFunc(slices.Clone(a), func(l relation.Label) bool { return slices.Contains(b, l) })
}

// summed are the weight's labels that V is a sum over: offsets and what input
// and weight share.
func (k *contraction) summed() []relation.Label { return without(k.weight, k.output) }

// shared are the labels that all three have: channels of a depthwise convolution.
func (k *contraction) shared() []relation.Label {
	return slices.DeleteFunc(slices.Clone(k.weight), func(l relation.Label) bool {
		return !slices.Contains(k.input, l) || !slices.Contains(k.output, l)
	})
}

// units are the labels of V that the weight has, and so a bias.
func (k *contraction) units() []relation.Label { return without(k.output, k.positions()) }

// positions are the labels of V that the weight lacks.
func (k *contraction) positions() []relation.Label { return without(k.output, k.weight) }

// backward are the weight's labels that a gradient of X is a sum over: offsets
// and units.
func (k *contraction) backward() []relation.Label { return without(k.weight, k.input) }

// windowOf returns the window that a label belongs to.
func (k *contraction) windowOf(l relation.Label) (window, bool) {
	for _, w := range k.windows {
		if l == w.position || l == w.offset || l == w.input {
			return w, true
		}
	}
	return window{}, false
}

// extents are the axes that labels stand for.
type extents map[relation.Label]relation.Axis

// bind gives labels their axes; false if one of them has another size already.
func (e extents) bind(labels []relation.Label, axes []relation.Axis) bool {
	if len(labels) != len(axes) {
		return false
	}
	for i, l := range labels {
		if a, there := e[l]; there && a.Size != axes[i].Size {
			return false
		}
		e[l] = axes[i]
	}
	return true
}

// count returns the number of cells over some labels.
func (e extents) count(labels []relation.Label) int {
	n := 1
	for _, l := range labels {
		n *= e[l].Size
	}
	return n
}

// axes returns the axes of some labels.
func (e extents) axes(labels []relation.Label) []relation.Axis {
	axes := make([]relation.Axis, len(labels))
	for i, l := range labels {
		axes[i] = e[l]
	}
	return axes
}

// extentsOf returns the axes of a contraction, given the shapes of a sample of
// two of its three tensors; nil for the third. ok is false if they do not fit.
func (k *contraction) extentsOf(input, weight, output []relation.Axis) (e extents, ok bool) {
	e = extents{}
	ok = (input == nil || e.bind(k.input, input)) && e.bind(k.weight, weight) && (output == nil || e.bind(k.output, output))
	for _, w := range k.windows {
		if !ok {
			return e, false
		}
		if _, there := e[w.input]; !there {
			e[w.input] = relation.Axis{Name: e[w.position].Name, Size: w.size}
		}
		positions := w.Positions(e[w.input].Size, e[w.offset].Size)
		if _, there := e[w.position]; !there {
			e[w.position] = relation.Axis{Name: e[w.input].Name, Size: positions}
		}
		ok = e[w.input].Size >= 1 && positions >= 1 && e[w.position].Size == positions && w.evaluable(e)
	}
	return e, ok && k.padded(e)
}

// evaluable reports whether a verifier evaluates the window: it has few enough
// entries and axes.
func (w window) evaluable(e extents) bool {
	size, offsets, positions := e[w.input].Size, e[w.offset].Size, e[w.position].Size
	return max(size, offsets, positions) <= relation.MaxWindow && positions <= relation.MaxWindow/offsets
}

// maxPadded bounds the cells of a picture with its zeros, channels apart, where
// there are more than four times those of the picture: an executor holds them.
const maxPadded = 1 << 14

// padded reports whether the input with all zeros that its windows and theirs
// read the other way, in a gradient, may reach stays within that bound.
func (k *contraction) padded(e extents) bool {
	cells, whole := 1, 1
	for _, w := range k.windows {
		size := e[w.input].Size
		cells *= size
		reached := size + w.reach(e[w.offset].Size) - 1
		if reached > 4*graph.MaxSize/whole {
			return false
		}
		whole *= reached
	}
	return whole <= max(4*cells, maxPadded)
}

// extentsOf returns the axes of a node's contraction.
func extentsOf(p *graph.Program, n *graph.Node) extents {
	k := contracted(n)
	sample := func(t graph.TensorID) []relation.Axis { return p.Tensor(t).Axes[1:] }
	var e extents
	switch n.Kind {
	case KindInputGradient: // dZ, W
		e, _ = k.extentsOf(nil, p.Tensor(n.Inputs[1]).Axes, sample(n.Inputs[0]))
	case KindWeightUpdate: // W, X, dZ
		e, _ = k.extentsOf(sample(n.Inputs[1]), p.Tensor(n.Inputs[0]).Axes, sample(n.Inputs[2]))
	default:
		e, _ = k.extentsOf(sample(n.Inputs[0]), p.Tensor(n.Inputs[1]).Axes, nil)
	}
	return e
}

// multiplying is embedded by contractors: all that follows from a contraction.
type multiplying struct {
	free
	lax
	derived
}

// Bounds: 16-bit operands and weights give an accumulator that is within
// FieldBits.
func (multiplying) Bounds(*Bounding, *graph.Node) []Bound { return as(unlimited()) }

// inferContraction is the shape rule of a contractor.
func inferContraction(op contractor, p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 1); err != nil {
		return nil, err
	}
	k, err := op.contraction(n.Attributes)
	if err != nil {
		return nil, err
	}
	x, w := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := small(x); err != nil {
		return nil, err
	}
	if err := isWeight(w); err != nil {
		return nil, err
	}
	e, ok := k.extentsOf(x.Axes[1:], w.Axes, nil)
	if !ok {
		return nil, malformed("input %v does not fit weights %v, or padding is most of what they read, or it is read in too many places", sizes(x), sizes(w))
	}
	if x.Format.Bits > 16 {
		return nil, malformed("input %q has %d bits, at most 16 fit", x.Name, x.Format.Bits)
	}
	axes := append([]relation.Axis{x.Axes[0]}, e.axes(k.output)...)
	if id := bias(n); id != graph.None {
		b := p.Tensor(id)
		if err := isWeight(b); err != nil {
			return nil, err
		}
		if !sameSizes(b.Axes, e.axes(k.units())) || b.Format.Fraction != w.Format.Fraction {
			return nil, malformed("bias %v at %v does not fit weights %v at %v", sizes(b), b.Format, sizes(w), w.Format)
		}
	}
	return []graph.Tensor{{
		Name: "accumulator", Axes: axes, Role: graph.Accumulator,
		Format: number.Format{Bits: wideBits, Fraction: x.Format.Fraction + w.Format.Fraction},
	}}, nil
}

// sameSizes reports whether axes have the sizes of others, whatever they are called.
func sameSizes(a, b []relation.Axis) bool {
	return slices.EqualFunc(a, b, func(a, b relation.Axis) bool { return a.Size == b.Size })
}

// isWeight refuses a tensor that is no weight.
func isWeight(t *graph.Tensor) error {
	if t.Role != graph.Weight && t.Role != graph.Frozen {
		return malformed("%v %q is not a weight", t.Role, t.Name)
	}
	return nil
}

// bias returns the third input of a node, or None.
func bias(n *graph.Node) graph.TensorID {
	if len(n.Inputs) < 3 {
		return graph.None
	}
	return n.Inputs[2]
}

// Forward: V = X·W + 2^f_x·B, the rows of X being the samples at each position.
func (multiplying) Forward(s *Step, n *graph.Node) error {
	v, x := s.Buffers.Wide[n.Outputs[0]], s.small(n.Inputs[0])
	w := s.Buffers.Weights[n.Inputs[1]]
	switch patches := s.Buffers.patches[s.node]; {
	case patches == nil:
		v.MulInto(x, len(x)/w.Rows(), w)
	case patches.channels > 0:
		v.MulChannels(patches.apart(x), w)
	default:
		v.MulView(patches.over(x), w)
	}
	if id := bias(n); id != graph.None {
		v.AddBias(s.Buffers.Weight(id), s.Program.Tensor(n.Inputs[0]).Format.Fraction)
	}
	return nil
}

// Gradient: dV with W gives dX, and with X it updates W; alone, the bias.
func (multiplying) Gradient(r *Reverse, n *graph.Node) error {
	x, w := n.Inputs[0], n.Inputs[1]
	dv, err := r.clippedError(n)
	if err != nil {
		return err
	}
	r.update(w, use{of: n.Kind, attributes: n.Attributes, input: x, gradient: dv})
	if id := bias(n); id != graph.None {
		r.update(id, use{input: graph.None, gradient: dv})
	}
	if !r.Needs(x) {
		return nil
	}
	u, err := appendOne(r.Builder, graph.Node{
		Name: n.Name + " backward", Kind: KindInputGradient, Of: n.Kind, Inputs: []graph.TensorID{dv, w}, Attributes: backwardAttributes(r.Program(), n),
	})
	if err != nil {
		return err
	}
	dx, err := Rescale(r.Builder, n.Name+" backward rounded", u, r.format().Fraction)
	if err != nil {
		return err
	}
	r.Add(x, dx)
	return nil
}

// attrInput are the sizes of the axes of X that an input gradient is through
// windows of, in their order.
const attrInput = "input"

// backwardAttributes are those of the input gradient of a node.
func backwardAttributes(p *graph.Program, n *graph.Node) graph.Attributes {
	k, e := contracted(n), extentsOf(p, n)
	if len(k.windows) == 0 {
		return n.Attributes
	}
	a := graph.Attributes{}
	maps.Copy(a, n.Attributes)
	var shown []int64
	for _, w := range k.windows {
		shown = append(shown, int64(e[w.input].Size))
	}
	a[attrInput] = shown
	return a
}

// Define: V = Σ X·W, and the bias wherever V has a real cell (of the steps, too,
// where it is frozen: its trajectory is 0 beyond them).
// Protocol, section 6.
func (multiplying) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	k, e := contracted(n), extentsOf(c.Program, n)
	terms := []relation.Term{c.product(&k, e, n.Inputs[0], k.input, n.Inputs[1], k.summed())}
	if id := bias(n); id != graph.None {
		masks := c.masks(e, k.positions())
		masks = append(masks, c.mask(c.Program.Tensor(n.Inputs[0]).Axes[0], batchLabel))
		if c.Program.Tensor(id).Role == graph.Frozen {
			masks = append(masks, c.mask(c.Steps, stepLabel))
		}
		terms = append(terms, times(1<<c.Program.Tensor(n.Inputs[0]).Format.Fraction, masks, c.weight(id, k.units()...)))
	}
	return relabelled(terms, k.output)
}

// reads: K products for a cell of V, and a bias.
func (multiplying) reads(p *graph.Program, n *graph.Node) []products {
	k := contracted(n)
	list := []products{{n.Inputs[1], extentsOf(p, n).count(k.summed()), 15}}
	if id := bias(n); id != graph.None {
		list = append(list, products{id, 1, p.Tensor(n.Inputs[0]).Format.Fraction})
	}
	return list
}

// product is Σ data·W over the given labels of the weight, data being X, or dZ
// in a gradient, over its own labels. A label that no window reads carries the
// mask of its axis; a window is 0 outside its own.
func (c *Context) product(k *contraction, e extents, data graph.TensorID, labels []relation.Label, w graph.TensorID, summed []relation.Label) relation.Term {
	var masks []relation.Factor
	for _, l := range summed {
		if _, windowed := k.windowOf(l); !windowed {
			masks = append(masks, c.summed(e[l], l)...)
		}
	}
	return times(1, masks, c.through(k, e, data, labels, stepLabel), c.weight(w, k.weight...))
}

// through reads a per-sample tensor over the labels of X, or over those of V,
// at the given step: as it is or, where there are windows, through a virtual
// tensor in which each axis of a window gives way to the two others,
//
//	P(s,b,h…,m…,c…) = Σ_{y…} Π Win(h,m,y)·X(s,b,y…,c…)       patches of X
//	P(s,b,y…,m…,o…) = Σ_{h…} Π Win(h,m,y)·dZ(s,b,h…,o…)      of a gradient
//
// Nothing ever holds its cells: a claim on it is one on X.
func (c *Context) through(k *contraction, e extents, data graph.TensorID, labels []relation.Label, step relation.Label) relation.Factor {
	if len(k.windows) == 0 {
		return relation.At(c.ID(data), append([]relation.Label{step, batchLabel}, labels...)...)
	}
	out, offsets := []relation.Label{}, []relation.Label{}
	factors := []relation.Factor{relation.At(c.ID(data), append([]relation.Label{stepLabel, batchLabel}, labels...)...)}
	name := "tensor " + c.Program.Tensor(data).Name + " through"
	for _, l := range labels {
		if w, windowed := k.windowOf(l); windowed {
			win, text := c.window(w, e)
			factors = append(factors, relation.At(win, w.position, w.offset, w.input))
			offsets, name = append(offsets, w.offset), name+" "+text
			if l == w.input {
				l = w.position
			} else {
				l = w.input
			}
		}
		out = append(out, l)
	}
	direction := " forward"
	if slices.Contains(labels, k.windows[0].position) {
		direction = " backward"
	}
	// Positions first, then offsets, then the rest: as a weight has its axes.
	shared := without(out, windowed(k))
	out = slices.Concat(without(out, shared), offsets, shared)
	name += direction
	id, there := c.Relation.Named(name)
	if !there {
		axes := append([]relation.Axis{c.Steps, c.Program.Tensor(data).Axes[0]}, e.axes(out)...)
		id = c.Relation.Virtual(name, axes, append([]relation.Label{stepLabel, batchLabel}, out...), relation.Times(relation.Int(1), factors...))
	}
	return relation.At(id, append([]relation.Label{step, batchLabel}, out...)...)
}

// windowed are all labels of windows.
func windowed(k *contraction) []relation.Label {
	var list []relation.Label
	for _, w := range k.windows {
		list = append(list, w.position, w.offset, w.input)
	}
	return list
}

// window returns the public tensor of a window, and a text that tells it from
// others.
func (c *Context) window(w window, e extents) (relation.ID, string) {
	position, offset, input := e[w.position], e[w.offset], e[w.input]
	src := w.window(input.Size, offset.Size)
	text := fmt.Sprintf("%d by %d of %d, stride %d, dilation %d, padding %d", src.Positions, src.Offsets, src.Size, src.Stride, src.Dilation, src.Before)
	return c.Relation.Public("window "+text, src, position, offset, input), text
}

// masks are the masks of the axes of some labels.
func (c *Context) masks(e extents, labels []relation.Label) []relation.Factor {
	return c.Relation.Masks(e.axes(labels), labels)
}

// relabelled renames the labels of a sum's output to those of Context.Labels.
func relabelled(terms []relation.Term, output []relation.Label) []relation.Term {
	for i := range terms {
		factors := slices.Clone(terms[i].Factors)
		for j := range factors {
			labels := slices.Clone(factors[j].Labels)
			for n, l := range labels {
				if at := slices.Index(output, l); at >= 0 {
					labels[n] = unit(at)
				}
			}
			factors[j].Labels = labels
		}
		terms[i].Factors = factors
	}
	return terms
}
