package main

import (
	"encoding/hex"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/ceremony"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

func ceremonyContributeCommand(a *app) *cobra.Command {
	var phase1, name, entropy string
	c := &cobra.Command{
		Use:   "contribute IN OUT --phase1 FILE.ptau [--name NAME] [--entropy FILE]",
		Short: "Check a ceremony and contribute to it",
		Long: `Checks all of IN, then multiplies in a secret for each circuit, which nobody sees and
which is forgotten: it is drawn from the operating system, and from a file that you may
give it, of dice thrown, say, which you destroy. OUT is a new file.

The digest that is printed stands for your contribution and all before it: keep it, and
look for it in what zkaudit ceremony verify prints in the end.`,
		Args: arguments(2, 2, "a ceremony and a file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			first, err := newFirstPhase(phase1)
			if err != nil {
				return err
			}
			if err := unwritten(args[1], args[0], phase1, entropy); err != nil {
				return err
			}
			var more []byte
			if entropy != "" {
				if more, err = artefact.ReadFile(entropy, maxEntropy); err != nil {
					return err
				}
			}
			made, err := a.readOpen(args[0])
			if err != nil {
				return err
			}
			if err := a.checkOpen(cmd, made, first); err != nil {
				return err
			}
			if err := made.Contribute(name, more); err != nil {
				return err
			}
			if err := writeCeremony(args[1], made, args[0], phase1, entropy); err != nil {
				return err
			}
			return a.written(made, args[1], "the last digest stands for your contribution: keep it")
		},
	}
	f := c.Flags()
	f.StringVar(&phase1, "phase1", "", phase1Usage)
	f.StringVar(&name, "name", "anonymous", "what you are called in the ceremony: letters, digits, _ . and -")
	f.StringVar(&entropy, "entropy", "", "a file of randomness of your own, used beside the operating system's")
	return c
}

// maxEntropy bounds what a contributor may add.
const maxEntropy = 1 << 20

// readOpen reads a ceremony and refuses one that is finished, before it is checked.
func (a *app) readOpen(path string) (*wrap.Ceremony, error) {
	c, _, err := a.readCeremony(path)
	if err != nil {
		return nil, err
	}
	if beacon, _ := c.Beacon(); beacon != nil {
		return nil, fmt.Errorf("the ceremony is finished, and takes no more: %w", fault.ErrUsage)
	}
	return c, nil
}

// checkOpen checks all of a ceremony that goes on.
func (a *app) checkOpen(cmd *cobra.Command, c *wrap.Ceremony, first *firstPhase) error {
	if _, err := a.check(cmd, c, first); err != nil {
		return err
	}
	return a.warnOfPowers(first)
}

func ceremonyFinishCommand(a *app) *cobra.Command {
	var phase1, beacon string
	var iterations int
	c := &cobra.Command{
		Use:   "finish IN OUT --phase1 FILE.ptau --beacon HEX",
		Short: "End a ceremony with public randomness announced in advance",
		Long: `Checks all of IN, then multiplies in a number that follows from it and from a beacon: a
public value that nobody could know before the last contribution, and which everyone
was told in advance where to find, such as a round of drand or a block's hash. It keeps
the last who contributed from choosing the result; it is no secret, and does not stand
for one who forgets.`,
		Args: arguments(2, 2, "a ceremony and a file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			first, err := newFirstPhase(phase1)
			if err != nil {
				return err
			}
			value, err := hex.DecodeString(beacon)
			if err != nil || beacon == "" {
				return fmt.Errorf("--beacon %q: want an even number of hexadecimal digits: %w", beacon, fault.ErrUsage)
			}
			if err := unwritten(args[1], args[0], phase1); err != nil {
				return err
			}
			made, err := a.readOpen(args[0])
			if err != nil {
				return err
			}
			if err := ceremony.CheckBeacon(len(made.Names()), value, iterations); err != nil {
				return err
			}
			if err := a.checkOpen(cmd, made, first); err != nil {
				return err
			}
			if err := made.Finish(value, iterations); err != nil {
				return err
			}
			if err := writeCeremony(args[1], made, args[0], phase1); err != nil {
				return err
			}
			return a.written(made, args[1], "publish it: zkaudit ceremony verify takes the keys from it")
		},
	}
	f := c.Flags()
	f.StringVar(&phase1, "phase1", "", phase1Usage)
	f.StringVar(&beacon, "beacon", "", "public randomness announced in advance, 16 to 128 bytes in hexadecimal")
	f.IntVar(&iterations, "iterations", 10, "log2 of how often the beacon is hashed")
	return c
}
