package run

import (
	"context"
	"math"
	"path/filepath"
	"testing"
)

// drifting is a real dataset with a network for it.
type drifting struct {
	data          DataConfig
	columns       ColumnConfig
	layers        []int
	epochs, steps int
	briefly       bool // tested when there is little time, too
}

func driftingOf(dir string) map[string]drifting {
	file := func(name string) DataConfig { return DataConfig{File: filepath.Join(dir, "data", name)} }
	digits := file("mnist5k-images-idx3-ubyte.gz")
	digits.Labels = filepath.Join(dir, "data/mnist5k-labels-idx1-ubyte.gz")
	return map[string]drifting{
		"iris":     {file("iris_header.csv"), ColumnConfig{}, []int{4, 16, 3}, 20, 0, true},
		"wine":     {file("wine.csv"), ColumnConfig{}, []int{13, 16, 3}, 20, 0, true},
		"banknote": {file("banknote_authentication.csv"), ColumnConfig{}, []int{4, 16, 2}, 10, 0, false},
		"census":   {file("adult_train.csv"), ColumnConfig{MissingAsCategory: true}, []int{108, 16, 2}, 0, 400, false},
		"digits":   {digits, ColumnConfig{}, []int{784, 32, 10}, 3, 0, false},
	}
}

// TestDriftOfDatasets: with what calibration chooses, accuracy on rows held out is that of
// float64 within half a point or one row, as the mean of five initial weights; in short,
// of two, on two tables.
func TestDriftOfDatasets(t *testing.T) {
	for name, test := range driftingOf(fixtures(t)) {
		seeds, targets := 2, []Target{ForSpeed}
		if *whole {
			seeds, targets = 5, []Target{ForAccuracy, ForSpeed}
		} else if !test.briefly {
			continue
		}
		for _, target := range targets {
			t.Run(name+" for "+string(target), func(t *testing.T) {
				dir := t.TempDir()
				model := filepath.Join(dir, "m.tflite")
				writeModel(t, model, true, test.layers[0], test.layers[1:]...)
				c := &Config{Model: ModelConfig{File: model}, Data: []DataConfig{test.data}, Columns: test.columns, Test: TestConfig{Rows: DefaultTestRows}}
				c.Training.Epochs, c.Training.Steps = test.epochs, test.steps
				if _, err := Init(dir, c); err != nil {
					t.Fatal(err)
				}
				r, err := open(t, dir, nil).Calibrate(context.Background(), CalibrateOptions{Target: target, Seeds: seeds})
				if err != nil {
					t.Fatal(err)
				}
				exact, real := *r.Drift.Exact.Accuracy, *r.Drift.Float.Accuracy
				t.Logf("%d steps, rate %s, formats %+v: of %d rows %.2f %% exactly, %.2f %% in float64", r.Steps, r.Chosen.Rate, r.Chosen.Formats, r.Drift.Rows, 100*exact, 100*real)
				if r.Drift.Seeds != seeds || r.Drift.Rows < 20 || math.Abs(exact-real) > max(0.005, 1/float64(r.Drift.Rows))+1e-9 {
					t.Errorf("accuracy %v exactly, %v in float64", exact, real)
				}
			})
		}
	}
}
