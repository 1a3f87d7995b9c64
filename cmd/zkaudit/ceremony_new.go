package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// ceremonySources say which circuits a ceremony is for.
type ceremonySources struct {
	dir, setup            string
	bundles, parts, audit []string
	rounds, models        []string
}

func ceremonyNewCommand(a *app) *cobra.Command {
	var o ceremonySources
	var phase1 string
	c := &cobra.Command{
		Use:   "new CEREMONY --phase1 FILE.ptau {--dir DIR | --bundle BUNDLE | --part PART | --audit AUDIT | --round ROUND}",
		Short: "Begin a ceremony for the circuits of a run, a bundle, parts or an audit",
		Long: `Finds out which circuits there are, each once, and computes their first parameters
from the powers of tau. The circuits of a run follow from its model, data and choices:
--dir DIR names a run directory of mode zk-groth16, before anything is committed. Those
of what is proven already, with other keys, are found in a bundle, a part, an audit or a
round of federated training; an audit takes the bundles of its runs, by --bundle, and
--model as zkaudit audit verify, a round those of its participants.

The powers must be for as many constraints as the largest circuit has.`,
		Args: arguments(1, 1, "one file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			first, err := newFirstPhase(phase1)
			if err != nil {
				return err
			}
			if err := unwritten(args[0], phase1); err != nil {
				return err
			}
			classes, err := a.ceremonyClasses(cmd.Context(), &o)
			if err != nil {
				return err
			}
			if err := wrap.Memory(classes).Check("beginning this ceremony", a.limit); err != nil {
				return err
			}
			watch, done := a.watch(classes)
			made, err := wrap.NewCeremony(cmd.Context(), classes, first, watch)
			done()
			if err != nil {
				return err
			}
			a.notePrepared(first)
			if err := a.warnOfPowers(first); err != nil {
				return err
			}
			if err := writeCeremony(args[0], made, phase1); err != nil {
				return err
			}
			return a.written(made, args[0], "hand it to the first who contributes")
		},
	}
	f := c.Flags()
	f.StringVar(&phase1, "phase1", "", phase1Usage)
	f.StringVar(&o.dir, "dir", "", "the run directory whose circuits these are")
	f.StringArrayVar(&o.bundles, "bundle", nil, "a bundle whose circuits these are; with --audit, of a run that claims name, with --round, of a participant")
	f.StringArrayVar(&o.parts, "part", nil, "a part whose certificate's circuits these are; may be repeated")
	f.StringArrayVar(&o.audit, "audit", nil, "an audit whose circuits these are; may be repeated")
	f.StringArrayVar(&o.rounds, "round", nil, "a round of federated training whose average's circuit this is; may be repeated")
	f.StringArrayVar(&o.models, "model", nil, "of an audit: NAME=FILE.tflite, a public model that claims name")
	f.StringVar(&o.setup, "setup", "", "the powers of tau that bundle, part, audit or round are made with (default: the INSECURE development ones)")
	return c
}

// warnOfPowers says so if the powers are those that everybody can compute.
func (a *app) warnOfPowers(first *firstPhase) error {
	insecure, err := first.insecure()
	if err == nil && insecure {
		a.say("INSECURE: the powers of tau are the development ones; whatever is contributed, anyone can forge with such keys. For trying only.")
	}
	return err
}

// openRun opens a run of mode zk-groth16.
func (a *app) openRun(dir string) (*run.Directory, error) {
	d, err := a.open([]string{dir})
	if err == nil {
		if m := d.Mode(); m != mode.ZKGroth16 {
			d.Close()
			return nil, fmt.Errorf("the run in %s is of mode %s, which has no keys of a ceremony; proof.mode = %q has: %w", dir, m, mode.ZKGroth16, fault.ErrUsage)
		}
	}
	return d, err
}
