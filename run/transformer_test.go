package run

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/tflite"
)

// uniform draws weights over ±1/√inputs, tables over ±1; adapters begin as 0.
func uniform(name string, shape tflite.Shape) []float32 {
	n, _ := shape.Elements()
	cells := make([]float32, n)
	limit := 1.0
	switch {
	case strings.HasSuffix(name, "/up"), strings.HasSuffix(name, "/bias"):
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
// before it and so much more, which is to be learned.
func repeated(t *testing.T, path string, rows int, shape tflite.Transformer, more uint64) {
	t.Helper()
	s, vocabulary := prg.New("zkaudit/test/tokens"), uint64(shape.Vocabulary)
	var b strings.Builder
	for range rows {
		tokens, labels := []string{}, []string{"-1"}
		for range shape.Context {
			token := s.Uint64n(vocabulary)
			tokens, labels = append(tokens, fmt.Sprint(token)), append(labels, fmt.Sprint((token+more)%vocabulary))
		}
		b.WriteString(strings.Join(append(tokens, labels[:shape.Context]...), ",") + "\n")
	}
	write(t, path, b.String())
}

// transformed trains a transformer on sequences in mode zk, which is the default,
// proves it and verifies it.
func transformed(t *testing.T, work string, shape tflite.Transformer, weights tflite.Weights, c *Config, rate string, more uint64) (*TrainRecord, *bundle.Report) {
	t.Helper()
	m, err := tflite.NewTransformer("gpt", shape, weights)
	if err != nil {
		t.Fatal(err)
	}
	file, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	c.Model.File, c.Data = filepath.Join(work, "gpt.tflite"), []DataConfig{{File: filepath.Join(work, "tokens.csv")}}
	write(t, c.Model.File, string(file))
	repeated(t, c.Data[0].File, 600, shape, more)
	c.Columns.Header = "no"
	for i := range shape.Context {
		c.Columns.Targets = append(c.Columns.Targets, fmt.Sprint(shape.Context+1+i))
	}
	c.Test, c.Initial.From = TestConfig{Rows: 100}, "model"
	c.Training.Batch, c.Training.Rate, c.Training.Loss, c.Training.Labels = 8, rate, "softmax_cross_entropy", "values"
	if _, err := Init(work, c); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	r, report := all(t, work)
	t.Logf("%d steps in %d segments, %d parameters: loss held out %.3f, then %.3f, accuracy %.1f %%; all stages in %.0f s",
		r.Steps, r.Segments, report.Facts.Parameters, r.Before.Loss, r.After.Loss, 100**r.After.Accuracy, time.Since(start).Seconds())
	return r, report
}

// TestTransformer trains a transformer until it has learned which token was the
// one before, and then, on another task and with what it has learned frozen,
// adapters of rank 2 alone. Short of -whole it takes a few steps of each.
func TestTransformer(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	shape, steps := tflite.Transformer{Blocks: 1, Width: 16, Heads: 2, Context: 6, Vocabulary: 5}, 4
	if *whole {
		steps = 120
	}
	work := t.TempDir()
	r, report := transformed(t, work, shape, uniform, &Config{Training: TrainingConfig{Steps: steps}}, "0.2", 0)
	if report.Facts.Parameters != 3477 || *whole && *r.After.Accuracy < 0.95 {
		t.Errorf("%d parameters, accuracy %v", report.Facts.Parameters, *r.After.Accuracy)
	}
	trained, err := tflite.Parse(readFile(t, filepath.Join(work, "trained.tflite")))
	if err != nil {
		t.Fatal(err)
	}
	base := func(name string, s tflite.Shape) []float32 {
		for i := range trained.Subgraphs[0].Tensors {
			if tensor := &trained.Subgraphs[0].Tensors[i]; tensor.Name == name {
				cells, err := trained.Floats(tensor)
				if err != nil {
					t.Fatal(err)
				}
				return cells
			}
		}
		return uniform(name, s)
	}
	shape.Rank = 2
	c := &Config{Model: ModelConfig{Frozen: []string{"gpt/base/*"}}, Training: TrainingConfig{Steps: steps}}
	c.Formats.Error = 7 // what was learned is wrong at first
	r, report = transformed(t, t.TempDir(), shape, base, c, "0.02", 1)
	if report.Facts.Parameters != 3477+4*2*16 || r.After.Loss >= r.Before.Loss || *whole && *r.After.Accuracy < 0.95 {
		t.Errorf("%d parameters, loss %v and then %v, accuracy %v", report.Facts.Parameters, r.Before.Loss, r.After.Loss, *r.After.Accuracy)
	}
}

// Numbers of classes are integers: others are refused, and nothing is rounded.
func TestNumbersOfClasses(t *testing.T) {
	shape := tflite.Transformer{Blocks: 1, Width: 4, Heads: 1, Context: 2, Vocabulary: 5}
	m, err := tflite.NewTransformer("gpt", shape, uniform)
	if err != nil {
		t.Fatal(err)
	}
	file, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	write(t, filepath.Join(work, "gpt.tflite"), string(file))
	for label, want := range map[string]string{
		"2": "", "-1": "", "1.5": `line 2, column 4: "1.5" is no number of a class, an integer from 0 to 4, or -1 for none`, "5": `line 2, column 4: "5" is no number of a class`,
	} {
		path := filepath.Join(work, "tokens.csv")
		write(t, path, "0,1,2,3\n0,1,2,"+label+"\n")
		c := &Config{
			Model: ModelConfig{File: filepath.Join(work, "gpt.tflite")}, Data: []DataConfig{{File: path}},
			Columns:  ColumnConfig{Header: "no", Targets: []string{"3", "4"}},
			Training: TrainingConfig{Batch: 1, Steps: 1, Rate: "0.1", Loss: "softmax_cross_entropy", Labels: "values"},
		}
		_, err := Init(filepath.Join(work, "run "+label), c)
		if want == "" && err != nil || want != "" && (!errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), want)) {
			t.Errorf("class %s: %v, want %q", label, err, want)
		}
	}
}
