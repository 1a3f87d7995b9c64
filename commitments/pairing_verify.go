package commitments

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// verifyPairing checks proof for claim. A proof whose lengths do not follow
// from ℓ is fault.ErrMalformed, one that is false fault.ErrRejected.
//
// Soundness: in the algebraic group model, with τ unknown and SHA-256 a random
// oracle, acceptance means that the prover knows f with
// Commitment = Σ_j f_j·[τ^j]G and f~(Point) = Value, except with probability
// about ℓ·2^ℓ/2^254 per query. The caller must check that the setup is the one
// it trusts (ID, Insecure), that Commitment is what it folded itself, and that
// Point and Value come from a transcript that absorbed the commitments.
func verifyPairing(v *VerifierSetup, claim pairingClaim, proof *PairingProof, seed [32]byte) error {
	return verify(v, claim, proof, pairingTranscript(v.ID, claim, seed))
}

// verify runs the verifier's side after the claim has been absorbed into t.
func verify(v *VerifierSetup, claim pairingClaim, proof *PairingProof, t challenger) error {
	if err := proof.checkShape(v.RowBits); err != nil {
		return err
	}
	if len(claim.Point) != v.RowBits {
		return fmt.Errorf("evaluation proof: %d coordinates for rows of 2^%d cells: %w", len(claim.Point), v.RowBits, fault.ErrUsage)
	}
	if err := proof.checkPoints(&claim.Commitment); err != nil {
		return err
	}
	t.Absorb("folds", AppendPoints(nil, proof.Folds))
	beta := t.Challenge("beta")
	roots := batchRoots(beta)
	for i := range roots { // β in {0, 1, −1} has two equal roots
		if roots[i].Equal(&roots[(i+1)%3]) {
			return fmt.Errorf("evaluation proof: degenerate challenge: %w", fault.ErrRejected)
		}
	}
	squares, end := proof.foldedEvaluations(claim.Point, beta)
	if !end.Equal(&claim.Value) {
		return fmt.Errorf("evaluation proof: folds do not end in the claimed value: %w", fault.ErrRejected)
	}
	t.Absorb("evaluations", proof.appendEvaluations(nil))
	gamma := t.Challenge("gamma")
	t.Absorb("quotient", AppendPoints(nil, []bn254.G1Affine{proof.Quotient}))
	z := t.Challenge("z")

	// Values of B = Σ γ^i·P_i at β, −β, β², and I(z).
	values := [3]fr.Element{powerSum(proof.Pos, gamma), powerSum(proof.Neg, gamma), powerSum(squares, gamma)}
	iz := interpolate(roots, values, z)
	return v.checkBatch(claim.Commitment, proof, batchPoint{gamma: gamma, z: z, iz: iz, vz: vanishing(roots, z)})
}

// foldedEvaluations returns P_i(β²) for 0 <= i < ℓ and the constant P_ℓ:
//
//	2β·P_{i+1}(β²) = (1−x)·β·(P_i(β) + P_i(−β)) + x·(P_i(β) − P_i(−β))
//
// with x = point[ℓ−1−i]; P_0(β²) is the prover's, and opened like the rest.
func (proof *PairingProof) foldedEvaluations(point []fr.Element, beta fr.Element) ([]fr.Element, fr.Element) {
	inv := *new(fr.Element).Double(&beta)
	inv.Inverse(&inv)
	squares := make([]fr.Element, len(point)+1)
	squares[0] = proof.Square
	for i := range point {
		x := &point[len(point)-1-i]
		var sum, diff, even fr.Element
		sum.Add(&proof.Pos[i], &proof.Neg[i]).Mul(&sum, &beta)
		diff.Sub(&proof.Pos[i], &proof.Neg[i])
		even.Sub(&diff, &sum).Mul(&even, x).Add(&even, &sum)
		squares[i+1].Mul(&even, &inv)
	}
	return squares[:len(point)], squares[len(point)]
}

// batchPoint holds what the pairing equation needs of the challenges.
type batchPoint struct{ gamma, z, iz, vz fr.Element }

// checkBatch checks, with one pairing product,
//
//	e(Σ γ^i·C_i − I(z)·G − Z(z)·Q + z·W, G₂) = e(W, [τ]G₂)
func (v *VerifierSetup) checkBatch(c bn254.G1Affine, proof *PairingProof, at batchPoint) error {
	points := append([]bn254.G1Affine{c}, proof.Folds...)
	scalars := make([]fr.Element, len(points), len(points)+3)
	scalars[0].SetOne()
	for i := 1; i < len(points); i++ {
		scalars[i].Mul(&scalars[i-1], &at.gamma)
	}
	points = append(points, v.G, proof.Quotient, proof.Witness)
	scalars = append(scalars, *new(fr.Element).Neg(&at.iz), *new(fr.Element).Neg(&at.vz), at.z)

	var left, right bn254.G1Affine
	if _, err := left.MultiExp(points, scalars, ecc.MultiExpConfig{}); err != nil {
		return fmt.Errorf("evaluation proof: %w", err)
	}
	right.Neg(&proof.Witness)
	ok, err := bn254.PairingCheck([]bn254.G1Affine{left, right}, v.G2[:])
	if err != nil {
		return fmt.Errorf("evaluation proof: pairing: %w", err)
	}
	if !ok {
		return fmt.Errorf("evaluation proof: pairing equation does not hold: %w", fault.ErrRejected)
	}
	return nil
}

// checkShape compares every length with the one that ℓ implies.
func (proof *PairingProof) checkShape(rowBits int) error {
	if proof == nil || len(proof.Folds) != rowBits-1 || len(proof.Pos) != rowBits || len(proof.Neg) != rowBits {
		return fmt.Errorf("evaluation proof: not a proof for rows of 2^%d cells: %w", rowBits, fault.ErrMalformed)
	}
	return nil
}

// checkPoints refuses points off the curve, which decoding already does: a
// proof built in memory has not been decoded.
func (proof *PairingProof) checkPoints(c *bn254.G1Affine) error {
	for i := range proof.Folds {
		if !proof.Folds[i].IsOnCurve() {
			return fmt.Errorf("evaluation proof: fold %d is off the curve: %w", i+1, fault.ErrMalformed)
		}
	}
	if !proof.Quotient.IsOnCurve() || !proof.Witness.IsOnCurve() || !c.IsOnCurve() {
		return fmt.Errorf("evaluation proof: quotient, witness or commitment is off the curve: %w", fault.ErrMalformed)
	}
	return nil
}

// powerSum returns Σ γ^i·v_i.
func powerSum(v []fr.Element, gamma fr.Element) fr.Element {
	var sum fr.Element
	for i := len(v) - 1; i >= 0; i-- {
		sum.Mul(&sum, &gamma).Add(&sum, &v[i])
	}
	return sum
}

// interpolate returns I(z) for the quadratic I with I(x_k) = y_k, in Newton's
// form. Requires distinct x.
func interpolate(x, y [3]fr.Element, z fr.Element) fr.Element {
	slope := func(x0, y0, x1, y1 *fr.Element) fr.Element {
		var num, den fr.Element
		num.Sub(y1, y0)
		den.Sub(x1, x0).Inverse(&den)
		return *num.Mul(&num, &den)
	}
	s01 := slope(&x[0], &y[0], &x[1], &y[1])
	s12 := slope(&x[1], &y[1], &x[2], &y[2])
	s012 := slope(&x[0], &s01, &x[2], &s12)

	// I(z) = y_0 + (z−x_0)·(s_01 + (z−x_1)·s_012)
	var r, d fr.Element
	r.Mul(d.Sub(&z, &x[1]), &s012).Add(&r, &s01)
	r.Mul(&r, d.Sub(&z, &x[0])).Add(&r, &y[0])
	return r
}
