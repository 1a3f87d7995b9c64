package run

import (
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/internal/prg"
)

// generated writes IDX files of rows of so many cells, brighter where a class's
// cells are, and their classes.
func generated(t *testing.T, dir string, rows, cells, classes int) DataConfig {
	t.Helper()
	s := prg.New("zkaudit/test/pictures")
	pixels, labels := []byte{0, 0, 8, 2, 0, 0, byte(rows >> 8), byte(rows), 0, 0, byte(cells >> 8), byte(cells)}, []byte{0, 0, 8, 1, 0, 0, byte(rows >> 8), byte(rows)}
	for r := range rows {
		class := r % classes
		for i := range cells {
			v := byte(s.Uint64n(60))
			if i*classes/cells == class {
				v += 150
			}
			pixels = append(pixels, v)
		}
		labels = append(labels, byte(class))
	}
	d := DataConfig{File: filepath.Join(dir, "pictures.idx"), Labels: filepath.Join(dir, "labels.idx")}
	write(t, d.File, string(pixels))
	write(t, d.Labels, string(labels))
	return d
}

// TestPictures trains the real convolutional models in mode zk, which is the
// default, from their own weights: the one of digits with average pools and
// unfolded batch norm on digits, the one with nine convolutions and residuals and
// the one with a depthwise convolution and both pools on generated pictures of
// their shape, and a dense one on pictures. Whole, more of it.
func TestPictures(t *testing.T) {
	dir := fixtures(t)
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	digits := func(t *testing.T, _ string) DataConfig {
		images, labels := filepath.Join(dir, "data/mnist5k-images-idx3-ubyte.gz"), filepath.Join(dir, "data/mnist5k-labels-idx1-ubyte.gz")
		if *whole {
			return DataConfig{File: images, Labels: labels}
		}
		return DataConfig{File: firstRecords(t, images, 200), Labels: firstRecords(t, labels, 200)}
	}
	pictures := func(rows, cells, classes int) func(t *testing.T, work string) DataConfig {
		return func(t *testing.T, work string) DataConfig { return generated(t, work, rows, cells, classes) }
	}
	for name, test := range map[string]struct {
		model        string
		data         func(t *testing.T, work string) DataConfig
		batch, steps int
		wholeSteps   int
		rate         string
		errors       int
		parameters   int
		accuracy     float64 // on rows held out
	}{
		"digits":    {"zkml_mnist_cnn_bn.tflite", digits, 4, 2, 125, "0.004", 7, 6654, 0.95},
		"residuals": {"tiny_resnet8_cifar10_fp32.tflite", pictures(16, 3072, 10), 2, 1, 8, "0.001", 8, 77706, 0},
		"depthwise": {"litert_mobilenet_like.tflite", pictures(60, 75, 3), 4, 4, 100, "0.05", 10, 126, 0},
		"planes":    {"tfex_planestrike_mlp.tflite", pictures(128, 64, 64), 8, 4, 100, "0.02", 10, 20736, 0},
	} {
		t.Run(name, func(t *testing.T) {
			work := t.TempDir()
			if *whole {
				test.steps = test.wholeSteps
				if name == "digits" {
					test.batch = 32
				}
			}
			c := &Config{
				Model: ModelConfig{File: filepath.Join(dir, "models", test.model)}, Data: []DataConfig{test.data(t, work)},
				Test: TestConfig{Rows: 20}, Training: TrainingConfig{Batch: test.batch, Steps: test.steps, Rate: test.rate},
				Initial: InitialConfig{From: "model"},
			}
			c.Formats.Error = test.errors
			if name == "residuals" {
				c.Test.Rows = 4
			}
			if *whole && name == "digits" {
				c.Test.Rows = 1000
			}
			if _, err := Init(work, c); err != nil {
				t.Fatal(err)
			}
			r, report := all(t, work)
			if report.Facts.Parameters != test.parameters || r.Steps != test.steps || *r.After.Accuracy < test.accuracy {
				t.Errorf("%d parameters, %d steps, accuracy %v", report.Facts.Parameters, r.Steps, *r.After.Accuracy)
			}
			t.Logf("%d steps in %d segments, accuracy held out %.1f %%", r.Steps, r.Segments, 100**r.After.Accuracy)
		})
	}
}
