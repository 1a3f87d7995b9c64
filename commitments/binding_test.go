package commitments

import (
	"bytes"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestEvaluationProofBindsItsClaim: every part of a claim changes ξ, and every part of a
// round v. The value of ξ is pinned, for what is absorbed beside.
func TestEvaluationProofBindsItsClaim(t *testing.T) {
	one := fr.One()
	base := func() (Claim, [32]byte, [32]byte) {
		return Claim{
			Rows:  Combination{Weights: []fr.Element{fr.NewElement(2), fr.NewElement(3)}, Blinding: fr.NewElement(4)},
			Point: []fr.Element{fr.NewElement(5), fr.NewElement(6)}, Value: fr.NewElement(7),
		}, [32]byte{8}, [32]byte{9}
	}
	xi := func(change func(c *Claim, id, seed *[32]byte)) string {
		c, id, seed := base()
		change(&c, &id, &seed)
		x := newInnerProductTranscript(seed).claim(id, c)
		return x.String()
	}
	honest := xi(func(*Claim, *[32]byte, *[32]byte) {})
	const pinned = "16146279110274296420751122789386819503688299988155224766205703034497610832738"
	if honest != pinned {
		t.Errorf("ξ = %s, it was %s", honest, pinned)
	}
	for name, change := range map[string]func(c *Claim, id, seed *[32]byte){
		"seed":     func(_ *Claim, _, seed *[32]byte) { seed[31]++ },
		"setup":    func(_ *Claim, id, _ *[32]byte) { id[31]++ },
		"weight":   func(c *Claim, _, _ *[32]byte) { c.Rows.Weights[1].Add(&c.Rows.Weights[1], &one) },
		"blinding": func(c *Claim, _, _ *[32]byte) { c.Rows.Blinding.Add(&c.Rows.Blinding, &one) },
		"point":    func(c *Claim, _, _ *[32]byte) { c.Point[1].Add(&c.Point[1], &one) },
		"value":    func(c *Claim, _, _ *[32]byte) { c.Value.Add(&c.Value, &one) },
	} {
		if xi(change) == honest {
			t.Errorf("%s does not change ξ", name)
		}
	}
	g := new(Generators).First(3)
	v := func(left, right bn254.G1Affine) shortScalar {
		return newInnerProductTranscript([32]byte{}).round(left, right)
	}
	if a := v(g[0], g[1]); a == v(g[2], g[1]) || a == v(g[0], g[2]) {
		t.Error("a point of a round does not change v")
	}
}

// TestTransparentIDIsPinned: who has another list of generators, or other H and
// U, has another id.
func TestTransparentIDIsPinned(t *testing.T) {
	v, err := TransparentVerifier(14, new(Generators))
	if err != nil {
		t.Fatal(err)
	}
	const pinned = "d6b3eeaf1a926f6444024cb8326199f51332ca22e27f4736631e47b427e57d61"
	if fmt.Sprintf("%x", v.ID) != pinned {
		t.Errorf("id %x, it was %s", v.ID, pinned)
	}
	s := transparent(t, 3)
	w, err := TransparentVerifier(3, s.Hashed)
	if err != nil {
		t.Fatal(err)
	}
	if *s.Verifier() != *w {
		t.Errorf("the verifier's part of the whole is %+v, by itself %+v", s.Verifier(), w)
	}
}

// trueEquation is Σ_j s_j·G_j = Σ_j s_j·G_j for as many random s.
func trueEquation(t *testing.T, s *Setup, n int) Equation {
	scalars := newTestRand(5).scalars(t, n)
	return Equation{
		Place: "true", Points: slices.Clone(s.Hashed.First(n)), Scalars: scalars, Length: n,
		AddRow: func(dst fr.Vector, w *fr.Element) {
			var x fr.Element
			for j := range scalars {
				dst[j].Sub(&dst[j], x.Mul(&scalars[j], w))
			}
		},
	}
}

// TestBatchNamesTheFalse: wherever a false equation stands among true ones.
func TestBatchNamesTheFalse(t *testing.T) {
	s := transparent(t, 2)
	honest := trueEquation(t, s, 3)
	lie := honest
	lie.Place, lie.Scalars = "false", slices.Clone(honest.Scalars)
	lie.Scalars[2].Double(&lie.Scalars[2])
	for n := 1; n <= 5; n++ {
		for at := range n {
			batch := s.Verifier().NewBatch(crand.Reader)
			for i := range n {
				if i == at {
					batch.Add(lie)
				} else {
					batch.Add(honest)
				}
			}
			if err := batch.Check(); !errors.Is(err, fault.ErrRejected) || err.Error() != "false: "+fault.ErrRejected.Error() {
				t.Errorf("%d of %d: %v", at, n, err)
			}
		}
	}
}

// TestBatchTakesInfinity: long sums of points are not made for it.
func TestBatchTakesInfinity(t *testing.T) {
	s := transparent(t, 2)
	e := trueEquation(t, s, fieldSumCells)
	for range 3 {
		e.Points, e.Scalars = append(e.Points, bn254.G1Affine{}), append(e.Scalars, fr.NewElement(3))
	}
	batch := s.Verifier().NewBatch(crand.Reader)
	batch.Add(e)
	if err := batch.Check(); err != nil {
		t.Errorf("a true equation with infinities: %v", err)
	}
}

// TestBatchFailsClosed: without weights nothing is decided.
func TestBatchFailsClosed(t *testing.T) {
	s := transparent(t, 2)
	honest := trueEquation(t, s, 3)
	lie := honest
	lie.Scalars = slices.Clone(honest.Scalars)
	lie.Scalars[0].Double(&lie.Scalars[0])
	for name, test := range map[string]struct {
		rng       io.Reader
		equations []Equation
	}{
		"no randomness":          {bytes.NewReader(nil), []Equation{honest}},
		"one byte short":         {bytes.NewReader(make([]byte, 31)), []Equation{honest, honest}},
		"none to find the false": {bytes.NewReader([]byte("0123456789abcdef0123456789abcdef")), []Equation{honest, lie}},
	} {
		batch := s.Verifier().NewBatch(test.rng)
		for _, e := range test.equations {
			batch.Add(e)
		}
		if err := batch.Check(); !errors.Is(err, fault.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	short := honest
	short.Scalars = short.Scalars[1:]
	batch := s.Verifier().NewBatch(crand.Reader)
	batch.Add(short)
	if err := batch.Check(); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("fewer scalars than points: %v", err)
	}
}

// TestPairingProofForTransparentSetup: a transparent setup has no G₂, and all
// pairings with infinity are 1. A proof by pairing, right or wrong, is none there.
func TestPairingProofForTransparentSetup(t *testing.T) {
	dev, s := testSetup(t, 4), transparent(t, 4)
	f, claim := innerProductCase(t, dev)
	proof, err := dev.ProveEvaluation(f, claim, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	if err := decide(dev, claim, proof, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	if b, err := proof.MarshalBinary(); err != nil || len(b) != EvaluationProofBytes(Development, 4) {
		t.Errorf("%d bytes, said %d, %v", len(b), EvaluationProofBytes(Development, 4), err)
	}
	if err := decide(s, claim, proof, [32]byte{}); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a proof by pairing for a transparent setup: %v", err)
	}
}

// TestInnerProductEncoding: what is no point, no scalar, or of another length.
func TestInnerProductEncoding(t *testing.T) {
	s := transparent(t, 3)
	f, claim := innerProductCase(t, s)
	made, err := s.ProveEvaluation(f, claim, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	honest := made.(*InnerProductProof)
	b, err := honest.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]int{"a point": 0, "the last point": 5 * PointBytes, "the scalar": 6 * PointBytes} {
		damaged := slices.Clone(b)
		for i := range 32 {
			damaged[at+i] = 0xff
		}
		if _, err := UnmarshalEvaluationProof(Transparent, damaged, 3); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := UnmarshalEvaluationProof(Transparent, b, 0); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("rows of 2^0 cells: %v", err)
	}
	lopsided := *honest
	lopsided.Right = lopsided.Right[1:]
	if _, err := lopsided.MarshalBinary(); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("encoded with more left than right points: %v", err)
	}
	if err := decide(s, claim, &lopsided, [32]byte{}); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("verified with more left than right points: %v", err)
	}
}

// TestAdmittedInsecure: a file that says it is insecure is, whatever its τ.
func TestAdmittedInsecure(t *testing.T) {
	secret := fr.NewElement(987654321)
	_, _, _, g2 := bn254.Generators()
	v, err := newPowersVerifier(3, *new(bn254.G2Affine).ScalarMultiplication(&g2, secret.BigInt(new(big.Int))))
	if err != nil {
		t.Fatal(err)
	}
	if v.Insecure || v.Kind != PowersOfTau {
		t.Fatalf("a τ of our own is %s, insecure %t", v.Kind, v.Insecure)
	}
	v.Insecure = true
	b, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	read, err := UnmarshalPowersVerifier(b)
	if err != nil {
		t.Fatal(err)
	}
	if !read.Insecure || read.Kind != Development {
		t.Errorf("a file that admits it is %s, insecure %t", read.Kind, read.Insecure)
	}
}

// TestBatchOfLengths: rows of equations are as long as the longest needs.
func TestBatchOfLengths(t *testing.T) {
	s := transparent(t, 2)
	for _, lengths := range [][]int{{3, 5}, {5, 3}} {
		batch := s.Verifier().NewBatch(crand.Reader)
		for _, n := range lengths {
			batch.Add(trueEquation(t, s, n))
		}
		if err := batch.Check(); err != nil {
			t.Errorf("lengths %v: %v", lengths, err)
		}
	}
}
