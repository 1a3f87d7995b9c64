package ops_test

import (
	"math/big"

	"github.com/zkaudit/zkaudit/network"
)

// layer returns what a layer makes of the values before it.
func (r *rational) layer(l *network.Layer, values []*node, shape []int) *node {
	x := values[l.Inputs[0]]
	var y *node
	switch l.Kind {
	case network.FullyConnected, network.Conv2D, network.DepthwiseConv2D, network.TransposeConv:
		y = r.multiply(x, l, shape, r.products(l, x.shape, shape))
	case network.AveragePool2D:
		y = r.average(x, shape, covers(l, x.shape, shape))
	case network.MaxPool2D:
		y = r.largest(x, shape, covers(l, x.shape, shape))
	case network.Pad:
		y = r.moves(x, shape, padding(l.Parameters, x.shape, shape))
	case network.Reshape:
		y = r.moves(x, shape, sameOrder(len(x.cells)))
	case network.Add, network.Sub, network.SubFrom, network.Mul, network.Maximum, network.Minimum:
		y = r.pair(l, x, values)
	case network.BatchMatmul:
		y = r.matrices(x, values[l.Inputs[1]], shape, l.Parameters)
	case network.Softmax:
		y = r.softmax(x)
	case network.Neg:
		y = r.sum(x, nil, -1, 0)
	case network.Square:
		y = r.product(x, x)
	case network.Transpose, network.Reverse, network.StridedSlice:
		y = r.moves(x, shape, sources(l, x.shape, shape))
	case network.Concatenation:
		y = r.joined(x, values[l.Inputs[1]], shape, l.Parameters[0])
	default:
		y = r.activate(x, l.Kind, l.Constant)
	}
	if l.Activation != "" {
		y = r.activate(y, l.Activation, nil)
	}
	return y
}

// products lists those of a layer with weights.
func (r *rational) products(l *network.Layer, in, out []int) (list []triple) {
	w := r.a.Weights[l.Weights[0]].Shape
	if l.Kind == network.FullyConnected {
		for o := range volume(out) {
			p, j := o/w[1], o%w[1]
			for k := range w[0] {
				list = append(list, triple{o, p*w[0] + k, k*w[1] + j})
			}
		}
		return list
	}
	// The window stands on what a transposed convolution makes.
	from, to := in, out
	if l.Kind == network.TransposeConv {
		from, to = out, in
	}
	for h := range to[0] {
		for v := range to[1] {
			for m := range w[0] {
				for n := range w[1] {
					y, x := shown(l.Window, 0, from[0], to[0], w[0], h, m), shown(l.Window, 1, from[1], to[1], w[1], v, n)
					if y >= 0 && x >= 0 {
						list = append(list, unitProducts(l.Kind, w, in[2], out[2], h*to[1]+v, y*from[1]+x, m*w[1]+n)...)
					}
				}
			}
		}
	}
	return list
}

// unitProducts lists the products of one position, one cell that it reads and one place of the
// kernel, over channels and units.
func unitProducts(kind network.Kind, w []int, in, out, position, cell, place int) (list []triple) {
	switch kind {
	case network.TransposeConv: // which reads positions and makes cells
		for c := range in {
			for u := range out {
				list = append(list, triple{cell*out + u, position*in + c, (place*in+c)*out + u})
			}
		}
	case network.DepthwiseConv2D: // channel u/kernels
		for u := range out {
			list = append(list, triple{position*out + u, cell*in + u/(out/in), place*out + u})
		}
	default: // a unit reads the channels of its group
		groups := in / w[2]
		for u := range out {
			first := u / (out / groups) * w[2]
			for c := range w[2] {
				list = append(list, triple{position*out + u, cell*in + first + c, (place*w[2]+c)*out + u})
			}
		}
	}
	return list
}

// shown returns the cell of an axis that a window shows at an offset of a position, −1
// where that is padding: half of all padding, rounded down, is before the first cell.
func shown(w *network.Window, axis, size, positions, offsets, position, offset int) int {
	before := 0
	if w.Same {
		before = max((positions-1)*w.Stride[axis]+(offsets-1)*w.Dilation[axis]+1-size, 0) / 2
	}
	cell := position*w.Stride[axis] + offset*w.Dilation[axis] - before
	if cell < 0 || cell >= size {
		return -1
	}
	return cell
}

// covers lists the cells that each position of a pool covers, on both axes.
func covers(l *network.Layer, in, out []int) (cells [2][][]int) {
	for axis := range cells {
		for p := range out[axis] {
			var list []int
			for k := range l.Parameters[axis] {
				if c := shown(l.Window, axis, in[axis], out[axis], l.Parameters[axis], p, k); c >= 0 {
					list = append(list, c)
				}
			}
			cells[axis] = append(cells[axis], list)
		}
	}
	return cells
}

func sameOrder(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// padding lists where each cell of a padded picture comes from.
func padding(amounts, in, out []int) (from []int) {
	for o := range volume(out) {
		y, x, c := o/out[2]/out[1]-amounts[0], o/out[2]%out[1]-amounts[2], o%out[2]-amounts[4]
		if y < 0 || y >= in[0] || x < 0 || x >= in[1] || c < 0 || c >= in[2] {
			from = append(from, -1)
		} else {
			from = append(from, (y*in[1]+x)*in[2]+c)
		}
	}
	return from
}

// newRational starts a network with its weights, given as integers at f_w bits.
func newRational(n *network.Network, weights [][]int64) *rational {
	r := &rational{a: n.Architecture(), c: n.Choices()}
	for w, cells := range weights {
		var list []*big.Rat
		for _, v := range cells {
			list = append(list, ratio(v, n.Program().Tensor(n.Weight(w)).Format.Fraction))
		}
		r.weights = append(r.weights, list)
	}
	return r
}

// sample runs one sample forward and backward, and returns what the network makes.
func (r *rational) sample(shapes [][]int, input, label []*big.Rat) []*big.Rat {
	r.tape = nil
	values := []*node{r.push(&node{cells: input, shape: r.a.Input, fraction: r.c.Formats.Feature})}
	for i := range r.a.Layers {
		values = append(values, r.layer(&r.a.Layers[i], values, shapes[i+1]))
	}
	last := values[len(values)-1]
	last.send(r.errorOf(last.cells, label))
	for i := len(r.tape) - 1; i > 0; i-- {
		v := r.tape[i]
		if len(v.errors) == 0 {
			continue
		}
		total := nothing(len(v.cells))
		for _, d := range v.errors {
			for k := range d {
				total[k].Add(total[k], d[k])
			}
		}
		for k := range total {
			r.fits(total[k], r.c.Formats.Error)
		}
		v.back(total)
	}
	return last.cells
}

// step trains on one batch with the rate n/2^k.
func (r *rational) step(shapes [][]int, inputs, labels [][]*big.Rat, n int64) (outputs [][]*big.Rat) {
	r.moved = nil
	for _, w := range r.weights {
		r.moved = append(r.moved, nothing(len(w)))
	}
	for b := range inputs {
		outputs = append(outputs, r.sample(shapes, inputs[b], labels[b]))
	}
	response := []*big.Rat{big.NewRat(1, 1)}
	if m := r.c.Momentum; m != nil {
		if r.steps%m.Restart == 0 {
			r.kept = nil
		}
		response = nil
		for _, h := range m.Response {
			response = append(response, ratio(h, m.Bits))
		}
	}
	r.kept = append([][][]*big.Rat{r.moved}, r.kept...)
	r.kept = r.kept[:min(len(r.kept), len(response))]
	for w, cells := range r.weights {
		for i := range cells {
			for d, moved := range r.kept {
				rate := new(big.Rat).Mul(ratio(-n, r.c.RateShift), response[d])
				if r.trained(w) {
					addProduct(cells[i], rate, moved[w][i])
				}
			}
		}
	}
	r.steps++
	return outputs
}

// decay takes from every trained weight what it loses, an integer at f_w bits.
func (r *rational) decay(fractions []int) {
	d := r.c.Decay
	if d == nil || r.steps != d.Every {
		return
	}
	for w, cells := range r.weights {
		for i := range cells {
			if r.trained(w) {
				cells[i].Sub(cells[i], nearest(new(big.Rat).Mul(cells[i], ratio(d.N, d.Shift)), fractions[w]))
			}
		}
	}
}
