package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/console"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// app holds the flags.
type app struct {
	stdout, stderr io.Writer
	json           bool
	cache          string // directory of generators
	memory         string // that verifying may take, as given
	limit          int64  // the same in bytes

	speaking *console.Console // since flags are read

	of     verify.Auditing // what the flags say, of bundles, too
	parts  []string
	audits []string // of a round's participants
}

func newRoot(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "zkaudit-verify BUNDLE|AUDIT|ROUND|DIR",
		Short: "Verify a bundle, an audit or a round of federated training of mode zk or validity, offline, without data or weights",
		Long: `Does what zkaudit verify and zkaudit audit verify do, with the same reports and exit
codes, and holds nothing but the verifier: no prover, no executor, no reader of models or
data, and no circuit.

Checks every certificate and every proof of a bundle, or of an audit with the bundles of
its runs, and every value that --expect pins. Values that nobody pins are listed as NOT
CHECKED: a bundle can be valid and about another model or dataset than you think. So it
is "valid as far as it was compared", exit code 7, unless program, data, order, origin of
the initial weights, length and learning rate are pinned, or --unpinned says that this is
wanted. In an audit, each run is pinned by its digest or --run-expect, and each part that
no such run was trained on by its digest.

A model is pinned by its digest, "program" or "architecture" in the file of --expect:
what zkaudit inspect M.tflite --with run.toml prints. What needs a .tflite file takes
the whole program: zkaudit verify --model, and zkaudit audit verify --model for claims
about public models. So do wrapped modes, zk-plonk and zk-groth16: exit code 6.

A run that continues another one starts from its final weights. --from FILE, once for
each bundle before it, in any order, verifies these, too, and that each starts where the
one before has ended; the report lists the chain. Without them where the weights come
from is NOT CHECKED, exit code 7; a predecessor that is false, or another one, is exit
code 1. --from DIR takes the bundles of a directory that the chain needs; those that cannot
be read, or are false copies of one that is valid, are set aside. With an audit, --from
names what the runs of --bundle continue.

A round of federated training, an aggregate.zka, is verified with the bundles of all of its
participants, and with the rounds and bundles before it, which --from names, too. --audit
FILE, or --audit DIR, adds what audits of participants say: what each claims, and what
follows of all. What only some have answered is exit code 7. Of a directory, what cannot be
read is set aside with a note, as with --from, and audits of other runs are passed over, with
a note of how many.

DIR stands for the round in it from which no other round there starts, or without rounds for
the run that no other one continues, with --from DIR.

--part FILE, once for each part of the dataset, lists the names of the features that
the model could read, and which attributes are among them: a bundle has their digest
alone. Of a round, once for each part of each participant, it compares what columns,
classes and attributes mean: the average of other columns is none of anything.

--json prints the report with its verdict, VERIFIED or VALID AS FAR AS IT WAS COMPARED, and
where there is no report REJECTED (exit code 1) or NOT VERIFIED (all others), with the reasons.

Exit code 0: valid, and what was required. 1: false, damaged, or about something else.
2: usage. 3: cannot be read. 5: takes more memory than --max-memory allows. 6: a mode, a
version or a setup that is not verified here. 7: valid as far as it was compared, or
without what it is about: a round whose participants are not all given. Only 1
says that the file is false.`,
		SilenceErrors: true, SilenceUsage: true,
		Args: console.Arguments(1, 1, "one bundle, audit, round or directory"),
		RunE: func(c *cobra.Command, args []string) error {
			a.speaking = console.New("zkaudit-verify", a.stdout, a.stderr, a.json)
			return a.speaking.Verdict(a.verify(c.Context(), args[0]), textOf)
		},
	}
	f := c.Flags()
	f.StringVar(&a.of.Expect, "expect", "", "TOML file of the values you require")
	f.StringArrayVar(&a.parts, "part", nil, "the file of a part of the dataset, which names the features that the model could read; may be repeated")
	f.BoolVar(&a.of.Unpinned, "unpinned", false, "exit with 0 also if nothing says what is meant: program, data, order, origin, length and rate, or the parts and runs of an audit")
	f.StringVar(&a.of.Setup, "setup", "", "the powers of tau you trust, whole or the verifier's part (default: the transparent setup, or the INSECURE development one)")
	f.BoolVar(&a.of.Insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
	a.of.Flags(f)
	verify.AuditFlags(f, &a.audits)
	f.BoolVar(&a.json, "json", false, "print the result as JSON")
	f.StringVar(&a.cache, "cache", "", "directory that keeps the setup's generators; whoever writes there is trusted (default: the user's cache)")
	f.StringVar(&a.memory, "max-memory", memory.Format(memory.Default), "how much memory the verification may take; it is estimated first")
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fmt.Errorf("%w: %w", err, fault.ErrUsage) })
	c.SetOut(a.stdout)
	c.SetErr(a.stderr)
	return c
}

func (a *app) verify(ctx context.Context, path string) (err error) {
	if a.limit, err = memory.Parse(a.memory); err != nil {
		return fmt.Errorf("--max-memory: %w", err)
	}
	a.of.CacheDir, a.of.Limit, a.of.Accepts, a.of.Another, a.of.ReadExpectation = a.cacheDir(), a.limit, accepts, anotherKind, readExpectation
	a.follows(bundle.Expectation{})
	if path, err = a.of.Chain.Last(path); err != nil {
		return err
	}
	h, framed, err := verify.HeaderOf(path)
	switch {
	case err != nil:
		return err
	case framed && h.Kind == audit.Kind():
		return a.verifyAudit(ctx, path)
	}
	return a.verifyTraining(ctx, path, framed && h.Kind == aggregate.Kind())
}

func (a *app) verifyAudit(ctx context.Context, path string) error {
	if len(a.parts)+len(a.audits) > 0 {
		return fmt.Errorf("--part goes with a bundle or a round, --audit with a round, %s is an audit: %w", path, fault.ErrUsage)
	}
	a.follows(bundle.Expectation{})
	made, expect, v, err := a.of.Read(ctx, path, nil)
	if err != nil {
		return err
	}
	if len(made.Models) > 0 {
		return fmt.Errorf("%s has claims about public models, whose .tflite files this program does not read; zkaudit audit verify --model does: %w", path, fault.ErrVersion)
	}
	report, err := audit.Verify(ctx, made, expect, v, audit.Options{AllowInsecure: a.of.Insecure, MaxMemory: a.limit})
	if err != nil {
		return fault.Verdict(err)
	}
	if err := verify.WriteHTML(a.of.HTML, report); err != nil {
		return err
	}
	if err := a.console().Result(report, report.WriteText); err != nil {
		return err
	}
	return a.of.Compared(report)
}

// verifyTraining verifies a bundle, or a round, with all that it continues.
func (a *app) verifyTraining(ctx context.Context, path string, round bool) error {
	if len(a.of.Bundles) > 0 || len(a.of.Runs) > 0 || a.of.HTML != "" {
		return fmt.Errorf("--bundle, --run-expect and --html go with an audit, %s is none: %w", path, fault.ErrUsage)
	}
	var expect bundle.Expectation
	var err error
	if a.of.Expect != "" {
		if expect, err = readExpectation(a.of.Expect); err != nil {
			return err
		}
	}
	a.follows(expect)
	if round {
		return a.verifyRound(ctx, path)
	}
	if len(a.audits) > 0 {
		return fmt.Errorf("--audit goes with a round, %s is none: %w", path, fault.ErrUsage)
	}
	b, err := readBundle(path, a.limit)
	if err != nil {
		return err
	}
	parts, err := verify.ReadParts(a.parts)
	if err != nil {
		return err
	}
	from, err := a.of.Chain.Predecessor(ctx, b)
	if err != nil {
		return err
	}
	report, err := a.verifyRun(ctx, b, expect, from)
	if err != nil {
		return err
	}
	if err := report.NameFeatures(parts...); err != nil {
		return err
	}
	if err := a.console().Result(report, report.WriteText); err != nil {
		return err
	}
	return a.of.Chain.Lacking(verify.Compared(report.Unpinned, a.of.Unpinned, "--expect pins them, --from gives what a run continues"))
}

// follows says how chains are read and verified; of rounds verified for themselves, what
// is expected.
func (a *app) follows(expect bundle.Expectation) {
	c := &a.of.Chain
	c.Read = func(path string) (*bundle.Bundle, error) { return readBundle(path, a.limit) }
	c.Rounds = a.rounds(expect)
	c.Verify = func(ctx context.Context, b *bundle.Bundle, from *bundle.Predecessor) (*bundle.Report, error) {
		return a.verifyRun(ctx, b, bundle.Expectation{}, from)
	}
}

// rounds verifies rounds of federated training.
func (a *app) rounds(expect bundle.Expectation) *verify.Rounds {
	return &verify.Rounds{
		Expect: expect, Limit: a.limit, Insecure: a.of.Insecure, Another: anotherKind, Accepts: accepts, Run: a.verifyRun,
		Note: func(format string, args ...any) { a.console().Say(fmt.Sprintf(format, args...)) },
		Setup: func(rowBits int, id [32]byte) (*commitments.VerifierSetup, mode.Wraps, error) {
			setup, _, err := verify.Setup(a.of.Setup, a.cacheDir(), rowBits, id)
			return setup, nil, err
		},
	}
}

func (a *app) verifyRound(ctx context.Context, path string) error {
	parts, err := verify.ReadParts(a.parts)
	if err != nil {
		return err
	}
	a.of.Chain.Rounds.Audits, a.of.Chain.Rounds.Parts = a.audits, parts
	f, err := a.of.Chain.Rounds.Read(path)
	if err != nil {
		return err
	}
	report, err := a.of.Chain.Rounds.Verify(ctx, &a.of.Chain, f)
	if err != nil {
		return err
	}
	if err := a.console().Result(report, report.WriteText); err != nil {
		return err
	}
	return a.of.Chain.Lacking(verify.ComparedRound(report, a.of.Unpinned, "--expect pins runs, of every participant"))
}

// readBundle reads a bundle of a mode that is verified here.
func readBundle(path string, limit int64) (*bundle.Bundle, error) {
	b, err := verify.ReadBundle(path, limit, anotherKind)
	if err != nil {
		return nil, err
	}
	if err := accepts(b.Statement.Mode); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// verifyRun verifies a bundle against what is expected of it, given what it continues.
func (a *app) verifyRun(ctx context.Context, b *bundle.Bundle, expect bundle.Expectation, from *bundle.Predecessor) (*bundle.Report, error) {
	setup, _, err := verify.Setup(a.of.Setup, a.cacheDir(), b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		return nil, err
	}
	report, err := bundle.Verify(ctx, b, expect, setup, bundle.Options{AllowInsecure: a.of.Insecure, MaxMemory: a.limit, From: from})
	return report, fault.Verdict(err)
}

// readExpectation reads what is expected of a bundle.
func readExpectation(path string) (bundle.Expectation, error) {
	e, err := bundle.ReadExpectation(path)
	if err == nil && e.Model != nil {
		err = fmt.Errorf("%s pins the model %s by its file, which this program does not read: pin the digest of its architecture, or use zkaudit verify: %w", path, *e.Model, fault.ErrUsage)
	}
	return e, err
}

// accepts refuses modes whose proofs only the whole program verifies.
func accepts(m mode.Name) error {
	if m.Wrapped() {
		return fmt.Errorf("mode %s: this program does not verify wrapped modes; zkaudit verify and zkaudit audit verify do: %w", m, fault.ErrVersion)
	}
	return nil
}

// anotherKind says that a file is not what was asked for, and what it is.
func anotherKind(path string, data []byte, want string) error {
	h, err := artefact.DecodeHeader(data)
	if err != nil {
		return fmt.Errorf("%s is not %s: %w", path, want, fault.ErrInput)
	}
	return fmt.Errorf("%s is not %s but another kind of file (%s), see zkaudit inspect: %w", path, want, foreign.Quote(string(h.Kind[:])), fault.ErrInput)
}

// cacheDir keeps generators; "" if there is no place for them.
func (a *app) cacheDir() string { return console.CacheDir(a.cache) }

// console is one since flags are read, so that it knows whether it has printed a result.
func (a *app) console() *console.Console {
	if a.speaking != nil {
		return a.speaking
	}
	return console.New("zkaudit-verify", a.stdout, a.stderr, a.json)
}

// report prints an error and returns the exit code.
func (a *app) report(err error) int {
	if errors.Is(err, context.Canceled) {
		a.console().Say("zkaudit-verify: interrupted")
		return fault.ExitInterrupted
	}
	return a.console().Report(err, textOf)
}

// textOf is what an error says, with settings called by their keys in run.toml.
func textOf(err error) string {
	if text := fault.Text(err, func(key string) string { return key }); text != "" {
		return text
	}
	return err.Error() // a kind alone
}
