package transpile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// mixing are the weights of a layer of 3 units of 3 inputs, and mixed what it
// makes of every position of a sample.
var mixing = []float32{1, 0, -1, 0.5, 2, 0, 0, 0.25, -0.5}

func mixed(x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range y {
		for k := range 3 {
			y[i] += x[i/3*3+k] * float64(mixing[i%3*3+k])
		}
	}
	return y
}

// mix appends a layer with these weights.
func (b *model) mix(keep bool, out tflite.Shape) *model {
	return b.op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{KeepNumDims: keep}, out, b.tensor(tflite.Shape{3, 3}, mixing), -1)
}

// A layer on every position of a sample, with the axes kept, or as rows: as it
// makes them, and as converters write it.
func TestFullyConnectedEverywhere(t *testing.T) {
	x := []float64{0.5, -1.25, 2, 0.75, -0.5, 1}
	pairs, rows := tflite.Shape{1, 2, 3}, tflite.Shape{2, 3}
	once, twice := mixed(x), mixed(mixed(x))
	for name, c := range map[string]struct {
		build func() *model
		want  []float64
	}{
		"axes kept":            {func() *model { return newModel(1, 2, 3).mix(true, pairs) }, once},
		"axes kept, twice":     {func() *model { return newModel(1, 2, 3).mix(true, pairs).mix(true, pairs) }, twice},
		"more axes":            {func() *model { return newModel(1, 2, 1, 3).mix(true, tflite.Shape{1, 2, 1, 3}) }, once},
		"rows":                 {func() *model { return newModel(1, 2, 3).mix(false, rows) }, once},
		"rows of rows":         {func() *model { return newModel(1, 2, 3).mix(false, rows).mix(false, rows) }, twice},
		"rows, kept":           {func() *model { return newModel(1, 2, 3).reshape(rows).mix(true, rows) }, once},
		"reshaped to rows":     {func() *model { return newModel(1, 2, 3).reshape(rows).mix(false, rows) }, once},
		"reshaped there, back": {func() *model { return newModel(1, 2, 3).reshape(rows).mix(false, rows).reshape(pairs).mix(true, pairs) }, twice},
		"an open batch": {func() *model {
			return newModel(1, 2, 3).op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: []int32{-1, 3}}, rows).mix(false, rows)
		}, once},
		"rows of pictures": {func() *model { return newModel(1, 1, 2, 3).mix(false, rows) }, once},
	} {
		t.Run(name, func(t *testing.T) {
			checkSums(t, c.build().reshape(tflite.Shape{1, 6}).dense(6), x, func(i int) float64 { return c.want[i] })
		})
	}
	// A whole sample of rows is one row.
	checkSums(t, newModel(1, 2, 3).mix(false, rows).dense(6), x, func(i int) float64 { return once[i] })
}

// Rows are layers of positions, whatever reads them.
func TestRowsAreLayersOfPositions(t *testing.T) {
	b := newModel(1, 2, 3).mix(false, tflite.Shape{2, 3})
	a, _, err := transpile.Read(b.m, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l := a.Layers[0]; l.Kind != network.FullyConnected || !slices.Equal(l.Shape, []int{2, 3}) {
		t.Errorf("%+v", l)
	}
	o := options(4)
	o.Loss, o.Labels = graph.MeanSquaredError, graph.Values
	if _, err := transpile.Transpile(b.m, o); err != nil {
		t.Errorf("rows as the output: %v", err)
	}
}

// What would take rows for samples is refused.
func TestRowsAreRefused(t *testing.T) {
	pairs, rows := tflite.Shape{1, 2, 3}, tflite.Shape{2, 3}
	made := func() *model { return newModel(1, 2, 3).mix(false, rows) }
	for name, c := range map[string]struct {
		build func() *model
		want  string
	}{
		"activation":             {func() *model { return made().op(tflite.OpTanh, nil, rows).reshape(tflite.Shape{1, 6}).dense(6) }, "on the batch axis"},
		"sum":                    {func() *model { b := made(); return b.op(tflite.OpAdd, tflite.AddOptions{}, rows, b.last) }, "on the batch axis"},
		"softmax":                {func() *model { return made().op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, rows) }, "on the batch axis"},
		"other rows":             {func() *model { return made().reshape(tflite.Shape{3, 2}).dense(6) }, "across the batch axis"},
		"rows of other cells":    {func() *model { return newModel(1, 2, 3).reshape(tflite.Shape{3, 2}).dense(6) }, "across the batch axis"},
		"rows of three axes":     {func() *model { return newModel(1, 2, 3).reshape(tflite.Shape{2, 3, 1}).dense(6) }, "across the batch axis"},
		"declared with its axes": {func() *model { return newModel(1, 2, 3).mix(false, pairs).dense(6) }, "declared as [1×2×3]"},
		"declared as rows":       {func() *model { return newModel(1, 2, 3).mix(true, rows).dense(6) }, "declared as [2×3]"},
		"declared as fewer rows": {func() *model { return newModel(1, 2, 3).mix(false, tflite.Shape{1, 3}).dense(3) }, "declared as [1×3]"},
		"declared as more rows": {func() *model {
			return newModel(1, 2, 3).mix(false, tflite.Shape{4, 3}).reshape(tflite.Shape{2, 6}).dense(6)
		}, "declared as [4×3]"},
		"declared as other units": {func() *model { return newModel(1, 2, 3).mix(false, tflite.Shape{2, 2}).dense(4) }, "declared as [2×2]"},
	} {
		_, _, err := transpile.Read(c.build().m, nil)
		if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
