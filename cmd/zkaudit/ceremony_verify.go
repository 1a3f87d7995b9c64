package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// ceremonyVerified is what zkaudit ceremony verify has found.
type ceremonyVerified struct {
	ceremonyFacts
	SHA256   string   `json:"sha256"` // of the file, as reports name it
	Insecure bool     `json:"insecure"`
	Keys     string   `json:"keys,omitempty"` // the directory that has them
	Warnings []string `json:"warnings"`
}

func ceremonyVerifyCommand(a *app) *cobra.Command {
	var phase1 string
	var insecure, without bool
	c := &cobra.Command{
		Use:   "verify CEREMONY --phase1 FILE.ptau",
		Short: "Check a ceremony, say who contributed, and take its keys",
		Long: `Computes the circuits' first parameters from the powers of tau, checks every
contribution and the beacon, and that the keys are what follows from them. The keys of a
ceremony that is finished are put into the cache (--cache), where zkaudit commit, prove,
audit and verify find them; reports then say that they rest on this ceremony. A key of
the same circuit that is there already is left as it is: exit code 6.

What only you can know: whether the powers of tau, by their SHA-256, are those of a
ceremony that you trust; whether someone among those who contributed has forgotten; and
whether the beacon is the value that was announced. Names are what they call themselves:
compare the digests with those that they published.

Exit code 0: nothing is wrong with it. 1: false, or damaged. 3: cannot be read, the .ptau
file included. 5: takes more memory than --max-memory allows. 6: another version or other
powers, other keys in the cache, or the INSECURE development powers.`,
		Args: arguments(1, 1, "one ceremony"),
		RunE: func(cmd *cobra.Command, args []string) error {
			first, err := newFirstPhase(phase1)
			if err != nil {
				return err
			}
			made, data, err := a.readCeremony(args[0])
			if err != nil {
				return err
			}
			keys, err := a.check(cmd, made, first)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(data)
			r := &ceremonyVerified{ceremonyFacts: factsOf(made), SHA256: hex.EncodeToString(sum[:]), Warnings: []string{}}
			if r.Insecure, err = first.insecure(); err != nil {
				return err
			}
			if err := r.acceptable(made.Classes, insecure); err != nil {
				return err
			}
			if err := r.warn(keys); err != nil {
				return err
			}
			if len(keys) > 0 && !without {
				origin := mode.Keys{Transcript: sum, Phase1: made.Phase1(), Contributions: len(made.Names())}
				for _, k := range keys {
					if err := a.keys().Keep(cmd.Context(), k, origin); err != nil {
						return err
					}
				}
				r.Keys = a.keyDir()
			}
			return a.result(r, r.writeText)
		},
	}
	f := c.Flags()
	f.StringVar(&phase1, "phase1", "", phase1Usage)
	f.BoolVar(&insecure, "allow-insecure-setup", false, "accept powers of the development τ, with which anyone can forge, for proofs that are made with it, too")
	f.BoolVar(&without, "no-keys", false, "check alone: leave the cache as it is")
	return c
}

// acceptable refuses the development τ, but for proofs that anyone can forge anyway.
func (r *ceremonyVerified) acceptable(classes []*wrap.Class, allowed bool) error {
	if !r.Insecure {
		return nil
	}
	if !allowed {
		return fmt.Errorf("the ceremony starts from the INSECURE development powers of tau: whatever was contributed, anyone can forge with its keys; --allow-insecure-setup takes them all the same: %w", fault.ErrVersion)
	}
	for _, cl := range classes {
		if !cl.Insecure() {
			return fmt.Errorf("the ceremony starts from the INSECURE development powers of tau, and circuit %s is of proofs with another setup, which would look like sound ones: %w", fault.Quote(cl.Name()), fault.ErrVersion)
		}
	}
	return nil
}

// warn adds what speaks against the keys, and their digests.
func (r *ceremonyVerified) warn(keys []*wrap.CeremonyKeys) error {
	for i, k := range keys {
		digest, err := k.Digest()
		if err != nil {
			return err
		}
		r.Circuits[i].Key = hex.EncodeToString(digest[:])
	}
	if r.Insecure {
		r.Warnings = append(r.Warnings, "INSECURE: the powers of tau are the development ones, with which anyone can forge")
	}
	switch len(r.Contributions) {
	case 0:
		r.Warnings = append(r.Warnings, "nobody has contributed yet")
	case 1:
		r.Warnings = append(r.Warnings, fmt.Sprintf("a SINGLE contributor: %q can forge proofs, unless the secret was forgotten; a second who contributes would mend that", r.Contributions[0].Name))
	}
	return nil
}

func (r *ceremonyVerified) writeText(w io.Writer) error {
	head := "CHECKED: every contribution, and the keys that follow"
	if !r.Finished {
		head = "CHECKED, and UNFINISHED: every contribution so far; no keys"
	}
	lines := append([]string{head}, r.lines()...)
	for i, c := range r.Circuits {
		if c.Key != "" {
			lines = append(lines, fmt.Sprintf("key of circuit %d: %s", i+1, c.Key))
		}
	}
	lines = append(lines, "SHA-256 of the file "+r.SHA256+", by which reports name it")
	if r.Keys != "" {
		lines = append(lines, "keys put into "+r.Keys)
	}
	for _, warning := range r.Warnings {
		lines = append(lines, "WARNING: "+warning)
	}
	lines = append(lines,
		"To be compared by you: the SHA-256 of the powers of tau with that of a ceremony that you trust;",
		"digests of contributions with those that their makers published; the beacon with the value announced in advance.")
	return writeLines(w, lines)
}
