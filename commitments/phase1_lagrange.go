package commitments

import (
	"io"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
)

// Kinds of the sections that a prepared file has. Each holds, one after the other, the
// Lagrange forms for domains of 1, 2, 4, … points, those of size m from point m − 1 on;
// that of τ has one domain more than the others.
const (
	ptauLagrange      = 12
	ptauLagrangeG2    = 13
	ptauLagrangeAlpha = 14
	ptauLagrangeBeta  = 15
)

// Lagrange are the powers of a first phase in Lagrange form, for the n-th roots of
// unity ω^j, j < n:
//
//	L_j(τ) = ω^j·(τ^n − 1)/(n·(τ − ω^j)) = 1/n·Σ_k ω^(−jk)·τ^k
type Lagrange struct {
	Tau         []bn254.G1Affine // [L_j(τ)]G
	Alpha, Beta []bn254.G1Affine // [α·L_j(τ)]G, [β·L_j(τ)]G
	TauG2       []bn254.G2Affine // [L_j(τ)]G₂
}

// prepared reports whether a file has the Lagrange forms, and refuses one that has some
// of them, or of other sizes than 2^log powers have.
func prepared(sections map[uint32]span, log int) (bool, error) {
	count := 0
	for kind := uint32(ptauLagrange); kind <= ptauLagrangeBeta; kind++ {
		at, there := sections[kind]
		if !there {
			continue
		}
		count++
		points := int64(2)<<log - 1
		switch kind {
		case ptauLagrange:
			points = 4<<log - 1
		case ptauLagrangeG2:
			points *= 2 // as long in bytes
		}
		if at.size != points*rawPointBytes {
			return false, badPTau("section %d has %d bytes, 2^%d powers in Lagrange form take %d", kind, at.size, log, points*rawPointBytes)
		}
	}
	if count != 0 && count != 4 {
		return false, badPTau("%d of the sections %d to %d, a prepared file has all", count, ptauLagrange, ptauLagrangeBeta)
	}
	return count == 4, nil
}

// readLagrangeForms reads the Lagrange forms for a domain of n points; check compares them
// with the powers.
func readLagrangeForms(file io.ReaderAt, sections map[uint32]span, n int) (*Lagrange, error) {
	l := &Lagrange{Tau: make([]bn254.G1Affine, n), Alpha: make([]bn254.G1Affine, n), Beta: make([]bn254.G1Affine, n), TauG2: make([]bn254.G2Affine, n)}
	after := func(kind uint32, bytes int64) span {
		skip := int64(n-1) * bytes
		return span{sections[kind].from + skip, sections[kind].size - skip}
	}
	for _, section := range []struct {
		kind   uint32
		points []bn254.G1Affine
	}{{ptauLagrange, l.Tau}, {ptauLagrangeAlpha, l.Alpha}, {ptauLagrangeBeta, l.Beta}} {
		if err := readG1(file, section.kind, after(section.kind, rawPointBytes), section.points); err != nil {
			return nil, err
		}
	}
	return l, readG2(file, ptauLagrangeG2, after(ptauLagrangeG2, 2*rawPointBytes), l.TauG2)
}

// checkLagrange compares the Lagrange forms with powers that were checked, by random
// combination with ρ_j, of which c is the inverse transform: for each section in G1
//
//	Σ_j ρ_j·L_j = Σ_k c_k·τ^k,    c_k = 1/n·Σ_j ρ_j·ω^(−jk)
//
// and, for the one in G2, e(Σ_j ρ_j·[L_j]G, G₂) = e(G, Σ_j ρ_j·[L_j]G₂).
func (p *Phase1) checkLagrange() error {
	n := 1 << p.Log
	rho := make([]fr.Element, n)
	for j := range rho {
		if _, err := rho[j].SetRandom(); err != nil {
			return badPTau("%v", err)
		}
	}
	c := append([]fr.Element{}, rho...)
	fft.NewDomain(uint64(n), fft.WithoutPrecompute()).FFTInverse(c, fft.DIF)
	for k := range c { // which leaves them in bit-reversed order
		if j := int(bits.Reverse64(uint64(k)) >> (64 - p.Log)); j > k {
			c[k], c[j] = c[j], c[k]
		}
	}
	var tau bn254.G1Affine
	for _, section := range []struct {
		kind          uint32
		basis, powers []bn254.G1Affine
	}{{ptauLagrangeAlpha, p.Lagrange.Alpha, p.Alpha}, {ptauLagrangeBeta, p.Lagrange.Beta, p.Beta}, {ptauLagrange, p.Lagrange.Tau, p.Tau[:n]}} {
		inBasis, err := msmField(fullCrew(), section.basis, rho)
		if err != nil {
			return badPTau("%v", err)
		}
		inPowers, err := msmField(fullCrew(), section.powers, c)
		if err != nil {
			return badPTau("%v", err)
		}
		if !inBasis.Equal(&inPowers) {
			return badPTau("section %d: not the Lagrange form of the powers in section %d", section.kind, section.kind-10)
		}
		tau.FromJacobian(&inBasis)
	}
	var inG2 bn254.G2Affine
	if _, err := inG2.MultiExp(p.Lagrange.TauG2, rho, ecc.MultiExpConfig{}); err != nil {
		return badPTau("%v", err)
	}
	_, _, g1, g2 := bn254.Generators()
	tau.Neg(&tau)
	if same, err := bn254.PairingCheck([]bn254.G1Affine{tau, g1}, []bn254.G2Affine{g2, inG2}); err != nil || !same {
		return badPTau("section %d: not the Lagrange form of the powers in section %d", ptauLagrangeG2, ptauG2)
	}
	return nil
}
