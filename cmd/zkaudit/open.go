package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

// opening holds the flags of zkaudit open.
type opening struct {
	part, labels, opening, bundle, setup string
}

// opened is what zkaudit open has found.
type opened struct {
	File   string `json:"file"`
	Is     string `json:"is"` // "part" or "model"
	Digest string `json:"digest"`
	// Bundle tells whether a bundle was given, in which the part or model is
	// named. It is not verified here.
	Bundle string `json:"bundle,omitempty"`
}

func openCommand(a *app) *cobra.Command {
	var o opening
	c := &cobra.Command{
		Use:   "open FILE --opening FILE {--part PART | --bundle BUNDLE}",
		Short: "Show that rows or a model in hand are the committed ones",
		Long: `For rows: commits to FILE again with the opening of PART, compares, and checks the
part's certificate; with --bundle, also that the bundle was trained on that part.
For a .tflite: commits to the exact integers it carries, each of whose floats must
be their rounding, and compares with the final weights of --bundle.

  zkaudit open rows.csv --part part-000.part --opening part-000.opening
  zkaudit open trained.tflite --bundle bundle.zka --opening trained.opening

Exit code 1: FILE is not what was committed.`,
		Args: arguments(1, 1, "rows or a model"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.opening == "" || o.part == "" && o.bundle == "" {
				return fmt.Errorf("open needs --opening, and --part or --bundle: %w", fault.ErrUsage)
			}
			r, err := a.openFile(c.Context(), args[0], &o)
			if err != nil {
				return err
			}
			return a.result(r, r.writeText)
		},
	}
	f := c.Flags()
	f.StringVar(&o.part, "part", "", "the committed part")
	f.StringVar(&o.bundle, "bundle", "", "the bundle that names the part or has the model's weights")
	f.StringVar(&o.opening, "opening", "", "what opens it, readable by you alone")
	f.StringVar(&o.labels, "labels", "", "labels of the rows, where they are not in their file")
	f.StringVar(&o.setup, "setup", "", "the setup file of the commitments (default: the transparent setup, or the INSECURE development one)")
	return c
}

func (a *app) openFile(ctx context.Context, path string, o *opening) (*opened, error) {
	r := &opened{File: path, Bundle: o.bundle}
	var b *bundle.Bundle
	var err error
	if o.bundle != "" {
		if b, err = a.readBundle(o.bundle); err != nil {
			return nil, err
		}
	}
	if o.part == "" {
		return r, a.openModel(r, b, o)
	}
	part, err := bundle.ReadPart(o.part)
	if err != nil {
		return nil, err
	}
	digest := part.Digest()
	r.Is, r.Digest = "part", hex.EncodeToString(digest[:])
	if b != nil {
		facts, err := b.Facts()
		if err != nil {
			return nil, fault.Verdict(err)
		}
		if !slices.Contains(facts.Dataset, r.Digest) {
			return nil, fmt.Errorf("%s was not trained on part %s: %w", o.bundle, r.Digest, fault.ErrRejected)
		}
	}
	secret, err := owner.ReadPartOpening(o.opening, part)
	if err != nil {
		return nil, err
	}
	setup, err := a.committingSetup(o.setup, part.RowBits, part.Setup)
	if err != nil {
		return nil, err
	}
	a.insecure(setup.Insecure)
	v := &mode.Verifier{Setup: setup.Verifier(), Wraps: wrap.Verifier{Powers: setup, Cache: a.keys()}}
	return r, owner.CheckRows(ctx, setup, v, part, secret, path, o.labels)
}

func (a *app) openModel(r *opened, b *bundle.Bundle, o *opening) error {
	model, err := tflite.ReadFile(r.File)
	if err != nil {
		return err
	}
	secret, err := owner.ReadModelOpening(o.opening, b)
	if err != nil {
		return err
	}
	setup, err := a.committingSetup(o.setup, b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		return err
	}
	a.insecure(setup.Insecure)
	if _, err := owner.OpenModel(setup, b, model, secret); err != nil {
		return fmt.Errorf("%s: %w", r.File, err)
	}
	digest := b.Final().Digest()
	r.Is, r.Digest = "model", hex.EncodeToString(digest[:])
	return nil
}

// committingSetup reads a setup to commit with, or makes the one that id says.
func (a *app) committingSetup(path string, rowBits int, id [32]byte) (*commitments.Setup, error) {
	if path != "" {
		return commitments.ReadPowers(path)
	}
	s, err := run.CachedSetup(a.cacheDir(), run.TransparentSetup, rowBits)
	if err == nil && s.ID != id {
		return run.CachedSetup(a.cacheDir(), run.DevelopmentSetup, rowBits)
	}
	return s, err
}

func (r *opened) writeText(w io.Writer) error {
	what := "the rows are those committed as part " + r.Digest
	if r.Is == "model" {
		what = "the model carries exactly the final weights committed as " + r.Digest
	}
	if r.Bundle != "" {
		what += ", which " + r.Bundle + " names (zkaudit verify checks the bundle itself)"
	}
	_, err := fmt.Fprintf(w, "%s: %s\n", r.File, what)
	return err
}
