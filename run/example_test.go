package run_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

// From a model and a table to a bundle that is verified: rows are committed,
// trained on and proven, each stage into one directory.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	model, table := filepath.Join(dir, "model.tflite"), filepath.Join(dir, "table.csv")
	check(writeExample(model, table))

	c := &run.Config{
		Model:    run.ModelConfig{File: model},
		Data:     []run.DataConfig{{File: table}},
		Training: run.TrainingConfig{Batch: 8, Steps: 40},
		Proof:    run.ProofConfig{Mode: "validity", RowBits: 8}, // hides nothing; the default is zero knowledge
	}
	_, err = run.Init(filepath.Join(dir, "run"), c)
	check(err)
	d, err := run.Open(filepath.Join(dir, "run"), run.Options{})
	check(err)
	defer d.Close()
	_, err = d.Commit(context.Background(), false)
	check(err)
	_, err = d.Train(context.Background(), false)
	check(err)
	_, err = d.Prove(context.Background(), false)
	check(err)

	setup, err := d.Setup()
	check(err)
	file, err := os.ReadFile(filepath.Join(dir, "run", "bundle.zka"))
	check(err)
	b, err := bundle.Unmarshal(file)
	check(err)
	report, err := bundle.Verify(context.Background(), b, bundle.Expectation{}, setup.Verifier(), bundle.Options{AllowInsecure: true})
	check(err)
	fmt.Println(report.Facts.Parameters, "parameters,", report.Facts.Steps, "steps")
	fmt.Println("not compared with anything:", strings.Join(report.Unpinned, ", "))
	// Output:
	// 22 parameters, 40 steps
	// not compared with anything: the program, the data, the order of its rows, the origin of the initial weights, the number of steps, the learning rate
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// writeExample writes a perceptron of 2, 4 and 2 units, and a table of points
// that are inside a circle or outside.
func writeExample(model, table string) error {
	m, err := tflite.NewDense("circle", []tflite.DenseLayer{
		{Units: 4, Activation: tflite.ActRelu, Weights: make([]float32, 8), Bias: make([]float32, 4)},
		{Units: 2, Weights: make([]float32, 8), Bias: make([]float32, 2)},
	}, 2, true)
	if err != nil {
		return err
	}
	data, err := tflite.Marshal(m)
	if err != nil {
		return err
	}
	if err := os.WriteFile(model, data, 0o644); err != nil {
		return err
	}
	text := "x,y,where\n"
	for i := range 64 {
		x, y := i%8-4, i/8-4
		where := "out"
		if x*x+y*y < 8 {
			where = "in"
		}
		text += fmt.Sprintf("%d,%d,%s\n", x, y, where)
	}
	return os.WriteFile(table, []byte(text), 0o644)
}
