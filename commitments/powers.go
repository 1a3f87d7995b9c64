package commitments

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"sort"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	domainPowersID = "zkaudit v1 powers of tau id"

	insecureTauMsg = "INSECURE development powers of tau: anyone can compute this value"
	insecureTauDST = "zkaudit-v1:BN254FR_XMD:SHA-256:INSECURE-development-tau"
)

// NewPowers checks powers of tau from a ceremony and makes them a setup of
// 2^rowBits cells. g1 holds [τ^j]G for 0 <= j < 2^rowBits at least, tauG2 is [τ]G₂.
// Rows are committed with the first 2^rowBits of them; whatever follows makes keys
// (KZG) and changes neither commitments nor ID, for τ determines it.
// Every point is checked to be on the curve and in the subgroup, and the
// powers to be consecutive. Errors wrap fault.ErrMalformed or fault.ErrUsage.
func NewPowers(rowBits int, g1 []bn254.G1Affine, tauG2 bn254.G2Affine) (*Setup, error) {
	s, err := assemblePowers(rowBits, g1, tauG2)
	if err != nil {
		return nil, err
	}
	if err := s.checkPowers(); err != nil {
		return nil, err
	}
	return s, nil
}

// assemblePowers checks all of NewPowers but that the powers are consecutive.
func assemblePowers(rowBits int, g1 []bn254.G1Affine, tauG2 bn254.G2Affine) (*Setup, error) {
	v, err := newPowersVerifier(rowBits, tauG2)
	if err != nil {
		return nil, err
	}
	if len(g1) < 1<<rowBits {
		return nil, fmt.Errorf("powers of tau: %d powers for rows of 2^%d cells: %w", len(g1), rowBits, fault.ErrMalformed)
	}
	for j := range g1 {
		if g1[j].IsInfinity() || !g1[j].IsOnCurve() {
			return nil, fmt.Errorf("powers of tau: power %d is infinity or off the curve: %w", j, fault.ErrMalformed)
		}
	}
	if !g1[0].Equal(&v.G) {
		return nil, fmt.Errorf("powers of tau: power 0 is not the generator: %w", fault.ErrMalformed)
	}
	return &Setup{Kind: v.Kind, RowBits: rowBits, G1: g1, G2: v.G2, H: v.H, U: v.U, Hashed: v.Hashed, ID: v.ID, Insecure: v.Insecure}, nil
}

// newPowersVerifier derives everything the verifier needs from [τ]G₂: the
// generators are fixed, H is hashed to the curve (an H from a file could have
// a known logarithm, and commitments would not bind), and the development τ
// is recognised whatever a file says of itself.
func newPowersVerifier(rowBits int, tauG2 bn254.G2Affine) (*VerifierSetup, error) {
	if err := checkRowBits(rowBits); err != nil {
		return nil, err
	}
	_, _, g, g2 := bn254.Generators()
	if tauG2.IsInfinity() || !tauG2.IsInSubGroup() {
		return nil, fmt.Errorf("powers of tau: [τ]G₂ is infinity or outside the subgroup: %w", fault.ErrMalformed)
	}
	tau, err := developmentTau()
	if err != nil {
		return nil, err
	}
	var insecure bn254.G2Affine
	insecure.ScalarMultiplication(&g2, tau.BigInt(new(big.Int)))

	if tauG2.Equal(&g2) {
		return nil, fmt.Errorf("powers of tau: τ is 1: %w", fault.ErrMalformed)
	}
	v := &VerifierSetup{
		Kind: PowersOfTau, RowBits: rowBits, G: g, G2: [2]bn254.G2Affine{g2, tauG2}, Hashed: new(Generators),
		H: hashToCurve([]byte(blindingMsg), blindingDST), U: hashToCurve([]byte(scalarMsg), scalarDST),
	}
	if insecure.Equal(&tauG2) {
		v.Kind, v.Insecure = Development, true
	}
	v.ID = v.digest()
	return v, nil
}

// digest binds ℓ, G, H, G₂ and [τ]G₂. The last determines τ, hence every
// power in G1: one id cannot stand for two different strings.
func (v *VerifierSetup) digest() [32]byte {
	h := sha256.New()
	h.Write([]byte(domainPowersID))
	h.Write([]byte{byte(v.RowBits)})
	g, bl := v.G.Bytes(), v.H.Bytes()
	h.Write(g[:])
	h.Write(bl[:])
	for i := range v.G2 {
		b := v.G2[i].Bytes()
		h.Write(b[:])
	}
	return [32]byte(h.Sum(nil))
}

// developmentTau is public on purpose.
func developmentTau() (fr.Element, error) {
	t, err := fr.Hash([]byte(insecureTauMsg), []byte(insecureTauDST), 1)
	if err != nil {
		return fr.Element{}, fmt.Errorf("powers of tau: development τ: %w", err)
	}
	return t[0], nil
}

// NewDevelopment makes the INSECURE string for development and tests: τ comes
// from a fixed public text, so it is the same on every machine and everything
// made with it can be forged by anyone. Insecure is set.
func NewDevelopment(rowBits int) (*Setup, error) {
	if err := checkRowBits(rowBits); err != nil {
		return nil, err
	}
	tau, err := developmentTau()
	if err != nil {
		return nil, err
	}
	_, _, g, g2 := bn254.Generators()
	var tauG2 bn254.G2Affine
	tauG2.ScalarMultiplication(&g2, tau.BigInt(new(big.Int)))
	return assemblePowers(rowBits, Multiples(&g, powersOf(tau, 1<<rowBits)), tauG2)
}

// checkPowers checks that G1 holds consecutive powers of the τ in [τ]G₂:
//
//	e(Σ_{j<n-1} ρ_j·G1[j], [τ]G₂) = e(Σ_{j<n-1} ρ_j·G1[j+1], G₂)
//
// with ρ drawn from a hash of all points. One wrong power passes with
// probability about 2^-254. The first wrong one is named.
func (s *Setup) checkPowers() error {
	rho := s.randomCombination()
	ok, err := s.consecutive(rho)
	if err != nil || ok {
		return err
	}
	wrong := 1 + sort.Search(len(rho)-1, func(j int) bool {
		ok, failed := s.consecutive(rho[:j+1])
		err = errors.Join(err, failed)
		return !ok
	})
	if err != nil {
		return err
	}
	return fmt.Errorf("powers of tau: power %d does not follow from the one before it: %w", wrong, fault.ErrMalformed)
}

// consecutive checks as many steps from one power to the next as there are
// weights.
func (s *Setup) consecutive(rho []fr.Element) (bool, error) {
	n := len(rho)
	var low, high bn254.G1Affine
	if _, err := low.MultiExp(s.G1[:n], rho, ecc.MultiExpConfig{}); err != nil {
		return false, fmt.Errorf("powers of tau: %w", err)
	}
	if _, err := high.MultiExp(s.G1[1:n+1], rho, ecc.MultiExpConfig{}); err != nil {
		return false, fmt.Errorf("powers of tau: %w", err)
	}
	high.Neg(&high)
	ok, err := bn254.PairingCheck([]bn254.G1Affine{low, high}, []bn254.G2Affine{s.G2[1], s.G2[0]})
	if err != nil {
		return false, fmt.Errorf("powers of tau: pairing: %w", err)
	}
	return ok, nil
}
