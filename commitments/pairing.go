package commitments

import (
	"encoding/binary"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// pairingClaim says that the polynomial committed in Commitment, without blinding,
// has multilinear extension Value at Point. Point has ℓ coordinates, the first
// one for the most significant bit of the cell index.
type pairingClaim struct {
	Commitment bn254.G1Affine
	Point      []fr.Element
	Value      fr.Element
}

// PairingProof shows that a pairingClaim is true. All lengths follow from ℓ.
type PairingProof struct {
	Folds    []bn254.G1Affine // C_1 … C_{ℓ-1}, commitments to the folds
	Pos, Neg []fr.Element     // P_i(β) and P_i(−β), 0 <= i < ℓ
	Square   fr.Element       // P_0(β²)
	Quotient bn254.G1Affine   // commitment to q = (B − I)/Z
	Witness  bn254.G1Affine   // commitment to (B − I(z) − Z(z)·q)/(X − z)
}

// provePairing proves claim about the row with cells f, by the protocol in the package
// documentation. seed binds the proof to the transcript it is part of.
// A tensor of 2^m < 2^ℓ cells is opened zero-extended at (0, …, 0, r).
// Requires len(f) = 2^ℓ and claim.Commitment = Σ_j f_j·[τ^j]G (not checked:
// it costs a multi-scalar multiplication; a proof for anything else will not
// verify). A value f does not have at the point is fault.ErrUsage.
func provePairing(s *Setup, f fr.Vector, claim pairingClaim, seed [32]byte) (*PairingProof, error) {
	if len(f) != s.RowCells() || len(claim.Point) != s.RowBits {
		return nil, fmt.Errorf("open: %d cells and %d coordinates for rows of 2^%d: %w", len(f), len(claim.Point), s.RowBits, fault.ErrUsage)
	}
	return prove(s, f, claim, pairingTranscript(s.ID, claim, seed))
}

// pairingTranscript starts the transcript with everything that is public.
func pairingTranscript(setupID [32]byte, claim pairingClaim, seed [32]byte) challenger {
	t := NewTranscript(domainOpening)
	absorbClaim(t, setupID, claim, seed)
	return t
}

func absorbClaim(t challenger, setupID [32]byte, claim pairingClaim, seed [32]byte) {
	t.Absorb("setup", setupID[:])
	t.Absorb("seed", seed[:])
	t.Absorb("variables", binary.BigEndian.AppendUint64(nil, uint64(len(claim.Point))))
	t.Absorb("commitment", AppendPoints(nil, []bn254.G1Affine{claim.Commitment}))
	t.Absorb("point", AppendScalars(nil, claim.Point))
	t.Absorb("value", AppendScalars(nil, []fr.Element{claim.Value}))
}

// prove runs the prover's side after the claim has been absorbed into t.
func prove(s *Setup, f fr.Vector, claim pairingClaim, t challenger) (*PairingProof, error) {
	polys, end := foldAll(f, claim.Point)
	if !end.Equal(&claim.Value) {
		return nil, fmt.Errorf("open: the row does not have the claimed value at the point: %w", fault.ErrUsage)
	}
	c := fullCrew()
	proof := &PairingProof{Folds: make([]bn254.G1Affine, len(polys)-1)}
	sums := make([]bn254.G1Jac, len(polys)-1)
	for i, p := range polys[1:] {
		sum, err := msmField(c, s.G1[:len(p)], p)
		if err != nil {
			return nil, fmt.Errorf("open: fold %d: %w", i+1, err)
		}
		sums[i] = sum
	}
	copy(proof.Folds, bn254.BatchJacobianToAffineG1(sums))
	t.Absorb("folds", AppendPoints(nil, proof.Folds))
	beta := t.Challenge("beta")
	proof.evaluate(polys, beta)

	t.Absorb("evaluations", proof.appendEvaluations(nil))
	gamma := t.Challenge("gamma")
	return proof, proof.proveBatch(c, s, batch{polys, beta, gamma}, t)
}

// foldAll returns P_0 = f, P_1, …, P_{ℓ-1} and the constant P_ℓ:
//
//	P_{i+1}[j] = P_i[2j] + x·(P_i[2j+1] − P_i[2j]),  x = point[ℓ−1−i]
//
// Protocol, section 12.
func foldAll(f fr.Vector, point []fr.Element) ([]fr.Vector, fr.Element) {
	polys := make([]fr.Vector, 0, len(point))
	cur := f
	for i := range point {
		polys = append(polys, cur)
		x := &point[len(point)-1-i]
		next := make(fr.Vector, len(cur)/2)
		for j := range next {
			next[j].Sub(&cur[2*j+1], &cur[2*j])
			next[j].Mul(&next[j], x).Add(&next[j], &cur[2*j])
		}
		cur = next
	}
	return polys, cur[0]
}

// evaluate sets P_i(β), P_i(−β) and P_0(β²), from even and odd parts:
// P(±β) = E(β²) ± β·O(β²).
func (proof *PairingProof) evaluate(polys []fr.Vector, beta fr.Element) {
	square := *new(fr.Element).Square(&beta)
	proof.Pos = make([]fr.Element, len(polys))
	proof.Neg = make([]fr.Element, len(polys))
	for i, p := range polys {
		var even, odd fr.Element
		for j := len(p) - 2; j >= 0; j -= 2 {
			even.Mul(&even, &square).Add(&even, &p[j])
			odd.Mul(&odd, &square).Add(&odd, &p[j+1])
		}
		odd.Mul(&odd, &beta)
		proof.Pos[i].Add(&even, &odd)
		proof.Neg[i].Sub(&even, &odd)
	}
	p := polys[0]
	for j := len(p) - 1; j >= 0; j-- {
		proof.Square.Mul(&proof.Square, &square).Add(&proof.Square, &p[j])
	}
}

// batch is what is opened together: the polynomials and their challenges.
type batch struct {
	polys       []fr.Vector
	beta, gamma fr.Element
}

// proveBatch opens B = Σ γ^i·P_i at β, −β and β² at once:
//
//	q = (B − I)/Z,  Z = (X−β)(X+β)(X−β²),  I interpolates B on the roots of Z
//	L = B − I(z) − Z(z)·q,  L(z) = 0,  witness = L/(X−z)
func (proof *PairingProof) proveBatch(c crew, s *Setup, in batch, t challenger) error {
	b := append(fr.Vector(nil), in.polys[0]...)
	power := in.gamma
	for _, p := range in.polys[1:] {
		scaled := make(fr.Vector, len(p))
		scaled.ScalarMul(p, &power)
		head := b[:len(p)]
		head.Add(head, scaled)
		power.Mul(&power, &in.gamma)
	}
	// Dividing by one root after the other leaves the remainders of Newton's
	// form of I and the quotient by Z.
	q := append(fr.Vector(nil), b...)
	roots := batchRoots(in.beta)
	for i := range roots {
		divideByLinear(q, roots[i])
	}
	var err error
	if proof.Quotient, err = commitPlain(c, s, q); err != nil {
		return fmt.Errorf("open: quotient: %w", err)
	}
	t.Absorb("quotient", AppendPoints(nil, []bn254.G1Affine{proof.Quotient}))
	z := t.Challenge("z")

	// The constant −I(z) does not change the quotient by X − z.
	vz := vanishing(roots, z)
	q.ScalarMul(q, &vz)
	b.Sub(b, q)
	divideByLinear(b, z)
	if proof.Witness, err = commitPlain(c, s, b); err != nil {
		return fmt.Errorf("open: witness: %w", err)
	}
	return nil
}

// divideByLinear replaces p by its quotient by X − a, whose top coefficient
// is 0, and drops the remainder: q_{j-1} = p_j + a·q_j.
func divideByLinear(p fr.Vector, a fr.Element) {
	var carry, t fr.Element
	for j := len(p) - 1; j >= 0; j-- {
		t.Mul(&carry, &a)
		carry, p[j] = *new(fr.Element).Add(&p[j], &t), carry
	}
}

func commitPlain(c crew, s *Setup, p fr.Vector) (bn254.G1Affine, error) {
	sum, err := msmField(c, s.G1[:len(p)], p)
	return *new(bn254.G1Affine).FromJacobian(&sum), err
}

// batchRoots returns β, −β and β².
func batchRoots(beta fr.Element) [3]fr.Element {
	return [3]fr.Element{beta, *new(fr.Element).Neg(&beta), *new(fr.Element).Square(&beta)}
}

// vanishing returns Z(z) = Π (z − root).
func vanishing(roots [3]fr.Element, z fr.Element) fr.Element {
	v := fr.One()
	for i := range roots {
		v.Mul(&v, new(fr.Element).Sub(&z, &roots[i]))
	}
	return v
}
