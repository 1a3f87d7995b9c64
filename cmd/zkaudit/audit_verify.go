package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/transpile"
)

// auditVerifying holds the flags of zkaudit audit verify.
type auditVerifying struct {
	verify.Auditing
	models   []string
	attested attesting
}

func auditVerifyCommand(a *app) *cobra.Command {
	var o auditVerifying
	c := &cobra.Command{
		Use:   "verify AUDIT [--bundle BUNDLE] [--from FILE] [--model NAME=FILE] --expect FILE",
		Short: "Verify an audit, offline, without data or weights",
		Long: `Checks the certificate of every part and the proof of every claim, and every value
that --expect pins: the claims with their thresholds, the digests of parts and runs.
Values that nobody pins are listed as NOT CHECKED. Claims about a trained model need
its bundle, which is verified first; claims about a public model need its .tflite
file, whose digest the audit has.

A run is pinned by the digest of its statement, or by an expectation of its bundle, as
zkaudit verify takes it: --run-expect run=expect.toml, or the same under [run_expect] in
the audit's. Parts that a pinned run was trained on are pinned with it; other parts, and
public models, by [parts] and [models] in the file. What nobody pins may be any: the audit
is then "valid as far as it was compared", exit code 7, unless --unpinned says that this is
wanted.

A run that continues another one, or a round of federated training, starts from weights of
which its own bundle shows nothing. --from FILE, once for each bundle and round before it,
or --from DIR, verifies these, too, as zkaudit verify does; what is missing is NOT CHECKED.

--attest FILE --key KEY signs what was verified and compared, for those who trust your
key: an in-toto statement, written only if the exit code is 0.

--json prints the report with its verdict, or what stands against it, as zkaudit verify does.

Exit code 0: all claims hold. 1: false, or damaged. 3: cannot be read. 5: takes more
memory than --max-memory allows. 6: another version, or other keys or another setup than
those given. 7: valid as far as it was compared. Only 1 says that the audit is false.`,
		Args: arguments(1, 1, "one audit"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.verdict(a.auditVerify(c.Context(), args[0], &o))
		},
	}
	f := c.Flags()
	o.Flags(f)
	f.StringArrayVar(&o.models, "model", nil, "NAME=FILE.tflite: a public model that claims name")
	f.StringVar(&o.Expect, "expect", "", "TOML file of the values you require")
	f.BoolVar(&o.Unpinned, "unpinned", false, "exit with 0 also if nothing says which parts, runs and public models are meant")
	f.StringVar(&o.Setup, "setup", "", "the powers of tau you trust, whole or the verifier's part (default: the transparent setup, or the INSECURE development one)")
	f.BoolVar(&o.Insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
	o.attested.flags(f)
	return c
}

// auditVerify verifies an audit, and says what it has shown.
func (a *app) auditVerify(ctx context.Context, path string, o *auditVerifying) error {
	inputs := append(slices.Concat(o.Bundles, o.Chain.From), path, o.Expect, o.Setup)
	if err := o.attested.check(o.Unpinned, o.Insecure, inputs...); err != nil {
		return err
	}
	made, report, err := a.verifyAudit(ctx, path, o)
	if err != nil {
		return err
	}
	if err := verify.WriteHTML(o.HTML, report); err != nil {
		return err
	}
	if err := a.result(report, report.WriteText); err != nil {
		return err
	}
	if err := o.Compared(report); err != nil {
		return err
	}
	return o.attested.write(ctx, func(v attest.Verifier) (*attest.Statement, error) {
		return v.Audit(made, report, filepath.Base(path))
	})
}

func (a *app) verifyAudit(ctx context.Context, path string, o *auditVerifying) (*audit.Bundle, *audit.Report, error) {
	o.CacheDir, o.Limit, o.Another = a.cacheDir(), a.limit, anotherKind
	if o.Wraps == nil {
		o.Wraps = func(powers *commitments.Setup) mode.Wraps { return wrap.Verifier{Powers: powers, Cache: a.keys()} }
	}
	a.follows(&o.Chain, o.Setup, o.Insecure)
	o.ReadExpectation = func(path string) (bundle.Expectation, error) { return readExpectation(path, "") }
	made, expect, v, err := o.Read(ctx, path, func(made *audit.Bundle, e *audit.Expectation) (err error) {
		e.ReadModel = transpile.ReadModel
		e.ModelFiles, err = readModelFiles(o.models, made)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	options := audit.Options{AllowInsecure: o.Insecure, MaxMemory: a.limit}
	if progress := a.newProgress(); progress != nil {
		progress.Start("verify", len(made.Parts)+len(made.Claims))
		defer progress.Finish()
		options.Progress = func(done, total int) { progress.Advance(done, fmt.Sprintf("%d of %d proofs", done, total)) }
	}
	report, err := audit.Verify(ctx, made, expect, v, options)
	return made, report, fault.Verdict(err)
}

// verifierSetup reads the setup to verify with (verify.Setup).
func (a *app) verifierSetup(path string, rowBits int, id [32]byte) (*commitments.VerifierSetup, *commitments.Setup, error) {
	return verify.Setup(path, a.cacheDir(), rowBits, id)
}
