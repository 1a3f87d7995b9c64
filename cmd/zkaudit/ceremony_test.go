package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/ptautest"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/ceremony"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
)

// writePowersOfTau writes a prepared .ptau file of secrets that everybody knows, or of the
// development τ: powers FILE LOG [development].
func writePowersOfTau(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: powers FILE LOG [development]")
	}
	log, err := strconv.Atoi(args[1])
	ts.Check(err)
	secrets := ptautest.Secrets{Tau: fr.NewElement(3), Alpha: fr.NewElement(5), Beta: fr.NewElement(7)}
	if len(args) > 2 {
		secrets.Tau, err = ptautest.DevelopmentTau()
		ts.Check(err)
	}
	ts.Check(ptautest.Write(ts.MkAbs(args[0]), log, secrets, true))
}

// beginCeremony begins a ceremony for the smallest circuit there is, of proofs with the
// development setup, or with another one: ceremony FILE POWERS [other].
func beginCeremony(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ceremony FILE POWERS [other]")
	}
	const rowBits = 1
	setup, err := commitments.DevelopmentVerifier(rowBits)
	ts.Check(err)
	if len(args) > 2 {
		setup.ID[0] ^= 1
	}
	cl, err := smallestClass(setup.ID, rowBits)
	ts.Check(err)
	first, err := newFirstPhase(ts.MkAbs(args[1]))
	ts.Check(err)
	made, err := wrap.NewCeremony(context.Background(), []*wrap.Class{cl}, first, nil)
	ts.Check(err)
	data, err := made.MarshalBinary()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// smallestClass is that of the statement that two committed rows are the same.
func smallestClass(setup [32]byte, rowBits int) (*wrap.Class, error) {
	b := relation.NewBuilder("equal")
	axis := relation.Axis{Name: "i", Size: 2}
	first, second := b.External("A", axis), b.External("B", axis)
	b.Equation("same", []relation.Axis{axis}, []relation.Label{"i"},
		relation.Times(relation.Int(1), relation.At(first, "i")), relation.Times(relation.Int(-1), relation.At(second, "i")))
	sys, err := b.Build()
	if err != nil {
		return nil, err
	}
	l, err := proof.NewLayout(sys, rowBits, true)
	if err != nil {
		return nil, err
	}
	return wrap.NewClass(setup, l)
}

// TestKeysAssumed: what a report says of keys is what the ceremony was.
func TestKeysAssumed(t *testing.T) {
	said := func(keys ...mode.Keys) string {
		return strings.Join(mode.ZKGroth16.Assumed(commitments.PowersOfTau, keys...), "\n")
	}
	own, one, three := mode.Keys{}, mode.Keys{Transcript: [32]byte{1}, Contributions: 1}, mode.Keys{Transcript: [32]byte{2}, Contributions: 3}
	for _, test := range []struct {
		keys      []mode.Keys
		says, not []string
	}{
		{nil, []string{"whoever made the Groth16 keys in the verifier's cache"}, []string{"ceremony"}},
		{[]mode.Keys{own, own}, []string{"whoever made the Groth16 keys in the verifier's cache"}, []string{"ceremony"}},
		{[]mode.Keys{one}, []string{"the only one who contributed", "transcript with SHA-256 01"}, []string{"whoever made", "at least one"}},
		{[]mode.Keys{three}, []string{"of the 3 contributions", "at least one is by someone who has forgotten", "transcript with SHA-256 02"}, []string{"whoever made"}},
		{[]mode.Keys{three, own, three}, []string{"of the 3 contributions", "whoever made the Groth16 keys"}, nil},
	} {
		text := said(test.keys...)
		for _, want := range test.says {
			if strings.Count(text, want) != 1 {
				t.Errorf("%+v: %q is not said once in\n%s", test.keys, want, text)
			}
		}
		for _, other := range test.not {
			if strings.Contains(text, other) {
				t.Errorf("%+v: %q is said in\n%s", test.keys, other, text)
			}
		}
	}
	if text := strings.Join(mode.ZKPLONK.Assumed(commitments.PowersOfTau, three), "\n"); strings.Contains(text, "Groth16") {
		t.Errorf("mode zk-plonk: %s", text)
	}
}

// TestCeremonyIsInspected: as an artefact of its kind, whatever stands in it.
func TestCeremonyIsInspected(t *testing.T) {
	r := &artefactReport{}
	data := artefact.Encode(artefact.Header{Kind: ceremony.Kind(), Version: 1}, []byte("nothing"))
	if err := r.describe(artefact.Header{Kind: ceremony.Kind(), Version: 1}, data); err == nil || r.Meaning != "" {
		t.Errorf("a damaged one: %q, %v", r.Meaning, err)
	}
}
