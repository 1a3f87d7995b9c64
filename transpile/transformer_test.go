package transpile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// recalling is a small transformer whose head is its table of tokens, with weights
// over ±1/√inputs and no biases yet.
func recalling() (*tflite.Model, error) {
	rng := rand.New(rand.NewPCG(6, 5))
	shape := tflite.Transformer{Blocks: 1, Width: 8, Heads: 2, Context: 6, Vocabulary: 5, Tied: true}
	return tflite.NewTransformer("recall", shape, func(name string, s tflite.Shape) []float32 {
		n, _ := s.Elements()
		cells := make([]float32, n)
		for i := range cells {
			if !strings.HasSuffix(name, "/bias") {
				cells[i] = float32((2*rng.Float64() - 1) / math.Sqrt(float64(s[1])))
			}
		}
		return cells
	})
}

// recalled are rows of tokens, and for each position but the first the token before
// it.
func recalled(rows int) string {
	rng := rand.New(rand.NewPCG(7, 5))
	var text strings.Builder
	for range rows {
		tokens, before := "", "-1"
		for i := range 6 {
			token := rng.IntN(5)
			tokens += fmt.Sprintf("%d,", token)
			if i < 5 {
				before += fmt.Sprintf(",%d", token)
			}
		}
		fmt.Fprintln(&text, tokens+before)
	}
	return text.String()
}

// TestRecallIsWhatThisWrites is TestStrokesAreWhatThisWrites for a transformer.
func TestRecallIsWhatThisWrites(t *testing.T) {
	model, err := recalling()
	if err != nil {
		t.Fatal(err)
	}
	m, err := tflite.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	checkTestdata(t, map[string][]byte{"recall.tflite": m, "recall.csv": []byte(recalled(300))})
}

// The transformer that is written answers in integers what TensorFlow Lite's
// interpreter answers in float32 (as testdata/float32.js runs it) to one sequence.
func TestTransformerAnswersAsTensorFlowLite(t *testing.T) {
	want := []float64{
		1.19744039, -0.255362272, -0.495547622, 0.140383273, 1.04055572,
		-0.878899753, -0.343166262, 1.48152983, -0.426911443, -0.246368408,
		-0.303378463, 0.742933691, 0.0878159702, 0.714025974, -0.578218877,
		1.25001991, -0.692279816, -0.386861086, 1.07091033, -0.235773027,
		-0.221846044, 0.150188878, 0.399067491, -0.649974704, 1.17083478,
		0.9089154, -0.192380518, 0.0430359542, 0.779538095, 0.10347013,
	}
	m, err := recalling()
	if err != nil {
		t.Fatal(err)
	}
	r, err := transpile.Transpile(m, integers(1))
	if err != nil {
		t.Fatal(err)
	}
	got := predict(t, r, m, []float64{4, 2, 1, 0, 4, 3}, r.Program.Loss.Logits)
	if len(got) != len(want) {
		t.Fatalf("%d logits", len(got))
	}
	largest := 0.0
	for i := range want {
		largest = max(largest, math.Abs(got[i]-want[i]))
	}
	resolution := math.Ldexp(1, -r.Program.Tensor(r.Program.Loss.Logits).Format.Fraction)
	if t.Logf("%.1f resolutions of %v off", largest/resolution, resolution); largest > 8*resolution {
		t.Errorf("%v off", largest)
	}
}
