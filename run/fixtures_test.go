package run

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// fixtures returns the folder of real models and datasets.
func fixtures(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ZKAUDIT_FIXTURES")
	if dir == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set: no real models and datasets here")
	}
	return dir
}

// whole is set by make examples-test.
var whole = flag.Bool("whole", false, "train on all pictures that there are, from a seed and from a model, for minutes")

// TestRealTables trains real models and datasets with default choices but for the
// mode and the length of committed rows, proves and verifies.
func TestRealTables(t *testing.T) {
	dir := fixtures(t)
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	own := t.TempDir()
	writeModel(t, filepath.Join(own, "wine.tflite"), true, 13, 16, 3)
	writeModel(t, filepath.Join(own, "banknote.tflite"), true, 4, 12, 2)
	write(t, filepath.Join(own, "xor.csv"), "0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
	for name, test := range map[string]struct {
		model, data string
		accuracy    float64 // on rows held out, or of training where none are
		loss        float64 // where labels are values
	}{
		"xor":      {filepath.Join(dir, "models/gotflite_xor_mlp.tflite"), filepath.Join(own, "xor.csv"), 1, 0},
		"iris":     {filepath.Join(dir, "models/gotflite_iris_mlp.tflite"), filepath.Join(dir, "data/iris_header.csv"), 0.9, 0},
		"wine":     {filepath.Join(own, "wine.tflite"), filepath.Join(dir, "data/wine.csv"), 0.9, 0},
		"banknote": {filepath.Join(own, "banknote.tflite"), filepath.Join(dir, "data/banknote_authentication.csv"), 0.9, 0},
		"sine":     {filepath.Join(dir, "models/tflm_hello_world_sine_mlp.tflite"), filepath.Join(dir, "data/sin.csv"), 0, 0.1}, // a fifth of the variance of a sine
	} {
		t.Run(name, func(t *testing.T) {
			work := t.TempDir()
			c := &Config{Model: ModelConfig{File: test.model}, Data: []DataConfig{{File: test.data}}, Test: TestConfig{Rows: DefaultTestRows}}
			c.Proof = ProofConfig{Mode: string(mode.Validity), RowBits: 10} // quick; bundle and demo test the defaults
			if _, err := Init(work, c); err != nil {
				t.Fatal(err)
			}
			r, report := all(t, work)
			scores := r.Curve[len(r.Curve)-1].Scores
			if r.After != nil {
				scores = *r.After
			}
			if test.loss > 0 && scores.Loss > test.loss || test.loss == 0 && *scores.Accuracy < test.accuracy {
				t.Errorf("scores %+v after %d steps", scores, r.Steps)
			}
			if len(report.NotChecked) > 0 {
				t.Errorf("not checked: %q", report.NotChecked)
			}
		})
	}
}

// TestMNIST trains 784-512-512-10 on 500 images for eight steps, from the model's
// own weights. Whole, it does so on 4,000 images for two epochs, and from
// random weights of a seed, too.
func TestMNIST(t *testing.T) {
	dir := fixtures(t)
	if testing.Short() {
		t.Skip("commits to 669,706 weights")
	}
	images, labels := filepath.Join(dir, "data/mnist5k-images-idx3-ubyte.gz"), filepath.Join(dir, "data/mnist5k-labels-idx1-ubyte.gz")
	held, training, origins := 1000, TrainingConfig{Batch: 64, Epochs: 2, Rate: "0.125"}, []string{"seed", "model"}
	if !*whole {
		held, training, origins = 100, TrainingConfig{Batch: 64, Steps: 8, SegmentSteps: 4, Rate: "0.125"}, []string{"model"}
		images, labels = firstRecords(t, images, 600), firstRecords(t, labels, 600)
	}
	for _, from := range origins {
		t.Run(from, func(t *testing.T) {
			work := t.TempDir()
			c := &Config{
				Model:    ModelConfig{File: filepath.Join(dir, "models/gotflite_mnist_mlp_784_512_512_10.tflite")},
				Data:     []DataConfig{{File: images, Labels: labels}},
				Test:     TestConfig{Rows: held, From: "end"},
				Training: training,
				Initial:  InitialConfig{From: from},
				Proof:    ProofConfig{Mode: string(mode.Validity)},
			}
			if _, err := Init(work, c); err != nil {
				t.Fatal(err)
			}
			r, report := all(t, work)
			if r.Segments < 2 || *r.After.Accuracy < 0.84 || report.Facts.Parameters != 669_706 {
				t.Errorf("%d segments, %d parameters, accuracy %v", r.Segments, report.Facts.Parameters, *r.After.Accuracy)
			}
			t.Logf("%s: %d steps in %d segments, accuracy held out %.1f %%", from, r.Steps, r.Segments, 100**r.After.Accuracy)
		})
	}
}

// firstRecords writes the first n records of a compressed IDX file to a file of
// its own.
func firstRecords(t *testing.T, path string, n int) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(readFile(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	// Two zeros, the type of a cell, the number of axes d; d sizes of 4 bytes; cells.
	header := 4 + 4*int(file[3])
	records := int(binary.BigEndian.Uint32(file[4:]))
	binary.BigEndian.PutUint32(file[4:], uint32(n))
	first := filepath.Join(t.TempDir(), "first.idx")
	write(t, first, string(file[:header+(len(file)-header)/records*n]))
	return first
}

// TestAutoencoder trains the ten-layer autoencoder on generated inputs: sums of
// two waves with random phases.
func TestAutoencoder(t *testing.T) {
	dir := fixtures(t)
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	work := t.TempDir()
	s := prg.New("zkaudit/test/waves")
	var pixels, header []byte
	const rows, width = 256, 640
	for range rows {
		a, b := float64(s.Uint64n(1000)), float64(s.Uint64n(1000))
		for i := range width {
			v := math.Sin(float64(i)/20+a) + math.Sin(float64(i)/33+b)
			pixels = append(pixels, byte(127+60*v))
		}
	}
	header = append(header, 0, 0, 8, 2, 0, 0, rows>>8, rows&255, 0, 0, width>>8, width&255)
	write(t, filepath.Join(work, "waves.idx"), string(append(header, pixels...)))
	c := &Config{
		Model:    ModelConfig{File: filepath.Join(dir, "models/tiny_ad_autoencoder_mlp_fp32.tflite")},
		Data:     []DataConfig{{File: filepath.Join(work, "waves.idx")}},
		Columns:  ColumnConfig{Format: "idx", Reconstruct: true},
		Training: TrainingConfig{Batch: 32, Epochs: 2, Rate: "0.01"},
		Proof:    ProofConfig{Mode: string(mode.Validity)},
	}
	if _, err := Init(work, c); err != nil {
		t.Fatal(err)
	}
	r, _ := all(t, work)
	first, last := r.Curve[0].Loss, r.Curve[len(r.Curve)-1].Loss
	if !(last < first) {
		t.Errorf("loss %v at first, %v at last", first, last)
	}
	if d := open(t, work, nil); d.Config.Training.Loss != "mean_squared_error" {
		t.Errorf("loss %q", d.Config.Training.Loss)
	}
}
