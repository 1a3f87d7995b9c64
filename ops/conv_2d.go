package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindConv2D is a convolution of stride 1 without padding,
//
//	V(b,h,w,o) = Σ_{m,n,c} X(b,h+m,w+n,c)·W(m,n,c,o) + 2^f_x·B(o).
//
// Inputs: X (batch, rows, columns, channels), W (kernel rows, kernel columns,
// channels, units), B (units) or None. Output: the accumulator V (batch,
// rows − kernel rows + 1, columns − kernel columns + 1, units) at f_x + f_w
// fraction bits.
const KindConv2D graph.Kind = "conv_2d"

type conv2D struct{ multiplying }

func (conv2D) contraction(graph.Attributes) contraction {
	type labels = []relation.Label
	return contraction{
		input: labels{"y", "x", "c"}, weight: labels{"m", "n", "c", "o"}, output: labels{"h", "w", "o"},
		windows: []window{{"h", "m", "y"}, {"w", "n", "x"}},
	}
}

func (o conv2D) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferContraction(o.contraction(n.Attributes), p, n)
}
