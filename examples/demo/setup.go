package demo

import (
	"path/filepath"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

// Sizes of the demonstration. Each of its wraps fits 2^18 rows of PLONK: with
// twice the steps or rows per step, the segments would need 2^19.
const (
	trainRows    = 1024
	testRows     = 256
	hidden       = 64
	batch        = 32
	steps        = 64
	segmentSteps = 32
	rate         = "0.75"
)

// Files of the demonstration, in its directory.
const (
	modelFile  = "digits.tflite"
	imagesFile = "digits-images.idx"
	labelsFile = "digits-labels.idx"
)

// setUp writes model and data, and makes a run directory of them. A directory
// that holds a run is refused.
func setUp(dir string, m mode.Name) error {
	c := run.Config{
		Model:    run.ModelConfig{File: filepath.Join(dir, modelFile)},
		Data:     []run.DataConfig{{File: filepath.Join(dir, imagesFile), Labels: filepath.Join(dir, labelsFile)}},
		Test:     run.TestConfig{Rows: testRows, From: "end"},
		Training: run.TrainingConfig{Batch: batch, Steps: steps, SegmentSteps: segmentSteps, Rate: rate},
		Schedule: run.ScheduleConfig{Order: "shuffled", Seed: "drawn by the auditor"},
		Initial:  run.InitialConfig{From: "seed", Seed: "drawn by the auditor, too"},
		Proof:    run.ProofConfig{Mode: string(m), Context: "demo"},
	}
	model, err := perceptron()
	if err != nil {
		return err
	}
	pixels, labels := digits(trainRows + testRows)
	for name, bytes := range map[string][]byte{
		modelFile:  model,
		imagesFile: idx(pixels, trainRows+testRows, side, side),
		labelsFile: idx(labels, trainRows+testRows),
	} {
		if err := artefact.WriteFile(filepath.Join(dir, name), bytes, artefact.PublicMode); err != nil {
			return err
		}
	}
	_, err = run.Init(dir, &c)
	return err
}

// perceptron is a network 169-64-10 as a .tflite file. Its weights are zero:
// the run begins with random ones from a seed.
func perceptron() ([]byte, error) {
	layer := func(inputs, units int, f tflite.Activation) tflite.DenseLayer {
		return tflite.DenseLayer{Units: units, Activation: f, Weights: make([]float32, inputs*units), Bias: make([]float32, units)}
	}
	m, err := tflite.NewDense("digits", []tflite.DenseLayer{
		layer(side*side, hidden, tflite.ActRelu), layer(hidden, classes, tflite.ActNone),
	}, side*side, true)
	if err != nil {
		return nil, err
	}
	return tflite.Marshal(m)
}
