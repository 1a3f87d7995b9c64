package main

import (
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
)

const restartUsage = "discard what this and later stages have made, and start over"

func commitCommand(a *app) *cobra.Command {
	var restart bool
	c := &cobra.Command{
		Use:   "commit [DIR]",
		Short: "Commit to the dataset of a run and certify it",
		Long: `Commits to every part of the dataset, hiding, and proves a certificate that its
cells are well formed; where run.toml asks for it, to the rows held out, too.
DIR/commit gets a public file for each part (part-000.part, test-000.part) and a
private opening beside it, readable by you alone. Printed are the names that claims
use, the values that attributes may have, and the digests that a schedule is bound to
and an auditor pins.`,
		Args: arguments(0, 1, "the run directory"),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := a.open(args)
			if err != nil {
				return err
			}
			defer d.Close()
			r, err := d.Commit(c.Context(), restart)
			if err != nil {
				return err
			}
			a.remark(r.Remarks)
			if err := a.result(r, func(w io.Writer) error { return writeParts(w, r) }); err != nil {
				return err
			}
			a.next("train", d.Path)
			return nil
		},
	}
	c.Flags().BoolVar(&restart, "restart", false, restartUsage)
	return c
}

// writeParts says what is committed: parts under the names that claims use, and
// what values their attributes may have, once where all parts agree.
func writeParts(w io.Writer, r *run.CommitRecord) error {
	parts := slices.Concat(r.Parts, r.Tests)
	for i := range parts {
		kind := "part"
		if i >= len(r.Parts) {
			kind = "test part"
		}
		if err := writePart(w, kind, &parts[i]); err != nil {
			return err
		}
	}
	differs := func(p run.PartRecord) bool { return !reflect.DeepEqual(p.Attributes, parts[0].Attributes) }
	if len(parts) > 0 && !slices.ContainsFunc(parts, differs) {
		return writeAttributes(w, "", &parts[0])
	}
	for k := range parts {
		if err := writeAttributes(w, fmt.Sprintf(" of %q", parts[k].Name), &parts[k]); err != nil {
			return err
		}
	}
	return nil
}

func writePart(w io.Writer, kind string, p *run.PartRecord) error {
	notes := ""
	if p.Held > 0 {
		notes = fmt.Sprintf(" (%d held out)", p.Held)
	}
	if p.Imported {
		notes += ", as committed before"
	}
	_, err := fmt.Fprintf(w, "%s %q: %s of %s committed%s: %s\n", kind, p.Name, counted(p.Rows, "row"), counted(p.Features, "feature"), notes, p.Digest)
	return err
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// maxListed bounds the values of an attribute that are printed.
const maxListed = 12

func writeAttributes(w io.Writer, of string, p *run.PartRecord) error {
	for _, a := range p.Attributes {
		values, more := fmt.Sprintf("%q", a.Vocabulary[:min(len(a.Vocabulary), maxListed)]), ""
		if n := a.Values - maxListed; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		if _, err := fmt.Fprintf(w, "attribute %q%s: one of %s%s\n", a.Name, of, strings.Trim(values, "[]"), more); err != nil {
			return err
		}
	}
	return nil
}

func trainCommand(a *app) *cobra.Command {
	var restart bool
	c := &cobra.Command{
		Use:   "train [DIR]",
		Short: "Train in exact integers, with checkpoints",
		Long: `Executes the run in the integer arithmetic that is proven. Continues where an
interrupted call stopped. Writes the trained weights as DIR/trained.tflite too,
with the exact integers beside their float32 roundings.`,
		Args: arguments(0, 1, "the run directory"),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := a.open(args)
			if err != nil {
				return err
			}
			defer d.Close()
			r, err := d.Train(c.Context(), restart)
			if err != nil {
				return err
			}
			if err := a.result(r, func(w io.Writer) error { return writeTraining(w, d, r) }); err != nil {
				return err
			}
			a.next("prove", d.Path)
			return nil
		},
	}
	c.Flags().BoolVar(&restart, "restart", false, restartUsage)
	return c
}

func writeTraining(w io.Writer, d *run.Directory, r *run.TrainRecord) error {
	for _, p := range r.Curve {
		fmt.Fprintf(w, "step %6d  loss %.4f%s\n", p.Step, p.Loss, accuracy(p.Accuracy))
	}
	if r.Before != nil && r.After != nil {
		fmt.Fprintf(w, "rows held out, before: loss %.4f%s\n", r.Before.Loss, accuracy(r.Before.Accuracy))
		fmt.Fprintf(w, "rows held out, after:  loss %.4f%s\n", r.After.Loss, accuracy(r.After.Accuracy))
	}
	_, err := fmt.Fprintf(w, "%d steps (%d epoch(s), %d segment(s)), %d parameters, effective rate %v: %s\n",
		r.Steps, r.Epochs, r.Segments, r.Parameters, r.Rates, filepath.Join(d.Path, r.Model))
	return err
}

func accuracy(v *float64) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf("  accuracy %.1f %%", 100**v)
}

func proveCommand(a *app) *cobra.Command {
	var o run.ProveOptions
	var q queueFlags
	c := &cobra.Command{
		Use:   "prove [DIR]",
		Short: "Prove every segment of a trained run and write the bundle",
		Long: `Proves all segments, checks the result and writes DIR/bundle.zka for the auditor,
with DIR/expect.toml: what the bundle claims, to be compared with other sources.
Kill it at any time; the same command continues with the next proof.

Segments are independent of one another once they are trained. A proof keeps a few
cores busy, but not many: on a machine with eight or more, and memory for several
proofs, --jobs makes several at once. The bundle does not depend on it.

With --cluster URL, or --cluster-context NAME, segments go through a queue on a NATS server
to your other machines that run zkaudit worker with the same --cluster-key; all in the
queue is encrypted with it, and what comes back is verified. --cluster embedded starts a
server in this process, and --jobs worker processes for it.`,
		Args: arguments(0, 1, "the run directory"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.Jobs < 1 {
				return fmt.Errorf("--jobs %d: want at least 1: %w", o.Jobs, fault.ErrUsage)
			}
			if q.given() {
				if q.url != embedded && c.Flags().Changed("jobs") {
					return fmt.Errorf("--jobs is of this machine, and with --cluster workers prove, as many as there are: %w", fault.ErrUsage)
				}
				if err := q.check(); err != nil {
					return err
				}
				o.Cluster = q.options(a, o.Jobs)
			}
			d, err := a.open(args)
			if err != nil {
				return err
			}
			defer d.Close()
			r, err := d.ProveWith(c.Context(), o)
			if err != nil {
				return err
			}
			a.insecure(r.Insecure)
			return a.result(r, func(w io.Writer) error {
				made := filepath.Join(d.Path, r.Bundle)
				_, err := fmt.Fprintf(w, "%d segment(s) proven (%d now) in %.1f s: %s, %d bytes\nstatement %s\n%s",
					r.Segments, r.Proven, r.Seconds, made, r.Bytes, r.Statement, written(made, filepath.Join(d.Path, run.ExpectationFile)))
				return err
			})
		},
	}
	c.Flags().BoolVar(&o.Restart, "restart", false, restartUsage)
	c.Flags().IntVar(&o.Jobs, "jobs", 1, "how many segments to prove at once, each with memory of its own; more than 1 pays where there are more cores than a proof keeps busy")
	q.add(c)
	return c
}

// written says for whom files are that were made.
func written(made, expect string) string {
	return fmt.Sprintf("Written: %s for the verifier, and %s, what it is about, to be compared with other sources\n", made, expect)
}
