package run

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/tflite"
)

// uniform draws weights over ±1/√inputs, tables over ±1; adapters begin as 0.
func uniform(name string, shape tflite.Shape) []float32 {
	n, _ := shape.Elements()
	cells := make([]float32, n)
	limit := 1.0
	switch {
	case strings.HasSuffix(name, "/adapter/up"), strings.HasSuffix(name, "/bias"):
		return cells
	case len(shape) == 2 && !strings.HasSuffix(name, "tokens") && !strings.HasSuffix(name, "positions"):
		limit = 1 / math.Sqrt(float64(shape[1]))
	}
	s := prg.New("zkaudit/test/" + name)
	for i := range cells {
		cells[i] = float32((float64(s.Uint64n(1<<20))/(1<<19) - 1) * limit)
	}
	return cells
}

// repeated writes rows of tokens, and for every position but the first the token
// before it, which is to be learned.
func repeated(t *testing.T, path string, rows, context, vocabulary int) {
	t.Helper()
	s := prg.New("zkaudit/test/tokens")
	var b strings.Builder
	for range rows {
		tokens, labels := []string{}, []string{"-1"}
		for range context {
			tokens = append(tokens, fmt.Sprint(s.Uint64n(uint64(vocabulary))))
		}
		labels = append(labels, tokens[:context-1]...)
		b.WriteString(strings.Join(append(tokens, labels...), ",") + "\n")
	}
	write(t, path, b.String())
}

// TestTransformer trains a transformer on sequences, proves it in mode zk and
// verifies it; and then, on other rows and with the base frozen, adapters of low
// rank alone. Whole, until it has learned.
func TestTransformer(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	shape := tflite.Transformer{Blocks: 1, Width: 16, Heads: 2, Context: 6, Vocabulary: 5}
	steps, learned := 4, 0.0
	if *whole {
		steps, learned = 1500, 0.95
	}
	for name, test := range map[string]struct {
		rank       int
		frozen     []string
		parameters int
	}{
		"all":      {0, nil, 3557},
		"adapters": {2, []string{"gpt/tokens", "gpt/positions", "gpt/*/weights", "gpt/*/bias"}, 128},
	} {
		t.Run(name, func(t *testing.T) {
			work := t.TempDir()
			shape.Rank = test.rank
			m, err := tflite.NewTransformer("gpt", shape, uniform)
			if err != nil {
				t.Fatal(err)
			}
			file, err := tflite.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(work, "gpt.tflite"), string(file))
			repeated(t, filepath.Join(work, "tokens.csv"), 600, shape.Context, shape.Vocabulary)
			var targets []string
			for i := range shape.Context {
				targets = append(targets, fmt.Sprint(shape.Context+1+i))
			}
			c := &Config{
				Model: ModelConfig{File: filepath.Join(work, "gpt.tflite"), Frozen: test.frozen}, Data: []DataConfig{{File: filepath.Join(work, "tokens.csv")}},
				Columns: ColumnConfig{Header: "no", Targets: targets}, Test: TestConfig{Rows: 100},
				Training: TrainingConfig{Batch: 8, Steps: steps, Rate: "0.1", Loss: "softmax_cross_entropy", Labels: "values"},
				Initial:  InitialConfig{From: "model"},
			}
			if _, err := Init(work, c); err != nil {
				t.Fatal(err)
			}
			r, report := all(t, work)
			t.Logf("%d steps in %d segments, %d parameters, loss %.3f, accuracy held out %.1f %%", r.Steps, r.Segments, report.Facts.Parameters, r.After.Loss, 100**r.After.Accuracy)
			if report.Facts.Parameters != test.parameters || *r.After.Accuracy < learned {
				t.Errorf("%d parameters, accuracy %v", report.Facts.Parameters, *r.After.Accuracy)
			}
		})
	}
}
