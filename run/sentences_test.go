package run

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// TestTextClassifier trains a classifier of texts (10,000 tokens embedded in 16
// cells, their mean over 256, two layers) with its table, on sentences that the
// majority of their tokens' signs tells apart, from random weights, in mode zk. Two
// steps; whole, as many as it takes to tell 95 in 100 sentences held out.
func TestTextClassifier(t *testing.T) {
	dir := fixtures(t)
	if testing.Short() {
		t.Skip("commits to 160,306 weights")
	}
	rows, training := 40, TrainingConfig{Batch: 4, Steps: 2, SegmentSteps: 1, Rate: "0.3"}
	if *whole {
		rows, training = 1000, TrainingConfig{Batch: 16, Steps: 320, SegmentSteps: 32, Rate: "0.3"}
	}
	work := t.TempDir()
	write(t, filepath.Join(work, "sentences.csv"), sentences(rows))
	c := &Config{
		Model:    ModelConfig{File: filepath.Join(dir, "models/gotflite_text_embedding_classifier.tflite")},
		Data:     []DataConfig{{File: filepath.Join(work, "sentences.csv")}},
		Columns:  ColumnConfig{Header: "no"},
		Test:     TestConfig{Rows: rows / 5},
		Formats:  FormatConfig{Activation: 12, Error: 12}, // a mean divides errors by 256
		Training: training,
	}
	if _, err := Init(work, c); err != nil {
		t.Fatal(err)
	}
	r, report := all(t, work)
	if report.Facts.Parameters != 160_306 {
		t.Errorf("%d parameters", report.Facts.Parameters)
	}
	t.Logf("%d steps in %d segments, accuracy held out %.1f %%", r.Steps, r.Segments, 100**r.After.Accuracy)
	if *whole && *r.After.Accuracy < 0.95 {
		t.Errorf("accuracy held out %v", *r.After.Accuracy)
	}
}

// sentences are rows of 256 tokens out of 64 of 10,000, each of which has a sign,
// and the sign that most of them have: about two in three.
func sentences(rows int) string {
	const length, words, vocabulary = 256, 64, 10_000
	s := prg.New("zkaudit/test/sentences")
	tokens := make([]uint64, words) // the first half is negative
	for i := range tokens {
		tokens[i] = uint64(i)*vocabulary/words + s.Uint64n(vocabulary/words)
	}
	var text strings.Builder
	for written := 0; written < rows; {
		share, sum, line := 35+30*s.Uint64n(2), 0, ""
		for range length {
			at, sign := s.Uint64n(words/2), -1
			if s.Uint64n(100) < share {
				at, sign = at+words/2, 1
			}
			line, sum = line+fmt.Sprintf("%d,", tokens[at]), sum+sign
		}
		if sum == 0 {
			continue
		}
		written++
		fmt.Fprintln(&text, line+map[bool]string{true: "positive", false: "negative"}[sum > 0])
	}
	return text.String()
}

// TestTable trains a table of 12 rows and nothing else: what each index is
// answered with.
func TestTable(t *testing.T) {
	dir := fixtures(t)
	work := t.TempDir()
	var text strings.Builder
	s := prg.New("zkaudit/test/table")
	for range 240 {
		i := s.Uint64n(12)
		fmt.Fprintf(&text, "%d,%.2f,%.2f\n", i, float64(i)/4-1, 2-float64(i*i)/50)
	}
	write(t, filepath.Join(work, "table.csv"), text.String())
	c := &Config{
		Model:    ModelConfig{File: filepath.Join(dir, "models/ops/litert_gather_embedding.tflite"), BatchAxis: "0"},
		Data:     []DataConfig{{File: filepath.Join(work, "table.csv")}},
		Columns:  ColumnConfig{Header: "no", Targets: []string{"2", "3"}},
		Test:     TestConfig{Rows: 40},
		Training: TrainingConfig{Batch: 16, Steps: 160, Rate: "1"},
		Proof:    ProofConfig{Mode: string(mode.Validity), RowBits: 10},
	}
	if _, err := Init(work, c); err != nil {
		t.Fatal(err)
	}
	r, report := all(t, work)
	if report.Facts.Parameters != 24 || r.After.Loss > 0.01 {
		t.Errorf("%d parameters, loss %v held out", report.Facts.Parameters, r.After.Loss)
	}
}

// Bytes are indices as they are, and those beyond a table are named.
func TestBytesAsIndices(t *testing.T) {
	const rows, length = 40, 6
	work, model := t.TempDir(), filepath.Join("..", "testdata", "words.tflite")
	header := func(axes ...byte) string {
		text := string([]byte{0, 0, 8, byte(len(axes))})
		for _, n := range axes {
			text += string([]byte{0, 0, 0, n})
		}
		return text
	}
	tokens, classes := make([]byte, rows*length), make([]byte, rows)
	for i := range tokens {
		tokens[i] = byte(7 * i % 60)
	}
	for i := range classes {
		classes[i] = byte(i % 2)
	}
	path := filepath.Join(work, "tokens.idx")
	write(t, path+".labels", header(rows)+string(classes))
	for _, last := range []byte{59, 60} {
		tokens[len(tokens)-1] = last
		write(t, path, header(rows, length)+string(tokens))
		c := &Config{
			Model: ModelConfig{File: model}, Data: []DataConfig{{File: path, Labels: path + ".labels"}},
			Training: TrainingConfig{Batch: 4, Steps: 2}, Proof: ProofConfig{Mode: string(mode.Validity), RowBits: 10},
		}
		_, err := Init(filepath.Join(work, fmt.Sprint(last)), c)
		if last == 59 && err != nil {
			t.Errorf("indices below 60: %v", err)
		}
		if want := "row 39, feature 5: 60 is no index into a table of 60 rows"; last == 60 && (!errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), want)) {
			t.Errorf("index 60: %v, want %q", err, want)
		}
	}
}
