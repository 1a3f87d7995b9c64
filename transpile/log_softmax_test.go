package transpile_test

import (
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// A model that ends in LOG_SOFTMAX is trained with the cross-entropy: −y of the
// class that is right has the gradient p − label, by finite differences. Anywhere
// else it is an operator, with a gradient of its own.
func TestLogSoftmax(t *testing.T) {
	flat := tflite.Shape{1, 3}
	m := newModel(1, 3).identity(3, flat).op(tflite.OpLogSoftmax, nil, flat).m
	r, err := transpile.Transpile(m, options(1))
	if err != nil {
		t.Fatal(err)
	}
	if r.Program.Loss.Kind != graph.SoftmaxCrossEntropy || r.Program.Loss.Labels != graph.OneHot {
		t.Errorf("loss %+v", r.Program.Loss)
	}
	x := []float64{0.5, -1.25, 2}
	loss := func(z []float64) float64 { // with the second class as label
		return math.Log(math.Exp(z[0])+math.Exp(z[1])+math.Exp(z[2])) - z[1]
	}
	checkStep(t, r, m, x, []int32{0, 1, 0}, loss)

	rows := &movement{tflite.Shape{1, 2, 3}, func(b *model) *model { return b.op(tflite.OpLogSoftmax, nil, tflite.Shape{1, 2, 3}) }, func(x []float64) []float64 {
		return indexed([]int{2, 3}, func(i []int) float64 {
			row := x[3*i[0] : 3*i[0]+3]
			return row[i[1]] - math.Log(math.Exp(row[0])+math.Exp(row[1])+math.Exp(row[2]))
		})
	}}
	t.Run("in the middle", rows.check)
}
