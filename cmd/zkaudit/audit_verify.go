package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/transpile"
)

// auditVerifying holds the flags of zkaudit audit verify.
type auditVerifying struct {
	bundles, models, runs []string
	expect, setup, html   string
	insecure, unpinned    bool
}

func auditVerifyCommand(a *app) *cobra.Command {
	var o auditVerifying
	c := &cobra.Command{
		Use:   "verify AUDIT [--bundle BUNDLE] [--model NAME=FILE] --expect FILE",
		Short: "Verify an audit, offline, without data or weights",
		Long: `Checks the certificate of every part and the proof of every claim, and every value
that --expect pins: the claims with their thresholds, the digests of parts and runs.
Values that nobody pins are listed as NOT CHECKED. Claims about a trained model need
its bundle, which is verified first; claims about a public model need its .tflite
file, whose digest the audit has.

A run is pinned by the digest of its statement, or by an expectation of its bundle, as
zkaudit verify takes it: --run-expect run=expect.toml, or the same under [run_expect] in
the audit's. One that nobody pins may be any training: the audit is then "valid as far
as it was compared", exit code 7, unless --unpinned says that this is wanted.

Exit code 0: all claims hold. 1: false, or damaged. 3: cannot be read. 5: takes more
memory than --max-memory allows. 6: another version, or other keys or another SRS than
those given. 7: valid as far as it was compared. Only 1 says that the audit is false.`,
		Args: arguments(1, 1, "one audit"),
		RunE: func(c *cobra.Command, args []string) error {
			report, err := a.verifyAudit(c.Context(), args[0], &o)
			if err != nil {
				return err
			}
			if err := writeHTML(o.html, report); err != nil {
				return err
			}
			if err := a.result(report, report.WriteText); err != nil {
				return err
			}
			return comparedRuns(report.Unpinned, o.unpinned)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.bundles, "bundle", nil, "the bundle of a run that claims name")
	f.StringArrayVar(&o.models, "model", nil, "NAME=FILE.tflite: a public model that claims name")
	f.StringVar(&o.expect, "expect", "", "TOML file of the values you require")
	f.StringArrayVar(&o.runs, "run-expect", nil, "NAME=FILE: what you require of the bundle of a run, as zkaudit verify --expect takes it")
	f.BoolVar(&o.unpinned, "unpinned", false, "exit with 0 also if nothing says which training the runs are")
	f.StringVar(&o.setup, "setup", "", "the powers of tau you trust, whole or the verifier's part (default: the transparent setup, or the INSECURE development one)")
	f.StringVar(&o.html, "html", "", "write the report as one HTML page, too")
	f.BoolVar(&o.insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
	return c
}

func (a *app) verifyAudit(ctx context.Context, path string, o *auditVerifying) (*audit.Report, error) {
	made, err := a.readAudit(path)
	if err != nil {
		return nil, err
	}
	expect, runExpect, err := readAuditExpectation(o.expect)
	if err != nil {
		return nil, err
	}
	if err := o.pinRuns(runExpect); err != nil {
		return nil, err
	}
	srs, powers, err := a.verifierSetup(o.setup, made.RowBits, made.SRS)
	if err != nil {
		return nil, err
	}
	v := &mode.Verifier{SRS: srs, Wraps: wrap.Verifier{Powers: powers, Cache: a.keys()}}
	expect.ReadModel = transpile.ReadModel
	if expect.ModelFiles, err = readModelFiles(o.models, made); err != nil {
		return nil, err
	}
	if err := a.verifyRuns(ctx, o, made, runExpect, v, &expect); err != nil {
		return nil, err
	}
	options := audit.Options{AllowInsecure: o.insecure, MaxMemory: a.limit}
	if progress := a.newProgress(); progress != nil {
		progress.Start("verify", len(made.Parts)+len(made.Claims))
		defer progress.Finish()
		options.Progress = func(done, total int) { progress.Advance(done, fmt.Sprintf("%d of %d proofs", done, total)) }
	}
	report, err := audit.Verify(ctx, made, expect, v, options)
	return report, fault.Verdict(err)
}

// readAudit reads an audit. What is recognised as one and is damaged counts as
// false.
func (a *app) readAudit(path string) (*audit.Bundle, error) {
	data, err := a.readFile(path, audit.MaxBytes, audit.BytesPerByte)
	if err != nil {
		return nil, err
	}
	if h, err := artefact.DecodeHeader(data); err != nil || h.Kind != audit.Kind() {
		return nil, anotherKind(path, data, "an audit")
	}
	made, err := audit.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	return made, nil
}

// pinRuns adds what --run-expect says to the files under [run_expect].
func (o *auditVerifying) pinRuns(files map[string]string) error {
	for _, pair := range o.runs {
		name, file, found := strings.Cut(pair, "=")
		if !found || name == "" || file == "" {
			return fmt.Errorf("--run-expect %q: want NAME=FILE: %w", pair, fault.ErrUsage)
		}
		files[name] = file
	}
	return nil
}

// verifyRuns verifies the bundles that claims may name, each against what is
// expected of the run that it is in the audit.
func (a *app) verifyRuns(ctx context.Context, o *auditVerifying, made *audit.Bundle, files map[string]string, v *mode.Verifier, e *audit.Expectation) error {
	expected := map[[32]byte]bundle.Expectation{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		digest, there := made.Runs[name]
		if !there {
			return fmt.Errorf("expected claims about run %q, the audit has none: %w", name, fault.ErrRejected)
		}
		pins, err := readExpectation(files[name], "")
		if err != nil {
			return err
		}
		expected[digest] = pins
	}
	e.Compared = map[[32]byte]bool{}
	for _, path := range o.bundles {
		b, err := a.readBundle(path)
		if err != nil {
			return err
		}
		digest, err := b.Statement.Digest()
		if err != nil {
			return fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		options := bundle.Options{AllowInsecure: o.insecure, MaxMemory: a.limit, Wraps: v.Wraps}
		report, err := bundle.Verify(ctx, b, expected[digest], v.SRS, options)
		if err != nil {
			return fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		r, err := audit.RunOf(b)
		if err != nil {
			return fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		e.Runs, e.Compared[r.Digest] = append(e.Runs, r), len(report.Unpinned) == 0
	}
	return nil
}

// comparedRuns refuses to call an audit valid whose runs may be any training,
// unless told to.
func comparedRuns(unpinned []string, wanted bool) error {
	if len(unpinned) == 0 || wanted {
		return nil
	}
	return fmt.Errorf("nobody has compared what run %s was trained on and how; [runs] in --expect pins its statement, --run-expect what it is about, --unpinned does without: %w",
		foreign.Quotes(unpinned), fault.ErrUnpinned)
}

// readAuditExpectation reads what --expect names, and the names of the files
// that say what is expected of runs; all is unchecked without.
func readAuditExpectation(path string) (audit.Expectation, map[string]string, error) {
	var e audit.Expectation
	var pins auditExpectation
	runs := map[string]string{}
	if path == "" {
		return e, runs, nil
	}
	text, err := artefact.ReadFile(path, audit.MaxClaimsFile)
	if err != nil {
		return e, nil, err
	}
	if err := artefact.CheckTOML(text); err != nil {
		return e, nil, fmt.Errorf("%s: %v: %w", path, err, fault.ErrInput)
	}
	meta, err := toml.Decode(string(text), &pins)
	if err != nil {
		return e, nil, fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return e, nil, fmt.Errorf("%s: unknown key %q; what is expected of an audit are mode, claims (the name of their file), parts, runs, run_expect and models: %w", path, unknown[0].String(), fault.ErrUsage)
	}
	e.Mode, e.Parts, e.RunDigests = mode.Name(pins.Mode), pins.Parts, pins.Runs
	e.Models = map[string]audit.ModelPin{}
	for name, p := range pins.Models {
		if e.Models[name], err = p.pin(name); err != nil {
			return e, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	beside := func(file string) string {
		if filepath.IsAbs(file) {
			return file
		}
		return filepath.Join(filepath.Dir(path), file)
	}
	for name, file := range pins.RunExpect {
		runs[name] = beside(file)
	}
	if pins.Claims != "" {
		e.Claims, err = audit.Load(beside(pins.Claims))
	}
	return e, runs, err
}

// verifierSetup reads the setup to verify with (verify.Setup).
func (a *app) verifierSetup(path string, rowBits int, id [32]byte) (*commitments.VerifierSRS, *commitments.SRS, error) {
	return verify.Setup(path, a.cacheDir(), rowBits, id)
}
