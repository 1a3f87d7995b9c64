package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindDepthwiseConv2D is a convolution of every channel with kernels of its own,
// that move as those of KindConv2D do,
//
//	V(b,h,w,c,q) = Σ_{m,n} X(b,σh+δm−p,τw+εn−p',c)·W(m,n,c,q) + 2^f_x·B(c,q).
//
// Inputs: X (batch, rows, columns, channels), W (kernel rows, kernel columns,
// channels, kernels), B (channels, kernels) or None. Output: the accumulator V
// (batch, positions among the rows, among the columns, channels, kernels) at f_x +
// f_w fraction bits. Attributes: those of KindConv2D; several, 1 where channels
// have more than one kernel. Without it there is no axis of kernels.
const KindDepthwiseConv2D graph.Kind = "depthwise_conv_2d"

const attrSeveral = "several"

// Depthwise are the attributes of an operator with kernels for each channel, one
// or several.
func Depthwise(rows, columns Slide, several bool) graph.Attributes {
	a := Sliding(rows, columns)
	if several {
		a[attrSeveral] = []int64{1}
	}
	return a
}

type depthwiseConv2D struct{ multiplying }

func (depthwiseConv2D) contraction(a graph.Attributes) (contraction, error) {
	type labels = []relation.Label
	s, input, err := slides(a)
	k := contraction{
		input: labels{"y", "x", "c"}, weight: labels{"m", "n", "c"}, output: labels{"h", "w", "c"},
		windows: []window{{"h", "m", "y", s[0], input[0]}, {"w", "n", "x", s[1], input[1]}},
	}
	if a.Int(attrSeveral) == 1 {
		k.weight, k.output = append(k.weight, "q"), append(k.output, "q")
	}
	return k, err
}

func (o depthwiseConv2D) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferContraction(o, p, n)
}
