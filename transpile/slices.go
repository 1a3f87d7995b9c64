package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// part is a STRIDED_SLICE of value x: of axis i the cells begin[i], begin[i] +
// stride[i], …, as many as shape[i].
func part(x int, begin, stride, shape []int) network.Layer {
	layer := network.Layer{Kind: network.StridedSlice, Inputs: []int{x}, Shape: shape}
	for i := range begin {
		layer.Parameters = append(layer.Parameters, begin[i], stride[i])
	}
	return layer
}

// ones returns a list of n ones.
func ones(n int) []int { return slices.Repeat([]int{1}, n) }

// slice reads a part of samples, from a beginning and of a size for each axis.
func (r *reading) slice(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 3, 3); err != nil {
		return network.Layer{}, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	begin, err := r.ints(o, 1)
	if err != nil {
		return network.Layer{}, err
	}
	size, err := r.ints(o, 2)
	if err != nil {
		return network.Layer{}, err
	}
	from := r.shapes[x]
	lead := r.lead()
	if len(begin) != len(from)+lead || len(size) != len(begin) || !r.unbatched && (begin[0] != 0 || size[0] != -1 && size[0] != int64(r.g.Tensors[o.Inputs[0]].Shape[0])) {
		return network.Layer{}, r.refuse("it takes %v from %v of samples of shape %v", "take whole samples of the batch", size, begin, from)
	}
	var first, shape []int
	for i, d := range from {
		b, n := begin[lead+i], size[lead+i]
		if n == -1 {
			n = int64(d) - b
		}
		if b < 0 || n < 1 || b > int64(d) || n > int64(d)-b {
			return network.Layer{}, r.refuse("it takes %v from %v of samples of shape %v", "export the model again", size, begin, from)
		}
		first, shape = append(first, int(b)), append(shape, int(n))
	}
	return part(x, first, ones(len(from)), shape), nil
}

// stridedSlice reads a part of samples as array languages write it.
func (r *reading) stridedSlice(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 4, 4); err != nil {
		return network.Layer{}, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	var lists [3][]int64 // begin, end, strides
	for i := range lists {
		if lists[i], err = r.ints(o, 1+i); err != nil {
			return network.Layer{}, err
		}
	}
	from := r.shapes[x]
	options, _ := o.Options.(tflite.StridedSliceOptions)
	begin, end, strides := lists[0], lists[1], lists[2]
	lead := r.lead()
	if len(begin) != len(from)+lead || len(end) != len(begin) || len(strides) != len(begin) || options.EllipsisMask != 0 || options.NewAxisMask != 0 || options.Offset {
		return network.Layer{}, r.refuse("it slices samples of shape %v by %v to %v, masks %+v", "state a range for every axis, without ellipses or new axes", from, begin, end, options)
	}
	batch := r.g.Tensors[o.Inputs[0]].Shape[0]
	if !r.unbatched && (options.BeginMask&1 == 0 && begin[0] != 0 || options.EndMask&1 == 0 && end[0] < int64(batch) || strides[0] != 1 || options.ShrinkAxisMask&1 != 0) {
		return network.Layer{}, r.refuse("it slices the batch", "take whole samples of the batch")
	}
	var first, steps, shape, kept []int
	for i, d := range from {
		bit := int32(1) << (lead + i)
		b, e, s := begin[lead+i], end[lead+i], strides[lead+i]
		if options.ShrinkAxisMask&bit != 0 {
			at, ok := counted(b, d)
			if !ok || s < 1 || options.BeginMask&bit != 0 { // of an open one an interpreter takes the first
				return network.Layer{}, r.refuse("it takes cell %d of an axis of %d, masks %+v", "export the model again", b, d, options)
			}
			first, steps, shape = append(first, at), append(steps, 1), append(shape, 1)
			continue
		}
		at, n := ranged(d, b, e, s, options.BeginMask&bit != 0, options.EndMask&bit != 0)
		if n < 1 {
			return network.Layer{}, r.refuse("it takes no cell of an axis of %d (from %d to %d by %d)", "export the model again", d, b, e, s)
		}
		first, steps, shape, kept = append(first, at), append(steps, int(s)), append(shape, n), append(kept, n)
	}
	layer := part(x, first, steps, shape)
	if len(kept) == len(shape) {
		return layer, nil
	}
	if len(kept) == 0 {
		return network.Layer{}, r.refuse("it leaves samples of shape %v no axis", "keep one", from)
	}
	return network.Layer{Kind: network.Reshape, Inputs: []int{r.layer(layer)}, Shape: kept}, nil
}

// ranged returns the first cell and the number of cells of the range from b to e
// by s on an axis of d; negative ends count from the last, and open ones are the
// axis's own.
func ranged(d int, b, e, s int64, openBegin, openEnd bool) (first, n int) {
	size := int64(d)
	if s == 0 || s > size || s < -size {
		return 0, 0
	}
	low, high := int64(0), size // where the ends are held to
	if s < 0 {
		low, high = -1, size-1
	}
	held := func(v int64) int64 {
		if v < 0 {
			v += size
		}
		return min(max(v, low), high)
	}
	b, e = held(b), held(e)
	if openBegin {
		b = low
		if s < 0 {
			b = high
		}
	}
	if openEnd {
		e = high
		if s < 0 {
			e = low
		}
	}
	if s < 0 {
		return int(b), int((b - e - s - 1) / -s)
	}
	return int(b), int((e - b + s - 1) / s)
}

// split reads parts of equal size along an axis, which is its first input.
func (r *reading) split(o *tflite.Operator) ([]network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return nil, err
	}
	x, axis, err := r.divided(o, 1, 0)
	if err != nil {
		return nil, err
	}
	n, size := len(o.Outputs), r.shapes[x][axis]
	if options, _ := o.Options.(tflite.SplitOptions); int(options.Splits) != n || size%n != 0 {
		return nil, r.refuse("it divides an axis of %d into %d parts and has %d outputs", "export the model again", size, options.Splits, n)
	}
	return r.parts(x, axis, slices.Repeat([]int{size / n}, n)), nil
}

// splitV reads parts of the sizes of its second input along the axis of its third.
func (r *reading) splitV(o *tflite.Operator) ([]network.Layer, error) {
	if err := r.arity(o, 3, 3); err != nil {
		return nil, err
	}
	x, axis, err := r.divided(o, 0, 2)
	if err != nil {
		return nil, err
	}
	stated, err := r.ints(o, 1)
	if err != nil {
		return nil, err
	}
	sizes, rest, open := []int{}, int64(r.shapes[x][axis]), -1
	for i, n := range stated {
		if n == -1 && open < 0 {
			open, n = i, 0
		}
		if n < 0 || n > rest || n == 0 && i != open {
			return nil, r.refuse("it divides an axis of %d into parts of %v", "export the model again", r.shapes[x][axis], stated)
		}
		sizes, rest = append(sizes, int(n)), rest-n
	}
	if open >= 0 {
		sizes[open], rest = int(rest), 0
	}
	if rest != 0 || slices.Contains(sizes, 0) {
		return nil, r.refuse("it divides an axis of %d into parts of %v", "export the model again", r.shapes[x][axis], stated)
	}
	return r.parts(x, axis, sizes), nil
}

// divided returns the value and the axis of samples that an operator divides.
func (r *reading) divided(o *tflite.Operator, value, axis int) (x, at int, err error) {
	if x, err = r.shaped(o, value); err != nil {
		return 0, 0, err
	}
	axes, err := r.axes(o, axis, r.shapes[x])
	if err != nil {
		return 0, 0, err
	}
	if len(axes) != 1 {
		return 0, 0, r.refuse("it divides axes %v", "divide one", axes)
	}
	return x, axes[0], nil
}

// parts are the layers of an axis divided into parts of the given sizes.
func (r *reading) parts(x, axis int, sizes []int) (layers []network.Layer) {
	from, at := r.shapes[x], 0
	for _, n := range sizes {
		begin, shape := make([]int, len(from)), slices.Clone(from)
		begin[axis], shape[axis] = at, n
		layers, at = append(layers, part(x, begin, ones(len(from)), shape)), at+n
	}
	return layers
}

// unpack reads an axis as one output for each of its entries.
func (r *reading) unpack(o *tflite.Operator) ([]network.Layer, error) {
	if err := r.arity(o, 1, 1); err != nil {
		return nil, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return nil, err
	}
	options, _ := o.Options.(tflite.UnpackOptions)
	from := r.shapes[x]
	at, ok := r.axis(int64(options.Axis), len(from)+r.lead())
	if !ok || len(from) < 2 || from[at] != len(o.Outputs) {
		return nil, r.refuse("it takes axis %d of samples of shape %v apart, and has %d outputs", "keep the batch, and one axis of samples", options.Axis, from, len(o.Outputs))
	}
	layers := r.parts(x, at, ones(len(o.Outputs)))
	for i := range layers {
		if !r.needed[o.Outputs[i]] {
			continue
		}
		shape := slices.Delete(slices.Clone(from), at, at+1)
		layers[i] = network.Layer{Kind: network.Reshape, Inputs: []int{r.layer(layers[i])}, Shape: shape}
	}
	return layers, nil
}
