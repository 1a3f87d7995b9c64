package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/report"
	"github.com/zkaudit/zkaudit/run"
)

// reportFile is the page of a run.
const reportFile = "report.html"

func reportCommand(a *app) *cobra.Command {
	var pins runPins
	var out, setup string
	var insecure, bundleOnly bool
	var chain verify.Chain
	c := &cobra.Command{
		Use:   "report [DIR]",
		Short: "Write what is to be said of a run as one page, for screens and for paper",
		Long: `Verifies the bundle of a run and writes one HTML page that needs nothing else: what was
proven, how anybody can check it, how training went, and what it cost. --expect, --model
and --with say what is compared, as for verify; without them the page says what nobody
has compared. Losses and accuracies while training are in no bundle, and tell of the data:
--bundle-only leaves out all that the bundle does not say. --from gives the bundles of what
the run continues, as for verify.

The page of an audit is what zkaudit audit and zkaudit audit verify write with --html.`,
		Args: arguments(0, 1, "the run directory"),
		RunE: func(c *cobra.Command, args []string) error {
			expect, err := pins.expectation()
			if err != nil {
				return err
			}
			d, err := a.open(args)
			if err != nil {
				return err
			}
			defer d.Close()
			t, err := a.training(c.Context(), d, &chain, expect, setup, insecure)
			if err != nil {
				return err
			}
			if !bundleOnly {
				if err := records(d, t); err != nil {
					return err
				}
			}
			if out == "" {
				out = filepath.Join(d.Path, reportFile)
			}
			var page strings.Builder
			if err := t.WriteHTML(&page); err != nil {
				return err
			}
			if err := artefact.WriteFile(out, []byte(page.String()), artefact.PublicMode); err != nil {
				return err
			}
			result := map[string]any{"file": out, "statement": t.Verified.Facts.Statement, "unpinned": t.Verified.Unpinned}
			return a.result(result, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s: about statement %s\n", out, t.Verified.Facts.Statement)
				return err
			})
		},
	}
	f := c.Flags()
	pins.flags(f)
	chain.Flags(f)
	f.StringVar(&out, "out", "", "the page to write (default: DIR/report.html)")
	f.BoolVar(&bundleOnly, "bundle-only", false, "say nothing that the bundle does not say: no losses, no times")
	f.StringVar(&setup, "setup", "", "the powers of tau that proofs are verified with, if the setup is a file")
	f.BoolVar(&insecure, "allow-insecure-setup", false, "report a run with the development setup, with which anyone can forge")
	return c
}

// records adds what the run directory says beyond its bundle: how training went, and
// what features the parts have.
func records(d *run.Directory, t *report.Training) (err error) {
	if t.Made, err = d.Records(); err != nil {
		return err
	}
	parts, err := d.Parts()
	if err != nil {
		return err
	}
	return t.Verified.NameFeatures(parts...)
}

// training verifies the bundle of a run and collects what is said of it.
func (a *app) training(ctx context.Context, d *run.Directory, chain *verify.Chain, expect bundle.Expectation, setup string, insecure bool) (*report.Training, error) {
	path := filepath.Join(d.Path, run.BundleFile)
	file, err := a.readFile(path, bundle.MaxBytes, bundle.BytesPerByte)
	if err != nil {
		return nil, fmt.Errorf("%w (zkaudit prove makes it)", err)
	}
	b, err := bundle.Unmarshal(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	verified, err := a.verifyChain(ctx, chain, b, expect, setup, insecure)
	if err != nil {
		return nil, err
	}
	return &report.Training{
		Verified: verified, Bundle: run.BundleFile, SHA256: fmt.Sprintf("%x", sha256.Sum256(file)),
		Sizes: report.Sizes(b, len(file)),
	}, nil
}
