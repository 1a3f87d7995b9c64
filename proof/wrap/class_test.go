package wrap

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

func compiled(t *testing.T, s ProofSystem, l *proof.Layout) (constraint.ConstraintSystem, []byte) {
	t.Helper()
	ccs, err := s.Compile(circuit.New(l))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := ccs.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return ccs, b.Bytes()
}

func gatheredLayout(t *testing.T, change func(*prooftest.Spec), rowBits int) *proof.Layout {
	t.Helper()
	spec := prooftest.NewSpec()
	if change != nil {
		change(&spec)
	}
	l, err := proof.NewLayout(prooftest.NewGathered(t, spec).System, rowBits, true)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestSegmentsShareTheirClass: what differs between the segments of a run
// changes neither class nor circuit; everything else changes both.
func TestSegmentsShareTheirClass(t *testing.T) {
	setup, err := commitments.DevelopmentVerifier(6)
	if err != nil {
		t.Fatal(err)
	}
	base := gatheredLayout(t, nil, 6)
	class, shape := classDigest(PLONK{}, setup, base), base.System.ShapeDigest()
	circuits := map[string][]byte{}
	for _, s := range []ProofSystem{PLONK{}, Groth16{}} {
		_, circuits[s.Name()] = compiled(t, s, base)
	}
	for name, c := range map[string]struct {
		layout *proof.Layout
		same   bool
	}{
		"again": {gatheredLayout(t, nil, 6), true},
		"next segment": {gatheredLayout(t, func(s *prooftest.Spec) {
			s.Rates, s.Rows, s.Values = []int64{9, 8, 7}, []int32{0, 0, -1, 2, 2, 2}, []int64{1, 2, 3, 0}
		}, 6), true},
		"coefficient": {gatheredLayout(t, func(s *prooftest.Spec) { s.Coefficient = 6 }, 6), false},
		"a lookup":    {gatheredLayout(t, func(s *prooftest.Spec) { s.FreeQ = true }, 6), false},
	} {
		if same := c.layout.System.ShapeDigest() == shape; same != c.same {
			t.Errorf("%s: same shape %v, want %v", name, same, c.same)
		}
		if same := classDigest(PLONK{}, setup, c.layout) == class; same != c.same {
			t.Errorf("%s: same class %v, want %v", name, same, c.same)
		}
		for _, s := range []ProofSystem{PLONK{}, Groth16{}} {
			if _, b := compiled(t, s, c.layout); bytes.Equal(b, circuits[s.Name()]) != c.same {
				t.Errorf("%s: same %s circuit %v, want %v", name, s.Name(), !c.same, c.same)
			}
		}
	}
	if other := gatheredLayout(t, nil, 7); classDigest(PLONK{}, setup, other) == class {
		t.Error("another row size has the same class")
	}
	if classDigest(Groth16{}, setup, base) == class {
		t.Error("two systems share a class")
	}
	otherSetup := *setup
	otherSetup.ID[0] ^= 1
	if classDigest(PLONK{}, &otherSetup, base) == class {
		t.Error("two setup share a class")
	}
}

// TestCircuitsLeaveTheProverNoChoice: a circuit's only free values are its
// declared inputs. Without hints there is none to replace by a lie, and
// without gnark's commitments nothing that proofs here leave out.
func TestCircuitsLeaveTheProverNoChoice(t *testing.T) {
	l := gatheredLayout(t, nil, 6)
	for _, s := range []ProofSystem{PLONK{}, Groth16{}} {
		ccs, _ := compiled(t, s, l)
		if n := len(ccs.GetCommitments().CommitmentIndexes()); n != 0 {
			t.Errorf("%s: %d commitments", s.Name(), n)
		}
		// gnark's two kinds of constraint systems are one type.
		if hints := ccs.(*cs.SparseR1CS).MHintsDependencies; len(hints) != 0 {
			t.Errorf("%s: hints %v", s.Name(), hints)
		}
		if want := proof.Length(l) + 1; ccs.GetNbSecretVariables() != want {
			t.Errorf("%s: %d secret inputs, want messages and salt: %d", s.Name(), ccs.GetNbSecretVariables(), want)
		}
	}
}

// gadget is a circuit of what classes do not see: how an operation of the
// transcript becomes constraints.
type gadget struct {
	Message [4]frontend.Variable
	Result  frontend.Variable `gnark:",public"`
}

func (g *gadget) Define(api frontend.API) error {
	tr := circuit.NewTranscript(api, "gadget")
	tr.Absorb(transcript.RowValues, g.Message[:]...)
	api.AssertIsEqual(g.Result, tr.Challenge())
	return nil
}

// TestGadgetIsThatOfItsVersion: whoever finds this test failing changed what a
// circuit is made of, and gives circuitVersion its next number and the digests
// their next values, so that no key of an older circuit is used.
func TestGadgetIsThatOfItsVersion(t *testing.T) {
	for _, test := range []struct {
		ProofSystem
		want string
	}{
		{PLONK{}, "3f0634dfb2d24853d3df89acab7aeecc2c51c6c48023a7d7726674d8bc8819f9"},
		{Groth16{}, "253db6df251a82e1aa9739e1a27420f103abfc8c23327b8bcfe9a9fc71c601c0"},
	} {
		ccs, err := test.Compile(&gadget{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := ccs.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(b.Bytes())); got != test.want {
			t.Errorf("%s: gadget of %s is %s, want %s", test.Name(), circuitVersion, got, test.want)
		}
	}
}

// TestFrameIsThatOfItsVersion: what a circuit says of its public inputs, the seal and
// the sum, is no operation of the script either. Whoever finds this test alone failing
// changed that, and does as above; or the script, which changes all classes without a
// new version: then the digests get their next values.
func TestFrameIsThatOfItsVersion(t *testing.T) {
	b := relation.NewBuilder("one cell")
	b.Witness("x")
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 1, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		ProofSystem
		want string
	}{
		{PLONK{}, "3386cb3855a44e2f126d54183648d169de94744abe813444fae557ffa69a8c20"},
		{Groth16{}, "8c5706dc893e799f7969403efffa0a4c28b8e13185e5db753a8134baf9943d4e"},
	} {
		_, circuit := compiled(t, test, l)
		if got := fmt.Sprintf("%x", sha256.Sum256(circuit)); got != test.want {
			t.Errorf("%s: frame of %s is %s, want %s", test.Name(), circuitVersion, got, test.want)
		}
	}
}
