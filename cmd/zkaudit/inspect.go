package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// maxInspect bounds a file that is inspected.
const maxInspect = 4 << 30

func inspectCommand(a *app) *cobra.Command {
	var with, batchAxis string
	c := &cobra.Command{
		Use:   "inspect FILE [--with run.toml]",
		Short: "Say what a .tflite model, an artefact of zkaudit or a file of rows is",
		Long: `For a model: operators, shapes, parameters, what can be proven; for what cannot,
why and what to do, and exit code 4. For an artefact (bundle, part, audit, setup,
checkpoint ...): kind, version, statement digest and what is in it: of a part classes,
attributes and their values, of an audit its claims with all parameters. For rows: their
format, and of a table how many there are, and what the cells of each column are.

With --with, the program that a model and the choices in a run.toml make: its digest,
as bundles and expectations have it, architecture layer by layer, loss and formats.`,
		Args: arguments(1, 1, "one file"),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			defer fault.Catch(&err, args[0], fault.ErrInput)
			h, isArtefact, err := verify.HeaderOf(args[0])
			if err != nil {
				return err
			}
			switch {
			case !isArtefact && with != "":
				return a.inspectNetwork(args[0], with, batchAxis)
			case !isArtefact:
				return a.inspectModel(args[0], batchAxis)
			case with != "":
				return fmt.Errorf("--with goes with a model; %s is an artefact of zkaudit: %w", args[0], fault.ErrUsage)
			}
			data, err := a.readFile(args[0], maxInspect, bytesPerByte(h.Kind))
			if err != nil {
				return err
			}
			return a.inspectArtefact(args[0], h, data)
		},
	}
	c.Flags().StringVar(&with, "with", "", "a run.toml with the choices of the model's training")
	c.Flags().StringVar(&batchAxis, "batch-axis", "", "axis of the model's inputs that counts samples, from 0, or none: the whole input is one sample (default: the model, or --with, tells)")
	return c
}

// inspectNetwork says what a model and the choices of a run.toml make.
func (a *app) inspectNetwork(model, with, batchAxis string) error {
	stated, err := statedBy(model, with, batchAxis)
	if err != nil {
		return err
	}
	f := bundle.ProgramFactsOf(stated.Network)
	return a.result(f, func(w io.Writer) error {
		for _, line := range f.Lines() {
			if _, err := fmt.Fprintln(w, line); err != nil {
				return err
			}
		}
		return nil
	})
}

// bytesPerByte is how much memory decoding an artefact takes for each of its
// bytes.
func bytesPerByte(kind artefact.Kind) int64 {
	switch kind {
	case audit.Kind(), bundle.PartKind():
		return audit.BytesPerByte
	case bundle.Kind():
		return bundle.BytesPerByte
	case aggregate.Kind():
		return aggregate.BytesPerByte
	}
	return 4
}

// modelReport is what inspect says of a model.
type modelReport struct {
	tflite.Summary
	// Training describes the training step that the model gives by default.
	Training *trainingReport `json:"training,omitempty"`
	Provable bool            `json:"provable"`
	// Supported are the operators that have a proof, where the model cannot be proven.
	Supported []string      `json:"supported,omitempty"`
	SHA256    string        `json:"sha256"`           // of the file
	Layers    []audit.Layer `json:"layers,omitempty"` // that claims can compare rows by
}

type trainingReport struct {
	// Rows are the inputs that share a row's features, in this order; none if
	// there is one input.
	Rows   []transpile.Input `json:"rows,omitempty"`
	Loss   string            `json:"loss"`
	Labels string            `json:"labels"`
	Inputs int               `json:"inputs"`
	Outs   int               `json:"outputs"`
	Nodes  int               `json:"operators"` // forward, backward and updates
}

func (a *app) inspectModel(path, batchAxis string) error {
	data, err := tflite.ReadFile(path)
	if err != nil {
		return err
	}
	m, err := tflite.Parse(data)
	switch {
	case errors.Is(err, fault.ErrUnsupported):
		return fmt.Errorf("%s: %w", path, err)
	case err != nil && tflite.Recognised(data):
		return fmt.Errorf("%s is a damaged .tflite model: %w", path, err)
	case err != nil:
		return a.inspectRows(path, err)
	}
	axis, err := run.BatchAxis(batchAxis)
	if err != nil {
		return fmt.Errorf("--batch-axis: %w", err)
	}
	digest := sha256.Sum256(data)
	r := modelReport{SHA256: hex.EncodeToString(digest[:]), Summary: tflite.Describe(m, tflite.CheckOptions{BatchAxis: axis})}
	if err := r.judge(m, axis); err != nil {
		return err
	}
	if err := a.result(r, r.writeText); err != nil {
		return err
	}
	if n := len(r.Findings); n > 0 {
		return fmt.Errorf("%s cannot be proven, for %s listed above: %w", path, counted(n, "reason"), r.Findings.Kind())
	}
	return nil
}

// judge fills in what the model trains, or all that keeps it from being proven.
func (r *modelReport) judge(m *tflite.Model, axis *int) (err error) {
	if r.Findings, err = transpile.Obstacles(m, axis); err != nil {
		return err
	}
	if r.Provable = len(r.Findings) == 0; r.Provable {
		f := network.DefaultFormats()
		if a, _, err := transpile.Read(m, axis); err == nil {
			f = a.DefaultFormats()
		}
		step, err := transpile.Transpile(m, transpile.Options{Batch: 1, BatchAxis: axis, Formats: f})
		if err == nil {
			inputs := transpile.Inputs(m, axis)
			if len(inputs) == 1 {
				inputs = nil
			}
			p := step.Program
			r.Layers = audit.Layers(p)
			r.Training = &trainingReport{Rows: inputs, Loss: string(p.Loss.Kind), Labels: string(p.Loss.Labels),
				Inputs: p.Tensor(p.Input).Units(), Outs: p.Tensor(p.Label).Units(), Nodes: len(p.Nodes)}
			return nil
		}
		r.Provable = false
		r.Findings.Add(tflite.Finding{Problem: tflite.ProblemTraining, Operator: -1, Reason: fault.Text(err, nil)})
	}
	for op := range transpile.Supported() {
		r.Supported = append(r.Supported, op.String())
	}
	slices.Sort(r.Supported)
	return nil
}

func (r *modelReport) writeText(w io.Writer) error {
	if err := r.WriteText(w); err != nil {
		return err
	}
	if !r.Provable {
		_, err := fmt.Fprintf(w, "operators that have a proof: %s\n", strings.Join(r.Supported, ", "))
		return err
	}
	fmt.Fprintf(w, "SHA-256 of the file: %s\nlayers that claims can compare rows by:\n", r.SHA256)
	for _, l := range r.Layers {
		fmt.Fprintf(w, "  %q (%d units)\n", l.Name, l.Units)
	}
	if rows := r.Training.Rows; len(rows) > 0 {
		list := make([]string, len(rows))
		for i, in := range rows {
			list[i] = fmt.Sprintf("%d of %s", in.Columns, foreign.Quote(in.Name))
		}
		fmt.Fprintf(w, "features of a row, in this order: %s\n", strings.Join(list, ", "))
	}
	_, err := fmt.Fprintf(w, "provable: %d inputs, %d outputs, loss %s with %s labels (a training step of %d operators)\n",
		r.Training.Inputs, r.Training.Outs, r.Training.Loss, r.Training.Labels, r.Training.Nodes)
	return err
}
