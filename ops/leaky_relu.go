package ops

import (
	"math"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindLeakyRelu is A = z where z > 0 and α·z elsewhere, G = 1 or α at 14
// fraction bits.
//
// Attribute: alpha, the bits of a float32 from 0 to 1.
const KindLeakyRelu graph.Kind = "leaky relu"

const attrAlpha = "alpha"

type leakyRelu struct{ activation }

// LeakyRelu appends a leaky rectifier and returns its value.
func LeakyRelu(b *graph.Builder, name string, z graph.TensorID, alpha float32) (graph.TensorID, error) {
	return appendOne(b, graph.Node{
		Name: name, Kind: KindLeakyRelu, Inputs: []graph.TensorID{z},
		Attributes: graph.Attributes{attrAlpha: {int64(math.Float32bits(alpha))}, attrFraction: {int64(b.Tensor(z).Format.Fraction)}},
	})
}

func (leakyRelu) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	bits := n.Attributes.Int(attrAlpha)
	if alpha := math.Float32frombits(uint32(bits)); bits < 0 || bits > math.MaxUint32 || !(alpha >= 0 && alpha <= 1) {
		return nil, malformed("alpha %v, want 0 to 1", alpha)
	}
	return inferUnbounded(p, n)
}

func (leakyRelu) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.LeakyReLU(math.Float32frombits(uint32(spec.alpha)), spec.derivative)
	return t, tables.MinInput, err
}

// Gradient: dZ = G ⊙ dA, rounded; the derivative at 0 is α.
func (leakyRelu) Gradient(r *Reverse, n *graph.Node) error { return gradientCurve(r, n) }
