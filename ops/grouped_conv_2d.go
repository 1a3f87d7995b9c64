package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindGroupedConv2D is a convolution in groups: the units of group g read the
// channels of group g alone, with kernels that move as those of KindConv2D do,
//
//	V(b,h,w,g,o) = Σ_{m,n,c} X(b,σh+δm−p,τw+εn−q,c,g)·W(m,n,c,g,o) + 2^f_x·B(g,o).
//
// Groups are what KindDepthwiseConv2D has as channels, and the channels of a group
// are summed over as offsets are. They stand before the groups, not after them as
// in a picture, so that what is read at once are neighbours.
//
// Inputs: X (batch, rows, columns, channels of a group, groups), W (kernel rows,
// kernel columns, channels of a group, groups, units of a group), B (groups, units
// of a group) or None. Output: the accumulator V (batch, positions among the rows,
// among the columns, groups, units of a group) at f_x + f_w fraction bits.
// Attributes: those of KindConv2D.
const KindGroupedConv2D graph.Kind = "grouped_conv_2d"

type groupedConv2D struct{ multiplying }

func (groupedConv2D) contraction(a graph.Attributes) (contraction, error) {
	type labels = []relation.Label
	s, input, err := slides(a)
	return contraction{
		input: labels{"y", "x", "c", "g"}, weight: labels{"m", "n", "c", "g", "o"}, output: labels{"h", "w", "g", "o"},
		windows: []window{{"h", "m", "y", s[0], input[0]}, {"w", "n", "x", s[1], input[1]}},
	}, err
}

func (o groupedConv2D) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferContraction(o, p, n)
}
