package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
)

// maxDenseCells bounds the units of a layer made here, and its weights: 256 MiB
// are the largest .tflite that is read.
const maxDenseCells = 1 << 25

func denseCommand(a *app) *cobra.Command {
	var units []int
	var overwrite bool
	c := &cobra.Command{
		Use:   "dense FILE --units INPUTS,UNITS,...,OUTPUTS",
		Short: "Write a .tflite model of dense layers, to be trained from a seed",
		Long: `Writes a perceptron with ReLU between its layers and a softmax after the last one,
if that has several units: for tables, where no model is at hand. Its weights are 0;
train it from a seed.

  zkaudit dense census.tflite --units 106,64,32,2`,
		Args: arguments(1, 1, "the file to write"),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := os.Lstat(args[0]); err == nil && !overwrite {
				return fmt.Errorf("%s is there already; choose another name, or --overwrite it: %w", args[0], fault.ErrUsage)
			}
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
	c.Flags().BoolVar(&overwrite, "overwrite", false, "replace FILE if it is there")
	return c
}

// dense returns a model of dense layers with weights 0.
func dense(units []int) (*tflite.Model, error) {
	if len(units) < 2 {
		return nil, fmt.Errorf("--units %s: want inputs and outputs at least, such as 4,3: %w", numbers(units), fault.ErrUsage)
	}
	cells := 0
	for i, n := range units {
		if n < 1 || n > maxDenseCells {
			return nil, fmt.Errorf("--units %s: %d units of layer %d, want 1 to %d: %w", numbers(units), n, i, maxDenseCells, fault.ErrUsage)
		}
		if i > 0 {
			cells += units[i-1] * n // below 2^50 each, and at most 2^25 before
		}
		if cells > maxDenseCells {
			return nil, fmt.Errorf("--units %s: more than %d weights up to layer %d: take fewer units: %w", numbers(units), maxDenseCells, i, fault.ErrUsage)
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

// numbers are units as the flag takes them.
func numbers(units []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(units), " ", ","), "[]")
}
