package transpile_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// A model that ends in LOG_SOFTMAX is trained with the cross-entropy: −y of the
// class that is right has the gradient p − label, by finite differences. Anywhere
// else it is refused.
func TestLogSoftmaxAtTheEnd(t *testing.T) {
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

	_, err = transpile.Transpile(newModel(1, 3).identity(3, flat).op(tflite.OpLogSoftmax, nil, flat).dense(3).m, options(1))
	if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "end the model in it") {
		t.Errorf("before a layer: %v", err)
	}
}
