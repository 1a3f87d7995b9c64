package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindTransposeConv is a convolution the other way round: every cell of X adds a
// kernel to V, where an ordinary one (KindConv2D) from a picture of the shape of V
// would have read for it,
//
//	V(b,y,x,o) = Σ X(b,h,w,c)·W(m,n,c,o) + 2^f_x·B(o)      over y = σh + m − p, x = τw + n − p'.
//
// Inputs: X (batch, rows, columns, channels), W (kernel rows, kernel columns,
// channels, units), B (units) or None. Output: the accumulator V (batch, rows,
// columns, units) at f_x + f_w fraction bits. Attributes: those of KindConv2D;
// input, the rows and columns of V.
const KindTransposeConv graph.Kind = "transpose_conv"

// Making are the attributes of a transposed convolution that makes a picture of
// the given rows and columns.
func Making(rows, columns Slide, picture [2]int) graph.Attributes {
	a := Sliding(rows, columns)
	a[attrInput] = []int64{int64(picture[0]), int64(picture[1])}
	return a
}

type transposeConv struct{ multiplying }

func (transposeConv) contraction(a graph.Attributes) (contraction, error) {
	type labels = []relation.Label
	s, picture, err := slides(a)
	return contraction{
		input: labels{"h", "w", "c"}, weight: labels{"m", "n", "c", "o"}, output: labels{"y", "x", "o"},
		windows: []window{{"h", "m", "y", s[0], picture[0]}, {"w", "n", "x", s[1], picture[1]}},
	}, err
}

func (o transposeConv) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferContraction(o, p, n)
}
