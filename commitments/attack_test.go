package commitments

import (
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// forgetful is a transcript that does not absorb one message, so that the
// challenges after it do not depend on it. Every attack below succeeds against
// a verifier with it and fails against the real one.
type forgetful struct {
	challenger
	label string
}

func (t forgetful) Absorb(label string, data []byte) {
	if label != t.label {
		t.challenger.Absorb(label, data)
	}
}

// forgery is a false claim about the row f and what its forger knows.
type forgery struct {
	s     *Setup
	f     fr.Vector
	claim pairingClaim // false
	truth fr.Element   // the value f has at the point
}

func newForgery(t *testing.T) forgery {
	s := testSetup(t, 4)
	f, claim := testClaim(t, s, newTestRand(51))
	truth := claim.Value
	claim.Value.Add(&claim.Value, new(fr.Element).SetUint64(1000))
	return forgery{s, f, claim, truth}
}

// attack runs the forger against a verifier that forgets label and one that
// does not.
func (a forgery) attack(t *testing.T, label string, forge func(challenger) *PairingProof) {
	t.Helper()
	transcript := func() challenger { return pairingTranscript(a.s.ID, a.claim, [32]byte{7}) }
	v := a.s.Verifier()
	if err := verify(v, a.claim, forge(forgetful{transcript(), label}), forgetful{transcript(), label}); err != nil {
		t.Errorf("the attack does not work on a transcript without %q: %v", label, err)
	}
	if err := verify(v, a.claim, forge(transcript()), transcript()); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("the attack on a transcript with %q: %v, want a rejection", label, err)
	}
}

// commitAll absorbs and returns commitments to all but the first polynomial.
func (a forgery) commitAll(t *testing.T, polys []fr.Vector) []bn254.G1Affine {
	t.Helper()
	folds := make([]bn254.G1Affine, len(polys)-1)
	for i, p := range polys[1:] {
		c, err := commitPlain(newCrew(1), a.s, p)
		if err != nil {
			t.Fatal(err)
		}
		folds[i] = c
	}
	return folds
}

// TestFrozenBeta: whoever knows β before fixing the last fold makes it any
// polynomial with the right value at β² and the wanted one after folding.
func TestFrozenBeta(t *testing.T) {
	a := newForgery(t)
	a.attack(t, "folds", func(tr challenger) *PairingProof {
		polys, _ := foldAll(a.f, a.claim.Point)
		honest := a.commitAll(t, polys)
		// β as it is when the folds do not enter, and the honest guess if they do.
		guess := pairingTranscript(a.s.ID, a.claim, [32]byte{7})
		if _, forgets := tr.(forgetful); !forgets {
			guess.Absorb("folds", AppendPoints(nil, honest))
		}
		beta := guess.Challenge("beta")

		polys[len(polys)-1] = forgedLastFold(polys[len(polys)-1], a.claim, beta)
		proof := &PairingProof{Folds: a.commitAll(t, polys)}
		tr.Absorb("folds", AppendPoints(nil, proof.Folds))
		actual := tr.Challenge("beta")
		proof.evaluate(polys, actual)
		tr.Absorb("evaluations", proof.appendEvaluations(nil))
		in := batch{polys, actual, tr.Challenge("gamma")}
		if err := proof.proveBatch(newCrew(1), a.s, in, tr); err != nil {
			t.Fatal(err)
		}
		return proof
	})
}

// forgedLastFold returns p_0 + p_1·X + p_2·X² + p_3·X³ with the value of last
// at β² that folds, at β, to the claimed value:
//
//	(1−x)·(p_0 + p_2·β²) + x·(p_1 + p_3·β²) = v,  p(β²) = last(β²)
func forgedLastFold(last fr.Vector, claim pairingClaim, beta fr.Element) fr.Vector {
	x := claim.Point[0]
	one := fr.One()
	b2 := *new(fr.Element).Square(&beta)
	// p_3 = 0 and p_1 as it was: (1−x)(p_0 + p_2·β²) = v − x·p_1 =: (1−x)·u,
	// p_0 + p_2·β⁴ = last_0 =: w, since p_1·β² cancels.
	var u, den fr.Element
	u.Mul(&x, &last[1]).Sub(&claim.Value, &u)
	den.Sub(&one, &x).Inverse(&den)
	u.Mul(&u, &den)
	w := last[0]
	// p_2 = (u − w)/(β² − β⁴), p_0 = u − p_2·β²
	p := make(fr.Vector, 4)
	p[1] = last[1]
	den.Square(&b2).Sub(&b2, &den).Inverse(&den)
	p[2].Sub(&u, &w).Mul(&p[2], &den)
	p[0].Mul(&p[2], &b2).Sub(&u, &p[0])
	return p
}

// TestFrozenGamma: whoever knows γ before sending the evaluations shifts two
// of them so that their combination stays what it is.
func TestFrozenGamma(t *testing.T) {
	a := newForgery(t)
	a.attack(t, "evaluations", func(tr challenger) *PairingProof {
		polys, _ := foldAll(a.f, a.claim.Point)
		proof := &PairingProof{Folds: a.commitAll(t, polys)}
		tr.Absorb("folds", AppendPoints(nil, proof.Folds))
		beta := tr.Challenge("beta")
		proof.evaluate(polys, beta)

		guess := pairingTranscript(a.s.ID, a.claim, [32]byte{7})
		guess.Absorb("folds", AppendPoints(nil, proof.Folds))
		guess.Challenge("beta")
		if _, forgets := tr.(forgetful); !forgets {
			guess.Absorb("evaluations", proof.appendEvaluations(nil))
		}
		a.shiftEvaluations(proof, beta, guess.Challenge("gamma"))

		tr.Absorb("evaluations", proof.appendEvaluations(nil))
		in := batch{polys, beta, tr.Challenge("gamma")}
		if err := proof.proveBatch(newCrew(1), a.s, in, tr); err != nil {
			t.Fatal(err)
		}
		return proof
	})
}

// shiftEvaluations makes the last fold end in the claimed value by changing
// P_{ℓ−1}(β), and hides that in P_0(β) and P_0(β²):
//
//	δ_last·((1−x_last)·β + x_last)/2β = v − truth,  δ_0 = −γ^{ℓ−1}·δ_last
//
// δ_0 moves P_1(β²) by δ_0·((1−x_0)·β + x_0)/2β, and P_0(β²) by −γ times that.
func (a forgery) shiftEvaluations(proof *PairingProof, beta, gamma fr.Element) {
	rounds := len(a.claim.Point)
	effect := func(x fr.Element) fr.Element {
		one := fr.One()
		var num, den fr.Element
		num.Sub(&one, &x).Mul(&num, &beta).Add(&num, &x)
		den.Double(&beta).Inverse(&den)
		return *num.Mul(&num, &den)
	}
	lastEffect := effect(a.claim.Point[0])
	var deltaLast, deltaFirst, deltaSquare fr.Element
	deltaLast.Sub(&a.claim.Value, &a.truth).Mul(&deltaLast, lastEffect.Inverse(&lastEffect))
	deltaFirst.Neg(&deltaLast)
	for range rounds - 1 {
		deltaFirst.Mul(&deltaFirst, &gamma)
	}
	firstEffect := effect(a.claim.Point[rounds-1])
	deltaSquare.Mul(&deltaFirst, &firstEffect).Mul(&deltaSquare, &gamma).Neg(&deltaSquare)

	proof.Pos[rounds-1].Add(&proof.Pos[rounds-1], &deltaLast)
	proof.Pos[0].Add(&proof.Pos[0], &deltaFirst)
	proof.Square.Add(&proof.Square, &deltaSquare)
}

// TestFrozenZ: whoever knows z before the quotient takes for it the constant
// that makes the equation hold there, whatever the evaluations say.
func TestFrozenZ(t *testing.T) {
	a := newForgery(t)
	a.attack(t, "quotient", func(tr challenger) *PairingProof {
		polys, _ := foldAll(a.f, a.claim.Point)
		proof := &PairingProof{Folds: a.commitAll(t, polys)}
		tr.Absorb("folds", AppendPoints(nil, proof.Folds))
		beta := tr.Challenge("beta")
		proof.evaluate(polys, beta)
		a.shiftEvaluations(proof, beta, fr.Element{}) // P_0 stays: γ is not known

		tr.Absorb("evaluations", proof.appendEvaluations(nil))
		gamma := tr.Challenge("gamma")
		guess := tr
		if f, forgets := tr.(forgetful); forgets {
			fork := *f.challenger.(*Transcript)
			guess = &fork
		} else {
			fork := *tr.(*Transcript)
			guess = &fork
		}
		a.constantQuotient(t, proof, batch{polys, beta, gamma}, guess.Challenge("z"))
		tr.Absorb("quotient", AppendPoints(nil, []bn254.G1Affine{proof.Quotient}))
		tr.Challenge("z")
		return proof
	})
}

// constantQuotient sets q = (B(z) − I(z))/Z(z) and the witness to match.
func (a forgery) constantQuotient(t *testing.T, proof *PairingProof, in batch, z fr.Element) {
	t.Helper()
	b := make(fr.Vector, len(in.polys[0]))
	power := fr.One()
	for _, p := range in.polys {
		for j := range p {
			b[j].Add(&b[j], new(fr.Element).Mul(&power, &p[j]))
		}
		power.Mul(&power, &in.gamma)
	}
	squares, _ := proof.foldedEvaluations(a.claim.Point, in.beta)
	roots := batchRoots(in.beta)
	values := [3]fr.Element{powerSum(proof.Pos, in.gamma), powerSum(proof.Neg, in.gamma), powerSum(squares, in.gamma)}
	iz, vz := interpolate(roots, values, z), vanishing(roots, z)

	q := make(fr.Vector, 1)
	q[0] = powerSum(b, z)
	q[0].Sub(&q[0], &iz).Mul(&q[0], vz.Inverse(&vz))
	divideByLinear(b, z) // the constants I(z) and Z(z)·q drop out
	var err error
	if proof.Quotient, err = commitPlain(newCrew(1), a.s, q); err != nil {
		t.Fatal(err)
	}
	if proof.Witness, err = commitPlain(newCrew(1), a.s, b); err != nil {
		t.Fatal(err)
	}
}

// TestSeedBindsThePoints: whoever knows ξ before the rows are fixed puts into one
// of them what a false value lacks,
//
//	C + y·ξ·U = (C − ξ·U) + (y + 1)·ξ·U
//
// The seed keeps that off: it must be bound to the points.
func TestSeedBindsThePoints(t *testing.T) {
	s := transparent(t, 3)
	f, truth := innerProductCase(t, s)
	one := fr.One()
	lie := truth
	lie.Value.Add(&truth.Value, &one)
	bound := func(points []bn254.G1Affine) [32]byte { return sha256.Sum256(AppendPoints(nil, points)) }
	free := func([]bn254.G1Affine) [32]byte { return [32]byte{} }
	forge := func(seed func([]bn254.G1Affine) [32]byte) (Claim, EvaluationProof) {
		xi := newInnerProductTranscript(seed(truth.Rows.Points)).claim(s.ID, lie)
		missing := *new(fr.Element).Div(&xi, &truth.Rows.Weights[0])
		u := s.CommitScalar(&missing, new(fr.Element))
		forged := lie
		forged.Rows.Points = slices.Clone(lie.Rows.Points)
		forged.Rows.Points[0].Sub(&forged.Rows.Points[0], &u)
		tr := newInnerProductTranscript(seed(forged.Rows.Points))
		proof, err := proveInnerProduct(s, f, truth, &innerProductTranscript{lying{tr.challenger, lie.Value}})
		if err != nil {
			t.Fatal(err)
		}
		return forged, proof
	}
	claim, proof := forge(free)
	if err := decide(s, claim, proof, free(nil)); err != nil {
		t.Errorf("the attack fails where the seed binds nothing: %v", err)
	}
	claim, proof = forge(bound)
	if err := decide(s, claim, proof, bound(claim.Rows.Points)); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("the attack where the seed binds the points: %v", err)
	}
}

// TestTranscriptReplay: any part of the claim changes every later challenge.
func TestTranscriptReplay(t *testing.T) {
	s := testSetup(t, 3)
	_, claim := testClaim(t, s, newTestRand(52))
	first := pairingTranscript(s.ID, claim, [32]byte{}).Challenge("beta")
	other := func(name string, id [32]byte, c pairingClaim, seed [32]byte) {
		t.Helper()
		if b := pairingTranscript(id, c, seed).Challenge("beta"); b.Equal(&first) {
			t.Errorf("%s does not reach the transcript", name)
		}
	}
	other("seed", s.ID, claim, [32]byte{1})
	other("setup id", [32]byte{}, claim, [32]byte{})
	c := claim
	c.Commitment = s.G1[1]
	other("commitment", s.ID, c, [32]byte{})
	c = claim
	c.Value.SetOne()
	other("value", s.ID, c, [32]byte{})
	for i := range claim.Point {
		c = claim
		c.Point = append([]fr.Element(nil), claim.Point...)
		c.Point[i].SetOne()
		other("point", s.ID, c, [32]byte{})
	}
	c = claim
	c.Point = claim.Point[:2]
	other("number of variables", s.ID, c, [32]byte{})
	if b := pairingTranscript(s.ID, claim, [32]byte{}).Challenge("gamma"); b.Equal(&first) {
		t.Error("the label of a challenge does not reach it")
	}
}
