package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/artefact"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/fault"
)

func verifyCommand(a *app) *cobra.Command {
	var expectFile, srsFile string
	var insecure bool
	c := &cobra.Command{
		Use:   "verify BUNDLE",
		Short: "Verify a bundle, offline, without data or weights",
		Long: `Checks every certificate and every segment of a bundle, and every value that
--expect pins. Values that nobody pins are listed as NOT CHECKED: a bundle can
be valid and about another dataset than you think.

Exit code 0: valid. 1: false, or damaged. 3: cannot be read. 6: another version,
or the SRS is not the one given.`,
		Args: arguments(1, 1, "one bundle"),
		RunE: func(c *cobra.Command, args []string) error {
			var expect bundle.Expectation
			var err error
			if expectFile != "" {
				if expect, err = bundle.ReadExpectation(expectFile); err != nil {
					return err
				}
			}
			b, err := a.readBundle(args[0])
			if err != nil {
				return err
			}
			srs, powers, err := readVerifierSRS(srsFile, b.Statement.RowBits)
			if err != nil {
				return err
			}
			start := time.Now()
			progress := a.newProgress()
			options := bundle.Options{AllowInsecure: insecure, Powers: powers, Cache: a.keys(), MaxMemory: a.limit}
			if progress != nil {
				progress.Start("verify", len(b.Datasets)+1+len(b.Segments))
				defer progress.Finish()
				options.Progress = func(done, total int) { progress.Advance(done, fmt.Sprintf("%d of %d proofs", done, total)) }
			}
			report, err := bundle.Verify(c.Context(), b, expect, srs, options)
			if err != nil {
				return fault.Verdict(err)
			}
			a.note("%d proofs checked in %.2f s", len(b.Datasets)+1+len(b.Segments), time.Since(start).Seconds())
			return a.result(report, report.WriteText)
		},
	}
	c.Flags().StringVar(&expectFile, "expect", "", "TOML file of the values you require")
	c.Flags().StringVar(&srsFile, "srs", "", "the SRS you trust, whole or the verifier's part (default: the INSECURE development one)")
	c.Flags().BoolVar(&insecure, "allow-insecure-srs", false, "accept the development SRS, with which anyone can forge")
	return c
}

// readBundle reads a bundle. What is recognised as one and is damaged counts
// as false.
func (a *app) readBundle(path string) (*bundle.Bundle, error) {
	data, err := a.readFile(path, bundle.MaxBytes, bundle.BytesPerByte)
	if err != nil {
		return nil, err
	}
	if !bundle.Recognised(data) {
		return nil, anotherKind(path, data, "a bundle")
	}
	b, err := bundle.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	return b, nil
}

// anotherKind says that a file is not what was asked for, and what it is.
func anotherKind(path string, data []byte, want string) error {
	h, err := artefact.DecodeHeader(data)
	if err != nil {
		return fmt.Errorf("%s is not %s: %w", path, want, fault.ErrInput)
	}
	is := map[artefact.Kind]string{
		bundle.Kind(): "a bundle, see zkaudit verify", audit.Kind(): "an audit, see zkaudit audit verify", bundle.PartKind(): "a part",
	}[h.Kind]
	if is == "" {
		is = "something else, see zkaudit inspect"
	}
	return fmt.Errorf("%s is not %s but %s: %w", path, want, is, fault.ErrInput)
}
