package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/ceremony"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

func ceremonyCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "ceremony",
		Short: "Keys of mode zk-groth16 by many hands, of whom one who forgets is enough",
		Long: `Whoever knows the secrets of a Groth16 key can forge proofs with it. A ceremony makes
keys by many hands: who contributes multiplies in a secret and forgets it, and one who
does is enough. It starts from powers of tau, the ceremony before, in a .ptau file.

  zkaudit ceremony new 0.ceremony --phase1 FILE.ptau --dir DIR      the owner, before zkaudit commit
  zkaudit ceremony contribute 0.ceremony 1.ceremony --phase1 FILE.ptau --name anna
  zkaudit ceremony contribute 1.ceremony 2.ceremony --phase1 FILE.ptau --name bela
  zkaudit ceremony finish 2.ceremony keys.ceremony --phase1 FILE.ptau --beacon HEX
  zkaudit ceremony verify keys.ceremony --phase1 FILE.ptau          everyone: keys into the cache

One file is for all circuits of a run: contributions are to all of them.`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(ceremonyNewCommand(a), ceremonyContributeCommand(a), ceremonyFinishCommand(a), ceremonyVerifyCommand(a))
	return c
}

const phase1Usage = "the powers of tau to start from: a .ptau file for BN254 (bn128), faster if it was prepared for phase 2"

// firstPhase reads the powers of tau of a file, once for each size.
type firstPhase struct {
	path   string
	powers map[int]*commitments.Phase1
}

func newFirstPhase(path string) (*firstPhase, error) {
	if path == "" {
		return nil, fmt.Errorf("a ceremony starts from powers of tau: --phase1 names their file: %w", fault.ErrUsage)
	}
	return &firstPhase{path, map[int]*commitments.Phase1{}}, nil
}

// Powers implements wrap.Phase1.
func (f *firstPhase) Powers(log int) (p *commitments.Phase1, err error) {
	if f.powers[log] == nil {
		f.powers[log], err = commitments.ReadPhase1(f.path, log)
	}
	return f.powers[log], err
}

// insecure reports whether the powers that were read are those of the development τ.
func (f *firstPhase) insecure() (bool, error) {
	for _, p := range f.powers {
		return p.Insecure()
	}
	return false, nil
}

// prepared reports whether all that was read had its Lagrange forms.
func (f *firstPhase) prepared() bool {
	for _, p := range f.powers {
		if !p.Prepared {
			return false
		}
	}
	return true
}

// watch shows what is done of a ceremony.
func (a *app) watch(classes []*wrap.Class) (watch wrap.Watch, done func()) {
	progress := a.newProgress()
	if progress == nil {
		return nil, func() {}
	}
	started := false
	return func(i int, doing string) {
			if started {
				progress.Finish()
			}
			started = true
			progress.Start(fmt.Sprintf("circuit %d of %d: %s", i+1, len(classes), doing), 0)
		}, func() {
			if started {
				progress.Finish()
			}
		}
}

// readCeremony reads the file of a ceremony, and what its circuits are. What is
// recognised as one and is damaged counts as false.
func (a *app) readCeremony(path string) (*wrap.Ceremony, []byte, error) {
	h, is, err := verify.HeaderOf(path)
	if err != nil {
		return nil, nil, err
	}
	if !is {
		return nil, nil, anotherKind(path, nil, "a ceremony")
	}
	if h.Kind != ceremony.Kind() {
		return nil, nil, anotherKind(path, artefact.Encode(h, nil), "a ceremony")
	}
	data, err := a.readFile(path, ceremony.MaxBytes, ceremony.BytesPerByte)
	if err != nil {
		return nil, nil, err
	}
	c, err := wrap.UnmarshalCeremony(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	return c, data, nil
}

// check verifies all of a ceremony that can be verified.
func (a *app) check(cmd *cobra.Command, c *wrap.Ceremony, first *firstPhase) ([]*wrap.CeremonyKeys, error) {
	if err := wrap.Memory(c.Classes).Check("checking this ceremony", a.limit); err != nil {
		return nil, err
	}
	watch, done := a.watch(c.Classes)
	defer done()
	keys, err := c.Check(cmd.Context(), first, watch)
	if err == nil {
		a.notePrepared(first)
	}
	return keys, err
}

func (a *app) notePrepared(first *firstPhase) {
	if !first.prepared() {
		a.note("note: %s has no Lagrange forms, which took most of the time; snarkjs powersoftau prepare phase2 adds them", first.path)
	}
}

// unwritten refuses a file to write that is there, or is one of those read.
func unwritten(out string, inputs ...string) error {
	if err := writable(out, inputs...); err != nil {
		return err
	}
	if _, err := os.Lstat(out); err == nil {
		return fmt.Errorf("%s is there, and ceremonies overwrite nothing: name a new file: %w", out, fault.ErrUsage)
	}
	return nil
}

func writeCeremony(out string, c *wrap.Ceremony, inputs ...string) error {
	data, err := c.MarshalBinary()
	if err != nil {
		return err
	}
	if err := unwritten(out, inputs...); err != nil { // after minutes
		return err
	}
	return artefact.WriteFile(out, data, artefact.PublicMode)
}

// ceremonyCircuit is a circuit of a ceremony, as commands list it.
type ceremonyCircuit struct {
	Name        string `json:"name"`
	Class       string `json:"class"`
	Setup       string `json:"setup"`
	Insecure    bool   `json:"insecure_setup,omitempty"`
	Constraints string `json:"constraints_up_to"`
	Parameters  int    `json:"parameters"`
	Key         string `json:"key,omitempty"`
}

type ceremonyContribution struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// ceremonyFacts is what a file of a ceremony says.
type ceremonyFacts struct {
	ID            string                 `json:"id"`
	Phase1        string                 `json:"phase1_sha256"`
	Circuits      []ceremonyCircuit      `json:"circuits"`
	Contributions []ceremonyContribution `json:"contributions"`
	Beacon        string                 `json:"beacon,omitempty"`
	Iterations    int                    `json:"iterations_log,omitempty"`
	Finished      bool                   `json:"finished"`
}

func factsOf(c *wrap.Ceremony) ceremonyFacts {
	id, first := c.ID(), c.Phase1()
	f := ceremonyFacts{ID: hex.EncodeToString(id[:]), Phase1: hex.EncodeToString(first[:]), Contributions: []ceremonyContribution{}}
	for i, cl := range c.Classes {
		t, digest, setup := c.Circuits[i].Transcript, cl.Digest(), cl.Setup()
		f.Circuits = append(f.Circuits, ceremonyCircuit{
			Name: cl.Name(), Class: hex.EncodeToString(digest[:]), Setup: hex.EncodeToString(setup[:]), Insecure: cl.Insecure(),
			Constraints: fmt.Sprintf("2^%d", t.Log), Parameters: len(t.Quotient) + len(t.Private),
		})
	}
	for i, name := range c.Names() {
		digest := c.ContributionDigest(i)
		f.Contributions = append(f.Contributions, ceremonyContribution{name, hex.EncodeToString(digest[:])})
	}
	beacon, iterations := c.Beacon()
	f.Beacon, f.Iterations, f.Finished = hex.EncodeToString(beacon), iterations, beacon != nil
	return f
}

// lines are the facts for people.
func (f *ceremonyFacts) lines() []string {
	list := []string{"ceremony " + f.ID, "powers of tau from the file with SHA-256 " + f.Phase1}
	for i, c := range f.Circuits {
		insecure := ""
		if c.Insecure {
			insecure = ", INSECURE: proofs about the development setup"
		}
		list = append(list, fmt.Sprintf("circuit %d: %s, up to %s constraints, %d parameters, class %s%s", i+1, fault.Quote(c.Name), c.Constraints, c.Parameters, c.Class, insecure))
	}
	for i, c := range f.Contributions {
		list = append(list, fmt.Sprintf("contribution %d: %q, as they call themselves: %s", i+1, c.Name, c.Digest))
	}
	if f.Finished {
		return append(list, fmt.Sprintf("beacon %s, hashed 2^%d times", f.Beacon, f.Iterations))
	}
	return append(list, "not finished: there are no keys yet")
}

func writeLines(w io.Writer, lines ...[]string) error {
	for _, line := range slices.Concat(lines...) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// ceremonyWritten is what new, contribute and finish have made.
type ceremonyWritten struct {
	ceremonyFacts
	File string `json:"file"`
	last string // what to do now
}

func (a *app) written(c *wrap.Ceremony, file, next string) error {
	w := ceremonyWritten{factsOf(c), file, next}
	return a.result(w, func(out io.Writer) error {
		return writeLines(out, w.lines(), []string{"written " + file + "; " + w.last})
	})
}

// ceremonySources say which circuits a ceremony is for.
type ceremonySources struct {
	dir, setup            string
	bundles, parts, audit []string
	models                []string
}

func ceremonyNewCommand(a *app) *cobra.Command {
	var o ceremonySources
	var phase1 string
	c := &cobra.Command{
		Use:   "new CEREMONY --phase1 FILE.ptau {--dir DIR | --bundle BUNDLE | --part PART | --audit AUDIT}",
		Short: "Begin a ceremony for the circuits of a run, a bundle, parts or an audit",
		Long: `Finds out which circuits there are, each once, and computes their first parameters
from the powers of tau. The circuits of a run follow from its model, data and choices:
--dir DIR names a run directory of mode zk-groth16, before anything is committed. Those
of what is proven already, with other keys, are found in a bundle, a part or an audit;
an audit takes the bundles of its runs, by --bundle, and --model as zkaudit audit verify.

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
	f.StringArrayVar(&o.bundles, "bundle", nil, "a bundle whose circuits these are; with --audit, of a run that claims name")
	f.StringArrayVar(&o.parts, "part", nil, "a part whose certificate's circuits these are; may be repeated")
	f.StringArrayVar(&o.audit, "audit", nil, "an audit whose circuits these are; may be repeated")
	f.StringArrayVar(&o.models, "model", nil, "of an audit: NAME=FILE.tflite, a public model that claims name")
	f.StringVar(&o.setup, "setup", "", "the powers of tau that bundle, part or audit are made with (default: the INSECURE development ones)")
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
			made, _, err := a.readCeremony(args[0])
			if err != nil {
				return err
			}
			if err := open(made); err != nil {
				return err
			}
			if _, err := a.check(cmd, made, first); err != nil {
				return err
			}
			if err := a.warnOfPowers(first); err != nil {
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

// open refuses a ceremony that is finished, before it is checked.
func open(c *wrap.Ceremony) error {
	if beacon, _ := c.Beacon(); beacon != nil {
		return fmt.Errorf("the ceremony is finished, and takes no more: %w", fault.ErrUsage)
	}
	return nil
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
			made, _, err := a.readCeremony(args[0])
			if err != nil {
				return err
			}
			if err := open(made); err != nil {
				return err
			}
			if err := ceremony.CheckBeacon(len(made.Names()), value, iterations); err != nil {
				return err
			}
			if _, err := a.check(cmd, made, first); err != nil {
				return err
			}
			if err := a.warnOfPowers(first); err != nil {
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
