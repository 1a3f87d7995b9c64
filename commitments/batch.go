package commitments

import (
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Equation says that a sum of points is infinity:
//
//	Σ_i Scalars_i·Points_i + Σ_j row_j·G_j + Blinding·H + Scalar·U = 0
//
// with the generators of a Batch.
type Equation struct {
	Place    string // what is refused if it does not hold
	Points   []bn254.G1Affine
	Scalars  []fr.Element
	Blinding fr.Element
	Scalar   fr.Element
	// Length is how many row_j there may be other than 0, and AddRow adds
	// weight·row_j to the first of dst. No row is kept: there is one of 2^ℓ
	// scalars for every evaluation proof.
	Length int
	AddRow func(dst fr.Vector, weight *fr.Element)
}

// Batch collects equations and decides them all by one multi-scalar
// multiplication, with the generators in it once.
//
// Soundness: equations are weighted by 128 bits each of rng, which must be
// cryptographic and not known to whoever made the points. If one does not hold,
// Check accepts with probability 2^-128. Nothing is decided before Check.
type Batch struct {
	generators *Generators
	blinding   bn254.G1Affine // H
	scalar     bn254.G1Affine // U
	rng        io.Reader
	equations  []Equation
}

// NewBatch returns an empty batch over the generators of a setup.
func (v *VerifierSetup) NewBatch(rng io.Reader) *Batch {
	return &Batch{generators: v.Hashed, blinding: v.H, scalar: v.U, rng: rng}
}

// Add puts an equation to the others.
func (b *Batch) Add(e Equation) { b.equations = append(b.equations, e) }

// Check decides the equations and empties the batch. An equation that does not
// hold is fault.ErrRejected, with its place.
func (b *Batch) Check() error {
	equations := b.equations
	b.equations = nil
	holds, err := b.hold(equations)
	if err != nil || holds {
		return err
	}
	// One of them does not: the first half is false, or else the second is.
	for len(equations) > 1 {
		half := len(equations) / 2
		if holds, err = b.hold(equations[:half]); err != nil {
			return err
		}
		if holds {
			equations = equations[half:]
		} else {
			equations = equations[:half]
		}
	}
	return fmt.Errorf("%s: %w", equations[0].Place, fault.ErrRejected)
}

// hold reports whether a random linear combination of equations holds.
func (b *Batch) hold(equations []Equation) (bool, error) {
	weights, err := b.weights(len(equations))
	if err != nil {
		return false, err
	}
	length, count := 0, 2
	for i := range equations {
		length, count = max(length, equations[i].Length), count+len(equations[i].Points)
	}
	row := make(fr.Vector, length)
	points := make([]bn254.G1Affine, 2, count+length)
	scalars := make([]fr.Element, 2, count+length)
	points[0], points[1] = b.blinding, b.scalar
	var t fr.Element
	for i := range equations {
		e, w := &equations[i], &weights[i]
		if len(e.Points) != len(e.Scalars) {
			return false, fmt.Errorf("%s: %d scalars for %d points: %w", e.Place, len(e.Scalars), len(e.Points), fault.ErrUsage)
		}
		for k := range e.Points {
			if p := &e.Points[k]; !p.IsOnCurve() {
				return false, fmt.Errorf("%s: point %d is off the curve: %w", e.Place, k, fault.ErrMalformed)
			} else if !p.IsInfinity() { // which sums of points cannot take
				points, scalars = append(points, *p), append(scalars, *t.Mul(&e.Scalars[k], w))
			}
		}
		scalars[0].Add(&scalars[0], t.Mul(&e.Blinding, w))
		scalars[1].Add(&scalars[1], t.Mul(&e.Scalar, w))
		if e.AddRow != nil {
			e.AddRow(row[:e.Length], w)
		}
	}
	sum, err := msmField(fullCrew(), append(points, b.generators.First(length)...), append(scalars, row...))
	return sum.Z.IsZero(), err
}

// weights draws n scalars of 128 bits.
func (b *Batch) weights(n int) ([]fr.Element, error) {
	if b.rng == nil {
		return nil, fmt.Errorf("a batch of equations without a source of randomness: %w", fault.ErrUsage)
	}
	weights := make([]fr.Element, n)
	var wide [16]byte
	for i := range weights {
		if _, err := io.ReadFull(b.rng, wide[:]); err != nil {
			return nil, fmt.Errorf("weights of equations: %w: %w", fault.ErrInput, err)
		}
		weights[i].SetBytes(wide[:])
	}
	return weights, nil
}
