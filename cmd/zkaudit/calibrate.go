package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/guptarohit/asciigraph"
	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/report"
	"github.com/zkaudit/zkaudit/run"
)

func calibrateCommand(a *app) *cobra.Command {
	var o run.CalibrateOptions
	var target string
	var apply bool
	c := &cobra.Command{
		Use:   "calibrate [DIR]",
		Short: "Choose formats and learning rate by a run in float64, and show how far exact training is from it",
		Long: `Trains in float64, with the same initial weights and rows in the same order, and
exactly, in several formats; chooses the learning rate with the least loss and formats
with which the exact run ends where the one in float64 does: accuracy on the rows held
out within half a point or one row and loss within 10 % or 0.02 (without such rows, or
without classes, loss within 2 %). For accuracy it takes the finest formats that hold every number, for speed those
whose proofs are the smallest.

Printed are what was tried, both loss curves, and by how much each layer's integers
differ from its real numbers. DIR/calibrate gets all of it as record.json and as plots,
readable by you alone: losses tell of the data. --apply writes the settings to run.toml.
Best before zkaudit commit, after which features keep their format.`,
		Args: arguments(0, 1, "the run directory"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.Steps < 0 || o.Seeds < 1 {
				return fmt.Errorf("--steps %d, --seeds %d: want at least 0 and 1: %w", o.Steps, o.Seeds, fault.ErrUsage)
			}
			d, err := a.open(args)
			if err != nil {
				return err
			}
			defer d.Close()
			o.Target = run.Target(target)
			r, err := d.Calibrate(c.Context(), o)
			if err != nil {
				return err
			}
			files, err := writePlots(d, r.Drift)
			if err != nil {
				return err
			}
			if apply {
				if err := d.Apply(r.Chosen); err != nil {
					return err
				}
			}
			return a.result(r, func(w io.Writer) error { return writeCalibration(w, r, files, apply) })
		},
	}
	f := c.Flags()
	f.StringVar(&target, "target", string(run.ForAccuracy), "what formats are chosen for: accuracy or speed")
	f.BoolVar(&o.KeepRate, "keep-rate", false, "leave the learning rate as it is")
	f.IntVar(&o.Steps, "steps", 0, "steps of a run at most; 0: as many as run.toml says")
	f.IntVar(&o.Seeds, "seeds", 1, "compare the runs from so many initial weights, of seeds beside the one in run.toml")
	f.BoolVar(&apply, "apply", false, "write what is chosen to run.toml")
	return c
}

// writePlots draws the drift of a run into its directory and returns the files.
func writePlots(d *run.Directory, drift *run.Drift) (files []string, err error) {
	plots, err := report.DriftPlots(drift)
	if err != nil {
		return nil, err
	}
	for i := range plots {
		for _, format := range report.Formats() {
			picture, err := plots[i].Draw(format)
			if err != nil {
				return nil, err
			}
			file := filepath.Join(d.Path, run.CalibrateDir, plots[i].Name+"."+format)
			if err := artefact.WriteFile(file, picture, artefact.PrivateMode); err != nil {
				return nil, err
			}
			files = append(files, file)
		}
	}
	return files, nil
}

func writeCalibration(w io.Writer, r *run.CalibrationRecord, files []string, applied bool) error {
	if len(r.Rates) > 0 {
		fmt.Fprintln(w, "learning rates, in float64:")
		for _, t := range r.Rates {
			loss := "no number"
			if t.Loss != nil {
				loss = fmt.Sprintf("loss %.4f", *t.Loss)
			}
			fmt.Fprintf(w, "  %-10s %s%s\n", t.Rate, loss, chosenMark(t.Rate == r.Chosen.Rate))
		}
	}
	if err := writeTrials(w, r); err != nil {
		return err
	}
	if err := writeDrift(w, r.Drift); err != nil {
		return err
	}
	if !r.Agrees {
		fmt.Fprintln(w, "that is more than half a point or one row, or 10 % of the loss: such a run depends on every rounding. A lower rate, more steps, or --seeds, which compares means, may tell.")
	}
	fmt.Fprintf(w, "plots: %s\n", strings.Join(files, ", "))
	f := r.Chosen.Formats
	fmt.Fprintf(w, "formats.feature = %d, formats.activation = %d, formats.error = %d", f.Feature, f.Activation, f.Error)
	if r.Chosen.Rate != "" {
		fmt.Fprintf(w, ", training.rate = %q", r.Chosen.Rate)
	}
	says := "; --apply writes them to run.toml"
	if applied {
		says = ": written to run.toml"
	} else if r.Chosen == r.Was {
		says = ", as in run.toml"
	}
	_, err := fmt.Fprintln(w, says)
	return err
}

func chosenMark(chosen bool) string {
	if chosen {
		return "  chosen"
	}
	return ""
}

// writeTrials lists the formats that were tried.
func writeTrials(w io.Writer, r *run.CalibrationRecord) error {
	fmt.Fprintln(w, "formats, exactly (fraction bits of features, activations, errors; cells of a segment's proof):")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rate := r.Chosen.Rate
	for _, t := range r.Formats {
		if t.Rate != rate {
			rate = t.Rate
			fmt.Fprintf(table, "  at rate %s\n", rate)
		}
		says := t.Fails
		if t.Result != nil {
			says = fmt.Sprintf("loss %.4f%s", t.Result.Loss, accuracy(t.Result.Accuracy)) + chosenMark(t.Formats == r.Chosen.Formats && t.Rate == r.Chosen.Rate)
		}
		fmt.Fprintf(table, "  %d %d %d\t%d\t%s\n", t.Formats.Feature, t.Formats.Activation, t.Formats.Error, t.Cells, says)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	f := r.Formats[len(r.Formats)-1].Float
	_, err := fmt.Fprintf(w, "in float64: loss %.4f%s\n", f.Loss, accuracy(f.Accuracy))
	return err
}

// writeDrift says how far the exact run is from float64.
func writeDrift(w io.Writer, d *run.Drift) error {
	var exact, float []float64
	for _, p := range d.Curve {
		exact, float = append(exact, p.Exact.Loss), append(float, p.Float.Loss)
	}
	if len(exact) > 1 {
		fmt.Fprintln(w, asciigraph.PlotMany([][]float64{float, exact}, asciigraph.Height(8), asciigraph.Width(64),
			asciigraph.Caption(fmt.Sprintf("loss to step %d, exactly, over that in float64 where they differ", d.Curve[len(d.Curve)-1].Step))))
	}
	fmt.Fprintln(w, "layers, on the rows of the first step: largest error, and root mean square as a share of the cells'")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "layer\t\tbits\tbefore\t\tafter training\t\t")
	for _, l := range d.Layers {
		fmt.Fprintf(table, "%d\t%s\t%d\t%.2g\t%.2g %%\t%.2g\t%.2g %%\t\n", l.Layer, l.Kind, l.Fraction, l.Before.Largest, 100*l.Before.Share, l.After.Largest, 100*l.After.Share)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	of := "the last steps"
	if d.Rows > 0 {
		of = counted(d.Rows, "row") + " held out"
	}
	if d.Seeds > 1 {
		of += fmt.Sprintf(", mean of %d initial weights", d.Seeds)
	}
	_, err := fmt.Fprintf(w, "%s: exactly loss %.4f%s; in float64 loss %.4f%s\n", of, d.Exact.Loss, accuracy(d.Exact.Accuracy), d.Float.Loss, accuracy(d.Float.Accuracy))
	return err
}
