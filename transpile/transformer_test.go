package transpile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/tflite"
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
