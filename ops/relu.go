package ops

import "github.com/zkaudit/zkaudit/graph"

// KindRelu is A = max(z, 0), G = [z > 0].
const KindRelu graph.Kind = "relu"

type relu struct{ activation }

func (relu) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferActivation(p, n, bit())
}

func (relu) Forward(s *Step, n *graph.Node) error {
	a, g := s.small(n.Outputs[0]), s.small(n.Outputs[1])
	for i, z := range s.small(n.Inputs[0]) {
		a[i], g[i] = 0, 0
		if z > 0 {
			a[i], g[i] = z, 1
		}
	}
	return nil
}

func (relu) Bounds(b *Bounding, n *graph.Node) []Bound { return rectified(b, n) }

// Gradient: dZ = G ⊙ dA; the derivative at 0 is 0.
func (relu) Gradient(r *Reverse, n *graph.Node) error { return gradientBits(r, n) }

func (relu) Constrain(c *Context, n *graph.Node) { constrainActivation(c, n, c.reluTable()) }
