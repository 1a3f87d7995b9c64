package transpile_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// What operators make of a batch of one they make of a sample whose first axis is
// of size 1.
func TestMovementsWithoutBatch(t *testing.T) {
	list := movements()
	list["average pool"] = pool(tflite.OpAveragePool2D, 4, 5, 2, [2]int32{3, 2}, [2]int32{1, 2}, tflite.PaddingSame)
	list["largest pool"] = pool(tflite.OpMaxPool2D, 4, 5, 2, [2]int32{3, 2}, [2]int32{1, 2}, tflite.PaddingSame)
	for name, c := range list {
		t.Run(name, func(t *testing.T) { c.checkAt(t, new(tflite.NoBatch)) })
	}
}

// Operators on the first axis of a model that has no batch, of size 2.
func TestFirstAxisWithoutBatch(t *testing.T) {
	in, shape := []int{2, 3, 4}, tflite.Shape{2, 3, 4}
	move := func(code tflite.Builtin, o tflite.Options, out []int, inputs func(b *model) []int32, at func(x []float64, i []int) float64) *movement {
		return &movement{shape, func(b *model) *model {
			var made tflite.Shape
			for _, d := range out {
				made = append(made, int32(d))
			}
			return b.op(code, o, made, inputs(b)...)
		}, func(x []float64) []float64 { return indexed(out, func(i []int) float64 { return at(x, i) }) }}
	}
	none := func(*model) []int32 { return nil }
	half := tflite.Shape{1, 3, 4}
	for name, c := range map[string]*movement{
		"transpose": move(tflite.OpTranspose, nil, []int{3, 4, 2}, func(b *model) []int32 { return []int32{b.list(1, -1, 0)} },
			func(x []float64, i []int) float64 { return of(x, in, i[2], i[0], i[1]) }),
		"sum": move(tflite.OpSum, tflite.ReducerOptions{}, []int{3, 4}, func(b *model) []int32 { return []int32{b.list(0)} },
			func(x []float64, i []int) float64 { return of(x, in, 0, i[0], i[1]) + of(x, in, 1, i[0], i[1]) }),
		"reverse": move(tflite.OpReverseV2, nil, in, func(b *model) []int32 { return []int32{b.list(-3)} },
			func(x []float64, i []int) float64 { return of(x, in, 1-i[0], i[1], i[2]) }),
		"pad": move(tflite.OpPad, nil, []int{4, 3, 4}, func(b *model) []int32 { return []int32{b.ints(tflite.Shape{3, 2}, 2, 0, 0, 0, 0, 0)} },
			func(x []float64, i []int) float64 {
				if i[0] < 2 {
					return 0
				}
				return of(x, in, i[0]-2, i[1], i[2])
			}),
		"slice": move(tflite.OpSlice, nil, []int{1, 2, 4}, func(b *model) []int32 { return []int32{b.list(1, 1, 0), b.list(1, -1, 4)} },
			func(x []float64, i []int) float64 { return of(x, in, 1, i[1]+1, i[2]) }),
		"strided slice of a cell": move(tflite.OpStridedSlice, tflite.StridedSliceOptions{ShrinkAxisMask: 1, EndMask: 4}, []int{2, 4},
			func(b *model) []int32 { return []int32{b.list(-1, 0, 0), b.list(0, 3, 0), b.list(1, 2, 1)} },
			func(x []float64, i []int) float64 { return of(x, in, 1, 2*i[0], i[1]) }),
		"axis of size 1 before": {shape, func(b *model) *model {
			b.op(tflite.OpExpandDims, nil, tflite.Shape{1, 2, 3, 4}, b.list(0))
			return b.op(tflite.OpAbs, nil, tflite.Shape{1, 2, 3, 4}).op(tflite.OpSqueeze, tflite.SqueezeOptions{}, shape)
		}, func(x []float64) []float64 {
			return indexed(in, func(i []int) float64 { return math.Abs(of(x, in, i[0], i[1], i[2])) })
		}},
		"split": {shape, func(b *model) *model {
			return b.outputs(tflite.OpSplit, tflite.SplitOptions{Splits: 2}, []int32{b.ints(tflite.Shape{}, 0), b.last}, []tflite.Shape{half, half}, 0, 1)
		}, func(x []float64) []float64 {
			return indexed([]int{3, 4}, func(i []int) float64 { return of(x, in, 0, i[0], i[1]) + of(x, in, 1, i[0], i[1]) })
		}},
		"unpack": {shape, func(b *model) *model {
			return b.outputs(tflite.OpUnpack, tflite.UnpackOptions{Values: 2}, nil, []tflite.Shape{{3, 4}, {3, 4}}, 1, 1)
		}, func(x []float64) []float64 {
			return indexed([]int{3, 4}, func(i []int) float64 { return 2 * of(x, in, 1, i[0], i[1]) })
		}},
		"concatenation": {shape, func(b *model) *model {
			return b.op(tflite.OpConcatenation, tflite.ConcatenationOptions{}, tflite.Shape{4, 3, 4}, b.last)
		}, func(x []float64) []float64 { return append(slices.Clone(x), x...) }},
		"pack": {shape, func(b *model) *model {
			return b.op(tflite.OpPack, tflite.PackOptions{Values: 2}, tflite.Shape{2, 2, 3, 4}, b.last)
		}, func(x []float64) []float64 { return append(slices.Clone(x), x...) }},
		"rows of a layer": move(tflite.OpFullyConnected, tflite.FullyConnectedOptions{}, []int{6, 2},
			func(b *model) []int32 {
				return []int32{b.tensor(tflite.Shape{2, 4}, []float32{1, 0, 0, 1, 0, 2, 0, 0}), b.tensor(tflite.Shape{2}, []float32{0, 1})}
			},
			func(x []float64, i []int) float64 {
				if i[1] == 0 {
					return x[4*i[0]] + x[4*i[0]+3]
				}
				return 2*x[4*i[0]+1] + 1
			}),
		"other axes": move(tflite.OpReshape, tflite.ReshapeOptions{NewShape: []int32{3, -1}}, []int{3, 8}, none,
			func(x []float64, i []int) float64 { return x[8*i[0]+i[1]] }),
		"vector added": move(tflite.OpAdd, tflite.AddOptions{}, in, func(b *model) []int32 { return []int32{b.tensor(tflite.Shape{2, 1, 1}, []float32{0.5, -1})} },
			func(x []float64, i []int) float64 { return of(x, in, i[0], i[1], i[2]) + []float64{0.5, -1}[i[0]] }),
		"a picture": {shape, func(b *model) *model {
			b.op(tflite.OpExpandDims, nil, tflite.Shape{1, 2, 3, 4}, b.list(0))
			w := b.tensor(tflite.Shape{1, 1, 2, 4}, []float32{1, 0, 0, 0, 0, 0, 0, 1})
			return b.op(tflite.OpConv2D, tflite.Conv2DOptions{Padding: tflite.PaddingValid, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1}, tflite.Shape{1, 2, 2, 1}, w)
		}, func(x []float64) []float64 {
			return indexed([]int{2, 2}, func(i []int) float64 { return of(x, in, i[0], i[1], 0) + of(x, in, i[0], i[1]+1, 3) })
		}},
	} {
		t.Run(name, func(t *testing.T) { c.checkAt(t, new(tflite.NoBatch)) })
	}
}

// joined is a model of two inputs, (2, 3) and (3) of a sample each: the sum of the
// rows of the first, and twice the second.
func joined(lead ...int32) *model {
	shape := func(s ...int32) tflite.Shape { return append(slices.Clone(tflite.Shape(lead)), s...) }
	b := newModel(shape(2, 3)...)
	second := b.tensor(shape(3), nil)
	b.m.Subgraphs[0].Inputs = append(b.m.Subgraphs[0].Inputs, second)
	b.op(tflite.OpSum, tflite.ReducerOptions{}, shape(3), b.list(-2))
	b.op(tflite.OpAdd, tflite.AddOptions{}, shape(3), second)
	b.op(tflite.OpAdd, tflite.AddOptions{}, shape(3), second)
	if len(lead) == 0 {
		b.reshape(tflite.Shape{1, 3})
	}
	return b.identity(3, tflite.Shape{1, 3})
}

// A row has the cells of one input after the other, in the order of the file.
func TestSeveralInputs(t *testing.T) {
	for name, c := range map[string]struct {
		b    *model
		axis *int
	}{"batch": {joined(1), nil}, "no batch": {joined(), new(tflite.NoBatch)}} {
		t.Run(name, func(t *testing.T) {
			r, err := transpile.Transpile(c.b.m, transpile.Options{Batch: 2, BatchAxis: c.axis, Formats: network.Formats{Feature: 8, Activation: 8, Error: 8}, RateShift: 4, Loss: graph.MeanSquaredError})
			if err != nil {
				t.Fatal(err)
			}
			got := predict(t, r, c.b.m, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 1, 0, 0.5, 0, -1, -2, -3}, r.Program.Loss.Logits)
			if want := []float64{19, 23, 27, -2, -3.5, -5}; !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
			want := []transpile.Input{{Name: "ta", Columns: 6}, {Name: "tb", Columns: 3}}
			if list := transpile.Inputs(c.b.m, c.axis); !slices.Equal(list, want) {
				t.Errorf("inputs %+v, want %+v", list, want)
			}
			if _, err := transpile.Match(c.b.m, r.Network); err != nil {
				t.Errorf("the model is not its own network's: %v", err)
			}
		})
	}
	b := joined(1)
	b.m.Subgraphs[0].Inputs = append(b.m.Subgraphs[0].Inputs, b.tensor(tflite.Shape{1, 4}, nil)) // which nothing reads
	a, _, err := transpile.Read(b.m, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Input, []int{13}) {
		t.Errorf("samples of shape %v", a.Input)
	}
}

func TestInputRefusals(t *testing.T) {
	second := func(m *model, change func(t *tflite.Tensor)) *model {
		change(&m.m.Subgraphs[0].Tensors[1])
		return m
	}
	none := new(tflite.NoBatch)
	for name, c := range map[string]struct {
		b    *model
		axis *int
		want string
	}{
		"indices beside others": {second(joined(1), func(t *tflite.Tensor) { t.Type = tflite.Int32 }), nil, `holds int32 beside other inputs; give indices as the only input`},
		"another batch":         {second(joined(4), func(t *tflite.Tensor) { t.Shape = tflite.Shape{1, 3} }), new(0), "inputs of shapes [4×2×3] and [1×3] have different batches"},
		"no axis":               {second(joined(), func(t *tflite.Tensor) { t.Shape = nil }), none, "has no features; give it an axis"},
		"no axis but a batch's": {second(joined(1), func(t *tflite.Tensor) { t.Shape = tflite.Shape{1} }), nil, "has no features; give it an axis besides the batch, or read the whole input as one sample (--batch-axis none)"},
		"open size":             {second(joined(1), func(t *tflite.Tensor) { t.Signature = tflite.Shape{-1, 3} }), none, "known only at run time"},
		"an input twice": {func() *model {
			b := joined(1)
			b.m.Subgraphs[0].Inputs[1] = 0
			return b
		}(), nil, "is listed twice"},
		"pictures on the first axis": {newModel(2, 3, 4, 1).op(tflite.OpSpaceToDepth, tflite.BlockOptions{Of: 19, Size: 1}, tflite.Shape{2, 3, 4, 1}), none, "of which it takes the first axis for a batch"},
		"cells that do not fit":      {newModel(2, 3).op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: []int32{5}}, tflite.Shape{5}), none, "it reshapes [2×3] to [5]"},
		"rows that do not fit":       {newModel(2, 3).dense(4), none, "4 inputs on samples of shape [2 3]"},
		"axis beyond": {func() *model {
			b := newModel(2, 3)
			return b.op(tflite.OpSum, tflite.ReducerOptions{}, tflite.Shape{2}, b.list(2))
		}(), none, "axis 2 of samples of shape [2 3]"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := transpile.Obstacles(c.b.m, c.axis)
			if err != nil || !strings.Contains(found.String(), c.want) {
				t.Errorf("%v, want one with %q; found:\n%v", err, c.want, found)
			}
			if _, _, err := transpile.Read(c.b.m, c.axis); !errors.Is(err, fault.ErrUnsupported) {
				t.Errorf("read: %v", err)
			}
		})
	}
}
