package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindConv2D is a convolution with strides σ, τ, dilations δ, ε and p, q zeros
// before the picture (Slide), beyond which X is 0,
//
//	V(b,h,w,o) = Σ_{m,n,c} X(b,σh+δm−p,τw+εn−q,c)·W(m,n,c,o) + 2^f_x·B(o).
//
// Inputs: X (batch, rows, columns, channels), W (kernel rows, kernel columns,
// channels, units), B (units) or None. Output: the accumulator V (batch,
// positions among the rows, among the columns, units) at f_x + f_w fraction bits.
// Attributes: stride and dilation, of rows and columns, 1 where they are absent;
// same, 1 for padding SAME.
const KindConv2D graph.Kind = "conv_2d"

const (
	attrStride   = "stride"
	attrDilation = "dilation"
	attrSame     = "same"
)

// Sliding are the attributes of an operator whose kernel slides along rows and
// columns with one kind of padding.
func Sliding(rows, columns Slide) graph.Attributes {
	a := graph.Attributes{
		attrStride:   {int64(rows.Stride), int64(columns.Stride)},
		attrDilation: {int64(rows.Dilation), int64(columns.Dilation)},
	}
	if rows.Same {
		a[attrSame] = []int64{1}
	}
	return a
}

// slides returns what Sliding has written, with the sizes of attrInput, 0
// without it.
func slides(a graph.Attributes) (s [2]Slide, input [2]int, err error) {
	pair := func(name string, absent int) (p [2]int) {
		values, there := a[name]
		if !there {
			return [2]int{absent, absent}
		}
		if len(values) != 2 || int64(int(values[0])) != values[0] || int64(int(values[1])) != values[1] {
			err = malformed("attribute %s is %v", name, values)
			return p
		}
		return [2]int{int(values[0]), int(values[1])}
	}
	stride, dilation := pair(attrStride, 1), pair(attrDilation, 1)
	input = pair(attrInput, 0)
	if err != nil {
		return s, input, err
	}
	for i := range s {
		s[i] = Slide{Stride: stride[i], Dilation: dilation[i], Same: a.Int(attrSame) == 1}
		if !s[i].Valid() || input[i] < 0 || input[i] > graph.MaxSize {
			return s, input, malformed("stride %d and dilation %d on an axis of %d", stride[i], dilation[i], input[i])
		}
	}
	return s, input, nil
}

type conv2D struct{ multiplying }

func (conv2D) contraction(a graph.Attributes) (contraction, error) {
	type labels = []relation.Label
	s, input, err := slides(a)
	return contraction{
		input: labels{"y", "x", "c"}, weight: labels{"m", "n", "c", "o"}, output: labels{"h", "w", "o"},
		windows: []window{{"h", "m", "y", s[0], input[0]}, {"w", "n", "x", s[1], input[1]}},
	}, err
}

func (o conv2D) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferContraction(o, p, n)
}
