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
	"github.com/zkaudit/zkaudit/proof/wrap"
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
