package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/artefact"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// auditVerifying holds the flags of zkaudit audit verify.
type auditVerifying struct {
	bundles, models   []string
	expect, srs, html string
	insecure          bool
}

func auditVerifyCommand(a *app) *cobra.Command {
	var o auditVerifying
	c := &cobra.Command{
		Use:   "verify AUDIT [--bundle BUNDLE] [--model FILE] --expect FILE",
		Short: "Verify an audit, offline, without data or weights",
		Long: `Checks the certificate of every part and the proof of every claim, and every value
that --expect pins: the claims with their thresholds, the digests of parts and runs.
Values that nobody pins are listed as NOT CHECKED. Claims about a trained model need
its bundle, which is verified first; claims about a public model need its .tflite
file, found by its digest.

Exit code 0: all claims hold. 1: false, or damaged. 3: cannot be read. 6: another
version, or the SRS is not the one given.`,
		Args: arguments(1, 1, "one audit"),
		RunE: func(c *cobra.Command, args []string) error {
			report, err := a.verifyAudit(c.Context(), args[0], &o)
			if err != nil {
				return err
			}
			if err := writeHTML(o.html, report); err != nil {
				return err
			}
			return a.result(report, report.WriteText)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.bundles, "bundle", nil, "the bundle of a run that claims name")
	f.StringArrayVar(&o.models, "model", nil, "the .tflite file of a public model that claims name")
	f.StringVar(&o.expect, "expect", "", "TOML file of the values you require")
	f.StringVar(&o.srs, "srs", "", "the SRS you trust, whole or the verifier's part (default: the INSECURE development one)")
	f.StringVar(&o.html, "html", "", "write the report as one HTML page, too")
	f.BoolVar(&o.insecure, "allow-insecure-srs", false, "accept the development SRS, with which anyone can forge")
	return c
}

func (a *app) verifyAudit(ctx context.Context, path string, o *auditVerifying) (*audit.Report, error) {
	made, err := a.readAudit(path)
	if err != nil {
		return nil, err
	}
	expect, err := readAuditExpectation(o.expect)
	if err != nil {
		return nil, err
	}
	srs, powers, err := readVerifierSRS(o.srs, made.RowBits)
	if err != nil {
		return nil, err
	}
	v := &mode.Verifier{SRS: srs, Powers: powers, Cache: a.keys()}
	if expect.ModelFiles, err = readModelFiles(o.models); err != nil {
		return nil, err
	}
	if expect.Runs, err = a.verifiedRuns(ctx, o, v); err != nil {
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

// verifiedRuns verifies the bundles that claims may name.
func (a *app) verifiedRuns(ctx context.Context, o *auditVerifying, v *mode.Verifier) ([]*audit.Run, error) {
	var runs []*audit.Run
	for _, path := range o.bundles {
		b, err := a.readBundle(path)
		if err != nil {
			return nil, err
		}
		options := bundle.Options{AllowInsecure: o.insecure, Powers: v.Powers, Cache: v.Cache, MaxMemory: a.limit}
		if _, err := bundle.Verify(ctx, b, bundle.Expectation{}, v.SRS, options); err != nil {
			return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		r, err := audit.RunOf(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		runs = append(runs, r)
	}
	return runs, nil
}

// readAuditExpectation reads what --expect names; all is unchecked without.
func readAuditExpectation(path string) (audit.Expectation, error) {
	var e audit.Expectation
	var pins auditExpectation
	if path == "" {
		return e, nil
	}
	text, err := artefact.ReadFile(path, audit.MaxClaimsFile)
	if err != nil {
		return e, err
	}
	meta, err := toml.Decode(string(text), &pins)
	if err != nil {
		return e, fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return e, fmt.Errorf("%s: unknown key %q; what is expected of an audit are mode, claims (the name of their file), parts, runs and models: %w", path, unknown[0].String(), fault.ErrUsage)
	}
	e.Mode, e.Parts, e.RunDigests = mode.Name(pins.Mode), pins.Parts, pins.Runs
	e.Models = map[string]audit.ModelPin{}
	for name, p := range pins.Models {
		if e.Models[name], err = p.pin(name); err != nil {
			return e, fmt.Errorf("%s: %w", path, err)
		}
	}
	if pins.Claims == "" {
		return e, nil
	}
	claims := pins.Claims
	if !filepath.IsAbs(claims) {
		claims = filepath.Join(filepath.Dir(path), claims)
	}
	e.Claims, err = audit.Load(claims)
	return e, err
}

// readVerifierSRS reads the SRS to verify with, or makes the development one.
func readVerifierSRS(path string, rowBits int) (*commitments.VerifierSRS, *commitments.SRS, error) {
	if path == "" {
		v, err := commitments.DevelopmentVerifierSRS(rowBits)
		return v, nil, err
	}
	data, err := artefact.ReadFile(path, 1<<32)
	if err != nil {
		return nil, nil, fmt.Errorf("SRS: %w", err)
	}
	if v, err := commitments.UnmarshalVerifierSRS(data); err == nil {
		return v, nil, nil
	}
	s, err := commitments.UnmarshalSRS(data)
	if err != nil {
		return nil, nil, fmt.Errorf("SRS %s: %w", path, err)
	}
	return s.Verifier(), s, nil
}
