package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
	"github.com/zkaudit/zkaudit/run"
)

func verifyCommand(a *app) *cobra.Command {
	var pins runPins
	var setup string
	var partFiles, audits []string
	var insecure, unpinned bool
	var attested attesting
	var chain verify.Chain
	c := &cobra.Command{
		Use:   "verify {BUNDLE | ROUND | DIR}",
		Short: "Verify a bundle or a round of federated training, offline, without data or weights",
		Long: `Checks every certificate and every segment of a bundle, and every value that
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
is exit code 7.

DIR stands for the round in it from which no other round there starts, or without rounds for
the run that no other one continues, with --from DIR.

--attest FILE --key KEY signs what was verified and compared, for those who trust your
key: an in-toto statement, written only if the exit code is 0.

--part FILE, once for each part of the dataset, lists the names of the features that
the model could read, and which attributes are among them: a bundle has their digest
alone. Of a round, once for each part of each participant, it compares what columns,
classes and attributes mean: the average of other columns is none of anything.

Exit code 0: valid, and what was required. 1: false, damaged, or about something else.
3: cannot be read. 5: takes more memory than --max-memory allows. 6: another version, or other
keys or another setup than those given. 7: valid as far as it was compared, or
without what it is about: a round whose participants are not all given. Only 1 says
that the bundle is false.`,
		Args: arguments(1, 1, "one bundle, round or directory"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := attested.check(unpinned, insecure); err != nil {
				return err
			}
			expect, err := pins.expectation()
			if err != nil {
				return err
			}
			chain.Read, chain.Rounds = a.readBundle, a.rounds(expect, setup, insecure)
			path, err := chain.Last(args[0])
			if err != nil {
				return err
			}
			if h, framed, err := verify.HeaderOf(path); err == nil && framed && h.Kind == aggregate.Kind() {
				if attested.out != "" {
					return fmt.Errorf("--attest goes with a bundle, %s is a round: %w", path, fault.ErrUsage)
				}
				if chain.Rounds.Parts, err = verify.ReadParts(partFiles); err != nil {
					return err
				}
				chain.Rounds.Audits = audits
				return a.verifyRound(c.Context(), path, chain.Rounds, &chain, unpinned)
			}
			if len(audits) > 0 {
				return fmt.Errorf("--audit goes with a round, %s is none; zkaudit audit verify verifies an audit: %w", path, fault.ErrUsage)
			}
			b, err := a.readBundle(path)
			if err != nil {
				return err
			}
			parts, err := verify.ReadParts(partFiles)
			if err != nil {
				return err
			}
			start := time.Now()
			report, err := a.verifyChain(c.Context(), &chain, b, expect, setup, insecure)
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
			if err := verify.Compared(report.Unpinned, unpinned, "--expect, --model and --with pin them, --from gives what a run continues"); err != nil {
				return chain.Lacking(err)
			}
			return attested.write(c.Context(), func(v attest.Verifier) (*attest.Statement, error) {
				return v.Training(b, report, filepath.Base(path))
			})
		},
	}
	pins.flags(c.Flags())
	chain.Flags(c.Flags())
	verify.AuditFlags(c.Flags(), &audits)
	c.Flags().StringArrayVar(&partFiles, "part", nil, "the file of a part of the dataset, which names the features that the model could read; may be repeated")
	c.Flags().BoolVar(&unpinned, "unpinned", false, "exit with 0 also if nothing says which program, data, order, origin, length and rate are meant")
	c.Flags().StringVar(&setup, "setup", "", "the powers of tau you trust, whole or the verifier's part (default: the transparent setup, or the INSECURE development one)")
	c.Flags().BoolVar(&insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
	attested.flags(c.Flags())
	return c
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

// runPins are the flags that say which run a verifier means.
type runPins struct{ expect, model, with, batchAxis string }

func (p *runPins) flags(f *pflag.FlagSet) {
	f.StringVar(&p.expect, "expect", "", "TOML file of the values you require")
	f.StringVar(&p.model, "model", "", "the .tflite whose architecture you require")
	f.StringVar(&p.with, "with", "", "a run.toml whose choices of loss, batch, formats and rate you require, with --model")
	f.StringVar(&p.batchAxis, "batch-axis", "", "axis of the model's inputs that counts samples, from 0, or none: the whole input is one sample (default: the model, or --with, tells)")
}

// expectation reads what the flags name.
func (p *runPins) expectation() (e bundle.Expectation, err error) {
	if p.expect != "" {
		if e, err = readExpectation(p.expect, p.batchAxis); err != nil {
			return e, err
		}
	}
	switch {
	case p.with != "" && p.model == "":
		return e, fmt.Errorf("--with states the choices of a model's training: it goes with --model: %w", fault.ErrUsage)
	case p.with != "":
		var stated *run.Stated
		if stated, err = statedBy(p.model, p.with, p.batchAxis); err == nil {
			e.Network, e.Rates, e.Initial = stated.Network, stated.Rates, stated.Initial
		}
	case p.model != "" && e.Forward != nil:
		err = fmt.Errorf("%s and --model both name a model; state one: %w", p.expect, fault.ErrUsage)
	case p.model != "":
		e.Forward, err = run.ReadArchitecture(p.model, p.batchAxis)
	case p.batchAxis != "" && e.Model == nil:
		return e, fmt.Errorf("--batch-axis goes with --model: %w", fault.ErrUsage)
	}
	return e, err
}

// readExpectation reads an expectation with the model that it names.
func readExpectation(path, batchAxis string) (bundle.Expectation, error) {
	e, err := bundle.ReadExpectation(path)
	if err == nil && e.Model != nil {
		if e.Forward, err = run.ReadArchitecture(*e.Model, batchAxis); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	return e, err
}

// statedBy reads what a model and a run.toml say is trained, and how.
func statedBy(model, with, batchAxis string) (*run.Stated, error) {
	c, err := run.ReadConfig(with)
	if err != nil {
		return nil, err
	}
	if batchAxis != "" {
		c.Model.BatchAxis = batchAxis
	}
	return run.ReadStated(model, c)
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
