package commitments

import (
	"encoding/binary"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const domainInnerProduct = "zkaudit v1 inner product opening"

// InnerProductProof shows that a Claim about a row of a transparent setup is
// true. All lengths follow from ℓ.
type InnerProductProof struct {
	Left, Right []bn254.G1Affine // L_i, R_i of ℓ rounds
	Last        fr.Element       // the one cell that is left
}

// proveInnerProduct is Open for transparent setups.
//
// Round i halves row f, generators G and weights w, eq(r, ·) in the beginning,
// about their most significant bit, with U' = ξ·U:
//
//	L = ⟨f_lo, G_hi⟩ + ⟨f_lo, w_hi⟩·U'      R = ⟨f_hi, G_lo⟩ + ⟨f_hi, w_lo⟩·U'
//	f ← f_lo + v⁻¹·f_hi      G ← G_lo + v·G_hi      w ← w_lo + v·w_hi
//
// so that P = ⟨f, G⟩ + ⟨f, w⟩·U' becomes P + v·L + v⁻¹·R.
func proveInnerProduct(s *Setup, f fr.Vector, claim Claim, t *innerProductTranscript) (*InnerProductProof, error) {
	scalar := t.claim(s.ID, claim)
	row := append(fr.Vector(nil), f...)
	weights := equality(claim.Point)
	if y := row.InnerProduct(weights); !y.Equal(&claim.Value) {
		return nil, fmt.Errorf("open: the row does not have the claimed value at the point: %w", fault.ErrUsage)
	}
	g, c := s.G1, fullCrew()
	proof := &InnerProductProof{}
	for range s.RowBits {
		half := len(row) / 2
		left, err := crossTerm(c, g[half:], row[:half], weights[half:], &s.U, &scalar)
		if err != nil {
			return nil, err
		}
		right, err := crossTerm(c, g[:half], row[half:], weights[:half], &s.U, &scalar)
		if err != nil {
			return nil, err
		}
		sides := bn254.BatchJacobianToAffineG1([]bn254.G1Jac{left, right})
		proof.Left, proof.Right = append(proof.Left, sides[0]), append(proof.Right, sides[1])
		v := t.round(sides[0], sides[1])
		e := v.element()
		inverse := *new(fr.Element).Inverse(&e)
		row, weights = foldHalves(row, &inverse), foldHalves(weights, &e)
		if half > 1 { // the last generator is not needed
			g = foldPoints(g[:half], g[half:], v)
		}
	}
	proof.Last = row[0]
	return proof, nil
}

// crossTerm returns ⟨row, g⟩ + ⟨row, weights⟩·ξ·U.
func crossTerm(c crew, g []bn254.G1Affine, row, weights fr.Vector, u *bn254.G1Affine, xi *fr.Element) (bn254.G1Jac, error) {
	sum, err := msmField(c, g, row)
	if err != nil {
		return sum, fmt.Errorf("open: %w", err)
	}
	inner := row.InnerProduct(weights)
	addMultiple(&sum, u, inner.Mul(&inner, xi))
	return sum, nil
}

// foldHalves returns v_lo + x·v_hi.
func foldHalves(v fr.Vector, x *fr.Element) fr.Vector {
	half := len(v) / 2
	folded := make(fr.Vector, half)
	folded.ScalarMul(v[half:], x)
	folded.Add(folded, v[:half])
	return folded
}

// equality returns eq(point, ·), the first coordinate for the most significant
// bit of the index.
func equality(point []fr.Element) fr.Vector {
	table := make(fr.Vector, 1, 1<<len(point))
	table[0].SetOne()
	for i := len(point) - 1; i >= 0; i-- {
		n := len(table)
		table = table[:2*n]
		for j := range n {
			table[n+j].Mul(&table[j], &point[i])
			table[j].Sub(&table[j], &table[n+j])
		}
	}
	return table
}

// addInnerProduct puts to a batch what makes a proof true:
//
//	C + y·U' + Σ_i (v_i·L_i + v_i⁻¹·R_i) = a·Σ_j s_j·G_j + a·b·U'
//	s_j = Π_{i: bit i of j is set} v_i      b = Π_i (1 − r_i + v_i·r_i)
//
// bit 0 being the most significant one.
func (v *VerifierSetup) addInnerProduct(batch *Batch, place string, claim Claim, proof *InnerProductProof, t *innerProductTranscript) error {
	if len(proof.Left) != v.RowBits || len(proof.Right) != v.RowBits {
		return fmt.Errorf("evaluation proof: %d and %d points for rows of 2^%d cells: %w", len(proof.Left), len(proof.Right), v.RowBits, fault.ErrMalformed)
	}
	xi := t.claim(v.ID, claim)
	challenges := make([]fr.Element, v.RowBits)
	b := fr.One()
	for i := range challenges {
		challenges[i] = t.round(proof.Left[i], proof.Right[i]).element()
		if challenges[i].IsZero() {
			return fmt.Errorf("evaluation proof: degenerate challenge: %w", fault.ErrRejected)
		}
		var factor fr.Element
		factor.Mul(&challenges[i], &claim.Point[i])
		factor.Sub(&factor, &claim.Point[i])
		one := fr.One()
		b.Mul(&b, factor.Add(&factor, &one))
	}
	e := Equation{Place: place + ": evaluation proof", Length: 1 << v.RowBits}
	e.Points = append(append(append(e.Points, claim.Rows.Points...), proof.Left...), proof.Right...)
	e.Scalars = append(append(append(e.Scalars, claim.Rows.Weights...), challenges...), fr.BatchInvert(challenges)...)
	e.Blinding.Neg(&claim.Rows.Blinding)
	e.Scalar.Mul(&proof.Last, &b)
	e.Scalar.Sub(&claim.Value, &e.Scalar).Mul(&e.Scalar, &xi)
	last := *new(fr.Element).Neg(&proof.Last)
	e.AddRow = func(dst fr.Vector, weight *fr.Element) {
		addProducts(dst, challenges, *new(fr.Element).Mul(weight, &last))
	}
	batch.Add(e)
	return nil
}

// addProducts adds scale·Π_{i: bit i of j is set} v_i to dst_j.
func addProducts(dst fr.Vector, v []fr.Element, scale fr.Element) {
	products := make(fr.Vector, 1, len(dst))
	products[0] = scale
	for i := len(v) - 1; i >= 0; i-- {
		n := len(products)
		products = products[:2*n]
		high := products[n:]
		high.ScalarMul(products[:n], &v[i])
	}
	dst.Add(dst, products)
}

// innerProductTranscript draws the challenges of an evaluation proof.
type innerProductTranscript struct{ challenger }

func newInnerProductTranscript(seed [32]byte) *innerProductTranscript {
	t := NewTranscript(domainInnerProduct)
	t.Absorb("seed", seed[:])
	return &innerProductTranscript{t}
}

// claim absorbs what is opened and returns ξ. The commitment is absorbed as
// what it is made of; the points are bound by the seed.
func (t *innerProductTranscript) claim(id [32]byte, claim Claim) fr.Element {
	t.Absorb("setup", id[:])
	t.Absorb("variables", binary.BigEndian.AppendUint64(nil, uint64(len(claim.Point))))
	t.Absorb("weights", AppendScalars(nil, claim.Rows.Weights))
	t.Absorb("blinding", AppendScalars(nil, []fr.Element{claim.Rows.Blinding}))
	t.Absorb("point", AppendScalars(nil, claim.Point))
	t.Absorb("value", AppendScalars(nil, []fr.Element{claim.Value}))
	return t.Challenge("xi")
}

// round absorbs L and R and returns v.
func (t *innerProductTranscript) round(left, right bn254.G1Affine) shortScalar {
	t.Absorb("round", AppendPoints(nil, []bn254.G1Affine{left, right}))
	c := t.Challenge("v")
	b := c.Bytes()
	return shortScalarOf([16]byte(b[16:])) // the low 128 bits of a uniform scalar
}

// MarshalBinary encodes the proof: L_i, R_i round by round, then the last cell.
func (proof *InnerProductProof) MarshalBinary() ([]byte, error) {
	if len(proof.Left) != len(proof.Right) {
		return nil, fmt.Errorf("evaluation proof: %d left and %d right points: %w", len(proof.Left), len(proof.Right), fault.ErrMalformed)
	}
	var b []byte
	for i := range proof.Left {
		b = AppendPoints(b, []bn254.G1Affine{proof.Left[i], proof.Right[i]})
	}
	return AppendScalars(b, []fr.Element{proof.Last}), nil
}

// unmarshalInnerProductProof decodes a proof of the right length. Points may be
// infinity: rows that are no masked combination may be 0.
func unmarshalInnerProductProof(data []byte, rowBits int) (*InnerProductProof, error) {
	cut := 2 * rowBits * PointBytes
	points, err := DecodePoints(data[:cut], 2*rowBits, AllowInfinity)
	if err != nil {
		return nil, fmt.Errorf("evaluation proof: %w", err)
	}
	last, err := DecodeScalar(data[cut:])
	if err != nil {
		return nil, fmt.Errorf("evaluation proof: %w", err)
	}
	proof := &InnerProductProof{Last: last}
	for i := range rowBits {
		proof.Left, proof.Right = append(proof.Left, points[2*i]), append(proof.Right, points[2*i+1])
	}
	return proof, nil
}
