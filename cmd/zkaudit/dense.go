package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/artefact"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/tflite"
)

// maxDenseCells bounds a layer of a model made here.
const maxDenseCells = 1 << 26

func denseCommand(a *app) *cobra.Command {
	var units []int
	c := &cobra.Command{
		Use:   "dense FILE --units INPUTS,UNITS,...,OUTPUTS",
		Short: "Write a .tflite model of dense layers, to be trained from a seed",
		Long: `Writes a perceptron with ReLU between its layers and a softmax behind the last one,
if that has several units: for tables, where no model is at hand. Its weights are 0;
train it from a seed.

  zkaudit dense census.tflite --units 106,64,32,2`,
		Args: arguments(1, 1, "the file to write"),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := dense(units)
			if err != nil {
				return err
			}
			data, err := tflite.Marshal(m)
			if err != nil {
				return err
			}
			if err := artefact.WriteFile(args[0], data, artefact.PublicMode); err != nil {
				return err
			}
			return a.result(map[string]any{"file": args[0], "units": units}, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s: dense layers %v\n", args[0], units)
				return err
			})
		},
	}
	c.Flags().IntSliceVar(&units, "units", nil, "units of every layer, the inputs first")
	return c
}

// dense returns a model of dense layers with weights 0.
func dense(units []int) (*tflite.Model, error) {
	if len(units) < 2 {
		return nil, fmt.Errorf("--units needs inputs and outputs at least: %w", fault.ErrUsage)
	}
	for i, n := range units {
		if n < 1 || n > maxDenseCells || i > 0 && n > maxDenseCells/units[i-1] {
			return nil, fmt.Errorf("--units: layer %d of %d units: %w", i, n, fault.ErrUsage)
		}
	}
	var layers []tflite.DenseLayer
	for i, n := range units[1:] {
		l := tflite.DenseLayer{Units: n, Activation: tflite.ActRelu, Weights: make([]float32, units[i]*n), Bias: make([]float32, n)}
		if i == len(units)-2 {
			l.Activation = tflite.ActNone
		}
		layers = append(layers, l)
	}
	return tflite.NewDense("dense", layers, units[0], units[len(units)-1] > 1)
}
