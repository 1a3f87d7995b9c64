package circuit_test

import (
	"math/rand/v2"
	"slices"
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

// replay runs the native verifier and returns what it exposes and the seal, whatever
// the verdict.
func replay(l *proof.Layout, messages []fr.Element) (exposed []fr.Element, seal fr.Element) {
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, prooftest.StatementDigest(), fr.Element{})
	out, _ := proof.Verify(l, tr, messages)
	return out.Exposed(l), proof.Seal(tr)
}

// solved reports whether the circuit accepts messages, with salt 0, for public inputs.
func solved(l *proof.Layout, public circuit.PublicInputs, messages []fr.Element) bool {
	w := circuit.Assign(l, public, fr.Element{}, messages)
	return test.IsSolved(circuit.New(l), w, ecc.BN254.ScalarField()) == nil
}

func TestVerdictsAgreeOnEveryMutation(t *testing.T) {
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(5, 6)))
	l := prooftest.Layout(t, ty.System, false)
	honest, _ := prooftest.Prove(t, l, ty.Cells, nil)
	solves := func(m []fr.Element) bool {
		exposed, seal := replay(l, m)
		return solved(l, circuit.NewPublicInputs(prooftest.StatementDigest(), seal, exposed), m)
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
	exposed, seal := replay(l, honest)
	if solved(l, circuit.NewPublicInputs(fr.NewElement(8), seal, exposed), honest) {
		t.Error("the circuit accepts another statement")
	}
}

// TestPublicInputsCount: whoever says another exposed value, or names another seal, is
// refused, each by the one constraint that is about it.
func TestPublicInputsCount(t *testing.T) {
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(5, 6)))
	l := prooftest.Layout(t, ty.System, false)
	honest, _ := prooftest.Prove(t, l, ty.Cells, nil)
	exposed, seal := replay(l, honest)
	public := circuit.NewPublicInputs(prooftest.StatementDigest(), seal, exposed)
	if !solved(l, public, honest) {
		t.Fatal("the circuit rejects an honest proof")
	}
	one := fr.One()
	for i := range exposed {
		other := slices.Clone(exposed)
		other[i].Add(&other[i], &one)
		if solved(l, circuit.NewPublicInputs(public.Digest, seal, other), honest) {
			t.Errorf("the circuit accepts another value %d of its outcome", i)
		}
	}
	for name, change := range map[string]func(p *circuit.PublicInputs){
		"digest": func(p *circuit.PublicInputs) { p.Digest.Add(&p.Digest, &one) },
		"seal":   func(p *circuit.PublicInputs) { p.Seal.Add(&p.Seal, &one) },
		"base":   func(p *circuit.PublicInputs) { p.Base.Add(&p.Base, &one) },
		"sum":    func(p *circuit.PublicInputs) { p.Sum.Add(&p.Sum, &one) },
	} {
		p := public
		change(&p)
		if solved(l, p, honest) {
			t.Errorf("the circuit accepts another %s", name)
		}
	}
	var other fr.Element
	other.Add(&seal, &one)
	if solved(l, circuit.NewPublicInputs(public.Digest, other, exposed), honest) {
		t.Error("the circuit accepts another seal with the sum that belongs to it")
	}
}

// TestSealBindsAllMessages: the last message, which the script itself leaves to the
// evaluation proof, included: nothing is chosen after θ.
func TestSealBindsAllMessages(t *testing.T) {
	g := prooftest.NewGathered(t, prooftest.NewSpec())
	l := prooftest.Layout(t, g.System, true)
	if err := prooftest.Count(l.System, g.Cells); err != nil {
		t.Fatal(err)
	}
	messages, _ := prooftest.Prove(t, l, g.Cells, prooftest.MaskRow(l))
	_, seal := replay(l, messages)
	one := fr.One()
	for i := range messages {
		m := slices.Clone(messages)
		m[i].Add(&m[i], &one)
		if _, other := replay(l, m); other == seal {
			t.Errorf("message %d of %d is not in the seal", i, len(messages))
		}
	}
}

// TestBaseIsOfAll: θ depends on everything that the sum is of, and on the seal, and
// equal values have equal inputs.
func TestBaseIsOfAll(t *testing.T) {
	values := func() []fr.Element { return []fr.Element{fr.NewElement(5), fr.NewElement(6), fr.NewElement(7)} }
	p := circuit.NewPublicInputs(fr.NewElement(1), fr.NewElement(2), values())
	if p != circuit.NewPublicInputs(fr.NewElement(1), fr.NewElement(2), values()) {
		t.Error("other inputs for the same values")
	}
	var want fr.Element // 5 + θ·(6 + θ·7)
	want.Mul(&p.Base, &values()[2]).Add(&want, &values()[1]).Mul(&want, &p.Base).Add(&want, &values()[0])
	if p.Sum != want {
		t.Errorf("sum %s, want %s", p.Sum.String(), want.String())
	}
	bases := map[fr.Element]string{p.Base: "itself"}
	add := func(name string, p circuit.PublicInputs) {
		if other, again := bases[p.Base]; again {
			t.Errorf("%s: the base of %s", name, other)
		}
		bases[p.Base] = name
	}
	add("another digest", circuit.NewPublicInputs(fr.NewElement(9), fr.NewElement(2), values()))
	add("another seal", circuit.NewPublicInputs(fr.NewElement(1), fr.NewElement(9), values()))
	for i := range values() {
		v := values()
		v[i].SetUint64(9)
		add("another value", circuit.NewPublicInputs(fr.NewElement(1), fr.NewElement(2), v))
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
	public := circuit.NewPublicInputs(prooftest.StatementDigest(), proof.Seal(tr), out.Exposed(l))
	for s, want := range map[fr.Element]bool{salt: true, fr.NewElement(12): false, {}: false} {
		w := circuit.Assign(l, public, s, messages)
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
		if n := ccs.GetNbPublicVariables(); n < circuit.PublicCount || n > circuit.PublicCount+1 {
			t.Errorf("%s: %d public variables, want %d and perhaps a constant", name, n, circuit.PublicCount)
		}
	}
}
