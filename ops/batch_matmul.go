package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops/exact"
	"github.com/zkaudit/zkaudit/relation"
)

// KindBatchMatmul multiplies the matrices that the last two axes of two tensors
// are, one for each sample and position,
//
//	V(b,p…,i,j) = Σ_k X(b,p…,i,k)·Y(b,p…,k,j).
//
// Attributes: adjoint, two bits; with the first, X has its last two axes the
// other way round, (…,k,i), and with the second Y, (…,j,k). Output: the
// accumulator V, virtual.
const KindBatchMatmul graph.Kind = "batch_matmul"

const attrAdjoint = "adjoint"

// Adjoint are the attributes of a product of matrices.
func Adjoint(x, y bool) graph.Attributes {
	bits := map[bool]int64{true: 1}
	return graph.Attributes{attrAdjoint: {bits[x], bits[y]}}
}

// adjoints returns what Adjoint has written.
func adjoints(n *graph.Node) (x, y bool, err error) {
	a := n.Attributes[attrAdjoint]
	if len(a) != 2 || a[0]&^1 != 0 || a[1]&^1 != 0 {
		return false, false, malformed("attribute %s is %v", attrAdjoint, a)
	}
	return a[0] == 1, a[1] == 1, nil
}

type batchMatmul struct {
	free
	lax
	derived
}

// matrices are the axes of a product: those that both operands have in front,
// and those of i, k and j.
func matrices(p *graph.Program, n *graph.Node) (front []relation.Axis, i, k, j relation.Axis, err error) {
	adjX, adjY, err := adjoints(n)
	if err != nil {
		return nil, i, k, j, err
	}
	x, y := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	for _, t := range []*graph.Tensor{x, y} {
		if err := small(t); err != nil {
			return nil, i, k, j, err
		}
		if len(t.Axes) < 3 || t.Format.Bits > 17 {
			return nil, i, k, j, malformed("%q %v in %v is no matrix of small integers", t.Name, sizes(t), t.Format)
		}
	}
	last := len(x.Axes) - 2
	front, i, k = x.Axes[:last], x.Axes[last], x.Axes[last+1]
	if adjX {
		i, k = k, i
	}
	one, other := graph.Tensor{Axes: front}, graph.Tensor{Axes: y.Axes[:len(y.Axes)-2]}
	inner, j := y.Axes[len(y.Axes)-2], y.Axes[len(y.Axes)-1]
	if adjY {
		inner, j = j, inner
	}
	if !one.SameShape(&other) || inner.Size != k.Size || k.Size > exact.MaxInner {
		return nil, i, k, j, malformed("product of %v and %v over axes of %d and %d", sizes(x), sizes(y), k.Size, inner.Size)
	}
	return front, i, k, j, nil
}

func (batchMatmul) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	front, i, _, j, err := matrices(p, n)
	if err != nil {
		return nil, err
	}
	x, y := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	return []graph.Tensor{{
		Name: "product", Axes: append(front[:len(front):len(front)], i, j), Role: graph.Accumulator,
		Format: number.Format{Bits: longBits, Fraction: x.Format.Fraction + y.Format.Fraction},
	}}, nil
}

func (batchMatmul) Forward(s *Step, n *graph.Node) error {
	_, i, k, j, err := matrices(s.Program, n)
	if err != nil {
		return err
	}
	adjX, adjY, err := adjoints(n)
	if err != nil {
		return err
	}
	m := exact.Matrices{Rows: i.Size, Inner: k.Size, Cols: j.Size, AdjointX: adjX, AdjointY: adjY}
	m.Multiply(s.long(n.Outputs[0]), s.small(n.Inputs[0]), s.small(n.Inputs[1]))
	return nil
}

// Gradient: dX = dV·Yᵀ and dY = Xᵀ·dV as these have their axes, rounded.
func (batchMatmul) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil {
		return err
	}
	x, y := n.Inputs[0], n.Inputs[1]
	adjX, adjY, err := adjoints(n)
	if err != nil {
		return err
	}
	dx, dy := [2]graph.TensorID{d, y}, [2]graph.TensorID{x, d}
	ofX, ofY := Adjoint(false, !adjY), Adjoint(!adjX, false)
	if adjX { // Y·dVᵀ
		dx, ofX = [2]graph.TensorID{y, d}, Adjoint(adjY, true)
	}
	if adjY { // dVᵀ·X
		dy, ofY = [2]graph.TensorID{d, x}, Adjoint(true, adjX)
	}
	for _, side := range []struct {
		to         graph.TensorID
		inputs     [2]graph.TensorID
		attributes graph.Attributes
	}{{x, dx, ofX}, {y, dy, ofY}} {
		if !r.Needs(side.to) {
			continue
		}
		v, err := appendOne(r.Builder, graph.Node{Name: n.Name + " backward", Kind: KindBatchMatmul, Inputs: side.inputs[:], Attributes: side.attributes})
		if err != nil {
			return err
		}
		rounded, err := Rescale(r.Builder, n.Name+" backward rounded", v, r.format().Fraction)
		if err != nil {
			return err
		}
		r.Add(side.to, rounded)
	}
	return nil
}

func (batchMatmul) Bounds(b *Bounding, n *graph.Node) []Bound {
	_, _, k, _, err := matrices(b.p, n)
	if err != nil {
		panic(err) // Infer has refused it
	}
	terms := Interval{int64(k.Size), int64(k.Size)}
	return as(b.in(n, 0).times(b.in(n, 1)).times(terms))
}

// Define: V = Σ_k X·Y, with the mask of k (protocol, section 6).
func (batchMatmul) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	_, _, k, _, err := matrices(c.Program, n)
	if err != nil {
		panic(err) // Infer has refused it
	}
	adjX, adjY, _ := adjoints(n)
	out := c.Labels(n.Outputs[0])
	last := len(out) - 2
	front, i, j := out[:last:last], out[last], out[last+1]
	const inner relation.Label = "k"
	read := func(t graph.TensorID, adjoint bool, row, column relation.Label) relation.Factor {
		if adjoint {
			row, column = column, row
		}
		return relation.At(c.ID(t), append(front, row, column)...)
	}
	return []relation.Term{times(1, c.summed(k, inner), read(n.Inputs[0], adjX, i, inner), read(n.Inputs[1], adjY, inner, j))}
}
