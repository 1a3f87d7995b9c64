package transpile_test

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// ints adds a constant of integers.
func (b *model) ints(shape tflite.Shape, cells ...int32) int32 {
	i := b.tensor(shape, []float32{})
	t := &b.m.Subgraphs[0].Tensors[i]
	t.Type, t.HasRank = tflite.Int32, true
	var raw []byte
	for _, v := range cells {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(v))
	}
	b.m.Buffers[t.Buffer].Data = raw
	return i
}

// list adds a constant list of integers.
func (b *model) list(cells ...int32) int32 { return b.ints(tflite.Shape{int32(len(cells))}, cells...) }

// outputs appends an operator of several outputs and adds up the two named.
func (b *model) outputs(code tflite.Builtin, o tflite.Options, inputs []int32, shapes []tflite.Shape, first, second int) *model {
	b.op(code, o, shapes[0])
	g := &b.m.Subgraphs[0]
	last := &g.Operators[len(g.Operators)-1]
	if inputs != nil {
		last.Inputs = inputs
	}
	for _, s := range shapes[1:] {
		last.Outputs = append(last.Outputs, b.tensor(s, nil))
	}
	b.last = last.Outputs[first]
	return b.op(tflite.OpAdd, tflite.AddOptions{}, shapes[first], last.Outputs[second])
}

// movement is an operator on samples of a shape, as a file has it and as a
// function of their cells.
type movement struct {
	shape tflite.Shape
	build func(b *model) *model
	want  func(x []float64) []float64
}

// check compares forward pass and gradient of a movement between two layers with
// float64: logits, and what one step changes the weights of the first layer by,
// with finite differences.
func (c *movement) check(t *testing.T) { c.checkAt(t, nil) }

// checkAt is check with the batch on an axis that is named, or on none.
func (c *movement) checkAt(t *testing.T, batchAxis *int) {
	t.Helper()
	n, _ := c.shape.Elements()
	x := make([]float64, n)
	for i := range x { // no two equal, none 0, multiples of 2^-8
		x[i] = float64((i*37)%101-50)/64 + 1.0/256
	}
	flat := tflite.Shape{1, int32(n)}
	b := newModel(flat...).identity(int(n), flat).reshape(c.shape)
	b = c.build(b)
	made := len(c.want(x))
	r, err := transpile.Transpile(b.reshape(tflite.Shape{1, int32(made)}).dense(made).m, transpile.Options{
		Batch: 1, BatchAxis: batchAxis, Formats: network.Formats{Feature: 8, Activation: 8, Error: 8}, RateShift: 4, Loss: graph.MeanSquaredError,
	})
	if err != nil {
		t.Fatal(err)
	}
	weights := func(u, i int) float64 { return float64((u*made+i)%3) / 2 }
	logits := func(z []float64) (out [3]float64) {
		for u := range out {
			for i, v := range c.want(z) {
				out[u] += v * weights(u, i)
			}
		}
		return out
	}
	want := logits(x)
	for u, got := range predict(t, r, b.m, x, r.Program.Loss.Logits) {
		if math.Abs(got-want[u]) > 0.01+0.004*float64(made) {
			t.Errorf("output %d: %v, want %v", u, got, want[u])
		}
	}
	loss := func(z []float64) (total float64) {
		for _, v := range logits(z) {
			total += v * v / 3
		}
		return total
	}
	checkStep(t, r, b.m, x, make([]int32, 3), loss)
}

// checkStep compares what one step changes the weights of the first layer by with
// finite differences of the loss on a sample and its label.
func checkStep(t *testing.T, r *transpile.Result, m *tflite.Model, x []float64, label []int32, loss func([]float64) float64) {
	t.Helper()
	p := r.Program
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	buffers, err := ops.NewBuffers(p, initial, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range x {
		buffers.Small[p.Input][i] = int32(math.Round(math.Ldexp(v, p.Tensor(p.Input).Format.Fraction)))
	}
	copy(buffers.Small[p.Label], label)
	if err := ops.Execute(&ops.Step{Program: p, Buffers: buffers, Rate: 1}); err != nil {
		t.Fatal(err)
	}
	w := r.Weights[0].Tensor
	f, n := p.Tensor(w).Format.Fraction, len(x)
	for j := range x {
		z := slices.Clone(x)
		const h = 1e-6
		z[j] = x[j] + h
		slope := loss(z)
		z[j] = x[j] - h
		slope = (slope - loss(z)) / (2 * h)
		for k := range x {
			at := k*n + j
			got := math.Ldexp(float64(initial[w][at]-buffers.Weight(w)[at]), p.Optimizer.Shift-f)
			if want := x[k] * slope; math.Abs(got-want) > 0.06+0.02*math.Abs(want) {
				t.Fatalf("gradient of weight (%d,%d): %v, want %v", k, j, got, want)
			}
		}
	}
}

// indexed returns what a function makes of each index of a shape.
func indexed(shape []int, at func(i []int) float64) (out []float64) {
	i := make([]int, len(shape))
	for {
		out = append(out, at(i))
		k := len(shape) - 1
		for ; k >= 0; k-- {
			if i[k]++; i[k] < shape[k] {
				break
			}
			i[k] = 0
		}
		if k < 0 {
			return out
		}
	}
}

// of reads a cell of a row-major tensor.
func of(x []float64, shape []int, i ...int) float64 {
	at := 0
	for k, d := range shape {
		at = at*d + i[k]
	}
	return x[at]
}

func TestMovements(t *testing.T) {
	for name, c := range movements() {
		t.Run(name, c.check)
	}
}

func movements() map[string]*movement {
	in := []int{2, 3, 4}
	shape := tflite.Shape{1, 2, 3, 4}
	move := func(code tflite.Builtin, o tflite.Options, out []int, inputs func(b *model) []int32, at func(x []float64, i []int) float64) *movement {
		return &movement{shape, func(b *model) *model {
			var more []int32
			if inputs != nil {
				more = inputs(b)
			}
			made := tflite.Shape{1}
			for _, d := range out {
				made = append(made, int32(d))
			}
			return b.op(code, o, made, more...)
		}, func(x []float64) []float64 {
			return indexed(out, func(i []int) float64 { return at(x, i) })
		}}
	}
	list := map[string]*movement{
		"slice": move(tflite.OpSlice, nil, []int{1, 2, 3}, func(b *model) []int32 { return []int32{b.list(0, 1, 0, 1), b.list(1, 1, 2, -1)} },
			func(x []float64, i []int) float64 { return of(x, in, i[0]+1, i[1], i[2]+1) }),
		"strided slice": move(tflite.OpStridedSlice, tflite.StridedSliceOptions{BeginMask: 5, EndMask: 5}, []int{1, 3, 2},
			func(b *model) []int32 { return []int32{b.list(0, -1, 0, 3), b.list(0, 9, 0, -9), b.list(1, 1, 1, -2)} },
			func(x []float64, i []int) float64 { return of(x, in, 1, i[1], 3-2*i[2]) }),
		"strided slice of a cell": move(tflite.OpStridedSlice, tflite.StridedSliceOptions{ShrinkAxisMask: 4, BeginMask: 1, EndMask: 1}, []int{2, 2},
			func(b *model) []int32 { return []int32{b.list(7, 0, -2, 1), b.list(7, 2, 0, 3), b.list(1, 1, 1, 1)} },
			func(x []float64, i []int) float64 { return of(x, in, i[0], 1, i[1]+1) }),
		"pad": move(tflite.OpPad, nil, []int{2, 6, 5}, func(b *model) []int32 { return []int32{b.ints(tflite.Shape{4, 2}, 0, 0, 0, 0, 1, 2, 0, 1)} },
			func(x []float64, i []int) float64 {
				if i[1] < 1 || i[1] > 3 || i[2] > 3 {
					return 0
				}
				return of(x, in, i[0], i[1]-1, i[2])
			}),
		"pad with a value": move(tflite.OpPadV2, nil, []int{3, 3, 4}, func(b *model) []int32 {
			return []int32{b.ints(tflite.Shape{4, 2}, 0, 0, 1, 0, 0, 0, 0, 0), b.tensor(tflite.Shape{1}, []float32{-1.5})}
		}, func(x []float64, i []int) float64 {
			if i[0] < 1 {
				return -1.5
			}
			return of(x, in, i[0]-1, i[1], i[2])
		}),
		"reverse": move(tflite.OpReverseV2, nil, in, func(b *model) []int32 { return []int32{b.list(3, -3)} },
			func(x []float64, i []int) float64 { return of(x, in, 1-i[0], i[1], 3-i[2]) }),
		"space to depth": {tflite.Shape{1, 4, 2, 3}, func(b *model) *model {
			return b.op(tflite.OpSpaceToDepth, tflite.BlockOptions{Of: 19, Size: 2}, tflite.Shape{1, 2, 1, 12})
		}, func(x []float64) []float64 {
			return indexed([]int{2, 1, 12}, func(i []int) float64 {
				return of(x, []int{4, 2, 3}, 2*i[0]+i[2]/6, 2*i[1]+i[2]/3%2, i[2]%3)
			})
		}},
		"depth to space": {tflite.Shape{1, 2, 1, 12}, func(b *model) *model {
			return b.op(tflite.OpDepthToSpace, tflite.BlockOptions{Of: 94, Size: 2}, tflite.Shape{1, 4, 2, 3})
		}, func(x []float64) []float64 {
			return indexed([]int{4, 2, 3}, func(i []int) float64 {
				return of(x, []int{2, 1, 12}, i[0]/2, i[1]/2, (i[0]%2*2+i[1]%2)*3+i[2])
			})
		}},
		"mean": move(tflite.OpMean, tflite.ReducerOptions{}, []int{2, 4}, func(b *model) []int32 { return []int32{b.list(2)} },
			func(x []float64, i []int) float64 {
				return (of(x, in, i[0], 0, i[1]) + of(x, in, i[0], 1, i[1]) + of(x, in, i[0], 2, i[1])) / 3
			}),
		"mean of two axes": move(tflite.OpMean, tflite.ReducerOptions{KeepDims: true}, []int{1, 3, 1}, func(b *model) []int32 { return []int32{b.list(-1, 1)} },
			func(x []float64, i []int) (total float64) {
				for k := range 8 {
					total += of(x, in, k/4, i[1], k%4) / 8
				}
				return total
			}),
		"sum": move(tflite.OpSum, tflite.ReducerOptions{}, []int{2, 3}, func(b *model) []int32 { return []int32{b.ints(tflite.Shape{}, 3)} },
			func(x []float64, i []int) (total float64) {
				for k := range 4 {
					total += of(x, in, i[0], i[1], k)
				}
				return total
			}),
		"largest": move(tflite.OpReduceMax, tflite.ReducerOptions{}, []int{4}, func(b *model) []int32 { return []int32{b.list(1, 2)} },
			func(x []float64, i []int) float64 {
				most := math.Inf(-1)
				for k := range 6 {
					most = max(most, of(x, in, k/3, k%3, i[0]))
				}
				return most
			}),
		"broadcast": {tflite.Shape{1, 3, 1, 2}, func(b *model) *model {
			return b.op(tflite.OpBroadcastTo, nil, tflite.Shape{1, 3, 4, 2}, b.list(1, 3, 4, 2))
		}, func(x []float64) []float64 {
			return indexed([]int{3, 4, 2}, func(i []int) float64 { return of(x, []int{3, 2}, i[0], i[2]) })
		}},
		"tile": move(tflite.OpTile, nil, []int{4, 3, 12}, func(b *model) []int32 { return []int32{b.list(1, 2, 1, 3)} },
			func(x []float64, i []int) float64 { return of(x, in, i[0]%2, i[1], i[2]%4) }),
		"gather of places": move(tflite.OpGather, tflite.GatherOptions{Axis: -1}, []int{2, 3, 2}, func(b *model) []int32 { return []int32{b.list(3, 1)} },
			func(x []float64, i []int) float64 { return of(x, in, i[0], i[1], 3-2*i[2]) }),
		"gather of a place": move(tflite.OpGather, tflite.GatherOptions{Axis: 2}, []int{2, 4}, func(b *model) []int32 { return []int32{b.ints(tflite.Shape{}, 2)} },
			func(x []float64, i []int) float64 { return of(x, in, i[0], 2, i[1]) }),
		"sum of rows and columns": {shape, func(b *model) *model {
			whole := b.last
			rows := b.op(tflite.OpMean, tflite.ReducerOptions{KeepDims: true}, tflite.Shape{1, 2, 1, 4}, b.list(2)).last
			b.last = whole
			b.op(tflite.OpSum, tflite.ReducerOptions{KeepDims: true}, tflite.Shape{1, 1, 3, 4}, b.list(1))
			return b.op(tflite.OpSub, tflite.SubOptions{}, tflite.Shape{1, 2, 3, 4}, rows)
		}, func(x []float64) []float64 {
			return indexed(in, func(i []int) (v float64) {
				for k := range 2 {
					v += of(x, in, k, i[1], i[2])
				}
				for k := range 3 {
					v -= of(x, in, i[0], k, i[2]) / 3
				}
				return v
			})
		}},
		"split": {shape, func(b *model) *model {
			half := tflite.Shape{1, 2, 3, 2}
			return b.outputs(tflite.OpSplit, tflite.SplitOptions{Splits: 2}, []int32{b.ints(tflite.Shape{}, 3), b.last}, []tflite.Shape{half, half}, 0, 1)
		}, func(x []float64) []float64 {
			return indexed([]int{2, 3, 2}, func(i []int) float64 { return of(x, in, i[0], i[1], i[2]) + of(x, in, i[0], i[1], i[2]+2) })
		}},
		"split into sizes": {shape, func(b *model) *model {
			one := tflite.Shape{1, 2, 1, 4}
			return b.outputs(tflite.OpSplitV, tflite.SplitVOptions{Splits: 3}, []int32{b.last, b.list(1, -1, 1), b.ints(tflite.Shape{}, -2)}, []tflite.Shape{one, one, one}, 2, 0)
		}, func(x []float64) []float64 {
			return indexed([]int{2, 1, 4}, func(i []int) float64 { return of(x, in, i[0], 0, i[2]) + of(x, in, i[0], 2, i[2]) })
		}},
		"unpack": {shape, func(b *model) *model {
			one := tflite.Shape{1, 2, 4}
			return b.outputs(tflite.OpUnpack, tflite.UnpackOptions{Values: 3, Axis: 2}, nil, []tflite.Shape{one, one, one}, 0, 2)
		}, func(x []float64) []float64 {
			return indexed([]int{2, 4}, func(i []int) float64 { return of(x, in, i[0], 0, i[1]) + of(x, in, i[0], 2, i[1]) })
		}},
		"pack": {shape, func(b *model) *model {
			x := b.last
			y := b.op(tflite.OpSquare, nil, shape).last
			b.last = x
			return b.op(tflite.OpPack, tflite.PackOptions{Values: 2, Axis: 2}, tflite.Shape{1, 2, 2, 3, 4}, y)
		}, func(x []float64) []float64 {
			return indexed([]int{2, 2, 3, 4}, func(i []int) float64 {
				return math.Pow(of(x, in, i[0], i[2], i[3]), float64(1+i[1]))
			})
		}},
		"concatenation": {shape, func(b *model) *model {
			x := b.last
			y := b.op(tflite.OpSlice, nil, tflite.Shape{1, 2, 2, 4}, b.list(0, 0, 1, 0), b.list(1, 2, 2, 4)).last
			b.last = x
			return b.op(tflite.OpConcatenation, tflite.ConcatenationOptions{Axis: -2, Activation: tflite.ActRelu}, tflite.Shape{1, 2, 8, 4}, y, x)
		}, func(x []float64) []float64 {
			return indexed([]int{2, 8, 4}, func(i []int) float64 {
				return max(0, of(x, in, i[0], []int{0, 1, 2, 1, 2, 0, 1, 2}[i[1]], i[2]))
			})
		}},
	}
	for what, c := range map[string]struct{ align, center bool }{"": {}, " aligned": {align: true}, " centred": {center: true}} {
		for size, out := range map[string][]int{" larger": {4, 6, 4}, " smaller": {1, 2, 4}, " other": {3, 5, 4}} {
			to := func(b *model) []int32 { return []int32{b.list(int32(out[0]), int32(out[1]))} }
			list["nearest"+what+size] = move(tflite.OpResizeNearest, tflite.ResizeNearestOptions{AlignCorners: c.align, HalfPixelCenters: c.center}, out, to,
				func(x []float64, i []int) float64 {
					return of(x, in, nearestTo(i[0], in[0], out[0], c.align, c.center), nearestTo(i[1], in[1], out[1], c.align, c.center), i[2])
				})
			list["bilinear"+what+size] = move(tflite.OpResizeBilinear, tflite.ResizeBilinearOptions{AlignCorners: c.align, HalfPixelCenters: c.center}, out, to,
				func(x []float64, i []int) (v float64) {
					h, w := position(i[0], in[0], out[0], c.align, c.center), position(i[1], in[1], out[1], c.align, c.center)
					for m := range in[0] {
						for n := range in[1] {
							v += of(x, in, m, n, i[2]) * max(0, 1-math.Abs(h-float64(m))) * max(0, 1-math.Abs(w-float64(n)))
						}
					}
					return v
				})
		}
	}
	for mode, border := range map[int8]int{0: 0, 1: 1} {
		list["mirror pad "+string('0'+rune(mode))] = move(tflite.OpMirrorPad, tflite.MirrorPadOptions{Mode: mode}, []int{3, 6, 4},
			func(b *model) []int32 { return []int32{b.ints(tflite.Shape{4, 2}, 0, 0, 1, 0, 1, 2, 0, 0)} },
			func(x []float64, i []int) float64 {
				mirrored := func(at, size int) int {
					if at < 0 {
						return -at - border
					}
					if at >= size {
						return 2*size - 2 - at + border
					}
					return at
				}
				return of(x, in, mirrored(i[0]-1, 2), mirrored(i[1]-1, 3), i[2])
			})
	}
	return list
}

// Both pools over every padding, strides and filters that overlap,
// leave cells out, or are cut off.
func TestPools(t *testing.T) {
	for name, c := range map[string]struct {
		rows, columns  int
		filter, stride [2]int32
		padding        tflite.Padding
	}{
		"halves":      {4, 4, [2]int32{2, 2}, [2]int32{2, 2}, tflite.PaddingValid},
		"cells left":  {5, 3, [2]int32{2, 2}, [2]int32{2, 2}, tflite.PaddingValid},
		"overlapping": {4, 3, [2]int32{3, 2}, [2]int32{1, 1}, tflite.PaddingValid},
		"cut off":     {4, 5, [2]int32{3, 2}, [2]int32{1, 2}, tflite.PaddingSame},
		"whole":       {3, 3, [2]int32{3, 3}, [2]int32{3, 3}, tflite.PaddingSame},
		"apart":       {5, 4, [2]int32{1, 2}, [2]int32{2, 3}, tflite.PaddingSame},
		"one":         {2, 3, [2]int32{1, 1}, [2]int32{1, 1}, tflite.PaddingValid},
	} {
		for _, code := range []tflite.Builtin{tflite.OpAveragePool2D, tflite.OpMaxPool2D} {
			m := pool(code, c.rows, c.columns, 2, c.filter, c.stride, c.padding)
			t.Run(name+" "+code.String(), m.check)
		}
	}
}

// pool is a pooling operator, and what it makes by its definition.
func pool(code tflite.Builtin, rows, columns, channels int, filter, stride [2]int32, padding tflite.Padding) *movement {
	size, made, before := [2]int{rows, columns}, [2]int{}, [2]int{}
	for i, n := range size {
		f, s := int(filter[i]), int(stride[i])
		made[i] = (n-f)/s + 1
		if padding == tflite.PaddingSame {
			made[i] = (n + s - 1) / s
			before[i] = max(0, (made[i]-1)*s+f-n) / 2
		}
	}
	return &movement{tflite.Shape{1, int32(rows), int32(columns), int32(channels)}, func(b *model) *model {
		return b.op(code, tflite.Pool2DOptions{Padding: padding, StrideH: stride[0], StrideW: stride[1], FilterH: filter[0], FilterW: filter[1]},
			tflite.Shape{1, int32(made[0]), int32(made[1]), int32(channels)})
	}, func(x []float64) []float64 {
		return indexed([]int{made[0], made[1], channels}, func(i []int) float64 {
			total, most, cells := 0.0, math.Inf(-1), 0.0
			for m := range filter[0] {
				for n := range filter[1] {
					h, w := i[0]*int(stride[0])-before[0]+int(m), i[1]*int(stride[1])-before[1]+int(n)
					if h >= 0 && h < rows && w >= 0 && w < columns {
						v := of(x, []int{rows, columns, channels}, h, w, i[2])
						total, most, cells = total+v, max(most, v), cells+1
					}
				}
			}
			if code == tflite.OpMaxPool2D {
				return most
			}
			return total / cells
		})
	}}
}

// What a rule refuses: the batch, ranges outside of samples, and constants that
// are none.
func TestMovementRefusals(t *testing.T) {
	shape := tflite.Shape{1, 2, 3, 4}
	for name, c := range map[string]struct {
		build func(b *model) *model
		want  string
	}{
		"slice of the batch": {func(b *model) *model {
			return b.op(tflite.OpSlice, nil, shape, b.list(1, 0, 0, 0), b.list(1, 2, 3, 4))
		}, "take whole samples"},
		"slice beyond": {func(b *model) *model {
			return b.op(tflite.OpSlice, nil, shape, b.list(0, 1, 0, 0), b.list(1, 2, 3, 4))
		}, "it takes [1 2 3 4] from [0 1 0 0]"},
		"slice of nothing": {func(b *model) *model {
			return b.op(tflite.OpSlice, nil, shape, b.list(0, 2, 0, 0), b.list(1, -1, 3, 4))
		}, "it takes"},
		"strided slice of the batch": {func(b *model) *model {
			return b.op(tflite.OpStridedSlice, tflite.StridedSliceOptions{ShrinkAxisMask: 1}, tflite.Shape{2, 3, 4}, b.list(0, 0, 0, 0), b.list(1, 2, 3, 4), b.list(1, 1, 1, 1))
		}, "it slices the batch"},
		"ellipsis": {func(b *model) *model {
			return b.op(tflite.OpStridedSlice, tflite.StridedSliceOptions{EllipsisMask: 2}, shape, b.list(0, 0, 0, 0), b.list(1, 2, 3, 4), b.list(1, 1, 1, 1))
		}, "without ellipses"},
		"empty range": {func(b *model) *model {
			return b.op(tflite.OpStridedSlice, tflite.StridedSliceOptions{}, shape, b.list(0, 1, 0, 0), b.list(1, 1, 3, 4), b.list(1, 1, 1, 1))
		}, "it takes no cell of an axis of 2"},
		"stride of 0": {func(b *model) *model {
			return b.op(tflite.OpStridedSlice, tflite.StridedSliceOptions{}, shape, b.list(0, 0, 0, 0), b.list(1, 2, 3, 4), b.list(1, 1, 1, 0))
		}, "it takes no cell of an axis of 4"},
		"mean over the batch": {func(b *model) *model {
			return b.op(tflite.OpMean, tflite.ReducerOptions{}, shape, b.list(0))
		}, "keep the batch as axis 0"},
		"mean of all": {func(b *model) *model {
			return b.op(tflite.OpMean, tflite.ReducerOptions{}, shape, b.list(1, 2, 3))
		}, "no axis; keep one (keep_dims)"},
		"computed axes": {func(b *model) *model { return b.op(tflite.OpMean, tflite.ReducerOptions{}, shape, b.last) }, "input 1 is not constant"},
		"padding of the batch": {func(b *model) *model {
			return b.op(tflite.OpPad, nil, shape, b.ints(tflite.Shape{4, 2}, 0, 1, 0, 0, 0, 0, 0, 0))
		}, "leave the batch"},
		"negative padding": {func(b *model) *model {
			return b.op(tflite.OpPad, nil, shape, b.ints(tflite.Shape{4, 2}, 0, 0, -1, 0, 0, 0, 0, 0))
		}, "0 to 2^20 cells"},
		"mirror without enough": {func(b *model) *model {
			return b.op(tflite.OpMirrorPad, tflite.MirrorPadOptions{}, tflite.Shape{1, 4, 3, 4}, b.ints(tflite.Shape{4, 2}, 0, 0, 2, 0, 0, 0, 0, 0))
		}, "mirror fewer cells"},
		"split by 0": {func(b *model) *model {
			return b.outputs(tflite.OpSplit, tflite.SplitOptions{Splits: 3}, []int32{b.ints(tflite.Shape{}, 1), b.last}, []tflite.Shape{shape, shape}, 0, 1)
		}, "into 3 parts and has 2 outputs"},
		"split into more": {func(b *model) *model {
			return b.outputs(tflite.OpSplitV, tflite.SplitVOptions{Splits: 2}, []int32{b.last, b.list(1, 3), b.ints(tflite.Shape{}, 2)}, []tflite.Shape{shape, shape}, 0, 1)
		}, "into parts of [1 3]"},
		"unpack of the batch": {func(b *model) *model {
			return b.outputs(tflite.OpUnpack, tflite.UnpackOptions{Values: 1, Axis: 0}, nil, []tflite.Shape{shape}, 0, 0)
		}, "keep the batch"},
		"other shapes": {func(b *model) *model {
			x := b.last
			b.op(tflite.OpSlice, nil, tflite.Shape{1, 2, 2, 4}, b.list(0, 0, 1, 0), b.list(1, 2, 2, 4))
			return b.op(tflite.OpAdd, tflite.AddOptions{}, shape, x)
		}, "samples of shapes [2 2 4] and [2 3 4]"},
		"gather of the batch": {func(b *model) *model {
			return b.op(tflite.OpGather, tflite.GatherOptions{}, shape, b.list(0))
		}, "it takes cells of axis 0 of samples of shape [2 3 4]"},
		"gather with batches": {func(b *model) *model {
			return b.op(tflite.OpGather, tflite.GatherOptions{Axis: 1, BatchDims: 1}, shape, b.list(0, 1))
		}, "with 1 axes of batches"},
		"gather at unequal distances": {func(b *model) *model {
			return b.op(tflite.OpGather, tflite.GatherOptions{Axis: 3}, tflite.Shape{1, 2, 3, 3}, b.list(0, 1, 3))
		}, "it takes cells [0 1 3] of an axis of 4; take cells of the axis at equal distances"},
		"gather of one cell twice": {func(b *model) *model {
			return b.op(tflite.OpGather, tflite.GatherOptions{Axis: 3}, tflite.Shape{1, 2, 3, 2}, b.list(1, 1))
		}, "it takes cells [1 1]"},
		"gather beyond": {func(b *model) *model {
			return b.op(tflite.OpGather, tflite.GatherOptions{Axis: 1}, tflite.Shape{1, 1, 3, 4}, b.list(2))
		}, "it takes cells [2] of an axis of 2"},
		"gather before": {func(b *model) *model {
			return b.op(tflite.OpGather, tflite.GatherOptions{Axis: 1}, tflite.Shape{1, 1, 3, 4}, b.list(-1))
		}, "it takes cells [-1] of an axis of 2"},
		"tile of the batch": {func(b *model) *model {
			return b.op(tflite.OpTile, nil, tflite.Shape{2, 2, 3, 4}, b.list(2, 1, 1, 1))
		}, "it repeats samples of shape [2 3 4] [2 1 1 1] times; keep the batch"},
		"tile no times": {func(b *model) *model {
			return b.op(tflite.OpTile, nil, shape, b.list(1, 1, 0, 1))
		}, "[1 1 0 1] times"},
		"tile too many times": {func(b *model) *model {
			return b.op(tflite.OpTile, nil, shape, b.list(1, 1, 1, 1<<30))
		}, "[1 1 1 1073741824] times"},
		"tile of other axes": {func(b *model) *model {
			return b.op(tflite.OpTile, nil, shape, b.list(1, 1, 1))
		}, "[1 1 1] times"},
		"concatenation of the batch": {func(b *model) *model {
			return b.op(tflite.OpConcatenation, tflite.ConcatenationOptions{}, tflite.Shape{2, 2, 3, 4}, b.last)
		}, "keep the batch as axis 0"},
		"concatenation of others": {func(b *model) *model {
			x := b.last
			b.op(tflite.OpSlice, nil, tflite.Shape{1, 2, 2, 4}, b.list(0, 0, 1, 0), b.list(1, 2, 2, 4))
			return b.op(tflite.OpConcatenation, tflite.ConcatenationOptions{Axis: 1}, tflite.Shape{1, 4, 2, 4}, x)
		}, "do not fit shape"},
		"blocks that do not fit": {func(b *model) *model {
			return b.op(tflite.OpSpaceToDepth, tflite.BlockOptions{Of: 19, Size: 2}, tflite.Shape{1, 1, 1, 16})
		}, "blocks of 2"},
		"a pool larger than the picture": {func(b *model) *model {
			return b.op(tflite.OpMaxPool2D, tflite.Pool2DOptions{Padding: tflite.PaddingValid, StrideH: 1, StrideW: 1, FilterH: 3, FilterW: 1}, shape)
		}, "a filter of 3×1"},
		"a pool cut off in too many ways": {func(b *model) *model {
			b = b.reshape(tflite.Shape{1, 24, 1, 1})
			return b.op(tflite.OpAveragePool2D, tflite.Pool2DOptions{Padding: tflite.PaddingSame, StrideH: 1, StrideW: 1, FilterH: 23, FilterW: 1}, tflite.Shape{1, 24, 1, 1})
		}, "cut off by padding in many ways"},
	} {
		t.Run(name, func(t *testing.T) {
			b := c.build(newModel(1, 24).identity(24, tflite.Shape{1, 24}).reshape(shape))
			n, _ := b.m.Subgraphs[0].Tensors[b.last].Shape.Elements()
			_, err := transpile.Transpile(b.reshape(tflite.Shape{1, int32(n)}).m, options(2))
			if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// position is where output o of a resized axis lies on the input, held to its
// cells.
func position(o, from, to int, align, center bool) float64 {
	at := float64(o) * float64(from) / float64(to)
	switch {
	case align && to > 1:
		at = float64(o) * float64(from-1) / float64(to-1)
	case center:
		at = (float64(o)+0.5)*float64(from)/float64(to) - 0.5
	}
	return min(max(at, 0), float64(from-1))
}

// nearestTo is the cell that output o of a resized axis shows.
func nearestTo(o, from, to int, align, center bool) int {
	switch at := float64(o) * float64(from) / float64(to); {
	case align && to > 1:
		return int(math.Round(float64(o) * float64(from-1) / float64(to-1)))
	case center:
		return min(int((float64(o)+0.5)*float64(from)/float64(to)), from-1)
	case align:
		return min(int(math.Round(at)), from-1)
	default:
		return min(int(at), from-1)
	}
}
