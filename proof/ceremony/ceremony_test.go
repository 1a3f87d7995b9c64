package ceremony

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/big"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	update "github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/ptautest"
)

// chain multiplies its inputs with one another Links times, with coefficients of
// every kind, some wires with many different ones. One secret is in no constraint, one is
// on a left side alone.
type chain struct {
	Links     int               `gnark:"-"`
	Public    frontend.Variable `gnark:",public"`
	Result    frontend.Variable `gnark:",public"`
	Secret    frontend.Variable
	Unused    frontend.Variable
	LeftAlone frontend.Variable
}

func (c *chain) Define(api frontend.API) error {
	x := c.Secret
	for i := range c.Links {
		x = api.Mul(api.Add(api.Mul(x, -7), api.Mul(c.LeftAlone, leftCoefficient(i)), i), api.Sub(api.Mul(c.Public, i+1), x, api.Mul(2, c.Secret)))
	}
	api.AssertIsEqual(x, c.Result)
	return nil
}

// leftCoefficient is 1, −1 or large, in turn.
func leftCoefficient(i int) *big.Int {
	switch i % 3 {
	case 0:
		return big.NewInt(1)
	case 1:
		return big.NewInt(-1)
	}
	return new(big.Int).Lsh(big.NewInt(int64(-i)), 200)
}

func compiled(t *testing.T, links int) *cs.R1CS {
	t.Helper()
	circuit, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder[constraint.U64], &chain{Links: links})
	if err != nil {
		t.Fatal(err)
	}
	return circuit.(*cs.R1CS)
}

// powers are those of a first phase whose secrets are 3, 5 and 7.
func powers(log int) *commitments.Phase1 {
	n := 1 << log
	_, _, g1, g2 := bn254.Generators()
	multiples := func(first uint64, count int) []fr.Element {
		list := make([]fr.Element, count)
		next, tau := fr.NewElement(first), fr.NewElement(3)
		for j := range list {
			list[j] = next
			next.Mul(&next, &tau)
		}
		return list
	}
	p := &commitments.Phase1{
		Log: log, Digest: [32]byte{1}, Tau: bn254.BatchScalarMultiplicationG1(&g1, multiples(1, 2*n-1)),
		Alpha: bn254.BatchScalarMultiplicationG1(&g1, multiples(5, n)), Beta: bn254.BatchScalarMultiplicationG1(&g1, multiples(7, n)),
		TauG2: bn254.BatchScalarMultiplicationG2(&g2, multiples(1, n)),
	}
	p.BetaG2.ScalarMultiplication(&g2, big.NewInt(7))
	return p
}

func initialised(t *testing.T, circuit *cs.R1CS) *Initial {
	t.Helper()
	log, err := Log(circuit)
	if err != nil {
		t.Fatal(err)
	}
	in, err := Initialize(circuit, powers(log))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestInitializeIsGnarks: from the same powers, gnark's second phase starts with the
// same parameters; keys have the same wires at infinity, prove and verify.
func TestInitializeIsGnarks(t *testing.T) {
	for _, links := range []int{1, 3, 6, 7, 50} {
		circuit := compiled(t, links)
		in := initialised(t, circuit)
		p := powers(in.log)
		var commons mpcsetup.SrsCommons
		commons.G1.Tau, commons.G1.AlphaTau, commons.G1.BetaTau = p.Tau, p.Alpha, p.Beta
		commons.G2.Tau, commons.G2.Beta = p.TauG2, p.BetaG2
		var gnark mpcsetup.Phase2
		evaluations := gnark.Initialize(circuit, &commons)
		for name, pair := range map[string][2]any{
			"A": {in.A, evaluations.G1.A}, "B": {in.B, evaluations.G1.B}, "B in G2": {in.BG2, evaluations.G2.B}, "public": {in.Public, evaluations.G1.VKK},
			"K": {in.Private, gnark.Parameters.G1.PKK}, "Z": {in.Quotient, gnark.Parameters.G1.Z},
		} {
			if !reflect.DeepEqual(pair[0], pair[1]) {
				t.Errorf("%d links: %s is not gnark's", links, name)
			}
		}
		prepared := filepath.Join(t.TempDir(), "prepared.ptau")
		if err := ptautest.Write(prepared, in.log, ptautest.Secrets{Tau: fr.NewElement(3), Alpha: fr.NewElement(5), Beta: fr.NewElement(7)}, true); err != nil {
			t.Fatal(err)
		}
		fromFile, err := commitments.ReadPhase1(prepared, in.log)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Initialize(circuit, fromFile)
		if err != nil {
			t.Fatal(err)
		}
		if again.phase1 = in.phase1; again.digest() != in.digest() {
			t.Errorf("%d links: from a prepared file follow other parameters", links)
		}
		sealed, _ := gnark.Seal(&commons, &evaluations, []byte("a beacon"))
		wantPK := sealed.(*groth16.ProvingKey)
		class := [32]byte{2}
		tr := New(class, in)
		if err := errors.Join(tr.Contribute("one", nil), tr.Finish(make([]byte, 16), 2)); err != nil {
			t.Fatal(err)
		}
		pk, vk, err := tr.Keys(class, in)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(pk.InfinityA, wantPK.InfinityA) || !slices.Equal(pk.InfinityB, wantPK.InfinityB) || pk.NbInfinityA != wantPK.NbInfinityA || pk.NbInfinityB != wantPK.NbInfinityB {
			t.Errorf("%d links: other wires are nowhere", links)
		}
		proves(t, circuit, pk, vk)
	}
}

// proves proves with one key and verifies with the other, after both were encoded.
func proves(t *testing.T, circuit *cs.R1CS, pk *groth16.ProvingKey, vk *groth16.VerifyingKey) {
	t.Helper()
	var b bytes.Buffer
	if _, err := pk.WriteRawTo(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := pk.ReadFrom(&b); err != nil {
		t.Fatal(err)
	}
	full, err := frontend.NewWitness(witness(circuit), ecc.BN254.ScalarField())
	if err != nil {
		t.Fatal(err)
	}
	proof, err := groth16.Prove(circuit, pk, full)
	if err != nil {
		t.Fatal(err)
	}
	public, err := full.Public()
	if err != nil {
		t.Fatal(err)
	}
	values := public.Vector().(fr.Vector)
	if err := groth16.Verify(proof, vk, values); err != nil {
		t.Error(err)
	}
	values[1].SetUint64(12345)
	if err := groth16.Verify(proof, vk, values); err == nil {
		t.Error("a proof of something else is accepted")
	}
}

func witness(circuit *cs.R1CS) *chain {
	const public, secret, left = 11, 4, 9
	x := big.NewInt(secret)
	for i := range circuit.GetNbConstraints() - 1 {
		l := new(big.Int).Mul(x, big.NewInt(-7))
		l.Add(l, new(big.Int).Mul(big.NewInt(left), leftCoefficient(i))).Add(l, big.NewInt(int64(i)))
		r := new(big.Int).Sub(big.NewInt(public*int64(i+1)-2*secret), x)
		x = l.Mul(l, r).Mod(l, fr.Modulus())
	}
	return &chain{Public: public, Result: x, Secret: secret, Unused: 1, LeftAlone: left}
}

// held is a finished ceremony of three, and what its verifier has.
func held(t *testing.T) (*Initial, *Transcript, [32]byte) {
	t.Helper()
	in, class := initialised(t, compiled(t, 6)), sha256.Sum256([]byte("class"))
	tr := New(class, in)
	for _, name := range []string{"anna", "bela", "clio"} {
		if err := tr.Contribute(name, []byte("dice")); err != nil {
			t.Fatal(err)
		}
		if err := tr.Verify(class, in); err != nil {
			t.Fatalf("after %s: %v", name, err)
		}
	}
	if err := tr.Finish([]byte("0123456789abcdef"), 3); err != nil {
		t.Fatal(err)
	}
	return in, tr, class
}

func copied(t *testing.T, tr *Transcript) *Transcript {
	t.Helper()
	b := encoded(t, tr)
	again, err := Unmarshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if b2, _ := again.MarshalBinary(); !bytes.Equal(b, b2) {
		t.Fatal("another encoding")
	}
	return again.Circuits[0].Transcript
}

// encoded is the file of a ceremony of one circuit.
func encoded(t *testing.T, tr *Transcript) []byte {
	t.Helper()
	b, err := (&Ceremony{Circuits: []Circuit{{[]byte("the circuit"), tr}}}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reproved makes contribution i of a transcript anew, with a factor of the attacker's
// and a true proof of it, and divides Z and K as if all were well.
func (tr *Transcript) reproved(i int, x fr.Element, challenge []byte) {
	c := &tr.Contributions[i]
	c.Delta, c.DeltaG2 = tr.delta(i)
	c.Proof = update.UpdateValues(&x, challenge, 0, &c.Delta, &c.DeltaG2)
	tr.Contributions = tr.Contributions[:i+1]
	tr.divide(&x)
}

// TestVerifyRefuses: each check, violated alone.
func TestVerifyRefuses(t *testing.T) {
	in, good, class := held(t)
	if err := copied(t, good).Verify(class, in); err != nil {
		t.Fatal(err)
	}
	_, _, g1, g2 := bn254.Generators()
	two := fr.NewElement(2)
	fresh := func() *Transcript { return New(class, in) }
	contributed := func(tr *Transcript, names ...string) *Transcript {
		for _, name := range names {
			if err := tr.Contribute(name, []byte("dice")); err != nil {
				t.Fatal(err)
			}
		}
		return tr
	}
	for name, lie := range map[string]func() *Transcript{
		"other initial parameters": func() *Transcript { tr := copied(t, good); tr.Initial[0]++; return tr },
		"initial parameters of another first phase": func() *Transcript {
			other := *in
			other.Alpha.Add(&in.Alpha, &in.Alpha)
			tr := contributed(New(class, &other), "anna")
			return tr
		},
		"another size": func() *Transcript { tr := copied(t, good); tr.Log++; return tr },
		"nobody but a beacon": func() *Transcript {
			tr := fresh()
			tr.Beacon = make([]byte, 16)
			x := tr.beaconFactor()
			tr.divide(&x)
			return tr
		},
		"a contribution left out":      func() *Transcript { tr := copied(t, good); tr.Contributions = tr.Contributions[1:]; return tr },
		"the last one left out":        func() *Transcript { tr := copied(t, good); tr.Contributions = tr.Contributions[:2]; return tr },
		"two contributions swapped":    func() *Transcript { tr := copied(t, good); c := tr.Contributions; c[0], c[1] = c[1], c[0]; return tr },
		"a contribution under another": func() *Transcript { tr := copied(t, good); tr.Contributions[2].Name = "mallory"; return tr },
		"an earlier name":              func() *Transcript { tr := copied(t, good); tr.Contributions[0].Name = "mallory"; return tr },
		"another beacon":               func() *Transcript { tr := copied(t, good); tr.Beacon[0]++; return tr },
		"a beacon hashed more often":   func() *Transcript { tr := copied(t, good); tr.Iterations++; return tr },
		"the beacon forgotten":         func() *Transcript { tr := copied(t, good); tr.Beacon = nil; return tr },
		"δ in G1 alone doubled": func() *Transcript {
			tr := contributed(fresh(), "anna")
			tr.Contributions[0].Delta.Add(&tr.Contributions[0].Delta, &tr.Contributions[0].Delta)
			return tr
		},
		"δ in G2 alone doubled, and divided by it": func() *Transcript {
			tr := contributed(fresh(), "anna")
			tr.Contributions[0].DeltaG2.Add(&tr.Contributions[0].DeltaG2, &tr.Contributions[0].DeltaG2)
			tr.divide(&two)
			return tr
		},
		"all earlier contributions undone": func() *Transcript { // δ = 2, with a proof of 2
			tr := contributed(fresh(), "anna", "bela")
			first := tr.Contributions
			tr = fresh()
			tr.Contributions = first
			c := &tr.Contributions[1]
			c.Delta, c.DeltaG2 = g1, g2
			c.Proof = update.UpdateValues(&two, tr.challenge(1, c.Name), 0, &c.Delta, &c.DeltaG2)
			tr.divide(&two)
			return tr
		},
		"a proof for another place": func() *Transcript {
			tr := contributed(fresh(), "anna", "bela")
			tr.Quotient, tr.Private = in.Quotient, in.Private
			first := tr.Contributions[0]
			tr.reproved(0, two, tr.challenge(0, first.Name))
			tr.Contributions = append(tr.Contributions, Contribution{Name: "bela"})
			tr.reproved(1, two, tr.challenge(0, "bela"))
			return tr
		},
		"a proof for another ceremony": func() *Transcript {
			other := New([32]byte{9}, in)
			tr := fresh()
			tr.Contributions = []Contribution{{Name: "anna"}}
			tr.reproved(0, two, other.challenge(0, "anna"))
			return tr
		},
		"a factor of 0": func() *Transcript {
			tr := fresh()
			tr.Contributions = []Contribution{{Name: "anna"}} // all infinity
			return tr
		},
		"a parameter of Z changed":  func() *Transcript { tr := copied(t, good); tr.Quotient[3] = g1; return tr },
		"a parameter of K changed":  func() *Transcript { tr := copied(t, good); tr.Private[0] = g1; return tr },
		"two parameters exchanged":  func() *Transcript { tr := copied(t, good); q := tr.Quotient; q[0], q[1] = q[1], q[0]; return tr },
		"Z is not divided":          func() *Transcript { tr := copied(t, good); tr.Quotient = in.Quotient; return tr },
		"K is not divided":          func() *Transcript { tr := copied(t, good); tr.Private = in.Private; return tr },
		"a parameter of Z missing":  func() *Transcript { tr := copied(t, good); tr.Quotient = tr.Quotient[1:]; return tr },
		"a parameter of K too much": func() *Transcript { tr := copied(t, good); tr.Private = append(tr.Private, g1); return tr },
	} {
		if err := lie().Verify(class, in); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := contributed(fresh(), "anna").Keys(class, in); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("keys of a ceremony that is not finished: %v", err)
	}
	if err := good.Verify([32]byte{}, in); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("another class: %v", err)
	}
	other := *in
	other.phase1[0]++
	if err := good.Verify(class, &other); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("another first phase: %v", err)
	}
}

// TestHonestReproof: what the lies above are made with makes no lie by itself.
func TestHonestReproof(t *testing.T) {
	in := initialised(t, compiled(t, 6))
	tr := New([32]byte{}, in)
	tr.Contributions = []Contribution{{Name: "anna"}}
	tr.reproved(0, fr.NewElement(2), tr.challenge(0, "anna"))
	if err := tr.Verify([32]byte{}, in); err != nil {
		t.Error(err)
	}
}

func TestUsage(t *testing.T) {
	in, tr, class := held(t)
	for name, err := range map[string]error{
		"a contribution after the end": tr.Contribute("dora", nil), "finished twice": tr.Finish(make([]byte, 16), 0),
		"a beacon alone": New(class, in).Finish(make([]byte, 16), 0), "a name of two lines": New(class, in).Contribute("a\nb", nil),
	} {
		if !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Initialize(compiled(t, 6), powers(4)); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("too many powers: %v", err)
	}
	circuit := compiled(t, 6)
	circuit.CommitmentInfo = constraint.Groth16Commitments{{}}
	if _, err := Initialize(circuit, powers(3)); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("a circuit with a commitment: %v", err)
	}
	if _, err := Initialize(compiled(t, 0), powers(1)); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("one constraint: %v", err)
	}
}

// FuzzUnmarshal: whatever is decoded has one encoding.
func FuzzUnmarshal(f *testing.F) {
	_, _, g1, g2 := bn254.Generators()
	tr := &Transcript{Log: 1, Contributions: []Contribution{{Name: "anna", Delta: g1, DeltaG2: g2}}, Beacon: make([]byte, 16), Quotient: []bn254.G1Affine{g1}, Private: []bn254.G1Affine{{}, g1}}
	c := &Ceremony{Circuits: []Circuit{{[]byte("circuit"), tr}}}
	b, err := c.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b[56 : len(b)-32])
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := decode(payload)
		if err != nil {
			return
		}
		again, err := c.MarshalBinary()
		if err != nil || !bytes.Equal(again[56:len(again)-32], payload) {
			t.Errorf("another encoding: %v", err)
		}
	})
}
