package drift

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// convolution is one over all channels, without padding, that makes what another makes.
type convolution struct {
	channels, units          int
	padded, kernel           [2]int // rows and columns
	stride, dilation         [2]int
	picture, weights         []product // of a sample, to (channels, rows, columns); of the kernel, to (units, channels, rows, columns)
	before, spacing, spanned [2]int    // zeros in front, cells from one of the picture's to the next, cells of the picture
}

// convolutionOf states the convolution of a node on samples, by weights, that makes
// others, of the given axes.
func convolutionOf(n *graph.Node, in, w, out []int) *convolution {
	c := &convolution{kernel: [2]int(w[:2]), spanned: [2]int(in[:2]), spacing: [2]int{1, 1}}
	for i := range 2 {
		c.stride[i], c.dilation[i] = int(n.Attributes["stride"][i]), int(n.Attributes["dilation"][i])
		c.pad(n, i, out[i])
	}
	switch n.Kind {
	case ops.KindConv2D, ops.KindTransposeConv:
		c.channels, c.units = w[2], w[3]
		c.full(n.Kind == ops.KindTransposeConv)
	case ops.KindDepthwiseConv2D:
		c.channels, c.units = w[2], count(w[2:])
		c.grouped(1, w[2])
	case ops.KindGroupedConv2D:
		c.channels, c.units = w[2]*w[3], w[3]*w[4]
		c.grouped(w[2], w[3])
	}
	c.lay()
	return c
}

// pad states the zeros around an axis, of which those in front are the fewer. A
// transposed convolution has zeros between its cells and moves by one; its kernel, of
// which r cells are spanned, is the other way round, and what stands in front of the
// picture that it makes stands behind r − 1 zeros.
func (c *convolution) pad(n *graph.Node, i, positions int) {
	reach := (c.kernel[i]-1)*c.dilation[i] + 1
	same := n.Attributes.Int("same") == 1
	if n.Kind != ops.KindTransposeConv {
		around := (positions-1)*c.stride[i] + reach - c.spanned[i]
		if same {
			c.before[i] = max(around, 0) / 2
		}
		c.padded[i] = max(c.spanned[i]+around, c.spanned[i])
		return
	}
	front := 0
	if same {
		front = max((c.spanned[i]-1)*c.stride[i]+reach-positions, 0) / 2
	}
	c.spacing[i], c.stride[i] = c.stride[i], 1
	c.before[i], c.padded[i] = reach-1-front, positions+reach-1
}

// lay states where the cells of a sample (rows, columns, channels) stand among zeros.
// Cells that padding takes off are left out.
func (c *convolution) lay() {
	for y := range c.spanned[0] {
		for x := range c.spanned[1] {
			row, column := c.before[0]+y*c.spacing[0], c.before[1]+x*c.spacing[1]
			if row < 0 || column < 0 || row >= c.padded[0] || column >= c.padded[1] {
				continue
			}
			for k := range c.channels {
				at := (k*c.padded[0]+row)*c.padded[1] + column
				c.picture = append(c.picture, product{int32(at), int32((y*c.spanned[1]+x)*c.channels + k), 1})
			}
		}
	}
}

// full states the kernel (rows, columns, channels, units), or the other way round along
// rows and columns.
func (c *convolution) full(turned bool) {
	for m := range c.kernel[0] {
		for n := range c.kernel[1] {
			row, column := m, n
			if turned {
				row, column = c.kernel[0]-1-m, c.kernel[1]-1-n
			}
			for k := range c.channels {
				for o := range c.units {
					c.weigh(o, k, row, column, ((m*c.kernel[1]+n)*c.channels+k)*c.units+o)
				}
			}
		}
	}
}

// grouped states the kernel (rows, columns, channels of a group, groups, units of a
// group). The sample has channels before groups.
func (c *convolution) grouped(channels, groups int) {
	units := c.units / groups
	for m := range c.kernel[0] {
		for n := range c.kernel[1] {
			for k := range channels {
				for g := range groups {
					for o := range units {
						c.weigh(g*units+o, k*groups+g, m, n, (((m*c.kernel[1]+n)*channels+k)*groups+g)*units+o)
					}
				}
			}
		}
	}
}

func (c *convolution) weigh(unit, channel, row, column, from int) {
	at := ((unit*c.channels+channel)*c.kernel[0]+row)*c.kernel[1] + column
	c.weights = append(c.weights, product{int32(at), int32(from), 1})
}
