package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/run"
)

func initCommand(a *app) *cobra.Command {
	var c run.Config
	var files, labels []string
	cmd := &cobra.Command{
		Use:   "init DIR --model M.tflite --data FILE [--labels FILE]",
		Short: "Make a run directory with every choice spelled out in run.toml",
		Long: `Reads model and data, makes the choices that you leave open, and writes them all,
commented, to DIR/run.toml. Give --data (and --labels) once per owner of rows.

  zkaudit init runs/iris --model iris.tflite --data iris.csv
  zkaudit init runs/mnist --model mnist.tflite --data images.gz --labels labels.gz --epochs 2`,
		Args: arguments(1, 1, "the directory to make"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.Model.File == "" || len(files) == 0 {
				return fmt.Errorf("init needs --model and --data: %w", fault.ErrUsage)
			}
			if len(labels) > 0 && len(labels) != len(files) {
				return fmt.Errorf("%d --data and %d --labels: give --labels once per --data: %w", len(files), len(labels), fault.ErrUsage)
			}
			for i, f := range files {
				d := run.DataConfig{File: f}
				if len(labels) > 0 {
					d.Labels = labels[i]
				}
				c.Data = append(c.Data, d)
			}
			if err := run.Init(args[0], &c); err != nil {
				return err
			}
			if c.Proof.SRS == run.DevelopmentSRS {
				a.note("INSECURE: proofs will be made with the development SRS; anyone can forge such proofs. Set proof.srs for anything but trying.")
			}
			return a.result(c, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s: loss %s, batch %d, %s, rate %s, segments of %d steps, %d rows held out\n",
					filepath.Join(args[0], run.ConfigFile), c.Training.Loss, c.Training.Batch, length(&c), rate(&c), c.Training.SegmentSteps, c.Test.Rows)
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Model.File, "model", "", "the .tflite model: architecture and, if wanted, initial weights")
	f.StringSliceVar(&c.Model.Frozen, "frozen", nil, "names of weights that are not trained")
	f.StringArrayVar(&files, "data", nil, "rows: CSV, or IDX (with --labels); plain or gzip")
	f.StringArrayVar(&labels, "labels", nil, "IDX labels")
	columnFlags(cmd, &c.Columns)
	trainingFlags(cmd, &c)
	return cmd
}

func columnFlags(cmd *cobra.Command, c *run.ColumnConfig) {
	f := cmd.Flags()
	f.StringVar(&c.Format, "format", "", "csv or idx (default: by --labels and name)")
	f.StringVar(&c.Header, "header", "", "csv: auto, yes or no (default auto)")
	f.StringSliceVar(&c.Features, "features", nil, "csv: columns by name or number (default: all but the targets)")
	f.StringSliceVar(&c.Categorical, "categorical", nil, "csv: columns of numbers that are categories")
	f.StringSliceVar(&c.Targets, "target", nil, "csv: columns to predict (default: the last)")
	f.StringSliceVar(&c.Classes, "classes", nil, "csv: order of the classes (default: sorted)")
	f.StringVar(&c.Normalise, "normalise", "", "csv features: none, minmax or standard (default standard)")
	f.StringVar(&c.NormaliseTargets, "normalise-targets", "", "csv values to predict (default none)")
	f.BoolVar(&c.Reconstruct, "reconstruct", false, "predict the features themselves (autoencoder)")
}

func trainingFlags(cmd *cobra.Command, c *run.Config) {
	f := cmd.Flags()
	f.IntVar(&c.Test.Rows, "test-rows", run.DefaultTestRows, "rows of each file held out (default: a fifth)")
	f.StringVar(&c.Test.From, "test-from", "", "held-out rows: spread over the file or from its end (default spread)")
	f.StringVar(&c.Model.BatchAxis, "batch-axis", "", "axis of the model's input that counts samples, from 0 (default: the model tells)")
	f.StringVar(&c.Training.Loss, "loss", "", "softmax_cross_entropy, logistic_loss or mean_squared_error (default: by the model)")
	f.StringVar(&c.Training.Labels, "label-kind", "", "one_hot, bits or values (default: by the loss)")
	f.IntVar(&c.Training.Batch, "batch", 0, "rows per step (default: by the rows)")
	f.IntVar(&c.Training.Epochs, "epochs", 0, "passes over the rows (default: at least 2 and 200 steps)")
	f.IntVar(&c.Training.Steps, "steps", 0, "steps, instead of epochs")
	f.IntVar(&c.Training.SegmentSteps, "segment-steps", 0, "steps per proof (default: by the size of a step)")
	f.StringVar(&c.Training.Rate, "rate", "", "learning rate (default 0.1)")
	f.StringSliceVar(&c.Training.Rates, "rates", nil, "a learning rate per epoch, instead of one")
	f.IntVar(&c.Formats.Feature, "fraction-features", 0, "fraction bits of features (default 8)")
	f.IntVar(&c.Formats.Activation, "fraction-activations", 0, "fraction bits of activations (default 8)")
	f.IntVar(&c.Formats.Error, "fraction-errors", 0, "fraction bits of errors (default 10)")
	f.StringVar(&c.Schedule.Order, "order", "", "shuffled or committed (default shuffled)")
	f.StringVar(&c.Schedule.Seed, "seed", "", "public seed of the shuffle")
	f.StringVar(&c.Schedule.Tail, "tail", "", "rows left at the end of an epoch: drop or wrap (default drop)")
	f.StringVar(&c.Initial.From, "initial", "", "initial weights: seed or model (default seed)")
	f.StringVar(&c.Initial.Seed, "initial-seed", "", "public seed of the initial weights")
	f.StringVar(&c.Initial.Scheme, "initial-scheme", "", "he or glorot (default: he behind ReLU)")
	f.BoolVar(&c.Initial.Publish, "publish-initial", false, "put the model's initial weights in the bundle")
	f.StringVar(&c.Proof.Mode, "mode", "", "zk-plonk, zk-groth16, or validity, which hides nothing (default zk-plonk)")
	f.IntVar(&c.Proof.RowBits, "row-bits", 0, fmt.Sprintf("log2 of the cells of a committed row (default %d)", commitments.DefaultRowBits))
	f.StringVar(&c.Proof.SRS, "srs", "", `SRS file (default "development": INSECURE)`)
	f.StringVar(&c.Proof.Context, "context", "", "what the verifier asks to be bound: a nonce, an order number")
}

func length(c *run.Config) string {
	if c.Training.Steps > 0 {
		return fmt.Sprintf("%d steps", c.Training.Steps)
	}
	return fmt.Sprintf("%d epochs", c.Training.Epochs)
}

func rate(c *run.Config) string {
	if len(c.Training.Rates) > 0 {
		return fmt.Sprint(c.Training.Rates)
	}
	return c.Training.Rate
}
