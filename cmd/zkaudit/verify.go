package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/ceremony"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// aboutVerify is what zkaudit help verify says.
const aboutVerify = `Checks every certificate and every segment of a bundle, and every value that
--expect, --model and --with pin. Values that nobody pins are listed as NOT CHECKED:
a bundle can be valid and about another model or dataset than you think. So it is
"valid as far as it was compared", exit code 7, unless program, data, order, origin
of the initial weights, length and learning rate are pinned, or --unpinned says that
this is wanted.

--model M.tflite requires the architecture of a model in hand, and --with run.toml
the choices of its training, too: loss, batch, formats, rate, frozen weights. What
both give is what zkaudit inspect M.tflite --with run.toml prints.

A run that continues another one starts from its final weights. --from FILE, once for
each bundle before it, in any order, verifies these, too, and that each starts where the
one before has ended; the report lists the chain. Without them where the weights come
from is NOT CHECKED, exit code 7; a predecessor that is false, or another one, is exit
code 1. --from DIR takes the bundles of a directory that the chain needs; those that cannot
be read, or are false copies of one that is valid, are set aside.

A round of federated training, an aggregate.zka, is verified with the bundles of all of its
participants, and with the rounds and bundles before it, which --from names, too. --expect
then says what is required of every participant; its dataset lists the parts of all.
--audit FILE, or --audit DIR, verifies audits of participants, too: the report says what each
claims, and what follows of all, with counts of groups added up. What only some have answered
is exit code 7. Of a directory, what cannot be read is set aside with a note, as with --from,
and audits of other runs are passed over, with a note of how many.

DIR stands for the round in it from which no other round there starts, or without rounds for
the run that no other one continues, with --from DIR.

--attest FILE --key KEY signs what was verified and compared, for those who trust your
key: an in-toto statement, written only if the exit code is 0. Of a round it lists, by
digest, all that was verified for it: participants, what leads to them, audits.

--part FILE, once for each part of the dataset, lists the names of the features that
the model could read, and which attributes are among them: a bundle has their digest
alone. Of a round, once for each part of each participant, it compares what columns,
classes and attributes mean: the average of other columns is none of anything.

--json prints the report with its verdict, VERIFIED or VALID AS FAR AS IT WAS COMPARED, and
where there is no report REJECTED (exit code 1) or NOT VERIFIED (all others), with the reasons.

Exit code 0: valid, and what was required. 1: false, damaged, or about something else.
3: cannot be read. 5: takes more memory than --max-memory allows. 6: another version, or other
keys or another setup than those given. 7: valid as far as it was compared, or
without what it is about: a round whose participants are not all given. Only 1 says
that the bundle is false.`

// verifying holds the flags of zkaudit verify.
type verifying struct {
	pins               runPins
	setup              string
	parts, audits      []string
	insecure, unpinned bool
	attested           attesting
	chain              verify.Chain
}

func verifyCommand(a *app) *cobra.Command {
	o := &verifying{}
	c := &cobra.Command{
		Use:   "verify {BUNDLE | ROUND | DIR}",
		Short: "Verify a bundle or a round of federated training, offline, without data or weights",
		Long:  aboutVerify,
		Args:  arguments(1, 1, "one bundle, round or directory"),
		RunE:  func(c *cobra.Command, args []string) error { return a.verdict(a.verify(c.Context(), args[0], o)) },
	}
	f := c.Flags()
	o.pins.flags(f)
	o.chain.Flags(f)
	verify.AuditFlags(f, &o.audits)
	f.StringArrayVar(&o.parts, "part", nil, "the file of a part of the dataset, which names the features that the model could read; may be repeated")
	f.BoolVar(&o.unpinned, "unpinned", false, "exit with 0 also if nothing says which program, data, order, origin, length and rate are meant")
	f.StringVar(&o.setup, "setup", "", "the powers of tau you trust, whole or the verifier's part (default: the transparent setup, or the INSECURE development one)")
	f.BoolVar(&o.insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
	o.attested.flags(f)
	return c
}

// inputs are the files that are read.
func (o *verifying) inputs(path string) []string {
	return slices.Concat([]string{path, o.pins.expect, o.pins.model, o.pins.with, o.setup}, o.chain.From, o.parts, o.audits)
}

// verify verifies a bundle, a round, or what comes last in a directory.
func (a *app) verify(ctx context.Context, path string, o *verifying) error {
	if err := o.attested.check(o.unpinned, o.insecure, o.inputs(path)...); err != nil {
		return err
	}
	expect, err := o.pins.expectation()
	if err != nil {
		return err
	}
	parts, err := verify.ReadParts(o.parts)
	if err != nil {
		return err
	}
	o.chain.Read, o.chain.Rounds = a.readBundle, a.rounds(expect, o.setup, o.insecure)
	if path, err = o.chain.Last(path); err != nil {
		return err
	}
	isRound := false
	if h, framed, err := verify.HeaderOf(path); err == nil {
		isRound = framed && h.Kind == aggregate.Kind()
	}
	switch {
	case isRound:
		o.chain.Rounds.Audits, o.chain.Rounds.Parts = o.audits, parts
		return a.verifyRound(ctx, path, o)
	case len(o.audits) > 0:
		return fmt.Errorf("--audit goes with a round, %s is none; zkaudit audit verify verifies an audit: %w", path, fault.ErrUsage)
	}
	return a.verifyRun(ctx, path, parts, expect, o)
}

// verifyRun verifies the bundle of a run, with what it continues.
func (a *app) verifyRun(ctx context.Context, path string, parts []*bundle.PartFile, expect bundle.Expectation, o *verifying) error {
	b, err := a.readBundle(path)
	if err != nil {
		return err
	}
	start := time.Now()
	report, err := a.verifyChain(ctx, &o.chain, b, expect, o.setup, o.insecure)
	if err != nil {
		return err
	}
	if err := report.NameFeatures(parts...); err != nil {
		return err
	}
	a.note("%d proofs checked in %.2f s", len(b.Datasets)+1+len(b.Segments), time.Since(start).Seconds())
	if err := a.result(report, report.WriteText); err != nil {
		return err
	}
	if err := verify.Compared(report.Unpinned, o.unpinned, "--expect, --model and --with pin them, --from gives what a run continues"); err != nil {
		return o.chain.Lacking(err)
	}
	return o.attested.write(ctx, func(v attest.Verifier) (*attest.Statement, error) {
		return v.Training(b, report, filepath.Base(path))
	})
}

// verifyChain verifies a bundle against what is expected of it, and first what it
// continues, as far as that is given.
func (a *app) verifyChain(ctx context.Context, chain *verify.Chain, b *bundle.Bundle, expect bundle.Expectation, setupFile string, insecure bool) (*bundle.Report, error) {
	a.follows(chain, setupFile, insecure)
	from, err := chain.Predecessor(ctx, b)
	if err != nil {
		return nil, err
	}
	return a.verifyBundle(ctx, b, expect, from, setupFile, insecure)
}

// follows gives a chain what it is read and verified with.
func (a *app) follows(chain *verify.Chain, setupFile string, insecure bool) {
	chain.Read, chain.Rounds = a.readBundle, a.rounds(bundle.Expectation{}, setupFile, insecure)
	chain.Verify = func(ctx context.Context, b *bundle.Bundle, from *bundle.Predecessor) (*bundle.Report, error) {
		return a.verifyBundle(ctx, b, bundle.Expectation{}, from, setupFile, insecure)
	}
}

// verifyBundle verifies a bundle against what is expected of it, given what it
// continues; nil if that is nothing, or not known.
func (a *app) verifyBundle(ctx context.Context, b *bundle.Bundle, expect bundle.Expectation, from *bundle.Predecessor, setupFile string, insecure bool) (*bundle.Report, error) {
	setup, powers, err := a.verifierSetup(setupFile, b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		return nil, err
	}
	return a.verifyWith(ctx, b, expect, setup, bundle.Options{AllowInsecure: insecure, From: from, Wraps: wrap.Verifier{Powers: powers, Cache: a.keys()}})
}

// verifyBy verifies a bundle whose wraps are verified as given.
func (a *app) verifyBy(ctx context.Context, b *bundle.Bundle, setup *commitments.VerifierSetup, insecure bool, wraps mode.Wraps) (*bundle.Report, error) {
	return a.verifyWith(ctx, b, bundle.Expectation{}, setup, bundle.Options{AllowInsecure: insecure, Wraps: wraps})
}

// verifyWith verifies a bundle, with progress.
func (a *app) verifyWith(ctx context.Context, b *bundle.Bundle, expect bundle.Expectation, setup *commitments.VerifierSetup, options bundle.Options) (*bundle.Report, error) {
	options.MaxMemory = a.limit
	if progress := a.newProgress(); progress != nil {
		progress.Start("verify", len(b.Datasets)+1+len(b.Segments))
		defer progress.Finish()
		options.Progress = func(done, total int) { progress.Advance(done, fmt.Sprintf("%d of %d proofs", done, total)) }
	}
	report, err := bundle.Verify(ctx, b, expect, setup, options)
	return report, fault.Verdict(err)
}

// readBundle reads a bundle. What is recognised as one and is damaged counts
// as false.
func (a *app) readBundle(path string) (*bundle.Bundle, error) {
	return verify.ReadBundle(path, a.limit, anotherKind)
}

// anotherKind says that a file is not what was asked for, and what it is.
func anotherKind(path string, data []byte, want string) error {
	h, err := artefact.DecodeHeader(data)
	if err != nil {
		return fmt.Errorf("%s is not %s: %w", path, want, fault.ErrInput)
	}
	is := map[artefact.Kind]string{
		bundle.Kind(): "a bundle, see zkaudit verify", audit.Kind(): "an audit, see zkaudit audit verify", bundle.PartKind(): "a part",
		ceremony.Kind(): "a ceremony, see zkaudit ceremony verify", aggregate.Kind(): "a round of federated training, see zkaudit verify",
	}[h.Kind]
	if is == "" {
		is = "something else, see zkaudit inspect"
	}
	return fmt.Errorf("%s is not %s but %s: %w", path, want, is, fault.ErrInput)
}
