package commitments

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	// MaxKZGLog bounds the domains that keys of a SNARK are made for.
	MaxKZGLog = 22
	// kzgExtra is how many powers beyond the domain blinded polynomials need.
	kzgExtra = 3
)

// KZG returns, from the powers of s, the two forms of string that PLONK needs
// for a domain of n = 2^log: [τ^j]G for j < n+3, and [L_i(τ)]G for the
// Lagrange basis of the n-th roots of unity. It takes minutes from log 19 on.
// A string with too few powers is fault.ErrUsage.
func (s *Setup) KZG(log int) (canonical, lagrange *kzg.SRS, err error) {
	if err := checkKZGLog(log); err != nil {
		return nil, nil, err
	}
	n := 1 << log
	if len(s.G1) < n+kzgExtra {
		return nil, nil, fmt.Errorf("powers of tau: %d powers, a circuit of 2^%d rows needs %d (zkaudit setup import --circuit-bits %d keeps them): %w", len(s.G1), log, n+kzgExtra, log, fault.ErrUsage)
	}
	basis, err := kzg.ToLagrangeG1(s.G1[:n])
	if err != nil {
		return nil, nil, fmt.Errorf("powers of tau: Lagrange basis: %w", err)
	}
	canonical, lagrange = kzgStrings(s.G2, s.G1[:n+kzgExtra], basis)
	return canonical, lagrange, nil
}

// DevelopmentKZG is KZG of a NewDevelopment of any size, and as INSECURE, made
// in a moment from the public τ:
//
//	L_i(τ) = ω^i·(τ^n − 1)/(n·(τ − ω^i))
func DevelopmentKZG(log int) (canonical, lagrange *kzg.SRS, err error) {
	if err := checkKZGLog(log); err != nil {
		return nil, nil, err
	}
	tau, err := developmentTau()
	if err != nil {
		return nil, nil, err
	}
	basis, err := lagrangeAt(tau, log)
	if err != nil {
		return nil, nil, err
	}
	_, _, g, g2 := bn254.Generators()
	var tauG2 bn254.G2Affine
	tauG2.ScalarMultiplication(&g2, tau.BigInt(new(big.Int)))
	powers := Multiples(&g, powersOf(tau, 1<<log+kzgExtra))
	canonical, lagrange = kzgStrings([2]bn254.G2Affine{g2, tauG2}, powers, Multiples(&g, basis))
	return canonical, lagrange, nil
}

// lagrangeAt returns L_i(τ) for the 2^log-th roots of unity. Requires τ to be
// none of them.
func lagrangeAt(tau fr.Element, log int) ([]fr.Element, error) {
	n := uint64(1) << log
	omega, err := fr.Generator(n)
	if err != nil {
		return nil, fmt.Errorf("powers of tau: roots of unity: %w", err)
	}
	roots := powersOf(omega, int(n))
	differences := make([]fr.Element, n)
	for i := range roots {
		differences[i].Sub(&tau, &roots[i])
	}
	basis := fr.BatchInvert(differences)
	var scale, one, size fr.Element // (τ^n − 1)/n
	one.SetOne()
	size.SetUint64(n).Inverse(&size)
	scale.Exp(tau, new(big.Int).SetUint64(n))
	scale.Sub(&scale, &one).Mul(&scale, &size)
	for i := range basis {
		basis[i].Mul(&basis[i], &roots[i]).Mul(&basis[i], &scale)
	}
	return basis, nil
}

// powersOf returns 1, x, …, x^(n−1). Requires n >= 1.
func powersOf(x fr.Element, n int) []fr.Element {
	powers := make([]fr.Element, n)
	powers[0].SetOne()
	for j := 1; j < n; j++ {
		powers[j].Mul(&powers[j-1], &x)
	}
	return powers
}

func kzgStrings(g2 [2]bn254.G2Affine, powers, basis []bn254.G1Affine) (canonical, lagrange *kzg.SRS) {
	vk := kzg.VerifyingKey{G1: powers[0], G2: g2}
	for i := range g2 {
		vk.Lines[i] = bn254.PrecomputeLines(g2[i])
	}
	canonical = &kzg.SRS{Pk: kzg.ProvingKey{G1: powers}, Vk: vk}
	return canonical, &kzg.SRS{Pk: kzg.ProvingKey{G1: basis}, Vk: vk}
}

func checkKZGLog(log int) error {
	if log < 1 || log > MaxKZGLog {
		return fmt.Errorf("powers of tau: domain of 2^%d, want 2^1 to 2^%d: %w", log, MaxKZGLog, fault.ErrUsage)
	}
	return nil
}
