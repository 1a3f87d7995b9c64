package commitments

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// testRand is a reproducible source of test data.
type testRand struct{ *rand.ChaCha8 }

func newTestRand(seed byte) testRand { return testRand{rand.NewChaCha8([32]byte{seed})} }

func (r testRand) scalars(t testing.TB, n int) []fr.Element {
	t.Helper()
	s, err := RandomScalars(r, n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testSetup(t testing.TB, rowBits int) *Setup {
	t.Helper()
	s, err := NewDevelopment(rowBits)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// evaluateNaively returns f~(point) = Σ_i f_i·Π_k (x_k or 1−x_k), with x_0 for
// the most significant bit of i.
func evaluateNaively(f []fr.Element, point []fr.Element) fr.Element {
	var sum fr.Element
	one := fr.One()
	for i := range f {
		term := f[i]
		for k := range point {
			factor := point[k]
			if i>>(len(point)-1-k)&1 == 0 {
				factor.Sub(&one, &point[k])
			}
			term.Mul(&term, &factor)
		}
		sum.Add(&sum, &term)
	}
	return sum
}

// testClaim returns a random row and a true claim about it.
func testClaim(t testing.TB, s *Setup, rng testRand) (fr.Vector, pairingClaim) {
	t.Helper()
	f := fr.Vector(rng.scalars(t, s.RowCells()))
	point := rng.scalars(t, s.RowBits)
	rows, err := s.CommitField(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, pairingClaim{Commitment: rows[0], Point: point, Value: evaluateNaively(f, point)}
}

func mustOpen(t testing.TB, s *Setup, f fr.Vector, claim pairingClaim, seed [32]byte) *PairingProof {
	t.Helper()
	proof, err := provePairing(s, f, claim, seed)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

func TestEvaluationProofIsComplete(t *testing.T) {
	rng := newTestRand(1)
	for rowBits := 1; rowBits <= 10; rowBits++ {
		s := testSetup(t, rowBits)
		f, claim := testClaim(t, s, rng)
		zero := make(fr.Vector, s.RowCells())
		constant := make(fr.Vector, s.RowCells())
		for i := range constant {
			constant[i].SetUint64(7)
		}
		constantRows, err := s.CommitField(constant, nil)
		if err != nil {
			t.Fatal(err)
		}
		corner := make([]fr.Element, rowBits) // 0…01: picks cell 1
		corner[rowBits-1].SetOne()
		cases := map[string]struct {
			f     fr.Vector
			claim pairingClaim
		}{
			"random":   {f, claim},
			"corner":   {f, pairingClaim{claim.Commitment, corner, f[1]}},
			"zero":     {zero, pairingClaim{Point: claim.Point}},
			"constant": {constant, pairingClaim{constantRows[0], claim.Point, constant[0]}},
		}
		for name, c := range cases {
			t.Run(fmt.Sprintf("%s/%d", name, rowBits), func(t *testing.T) {
				proof := mustOpen(t, s, c.f, c.claim, [32]byte{9})
				data, err := proof.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				decoded, err := unmarshalPairingProof(data, rowBits)
				if err != nil {
					t.Fatal(err)
				}
				if err := verifyPairing(s.Verifier(), c.claim, decoded, [32]byte{9}); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func TestOpenRefusesFalseValue(t *testing.T) {
	s := testSetup(t, 4)
	f, claim := testClaim(t, s, newTestRand(2))
	claim.Value.SetUint64(1)
	if _, err := provePairing(s, f, claim, [32]byte{}); !errors.Is(err, fault.ErrUsage) {
		t.Fatalf("got %v", err)
	}
	if _, err := provePairing(s, f[1:], claim, [32]byte{}); !errors.Is(err, fault.ErrUsage) {
		t.Fatalf("short row: %v", err)
	}
}

// TestVerifyRejectsEveryMutation changes one thing at a time.
func TestVerifyRejectsEveryMutation(t *testing.T) {
	const rowBits = 5
	s := testSetup(t, rowBits)
	f, claim := testClaim(t, s, newTestRand(3))
	seed := [32]byte{1}
	good := mustOpen(t, s, f, claim, seed)
	if err := verifyPairing(s.Verifier(), claim, good, seed); err != nil {
		t.Fatal(err)
	}
	addOne := func(e *fr.Element) { e.Add(e, new(fr.Element).SetOne()) }
	addG := func(p *bn254.G1Affine) { p.Add(p, &s.G1[0]) }
	infinity := func(p *bn254.G1Affine) { p.SetInfinity() }

	type state struct {
		proof *PairingProof
		claim pairingClaim
		seed  [32]byte
		v     *VerifierSetup
	}
	mutations := map[string]func(*state){
		"seed":                  func(m *state) { m.seed[31] ^= 1 },
		"value":                 func(m *state) { addOne(&m.claim.Value) },
		"commitment":            func(m *state) { addG(&m.claim.Commitment) },
		"commitment infinity":   func(m *state) { infinity(&m.claim.Commitment) },
		"square":                func(m *state) { addOne(&m.proof.Square) },
		"quotient":              func(m *state) { addG(&m.proof.Quotient) },
		"quotient infinity":     func(m *state) { infinity(&m.proof.Quotient) },
		"witness":               func(m *state) { addG(&m.proof.Witness) },
		"witness infinity":      func(m *state) { infinity(&m.proof.Witness) },
		"quotient and witness":  func(m *state) { m.proof.Quotient, m.proof.Witness = m.proof.Witness, m.proof.Quotient },
		"pos and neg exchanged": func(m *state) { m.proof.Pos, m.proof.Neg = m.proof.Neg, m.proof.Pos },
		"folds exchanged":       func(m *state) { p := m.proof.Folds; p[0], p[1] = p[1], p[0] },
		"point exchanged":       func(m *state) { p := m.claim.Point; p[0], p[1] = p[1], p[0] },
		"setup id":              func(m *state) { m.v.ID[0] ^= 1 },
		"other tau":             func(m *state) { m.v.G2[1] = m.v.G2[0] },
	}
	for i := range rowBits {
		mutations[fmt.Sprintf("point %d", i)] = func(m *state) { addOne(&m.claim.Point[i]) }
		mutations[fmt.Sprintf("pos %d", i)] = func(m *state) { addOne(&m.proof.Pos[i]) }
		mutations[fmt.Sprintf("neg %d", i)] = func(m *state) { addOne(&m.proof.Neg[i]) }
	}
	for i := range rowBits - 1 {
		mutations[fmt.Sprintf("fold %d", i)] = func(m *state) { addG(&m.proof.Folds[i]) }
		mutations[fmt.Sprintf("fold %d infinity", i)] = func(m *state) { infinity(&m.proof.Folds[i]) }
	}
	for name, mutate := range mutations {
		t.Run(name, func(t *testing.T) {
			m := &state{proof: cloneProof(good), claim: claim, seed: seed, v: s.Verifier()}
			m.claim.Point = append([]fr.Element(nil), claim.Point...)
			mutate(m)
			if err := verifyPairing(m.v, m.claim, m.proof, m.seed); !errors.Is(err, fault.ErrRejected) {
				t.Fatalf("got %v, want a rejection", err)
			}
		})
	}
}

// TestVerifyRefusesOtherShapes: rounds missing or extra, off-curve points.
func TestVerifyRefusesOtherShapes(t *testing.T) {
	const rowBits = 4
	s := testSetup(t, rowBits)
	f, claim := testClaim(t, s, newTestRand(4))
	good := mustOpen(t, s, f, claim, [32]byte{})
	for name, mutate := range map[string]func(*PairingProof){
		"fold missing":       func(p *PairingProof) { p.Folds = p.Folds[1:] },
		"fold extra":         func(p *PairingProof) { p.Folds = append(p.Folds, p.Folds[0]) },
		"pos missing":        func(p *PairingProof) { p.Pos = p.Pos[1:] },
		"neg extra":          func(p *PairingProof) { p.Neg = append(p.Neg, p.Neg[0]) },
		"one round less":     func(p *PairingProof) { p.Folds, p.Pos, p.Neg = p.Folds[1:], p.Pos[1:], p.Neg[1:] },
		"no rounds":          func(p *PairingProof) { p.Folds, p.Pos, p.Neg = nil, nil, nil },
		"fold off curve":     func(p *PairingProof) { p.Folds[0].X.SetUint64(5) },
		"quotient off curve": func(p *PairingProof) { p.Quotient.Y.SetUint64(5) },
		"witness off curve":  func(p *PairingProof) { p.Witness.X.SetZero() },
	} {
		t.Run(name, func(t *testing.T) {
			proof := cloneProof(good)
			mutate(proof)
			if err := verifyPairing(s.Verifier(), claim, proof, [32]byte{}); !errors.Is(err, fault.ErrMalformed) {
				t.Fatalf("got %v", err)
			}
		})
	}
	if err := verifyPairing(s.Verifier(), claim, nil, [32]byte{}); !errors.Is(err, fault.ErrMalformed) {
		t.Fatalf("nil proof: %v", err)
	}
	short := claim
	short.Point = claim.Point[1:]
	if err := verifyPairing(s.Verifier(), short, good, [32]byte{}); !errors.Is(err, fault.ErrUsage) {
		t.Fatalf("short point: %v", err)
	}
}

func cloneProof(p *PairingProof) *PairingProof {
	c := *p
	c.Folds = append([]bn254.G1Affine(nil), p.Folds...)
	c.Pos = append([]fr.Element(nil), p.Pos...)
	c.Neg = append([]fr.Element(nil), p.Neg...)
	return &c
}
