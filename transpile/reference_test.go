package transpile

import (
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/tflite"
)

// ball is a real number, and by how much the number that the integers stand for
// may differ from it.
type ball struct{ value, radius float64 }

func (a ball) plus(b ball) ball { return ball{a.value + b.value, a.radius + b.radius} }

func (a ball) times(b ball) ball {
	return ball{a.value * b.value, math.Abs(a.value)*b.radius + math.Abs(b.value)*a.radius + a.radius*b.radius}
}

// wider returns a ball whose centre is moved by a function that no two numbers
// are farther apart after than slope times before, and that rounds by so much.
func (a ball) wider(value, slope, rounding float64) ball {
	return ball{value, slope*a.radius + rounding}
}

// reference evaluates a model's operators by their definitions, on a batch of
// samples, in float64. What TensorFlow Lite makes of them in float32 is within
// its own rounding.
type reference struct {
	m     *tflite.Model
	g     *tflite.Subgraph
	batch int
}

// shape is that of a tensor with the samples of the batch.
func (r *reference) shape(t int32) []int {
	declared := r.g.Tensors[t].Shape
	shape := make([]int, len(declared))
	for i, d := range declared {
		shape[i] = int(d)
	}
	if in := r.g.Tensors[r.g.Inputs[0]].Shape; len(shape) > 0 {
		shape[0] = shape[0] * r.batch / int(in[0])
	}
	return shape
}

// rounding is by how much an operator of the integers rounds.
type rounding struct {
	result float64 // at its end: half of its format's resolution, if it rounds
	table  float64 // cells of a function's table, the exponential's of a softmax
}

// apply evaluates an operator with one output.
func (r *reference) apply(o *tflite.Operator, in [][]ball, by rounding) []ball {
	out := r.shape(o.Outputs[0])
	y := make([]ball, cellsOf(out))
	x := in[0]
	switch code := r.m.Codes[o.Code].Builtin; code {
	case tflite.OpCast, tflite.OpReshape:
		copy(y, x)
	case tflite.OpFullyConnected:
		units := len(in[1]) / r.shape(o.Inputs[1])[1]
		inputs := len(in[1]) / units
		for i := range y {
			row, u := i/units, i%units
			for k := range inputs {
				y[i] = y[i].plus(x[row*inputs+k].times(in[1][u*inputs+k]))
			}
		}
		return activated(o, biased(y, in, by))
	case tflite.OpConv2D:
		r.convolve(o, y, x, in[1])
		return activated(o, biased(y, in, by))
	case tflite.OpDepthwiseConv2D:
		r.convolveApart(o, y, x, in[1])
		return activated(o, biased(y, in, by))
	case tflite.OpAveragePool2D, tflite.OpMaxPool2D:
		return activated(o, r.pool(o, y, x, code == tflite.OpMaxPool2D, by))
	case tflite.OpGather: // rows of the first input
		width := len(x) / int(r.g.Tensors[o.Inputs[0]].Shape[0])
		for i := range y {
			y[i] = x[int(in[1][i/width].value)*width+i%width]
			y[i].radius += by.result
		}
	case tflite.OpMean:
		middle(y, x, r.shape(o.Inputs[0]), by)
	case tflite.OpAdd:
		for i := range y {
			y[i] = x[i].plus(in[1][i%len(in[1])])
		}
		return activated(o, y)
	case tflite.OpMul:
		for i := range y {
			y[i] = x[i].times(in[1][i%len(in[1])])
			y[i].radius += by.result
		}
		return activated(o, y)
	case tflite.OpTanh:
		for i, v := range x {
			y[i] = v.wider(math.Tanh(v.value), 1, by.result)
		}
	case tflite.OpLogistic:
		for i, v := range x {
			y[i] = v.wider(1/(1+math.Exp(-v.value)), 0.25, by.result)
		}
	case tflite.OpSoftmax:
		softmaxed(y, x, out[len(out)-1], by)
	default:
		panic(fmt.Sprintf("no reference for %v", code))
	}
	return y
}

// middle is the mean over axis 1 of three.
func middle(y, x []ball, shape []int, by rounding) {
	for i := range y {
		sample, c := i/shape[2], i%shape[2]
		for k := range shape[1] {
			y[i] = y[i].plus(x[(sample*shape[1]+k)*shape[2]+c])
		}
		n := 1 / float64(shape[1])
		y[i] = y[i].wider(y[i].value*n, n, by.result)
	}
}

func cellsOf(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// biased adds the third input, if there is one, over the last axis, and rounds.
func biased(y []ball, in [][]ball, by rounding) []ball {
	for i := range y {
		if len(in) > 2 && in[2] != nil {
			y[i] = y[i].plus(in[2][i%len(in[2])])
		}
		y[i].radius += by.result
	}
	return y
}

// activated applies the fused activation: those of the fixtures clamp, and move no
// two numbers apart.
func activated(o *tflite.Operator, y []ball) []ball {
	var fused tflite.Activation
	switch options := o.Options.(type) {
	case tflite.FullyConnectedOptions:
		fused = options.Activation
	case tflite.Conv2DOptions:
		fused = options.Activation
	case tflite.DepthwiseConv2DOptions:
		fused = options.Activation
	case tflite.Pool2DOptions:
		fused = options.Activation
	case tflite.AddOptions:
		fused = options.Activation
	case tflite.MulOptions:
		fused = options.Activation
	}
	for i := range y {
		switch fused {
		case tflite.ActNone:
		case tflite.ActRelu:
			y[i].value = max(y[i].value, 0)
		case tflite.ActRelu6:
			y[i].value = min(max(y[i].value, 0), 6)
		default:
			panic(fmt.Sprintf("no reference for a fused %v", fused))
		}
	}
	return y
}

// slid lists what a kernel reads along one axis: for positions of the output and
// offsets of the kernel the cell of the input there, unless it is padding.
func slid(size, positions, offsets int, stride, dilation int32, padding tflite.Padding, do func(position, offset, cell int)) {
	before := 0
	if padding == tflite.PaddingSame {
		before = max((positions-1)*int(stride)+(offsets-1)*int(dilation)+1-size, 0) / 2
	}
	for p := range positions {
		for k := range offsets {
			if cell := p*int(stride) + k*int(dilation) - before; cell >= 0 && cell < size {
				do(p, k, cell)
			}
		}
	}
}

// convolve adds X·W to Y, W over (units, rows, columns, channels).
func (r *reference) convolve(o *tflite.Operator, y, x, w []ball) {
	s := o.Options.(tflite.Conv2DOptions)
	in, kernel, out := r.shape(o.Inputs[0]), r.g.Tensors[o.Inputs[1]].Shape, r.shape(o.Outputs[0])
	units, channels := int(kernel[0]), int(kernel[3])
	for b := range out[0] {
		slid(in[1], out[1], int(kernel[1]), s.StrideH, s.DilationH, s.Padding, func(h, m, row int) {
			slid(in[2], out[2], int(kernel[2]), s.StrideW, s.DilationW, s.Padding, func(v, n, column int) {
				seen := x[((b*in[1]+row)*in[2]+column)*channels:][:channels]
				for u := range units {
					sum := &y[((b*out[1]+h)*out[2]+v)*units+u]
					for c, k := range w[((u*int(kernel[1])+m)*int(kernel[2])+n)*channels:][:channels] {
						*sum = sum.plus(seen[c].times(k))
					}
				}
			})
		})
	}
}

// convolveApart adds the products of each channel to Y, W over (1, rows, columns,
// units).
func (r *reference) convolveApart(o *tflite.Operator, y, x, w []ball) {
	s := o.Options.(tflite.DepthwiseConv2DOptions)
	in, kernel, out := r.shape(o.Inputs[0]), r.g.Tensors[o.Inputs[1]].Shape, r.shape(o.Outputs[0])
	units := int(kernel[3])
	for b := range out[0] {
		slid(in[1], out[1], int(kernel[1]), s.StrideH, s.DilationH, s.Padding, func(h, m, row int) {
			slid(in[2], out[2], int(kernel[2]), s.StrideW, s.DilationW, s.Padding, func(v, n, column int) {
				for u := range units {
					sum := &y[((b*out[1]+h)*out[2]+v)*units+u]
					seen := x[((b*in[1]+row)*in[2]+column)*in[3]+u*in[3]/units]
					*sum = sum.plus(seen.times(w[(m*int(kernel[2])+n)*units+u]))
				}
			})
		})
	}
}

// pool makes the mean or the largest of what each position covers. Two largest
// cells are no farther apart than two cells of the same place are at most.
func (r *reference) pool(o *tflite.Operator, y, x []ball, largest bool, by rounding) []ball {
	s := o.Options.(tflite.Pool2DOptions)
	in, out := r.shape(o.Inputs[0]), r.shape(o.Outputs[0])
	cells := make([]int, len(y))
	for b := range out[0] {
		slid(in[1], out[1], int(s.FilterH), s.StrideH, 1, s.Padding, func(h, _, row int) {
			slid(in[2], out[2], int(s.FilterW), s.StrideW, 1, s.Padding, func(v, _, column int) {
				for c := range out[3] {
					i := ((b*out[1]+h)*out[2]+v)*out[3] + c
					seen := x[((b*in[1]+row)*in[2]+column)*in[3]+c]
					switch {
					case !largest:
						y[i] = y[i].plus(seen)
					case cells[i] == 0:
						y[i] = seen
					default:
						y[i] = ball{max(y[i].value, seen.value), max(y[i].radius, seen.radius)}
					}
					cells[i]++
				}
			})
		})
	}
	for i, n := range cells {
		if !largest {
			y[i] = y[i].wider(y[i].value/float64(n), 1/float64(n), by.result)
		}
	}
	return y
}

// softmaxed is e_c/D, D = Σ e_c, over the last axis of so many classes. With e of
// the largest 1, each of the others rounded by δ, and D at least 1,
//
//	|e'/D' − e/D| ≤ (δ + C·δ)/(1 − C·δ),
//
// and of the softmax itself Σ_j |∂p_c/∂z_j| = 2·p_c·(1 − p_c) ≤ 1/2.
func softmaxed(y, x []ball, classes int, by rounding) {
	for first := 0; first < len(x); first += classes {
		z, p := x[first:first+classes], y[first:first+classes]
		top, total, radius := z[0].value, 0.0, 0.0
		for _, v := range z {
			top, radius = max(top, v.value), max(radius, v.radius)
		}
		for _, v := range z {
			total += math.Exp(v.value - top)
		}
		c := float64(classes)
		local := by.result + (1+c)*by.table/(1-c*by.table)
		for i, v := range z {
			p[i] = ball{radius: min(radius, 2)}.wider(math.Exp(v.value-top)/total, 0.5, local)
		}
	}
}
