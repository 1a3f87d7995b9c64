package transpile_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// sliced are the cells of an axis that the kernel of STRIDED_SLICE takes: its
// StridedSliceStartForAxis and StridedSliceEndForAxis.
func sliced(size, begin, end, stride int, openBegin, openEnd, shrinks bool) (cells []int) {
	clamp := func(v int) int {
		if v < 0 {
			v += size
		}
		if stride > 0 {
			return min(max(v, 0), size)
		}
		return min(max(v, -1), size-1)
	}
	start, stop := clamp(begin), clamp(end)
	if openBegin {
		if start = 0; stride < 0 {
			start = size - 1
		}
	}
	if openEnd {
		if stop = size; stride < 0 {
			stop = -1
		}
	}
	if shrinks {
		return []int{start}
	}
	for i := start; stride > 0 && i < stop || stride < 0 && i > stop; i += stride {
		cells = append(cells, i)
	}
	return cells
}

// Whatever ranges and masks a STRIDED_SLICE has, it takes the cells that the kernel
// takes, or it is refused: where these are none or not there, where one cell is
// taken backwards or from an open beginning, and for strides beyond the axis.
func TestStridedSlicesAreThoseOfTheKernel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 5000 {
		sizes := []int{1 + rng.IntN(4), 1 + rng.IntN(5)}
		begin, end, strides := []int32{0}, []int32{1}, []int32{1}
		options := tflite.StridedSliceOptions{BeginMask: rng.Int32N(8), EndMask: rng.Int32N(8)}
		if rng.IntN(2) == 0 {
			options.ShrinkAxisMask = []int32{2, 4}[rng.IntN(2)]
		}
		made, want, refused := tflite.Shape{1}, [][]int{}, false
		for i, size := range sizes {
			bit := int32(2) << i
			b, e, s := rng.IntN(16)-8, rng.IntN(16)-8, []int{1, 1, 2, 3, -1, -1, -2, -3, 0, 7}[rng.IntN(10)]
			begin, end, strides = append(begin, int32(b)), append(end, int32(e)), append(strides, int32(s))
			shrinks := options.ShrinkAxisMask&bit != 0
			var cells []int
			if s != 0 {
				cells = sliced(size, b, e, s, options.BeginMask&bit != 0, options.EndMask&bit != 0, shrinks)
			}
			if want = append(want, cells); !shrinks {
				made = append(made, int32(len(cells)))
			}
			refused = refused || len(cells) == 0 || slices.Min(cells) < 0 || slices.Max(cells) >= size ||
				shrinks && (s < 0 || options.BeginMask&bit != 0 || b < -size) || !shrinks && max(s, -s) > size
		}
		b := newModel(1, int32(sizes[0]), int32(sizes[1]))
		b.op(tflite.OpStridedSlice, options, made, b.dims(begin...), b.dims(end...), b.dims(strides...))
		cells := int32(1)
		for _, d := range made {
			cells *= d
		}
		var got [][]int
		a, _, err := transpile.Read(b.reshape(tflite.Shape{1, max(cells, 1)}).dense(max(int(cells), 1)).m, nil)
		if (err != nil) != refused {
			t.Fatalf("%v from %v to %v by %v, %+v: %v, want refused: %t", sizes, begin, end, strides, options, err, refused)
		}
		if refused {
			continue
		}
		taken++
		l := a.Layers[0]
		for i, n := range l.Shape {
			var cells []int
			for o := range n {
				cells = append(cells, l.Parameters[2*i]+o*l.Parameters[2*i+1])
			}
			got = append(got, cells)
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%v from %v to %v by %v, %+v: cells %v, want %v", sizes, begin, end, strides, options, got, want)
		}
	}
	if taken < 500 {
		t.Errorf("only %d were read", taken)
	}
}
