package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindBroadcast is Y(b, …, c) = X(b, …): a new last axis.
//
// Input: X. Attribute: size, of the new axis. Output: Y, virtual.
const KindBroadcast graph.Kind = "broadcast"

const attrSize = "size"

type broadcast struct {
	free
	moving
}

// Broadcast appends X repeated along a new last axis.
func Broadcast(b *graph.Builder, name string, x graph.TensorID, axis relation.Axis) (graph.TensorID, error) {
	return appendOne(b, graph.Node{
		Name: name, Kind: KindBroadcast, Inputs: []graph.TensorID{x}, Attributes: graph.Attributes{attrSize: {int64(axis.Size)}},
	})
}

func (broadcast) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	x, size := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrSize)
	if err := small(x); err != nil {
		return nil, err
	}
	if size < 1 || size > graph.MaxSize {
		return nil, malformed("new axis of %d", size)
	}
	axes := append(append([]relation.Axis(nil), x.Axes...), Units(size))
	return []graph.Tensor{{Name: "value", Axes: axes, Format: x.Format, Role: graph.Virtual}}, nil
}

// Units is an axis of a sample, named by its size: the points of a proof are
// drawn per name, so axes of one size share them.
func Units(size int) relation.Axis {
	return relation.Axis{Name: fmt.Sprintf("units %d", size), Size: size}
}

func (broadcast) Forward(s *Step, n *graph.Node) error {
	y, size := s.small(n.Outputs[0]), n.Attributes.Int(attrSize)
	for i, v := range s.small(n.Inputs[0]) {
		for c := range size {
			y[i*size+c] = v
		}
	}
	return nil
}

// Gradient: the sum over the new axis.
func (broadcast) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	v, err := appendOne(r.Builder, graph.Node{Name: n.Name + " backward", Kind: KindReduceSum, Inputs: []graph.TensorID{d}})
	if err != nil {
		return err
	}
	dx, err := Rescale(r.Builder, n.Name+" backward value", v, r.format().Fraction)
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dx)
	return nil
}

// Define: the new axis carries its mask.
func (broadcast) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	ones := c.ones(n.Outputs[0])
	return []relation.Term{relation.Times(relation.Int(1), c.at(n.Inputs[0]), ones[len(ones)-1])}
}
