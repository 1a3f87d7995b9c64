package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// aggregating holds the flags of zkaudit aggregate.
type aggregating struct {
	out, expect, setup string
	parts              []string
	insecure           bool
	chain              verify.Chain
}

func aggregateCommand(a *app) *cobra.Command {
	var o aggregating
	c := &cobra.Command{
		Use:   "aggregate PARTICIPANT PARTICIPANT... --out DIR",
		Short: "Average the weights of participants of federated training, and prove it",
		Long: `Makes a round of federated training. Each PARTICIPANT is a directory with what one has
sent: bundle.zka, trained.opening and trained.tflite, the last two for you alone (0600).
Every bundle is verified, and every model must be the one that its bundle ends with; all
must have the same program, steps, rates, order, context and start, and rows of their own.
Messages number participants as they are given, from 1.

Each counts for the rows that its run has read. DIR, which must not be there yet, is made
once all is proven, whole or not at all: it gets aggregate.zka, which is public, and
trained.tflite and trained.opening, the global weights for participants alone:

  zkaudit aggregate anna bert cleo --out round1
  zkaudit init anna2 --like anna1 --round round1      # as each participant goes on
  zkaudit aggregate anna2 bert2 cleo2 --out round2 --from round1 --from anna --from bert --from cleo
  zkaudit verify round2/aggregate.zka --from …        # all bundles and rounds, in any order

--from names what the participants start from, with all that leads to it, as zkaudit verify
does. --expect pins what every bundle must be about; its dataset lists the parts of all.
--part, once for each part of each participant, compares what their columns, classes and
attributes mean, which bundles do not say.`,
		Args: arguments(2, aggregate.MaxParticipants, "what participants have sent, a directory each"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.out == "" {
				return fmt.Errorf("aggregate needs --out: %w", fault.ErrUsage)
			}
			r, err := a.aggregate(c.Context(), args, &o)
			if err != nil {
				return err
			}
			a.insecure(r.Insecure)
			if err := a.result(r, r.WriteText); err != nil {
				return err
			}
			a.note("written: %s for everybody; the other files in %s are for participants alone", filepath.Join(o.out, run.RoundFile), o.out)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.out, "out", "", "the directory to make; nothing may be there yet")
	f.StringVar(&o.expect, "expect", "", "TOML file of the values you require of every bundle")
	f.StringArrayVar(&o.parts, "part", nil, "the file of a part of a participant: what its columns, classes and attributes mean must be the same for all; may be repeated")
	f.StringVar(&o.setup, "setup", "", "the setup file of the commitments (default: the transparent setup, or the INSECURE development one)")
	f.BoolVar(&o.insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
	o.chain.Flags(f)
	return c
}

// aggregate verifies what participants have sent, averages it, and writes the round.
func (a *app) aggregate(ctx context.Context, dirs []string, o *aggregating) (*aggregate.Report, error) {
	if err := run.RefuseWritten(o.out); err != nil {
		return nil, err
	}
	expect, err := (&runPins{expect: o.expect}).expectation()
	if err != nil {
		return nil, err
	}
	members, err := a.members(ctx, dirs, o, expect)
	if err != nil {
		return nil, err
	}
	number, err := aggregate.Next(members.Contributions[0], members.Runs[0].Chain)
	if err != nil {
		return nil, o.chain.Lacking(err)
	}
	first := members.Contributions[0].Run
	setup, err := a.committingSetup(o.setup, first.RowBits, first.Setup)
	if err != nil {
		return nil, err
	}
	by := &owner.Averager{By: &proving.Prover{Setup: setup, Cache: a.keys(), Rand: rand.Reader}, Setup: setup, Contributions: members.Contributions, Rand: rand.Reader}
	if err := run.RoundFits(o.out, by, a.memoryLimit(), artefact.Free); err != nil {
		return nil, err
	}
	model, err := a.openTrained(dirs, by)
	if err != nil {
		return nil, err
	}
	made, global, err := a.average(ctx, by, number)
	if err != nil {
		return nil, err
	}
	report, err := aggregate.Verify(ctx, made, members.Contributions, members.Runs, setup.Verifier(), aggregate.Options{
		AllowInsecure: true, MaxMemory: a.limit, Wraps: wrap.Verifier{Powers: setup, Cache: a.keys()}, Meaning: members.Meaning,
	})
	if err != nil {
		return nil, fmt.Errorf("the round just made does not verify: %v", err)
	}
	members.Enter(report)
	return report, run.WriteRound(o.out, made, first.Network, global, model)
}

// members verifies the runs of participants, with what leads to them, and compares them.
func (a *app) members(ctx context.Context, dirs []string, o *aggregating, expect bundle.Expectation) (*verify.Members, error) {
	var results [][32]byte
	for k, dir := range dirs {
		path := filepath.Join(dir, run.BundleFile)
		b, err := a.readBundle(path)
		if err != nil {
			return nil, err
		}
		result, err := b.Result()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		if i := slices.Index(results, result.Digest()); i >= 0 {
			return nil, fmt.Errorf("participants %d (%s) and %d (%s) sent the same bundle: %w", i+1, dirs[i], k+1, dir, fault.ErrUsage)
		}
		results = append(results, result.Digest())
		o.chain.From = append(o.chain.From, path)
	}
	parts, err := verify.ReadParts(o.parts)
	if err != nil {
		return nil, err
	}
	rounds := a.rounds(expect, o.setup, o.insecure)
	rounds.Parts = parts
	o.chain.Read = a.readBundle
	members, err := rounds.Members(ctx, &o.chain, results)
	if err != nil {
		return nil, err
	}
	for k, c := range members.Contributions {
		c.Name = dirs[k]
	}
	return members, aggregate.Agree(members.Contributions)
}

// openTrained opens the models of participants, and returns the file of one of them, for
// the weights of the round to be written into.
func (a *app) openTrained(dirs []string, by *owner.Averager) (model []byte, err error) {
	for k, dir := range dirs {
		b, err := a.readBundle(filepath.Join(dir, run.BundleFile))
		if err != nil {
			return nil, err
		}
		opened, sent, err := run.OpenTrained(dir, by.Setup, b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", aggregate.Called(k, dir), err)
		}
		if model == nil {
			model = sent
		}
		by.Models = append(by.Models, opened)
	}
	return model, nil
}

// average proves the average of opened models.
func (a *app) average(ctx context.Context, by *owner.Averager, number int) (*aggregate.File, *owner.TrainedModel, error) {
	if progress := a.newProgress(); progress != nil {
		progress.Start("prove the average", 0)
		defer progress.Finish()
	}
	return by.Average(ctx, number)
}

// rounds verifies rounds of federated training, and runs in their chains.
func (a *app) rounds(expect bundle.Expectation, setupFile string, insecure bool) *verify.Rounds {
	return &verify.Rounds{
		Expect: expect, Limit: a.limit, Insecure: insecure, Another: anotherKind, Note: a.note,
		Setup: func(rowBits int, id [32]byte) (*commitments.VerifierSetup, mode.Wraps, error) {
			setup, powers, err := a.verifierSetup(setupFile, rowBits, id)
			return setup, wrap.Verifier{Powers: powers, Cache: a.keys()}, err
		},
		Run: func(ctx context.Context, b *bundle.Bundle, expect bundle.Expectation, from *bundle.Predecessor) (*bundle.Report, error) {
			return a.verifyBundle(ctx, b, expect, from, setupFile, insecure)
		},
	}
}

// verifyRound verifies a round of federated training with all that leads to it.
func (a *app) verifyRound(ctx context.Context, path string, o *verifying) error {
	rounds, seen := o.chain.Rounds, &attest.Evidence{}
	f, err := rounds.Read(path)
	if err != nil {
		return err
	}
	if o.attested.out != "" {
		rounds.Witness = seen
	}
	report, err := rounds.Verify(ctx, &o.chain, f)
	if err != nil {
		return err
	}
	if err := a.result(report, report.WriteText); err != nil {
		return err
	}
	if err := verify.ComparedRound(report, o.unpinned, "--expect, --model and --with pin runs, of every participant"); err != nil {
		return o.chain.Lacking(err)
	}
	return o.attested.write(ctx, func(v attest.Verifier) (*attest.Statement, error) {
		return v.Round(f, report, filepath.Base(path), seen)
	})
}
