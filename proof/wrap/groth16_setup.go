package wrap

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
	"github.com/consensys/gnark-crypto/utils"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// setUpGroth16 makes the keys of a circuit from five secrets that it draws and
// forgets: τ, α, β, γ and δ, none of them 0. ω generates the domain, of n >= m
// elements for m constraints, and a_i, b_i and c_i are the values at τ of the
// polynomials that are at ω^j the coefficients of wire i in the left, the right
// and the output side of constraint j. With k_i = β·a_i + α·b_i + c_i the keys are
//
//	[α]₁ [β]₁ [δ]₁ [β]₂ [γ]₂ [δ]₂
//	[a_i]₁, [b_i]₁ and [b_i]₂     of each wire where they are not 0
//	[k_i/γ]₁                      of each public wire
//	[k_i/δ]₁                      of each other wire
//	[τ^j·(τ^n − 1)/δ]₁            for j < n, in bit-reversed order, but for the last
//
// Groth, On the Size of Pairing-Based Non-interactive Arguments, section 3.2. For
// the same randomness these are the keys that gnark's Setup makes
// (TestSetupIsGnarks), in a fifth of its time: gnark doubles once for each bit of
// each scalar, where tables of multiples take the place of all doublings.
func setUpGroth16(circuit *cs.R1CS) (*groth16.ProvingKey, *groth16.VerifyingKey, error) {
	if info, ok := circuit.CommitmentInfo.(constraint.Groth16Commitments); !ok || len(info) > 0 {
		return nil, nil, fmt.Errorf("groth16 setup: a circuit with commitments: %w", fault.ErrUnsupported)
	}
	var secrets [5]fr.Element
	for i := range secrets {
		for secrets[i].IsZero() {
			if _, err := secrets[i].SetRandom(); err != nil {
				return nil, nil, fmt.Errorf("groth16 setup: %w", err)
			}
		}
	}
	tau, alpha, beta, gamma, delta := secrets[0], secrets[1], secrets[2], secrets[3], secrets[4]
	domain := fft.NewDomain(uint64(circuit.GetNbConstraints()))
	a, b, c := wiresAt(tau, circuit, domain)
	public := circuit.GetNbPublicVariables()
	k := combined(a, b, c, alpha, beta)
	divide(k[:public], gamma)
	divide(k[public:], delta)

	pk, vk := &groth16.ProvingKey{Domain: *domain}, &groth16.VerifyingKey{}
	a, pk.InfinityA, pk.NbInfinityA = nonzero(a)
	b, pk.InfinityB, pk.NbInfinityB = nonzero(b)
	_, _, g1, g2 := bn254.Generators()
	z := quotientPowers(tau, delta, domain)
	in1 := commitments.Multiples(&g1, slices.Concat([]fr.Element{alpha, beta, delta}, a, b, z, k))
	in2 := multiplesG2(&g2, slices.Concat([]fr.Element{beta, delta, gamma}, b))

	vk.G1.Alpha, vk.G1.Beta, vk.G1.Delta = in1[0], in1[1], in1[2]
	pk.G1.Alpha, pk.G1.Beta, pk.G1.Delta = in1[0], in1[1], in1[2]
	pk.G1.A, in1 = split(in1[3:], len(a))
	pk.G1.B, in1 = split(in1, len(b))
	pk.G1.Z, in1 = split(in1, len(z))
	vk.G1.K, pk.G1.K = split(in1, public)
	vk.G2.Beta, vk.G2.Delta, vk.G2.Gamma = in2[0], in2[1], in2[2]
	pk.G2.Beta, pk.G2.Delta, pk.G2.B = in2[0], in2[1], in2[3:]
	if err := vk.Precompute(); err != nil {
		return nil, nil, fmt.Errorf("groth16 setup: %w", err)
	}
	return pk, vk, nil
}

// split returns the first n points, and the others.
func split(points []bn254.G1Affine, n int) (first, others []bn254.G1Affine) {
	return points[:n:n], points[n:]
}

// wiresAt returns a, b and c of all wires. What constraint j adds to them are its
// coefficients, times the Lagrange polynomial
//
//	L_j(τ) = (τ^n − 1)/n · ω^j/(τ − ω^j)
func wiresAt(tau fr.Element, circuit *cs.R1CS, domain *fft.Domain) (a, b, c []fr.Element) {
	lagrange := make([]fr.Element, circuit.GetNbConstraints())
	power := fr.One()
	powers := make([]fr.Element, len(lagrange)) // ω^j
	for j := range lagrange {
		powers[j] = power
		lagrange[j].Sub(&tau, &power)
		power.Mul(&power, &domain.Generator)
	}
	lagrange = fr.BatchInvert(lagrange)
	scale := vanishing(tau, domain)
	scale.Mul(&scale, &domain.CardinalityInv)
	for j := range lagrange {
		lagrange[j].Mul(&lagrange[j], &powers[j]).Mul(&lagrange[j], &scale)
	}

	wires := circuit.GetNbPublicVariables() + circuit.GetNbSecretVariables() + circuit.GetNbInternalVariables()
	a, b, c = make([]fr.Element, wires), make([]fr.Element, wires), make([]fr.Element, wires)
	add := func(sums []fr.Element, side constraint.LinearExpression, by *fr.Element) {
		for _, t := range side {
			var term fr.Element
			term.Mul(&circuit.Coefficients[t.CoeffID()], by)
			sums[t.WireID()].Add(&sums[t.WireID()], &term)
		}
	}
	constraints := circuit.GetR1CIterator()
	for j := range lagrange {
		r := constraints.Next()
		add(a, r.L, &lagrange[j])
		add(b, r.R, &lagrange[j])
		add(c, r.O, &lagrange[j])
	}
	return a, b, c
}

// vanishing returns τ^n − 1.
func vanishing(tau fr.Element, domain *fft.Domain) fr.Element {
	var z fr.Element
	one := fr.One()
	z.Exp(tau, new(big.Int).SetUint64(domain.Cardinality)).Sub(&z, &one)
	return z
}

// combined returns k_i = β·a_i + α·b_i + c_i.
func combined(a, b, c []fr.Element, alpha, beta fr.Element) []fr.Element {
	k := make([]fr.Element, len(a))
	for i := range k {
		var term fr.Element
		k[i].Mul(&beta, &a[i])
		term.Mul(&alpha, &b[i])
		k[i].Add(&k[i], &term).Add(&k[i], &c[i])
	}
	return k
}

// divide divides all values by one that is not 0.
func divide(values []fr.Element, by fr.Element) {
	by.Inverse(&by)
	for i := range values {
		values[i].Mul(&values[i], &by)
	}
}

// quotientPowers returns τ^j·(τ^n − 1)/δ for j < n in bit-reversed order without the
// last, j = n−1: a quotient by X^n − 1 has degree n − 2 at most.
func quotientPowers(tau, delta fr.Element, domain *fft.Domain) []fr.Element {
	powers := make([]fr.Element, domain.Cardinality)
	next := vanishing(tau, domain)
	for j := range powers {
		powers[j] = next
		next.Mul(&next, &tau)
	}
	divide(powers, delta)
	utils.BitReverse(powers)
	return powers[:len(powers)-1]
}

// nonzero returns the values that are not 0, which of them are, and how many.
func nonzero(values []fr.Element) (others []fr.Element, zero []bool, count uint64) {
	zero = make([]bool, len(values))
	for i := range values {
		if zero[i] = values[i].IsZero(); zero[i] {
			count++
		} else {
			others = append(others, values[i])
		}
	}
	return others, zero, count
}
