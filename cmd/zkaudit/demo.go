package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/examples/demo"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/run"
)

func demoCommand(a *app) *cobra.Command {
	var cheat, dir, name string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole system on data of its own, honest or cheating",
		Long: `Draws pictures of digits, trains a network of 11,530 parameters on them for 64
steps, proves every step and verifies the proof, then audits data and model: two
claims, proven on the same commitments. All in a temporary directory.
With --cheat the trainer is dishonest, forges the proof, and is found out:

  row      trains on a row that is not the committed one
  step     skips a step
  init     starts from other weights than the public seed's
  rate     uses another learning rate
  weights  changes the finished model`,
		Args: arguments(0, 0, "nothing"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := demo.Cheat(cheat).Check(); err != nil {
				return err
			}
			if err := mode.Name(name).Check(); err != nil {
				return fmt.Errorf("%w: %w", fault.ErrUsage, err)
			}
			place, clean, err := demoDirectory(dir)
			if err != nil {
				return err
			}
			defer clean()
			s, err := demo.Run(c.Context(), place, mode.Name(name), demo.Cheat(cheat), run.Options{Progress: a.newProgress(), CacheDir: a.cacheDir(), Memory: a.memoryLimit()})
			if s == nil || err != nil && !errors.Is(err, fault.ErrRejected) {
				return err
			}
			if dir != "" {
				s.Directory = dir
			}
			if printed := a.result(s, func(w io.Writer) error { return writeDemo(w, s) }); printed != nil {
				return printed
			}
			return err
		},
	}
	c.Flags().StringVar(&cheat, "cheat", "", "cheat: row, step, init, rate or weights")
	c.Flags().StringVar(&name, "mode", string(mode.Default), "zk, zk-plonk, zk-groth16, or validity, which hides nothing")
	c.Flags().StringVar(&dir, "dir", "", "make the run in this directory, which must not hold one, and keep it")
	return c
}

// demoDirectory returns a directory to work in, and what removes it.
func demoDirectory(dir string) (place string, clean func(), err error) {
	if dir != "" {
		if err := artefact.MakeFolder(dir, 0o755); err != nil {
			return "", nil, fmt.Errorf("--dir: %w", err)
		}
		return dir, func() {}, nil
	}
	return artefact.TemporaryFolder("zkaudit-demo-*")
}

// writeDemo tells a newcomer what happened.
func writeDemo(w io.Writer, s *demo.Summary) error {
	part, t := s.Commit.Parts[0], s.Seconds
	fmt.Fprintf(w, "Data     %d pictures of digits, drawn by this program; %d more held out (%.1f s)\n", part.Rows, part.Held, t.Setup)
	fmt.Fprintf(w, "Commit   the owner publishes a hiding commitment to the rows, and a certificate (%.1f s):\n         %s\n", t.Commit, part.Digest)
	if s.Cheat != demo.NoCheat {
		fmt.Fprintf(w, "CHEAT    the trainer is dishonest: %s.\n", s.Cheat.Deed())
		fmt.Fprintf(w, "Prove    it forges the proofs as well as it can (%.1f s), a bundle of %d bytes\n", t.Prove, s.Bytes)
		fmt.Fprintf(w, "Verify   REJECTED (%.2f s)\n         %s\n", t.Verify, s.Rejection)
		_, err := fmt.Fprintf(w, "Why      %s.\n", s.Cheat.Reason())
		return err
	}
	r, f := s.Training, s.Report.Facts
	fmt.Fprintf(w, "Train    %d parameters, %d steps of %d pictures, exact integers (%.1f s)\n", r.Parameters, r.Steps, f.Batch, t.Train)
	if r.Before != nil && r.After != nil && r.After.Accuracy != nil {
		fmt.Fprintf(w, "         right on the pictures held out: %.1f %% before, %.1f %% after\n", 100**r.Before.Accuracy, 100**r.After.Accuracy)
	}
	fmt.Fprintf(w, "Prove    every step, in %d chained segments (%.1f s): a bundle of %d bytes\n", f.Segments, t.Prove, s.Bytes)
	fmt.Fprintf(w, "Verify   VALID (%.2f s), from the bundle alone: no data, no weights\n", t.Verify)
	fmt.Fprintf(w, "Audit    %d claims, proven on the same commitments (%.1f s): %d bytes\n", len(s.Audit.Claims), t.Audit, s.AuditBytes)
	for _, c := range s.Audit.Claims {
		fmt.Fprintf(w, "         - %s\n", c.Says)
	}
	fmt.Fprintf(w, "Verify   VALID (%.2f s): both hold, checked without data or weights, too\n\n", t.Check)
	if s.Directory != "" {
		made, kept := filepath.Join(s.Directory, run.BundleFile), filepath.Join(s.Directory, run.AuditFile)
		expect := filepath.Join(s.Directory, run.ExpectationFile)
		allow := ""
		if f.Insecure {
			allow = " --allow-insecure-setup"
		}
		fmt.Fprintf(w, "Kept in %s; verify again with:\n  zkaudit verify %s --expect %s%s\n  zkaudit audit verify %s --bundle %s --run-expect run=%s%s\n\n",
			s.Directory, made, expect, allow, kept, made, expect, allow)
	}
	return s.Report.WriteText(w)
}
