package transpile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

func (b *model) squeeze(out tflite.Shape, axes ...int32) *model {
	return b.op(tflite.OpSqueeze, tflite.SqueezeOptions{Dims: axes}, out)
}

func (b *model) expand(out tflite.Shape, axis ...int32) *model {
	return b.op(tflite.OpExpandDims, nil, out, b.dims(axis...))
}

func (b *model) transpose(out tflite.Shape, order ...int32) *model {
	return b.op(tflite.OpTranspose, nil, out, b.dims(order...))
}

// picture is a layer of six units as a picture of 2 by 3.
func picture() *model {
	return newModel(1, 6).identity(6, tflite.Shape{1, 6}).reshape(tflite.Shape{1, 2, 3})
}

func TestShapes(t *testing.T) {
	x := []float64{0.5, -1.25, 2, 0.75, -0.5, 1}
	same := func(i int) float64 { return x[i] }
	columns := func(i int) float64 { return x[i%2*3+i/2] } // 3 by 2 of 2 by 3
	for name, c := range map[string]struct {
		build func() *model
		want  func(i int) float64
	}{
		"squeeze": {func() *model { return picture().reshape(tflite.Shape{1, 2, 1, 3}).squeeze(tflite.Shape{1, 2, 3}, 2) }, same},
		"squeeze two, one from the end": {func() *model {
			return picture().reshape(tflite.Shape{1, 1, 6, 1}).squeeze(tflite.Shape{1, 6}, -1, 1)
		}, same},
		"expand":              {func() *model { return picture().expand(tflite.Shape{1, 2, 1, 3}, 2) }, same},
		"expand at the end":   {func() *model { return picture().expand(tflite.Shape{1, 2, 3, 1}, -1) }, same},
		"expand at the start": {func() *model { return picture().expand(tflite.Shape{1, 1, 2, 3}, 1) }, same},
		"transpose":           {func() *model { return picture().transpose(tflite.Shape{1, 3, 2}, 0, 2, 1) }, columns},
		"transpose, axes from the end": {func() *model {
			return picture().transpose(tflite.Shape{1, 3, 2}, -3, -1, -2)
		}, columns},
		"transpose there and back": {func() *model {
			return picture().transpose(tflite.Shape{1, 3, 2}, 0, 2, 1).op(tflite.OpNeg, nil, tflite.Shape{1, 3, 2}).transpose(tflite.Shape{1, 2, 3}, 0, 2, 1)
		}, func(i int) float64 { return -x[i] }},
		"transpose of three axes": {func() *model { // (1, 2, 3) as (3, 1, 2)
			return picture().expand(tflite.Shape{1, 1, 2, 3}, 1).transpose(tflite.Shape{1, 3, 1, 2}, 0, 3, 1, 2)
		}, columns},
		"sum of a transposed value": {func() *model {
			b := picture().reshape(tflite.Shape{1, 3, 2})
			first := b.last
			return b.reshape(tflite.Shape{1, 2, 3}).transpose(tflite.Shape{1, 3, 2}, 0, 2, 1).op(tflite.OpAdd, tflite.AddOptions{}, tflite.Shape{1, 3, 2}, first)
		}, func(i int) float64 { return x[i] + columns(i) }},
	} {
		t.Run(name, func(t *testing.T) {
			checkSums(t, c.build().reshape(tflite.Shape{1, 6}).dense(6), x, c.want)
		})
	}
}

func TestShapeRefusals(t *testing.T) {
	pairs := tflite.Shape{1, 2, 3}
	for name, c := range map[string]struct {
		build func() *model
		want  string
	}{
		"squeeze of the batch":  {func() *model { return picture().squeeze(tflite.Shape{2, 3}, 0) }, "it removes axis 0"},
		"squeeze of two cells":  {func() *model { return picture().squeeze(tflite.Shape{1, 3}, 1) }, "it removes axis 1"},
		"squeeze beyond":        {func() *model { return picture().squeeze(pairs, 3) }, "it removes axis 3"},
		"squeeze of everything": {func() *model { return picture().squeeze(pairs) }, "it removes all axes of size 1"},
		"squeeze to another shape": {func() *model {
			return picture().reshape(tflite.Shape{1, 2, 1, 3}).squeeze(tflite.Shape{1, 3, 2}, 2)
		}, "it makes samples of shape [2 3]"},
		"expand before the batch": {func() *model { return picture().expand(tflite.Shape{1, 1, 2, 3}, 0) }, "it adds axis 0"},
		"expand beyond":           {func() *model { return picture().expand(tflite.Shape{1, 2, 3, 1}, 4) }, "it adds axis 4"},
		"expand by two":           {func() *model { return picture().expand(tflite.Shape{1, 1, 2, 3}, 1, 1) }, "it adds axes [1 1]"},
		"expand by what is computed": {func() *model {
			b := picture()
			return b.op(tflite.OpExpandDims, nil, tflite.Shape{1, 2, 3, 1}, b.last)
		}, "input 1 is not constant"},
		"transpose of the batch": {func() *model { return picture().transpose(tflite.Shape{2, 1, 3}, 1, 0, 2) }, "in the order [1 0 2]"},
		"transpose by too few":   {func() *model { return picture().transpose(pairs, 0, 1) }, "in the order [0 1]"},
		"transpose by twice one": {func() *model { return picture().transpose(tflite.Shape{1, 3, 3}, 0, 2, 2) }, "[0 2 2] is no order of axes"},
		"transpose beyond":       {func() *model { return picture().transpose(pairs, 0, 1, 3) }, "[0 1 3] is no order of axes"},
		"transpose to another shape": {func() *model {
			return picture().transpose(pairs, 0, 2, 1)
		}, "it makes samples of shape [3 2]"},
		"axes counted of another rank": {func() *model {
			b := picture()
			b.op(tflite.OpNeg, nil, tflite.Shape{1, 1, 2, 3})
			return b.transpose(tflite.Shape{1, 1, 3, 2}, 0, 1, 3, 2)
		}, "its input is declared as [1×1×2×3]"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := transpile.Transpile(c.build().reshape(tflite.Shape{1, 6}).dense(6).m, options(2))
			if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want unsupported with %q", err, c.want)
			}
		})
	}
}
