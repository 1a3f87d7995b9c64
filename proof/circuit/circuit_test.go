package circuit_test

import (
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/frontend/cs/scs"
	"github.com/consensys/gnark/test"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// replay runs the native verifier and returns its outcome, whatever the
// verdict.
func replay(l *proof.Layout, messages []fr.Element) *proof.Outcome[fr.Element] {
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, prooftest.StatementDigest(), fr.Element{})
	out, _ := proof.Verify(l, tr, messages)
	return out
}

func TestVerdictsAgreeOnEveryMutation(t *testing.T) {
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(5, 6)))
	l := prooftest.Layout(t, ty.System, false)
	honest, _ := prooftest.Prove(t, l, ty.Cells, nil)
	solves := func(m []fr.Element) bool {
		w := circuit.Assign(l, prooftest.StatementDigest(), fr.Element{}, m, replay(l, m).Exposed(l))
		return test.IsSolved(circuit.New(l), w, ecc.BN254.ScalarField()) == nil
	}
	if !solves(honest) {
		t.Fatal("the circuit rejects an honest proof")
	}
	one := fr.One()
	for i := 0; i < len(honest); i += 7 { // package committed changes every one, and asks forms as well
		m := append([]fr.Element(nil), honest...)
		m[i].Add(&m[i], &one)
		native, inCircuit := prooftest.Verify(l, m) == nil, solves(m)
		if native || inCircuit {
			t.Errorf("message %d of %d changed: native accepts %v, circuit accepts %v", i, len(honest), native, inCircuit)
		}
	}
	exposed := replay(l, honest).Exposed(l)
	for i := range exposed {
		w := circuit.Assign(l, prooftest.StatementDigest(), fr.Element{}, honest, exposed)
		w.Exposed[i] = 1
		if test.IsSolved(circuit.New(l), w, ecc.BN254.ScalarField()) == nil {
			t.Errorf("the circuit accepts another value %d of its outcome", i)
		}
	}
	w := circuit.Assign(l, fr.NewElement(8), fr.Element{}, honest, exposed)
	if test.IsSolved(circuit.New(l), w, ecc.BN254.ScalarField()) == nil {
		t.Error("the circuit accepts another statement")
	}
}

// TestSaltIsAbsorbed: in a masked layout the conversation belongs to the salt,
// and the circuit says so.
func TestSaltIsAbsorbed(t *testing.T) {
	g := prooftest.NewGathered(t, prooftest.NewSpec())
	l := prooftest.Layout(t, g.System, true)
	if err := prooftest.Count(l.System, g.Cells); err != nil {
		t.Fatal(err)
	}
	salt := fr.NewElement(11)
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, prooftest.StatementDigest(), salt)
	messages, out, err := prooftest.Converse(l, tr, prooftest.Reference(t, l, g.Cells, prooftest.MaskRow(l)))
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[fr.Element]bool{salt: true, fr.NewElement(12): false, {}: false} {
		w := circuit.Assign(l, prooftest.StatementDigest(), s, messages, out.Exposed(l))
		if got := test.IsSolved(circuit.New(l), w, ecc.BN254.ScalarField()) == nil; got != want {
			t.Errorf("salt %s: accepted %v", s.String(), got)
		}
	}
}

// nonZero is a circuit of one assertion.
type nonZero struct{ V frontend.Variable }

func (c *nonZero) Define(api frontend.API) error {
	circuit.Arith(api).AssertNonZero(c.V, "here")
	return nil
}

func TestNonZero(t *testing.T) {
	for v, want := range map[int]bool{0: false, 1: true, -1: true} {
		if got := test.IsSolved(&nonZero{}, &nonZero{V: v}, ecc.BN254.ScalarField()) == nil; got != want {
			t.Errorf("%d: accepted %v", v, got)
		}
	}
}

func TestCompiles(t *testing.T) {
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(5, 6)))
	l := prooftest.Layout(t, ty.System, false)
	for name, builder := range map[string]frontend.NewBuilder{"R1CS": r1cs.NewBuilder[constraint.U64], "PLONK": scs.NewBuilder[constraint.U64]} {
		ccs, err := frontend.Compile(ecc.BN254.ScalarField(), builder, circuit.New(l))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Logf("%s: %d constraints for %d messages", name, ccs.GetNbConstraints(), proof.Length(l))
		if public := proof.ExposedLength(l) + 1; ccs.GetNbPublicVariables() < public || ccs.GetNbPublicVariables() > public+1 {
			t.Errorf("%s: %d public variables, want %d and perhaps a constant", name, ccs.GetNbPublicVariables(), public)
		}
	}
}
