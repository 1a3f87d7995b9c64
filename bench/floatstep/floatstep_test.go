package floatstep

import (
	"math"
	"testing"
)

// TestStepDescends: the step lowers the squared error, at the rate that the
// gradient predicts.
func TestStepDescends(t *testing.T) {
	loss := func(n *Net) float64 {
		n.Step(0) // z2 becomes the error, nothing moves
		sum := 0.0
		for _, e := range n.z2 {
			sum += e * e / 2
		}
		return sum
	}
	const rate = 1e-7
	n := New()
	before := loss(n)
	old := [][]float64{n.W1, n.B1, n.W2, n.B2}
	for i, w := range old {
		old[i] = append([]float64(nil), w...)
	}
	n.Step(rate)
	squares := 0.0 // Σ gradient² = Σ (change/rate)²
	for i, w := range [][]float64{n.W1, n.B1, n.W2, n.B2} {
		for k := range w {
			squares += (w[k] - old[i][k]) * (w[k] - old[i][k]) / (rate * rate)
		}
	}
	want := rate * squares
	if fall := before - loss(n); math.Abs(fall-want) > 0.01*want {
		t.Errorf("the loss fell by %g, the gradient says %g", fall, want)
	}
}
