package ceremony

import (
	"fmt"
	"slices"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
	"github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Verify checks a whole ceremony: that it starts from the initial parameters, which
// the caller has computed for the class; that every contribution changes δ by a
// number that its maker knew, in this place of this ceremony; and that Z and K are
// the initial ones divided by the last δ. Errors wrap fault.ErrRejected; of a first
// phase or class other than the caller's, fault.ErrVersion.
//
// Soundness: as of the package.
func (t *Transcript) Verify(class [32]byte, in *Initial) (err error) {
	defer fault.Catch(&err, "ceremony", fault.ErrMalformed)
	switch {
	case t.Class != class:
		return fmt.Errorf("ceremony: for circuit %x, checking it for %x: %w", t.Class[:8], class[:8], fault.ErrVersion)
	case t.Phase1 != in.phase1:
		return fmt.Errorf("ceremony: from the first phase with SHA-256 %x, checking it with %x: %w", t.Phase1, in.phase1, fault.ErrVersion)
	case t.Log != in.log || t.Initial != in.digest():
		return fmt.Errorf("ceremony: initial parameters are not those of circuit and first phase: %w", fault.ErrRejected)
	case t.Beacon != nil && len(t.Contributions) == 0:
		return fmt.Errorf("ceremony: finished without a contribution: %w", fault.ErrRejected)
	}
	for i := range t.Contributions {
		if err := t.verifyContribution(i); err != nil {
			return fmt.Errorf("ceremony: contribution %d of %d: %w", i+1, len(t.Contributions), err)
		}
	}
	return t.verifyDivided(in)
}

// verifyContribution checks, for R the hash of [x]₁ and of what came before,
//
//	e([x]₁, R) = e(G, x·R)   e([δ']₁, R) = e([δ]₁, x·R)   e([x]₁, [δ]₂) = e(G, [δ']₂)
func (t *Transcript) verifyContribution(i int) error {
	c := &t.Contributions[i]
	delta, deltaG2 := t.delta(i)
	if err := c.Proof.Verify(t.challenge(i, c.Name), 0,
		mpcsetup.ValueUpdate{Previous: &delta, Next: &c.Delta},
		mpcsetup.ValueUpdate{Previous: &deltaG2, Next: &c.DeltaG2}); err != nil {
		return fmt.Errorf("%w: %w", err, fault.ErrRejected)
	}
	return nil
}

// verifyDivided checks Z' = Z/δ and K' = K/δ by a random combination:
//
//	e(Σ ρ^i·P'_i, [δ]₂) = e(Σ ρ^i·P_i, G₂)
func (t *Transcript) verifyDivided(in *Initial) error {
	if len(t.Quotient) != len(in.Quotient) || len(t.Private) != len(in.Private) {
		return fmt.Errorf("ceremony: %d and %d parameters, want %d and %d: %w", len(t.Quotient), len(t.Private), len(in.Quotient), len(in.Private), fault.ErrRejected)
	}
	rho, err := draw()
	if err != nil {
		return err
	}
	powers := make([]fr.Element, len(t.Quotient)+len(t.Private))
	power := fr.One()
	for i := range powers {
		powers[i] = power
		power.Mul(&power, &rho)
	}
	var before, after bn254.G1Affine
	if _, err := before.MultiExp(slices.Concat(in.Quotient, in.Private), powers, ecc.MultiExpConfig{}); err != nil {
		return fmt.Errorf("ceremony: %w", err)
	}
	if _, err := after.MultiExp(slices.Concat(t.Quotient, t.Private), powers, ecc.MultiExpConfig{}); err != nil {
		return fmt.Errorf("ceremony: %w", err)
	}
	_, _, _, g2 := bn254.Generators()
	_, deltaG2 := t.lastDelta()
	same, err := bn254.PairingCheck([]bn254.G1Affine{after, *before.Neg(&before)}, []bn254.G2Affine{deltaG2, g2})
	if err != nil || !same {
		return fmt.Errorf("ceremony: parameters are not the initial ones divided by δ: %w", fault.ErrRejected)
	}
	return nil
}

// Keys verifies a finished ceremony and returns its keys.
func (t *Transcript) Keys(class [32]byte, in *Initial) (*groth16.ProvingKey, *groth16.VerifyingKey, error) {
	if t.Beacon == nil {
		return nil, nil, fmt.Errorf("ceremony: it is not finished: %w", fault.ErrUsage)
	}
	if err := t.Verify(class, in); err != nil {
		return nil, nil, err
	}
	pk, vk := &groth16.ProvingKey{Domain: *fft.NewDomain(1 << t.Log)}, &groth16.VerifyingKey{}
	delta, deltaG2 := t.lastDelta()
	_, _, _, g2 := bn254.Generators()
	pk.G1.Alpha, pk.G1.Beta, pk.G1.Delta = in.Alpha, in.Beta, delta
	pk.G1.Z, pk.G1.K = t.Quotient, t.Private
	pk.G1.A, pk.InfinityA, pk.NbInfinityA = finite(in.A)
	pk.G1.B, pk.InfinityB, pk.NbInfinityB = finite(in.B)
	pk.G2.B, _, _ = finite(in.BG2)
	pk.G2.Beta, pk.G2.Delta = in.BetaG2, deltaG2
	vk.G1.Alpha, vk.G1.Beta, vk.G1.Delta, vk.G1.K = in.Alpha, in.Beta, delta, in.Public
	vk.G2.Beta, vk.G2.Gamma, vk.G2.Delta = in.BetaG2, g2, deltaG2
	if err := vk.Precompute(); err != nil {
		return nil, nil, fmt.Errorf("ceremony: %w", err)
	}
	return pk, vk, nil
}

// finite returns the points that are not infinity, which of them are, and how many.
func finite[A comparable](points []A) (others []A, infinite []bool, count uint64) {
	var infinity A
	infinite = make([]bool, len(points))
	for i, p := range points {
		if infinite[i] = p == infinity; infinite[i] {
			count++
		} else {
			others = append(others, p)
		}
	}
	return others, infinite, count
}
