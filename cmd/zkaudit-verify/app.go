package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/console"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// exitInterrupted is what shells report for a command ended by Ctrl-C.
const exitInterrupted = 130

// app holds the flags.
type app struct {
	stdout, stderr io.Writer
	json           bool
	cache          string // directory of generators
	memory         string // that verifying may take, as given
	limit          int64  // the same in bytes

	expect, setup      string
	parts              []string
	insecure, unpinned bool
}

func newRoot(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "zkaudit-verify BUNDLE",
		Short: "Verify a bundle of mode zk or validity, offline, without data or weights",
		Long: `Does what zkaudit verify does, with the same report and exit codes, and holds nothing
but the verifier: no prover, no executor, no reader of models or data, and no circuit.

Checks every certificate and every segment of a bundle, and every value that --expect
pins. Values that nobody pins are listed as NOT CHECKED: a bundle can be valid and about
another model or dataset than you think. So it is "valid as far as it was compared",
exit code 7, unless program, data, order, origin of the initial weights, length and
learning rate are pinned, or --unpinned says that this is wanted.

A model is pinned by its digest, "program" or "architecture" in the file of --expect:
what zkaudit inspect M.tflite --with run.toml prints. To pin one by its .tflite file
takes zkaudit verify --model. So do wrapped modes, zk-plonk and zk-groth16, and audits
take zkaudit audit verify: exit code 6.

--part FILE, once for each part of the dataset, lists the names of the features that
the model could read, and which attributes are among them: a bundle has their digest
alone.

Exit code 0: valid, and what was required. 1: false, damaged, or about something else.
2: usage. 3: cannot be read. 5: takes more memory than --max-memory allows. 6: a mode, a
version or a setup that is not verified here. 7: valid as far as it was compared. Only 1
says that the bundle is false.`,
		SilenceErrors: true, SilenceUsage: true,
		Args: console.Arguments(1, 1, "one bundle"),
		RunE: func(c *cobra.Command, args []string) error { return a.verify(c.Context(), args[0]) },
	}
	f := c.Flags()
	f.StringVar(&a.expect, "expect", "", "TOML file of the values you require")
	f.StringArrayVar(&a.parts, "part", nil, "the file of a part of the dataset, which names the features that the model could read; may be repeated")
	f.BoolVar(&a.unpinned, "unpinned", false, "exit with 0 also if nothing says which program, data, order, origin, length and rate are meant")
	f.StringVar(&a.setup, "setup", "", "the powers of tau you trust, whole or the verifier's part (default: the transparent setup, or the INSECURE development one)")
	f.BoolVar(&a.insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
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
	expect, err := a.expectation()
	if err != nil {
		return err
	}
	b, err := verify.ReadBundle(path, a.limit, anotherKind)
	if err != nil {
		return err
	}
	if err := verified(b.Statement.Mode); err != nil {
		return err
	}
	srs, _, err := verify.Setup(a.setup, a.cacheDir(), b.Statement.RowBits, b.Statement.SRS)
	if err != nil {
		return err
	}
	parts, err := verify.ReadParts(a.parts)
	if err != nil {
		return err
	}
	report, err := bundle.Verify(ctx, b, expect, srs, bundle.Options{AllowInsecure: a.insecure, MaxMemory: a.limit})
	if err != nil {
		return fault.Verdict(err)
	}
	if err := report.NameFeatures(parts...); err != nil {
		return err
	}
	if err := a.console().Result(report, report.WriteText); err != nil {
		return err
	}
	return verify.Compared(report.Unpinned, a.unpinned, "--expect pins them")
}

// expectation reads what --expect names.
func (a *app) expectation() (bundle.Expectation, error) {
	if a.expect == "" {
		return bundle.Expectation{}, nil
	}
	e, err := bundle.ReadExpectation(a.expect)
	if err == nil && e.Model != nil {
		err = fmt.Errorf("%s pins the model %s by its file, which this program does not read: pin the digest of its architecture, or use zkaudit verify: %w", a.expect, *e.Model, fault.ErrUsage)
	}
	return e, err
}

// verified refuses modes whose proofs only the whole program verifies.
func verified(m mode.Name) error {
	if m.Wrapped() {
		return fmt.Errorf("a bundle of mode %s: this program does not verify wrapped modes, zkaudit verify does: %w", m, fault.ErrVersion)
	}
	return nil
}

// anotherKind says that a file is not what was asked for, and what it is.
func anotherKind(path string, data []byte, want string) error {
	h, err := artefact.DecodeHeader(data)
	switch {
	case err != nil:
		return fmt.Errorf("%s is not %s: %w", path, want, fault.ErrInput)
	case h.Kind == artefact.Kind{'a', 'u', 'd', 't'}:
		return fmt.Errorf("%s is an audit: this program does not verify audits, zkaudit audit verify does: %w", path, fault.ErrVersion)
	}
	return fmt.Errorf("%s is not %s but something else, see zkaudit inspect: %w", path, want, fault.ErrInput)
}

// cacheDir keeps generators; "" if neither --cache nor the system names such a
// place.
func (a *app) cacheDir() string {
	if a.cache != "" {
		return a.cache
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "zkaudit")
}

func (a *app) console() *console.Console {
	return console.New("zkaudit-verify", a.stdout, a.stderr, a.json)
}

// report prints an error and returns the exit code.
func (a *app) report(err error) int {
	if errors.Is(err, context.Canceled) {
		a.console().Say("zkaudit-verify: interrupted")
		return exitInterrupted
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
