package commitments

import (
	"crypto/sha256"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	// MinRowBits and MaxRowBits bound ℓ, the base-2 logarithm of a row.
	MinRowBits = 1
	MaxRowBits = 22
	// MaxTransparentBits bounds ℓ of transparent setups, whose generators take a
	// verifier some 50 µs each when it has none: 2^18 of them 13 s of one core and
	// 16 MB, and longer rows would not make proofs faster.
	MaxTransparentBits = 18
	// DefaultRowBits is what parts are exchanged in: all commitments of a run
	// have one row size, so owners and trainers must agree on it.
	DefaultRowBits = 14

	domainSRSID         = "zkaudit v1 SRS id"
	domainTransparentID = "zkaudit v1 transparent setup id"

	blindingMsg = "generator of row blinding"
	blindingDST = "zkaudit-v1:BN254G1_XMD:SHA-256_SVDW_RO_:blinding"

	insecureTauMsg = "INSECURE development powers of tau: anyone can compute this value"
	insecureTauDST = "zkaudit-v1:BN254FR_XMD:SHA-256:INSECURE-development-tau"
)

// SRS is the structured reference string: the powers of an unknown τ that
// rows are committed with. It is read-only once made.
type SRS struct {
	Kind     Kind
	RowBits  int               // ℓ
	G1       []bn254.G1Affine  // G_j or [τ^j]G for 0 <= j < 2^ℓ; none is infinity
	G2       [2]bn254.G2Affine // G₂ and [τ]G₂; not of kind Transparent
	H, U     bn254.G1Affine    // generators of blinding and of scalars, hashed to the curve
	Hashed   *Generators       // of what is committed besides rows
	ID       [32]byte          // digest of the verifier's part, which determines the rest
	Insecure bool              // τ is known: everything made with it is forgeable
}

// VerifierSRS is the part of the SRS that verification needs.
type VerifierSRS struct {
	Kind     Kind
	RowBits  int
	G        bn254.G1Affine    // the generator of the group; not of kind Transparent
	G2       [2]bn254.G2Affine // not of kind Transparent
	H, U     bn254.G1Affine
	Hashed   *Generators
	ID       [32]byte
	Insecure bool
}

// Kind says where the generators of rows come from.
type Kind byte

const (
	// Transparent generators are hashes to the curve: there is no secret that
	// somebody could have kept, and nothing to trust.
	Transparent Kind = iota + 1
	// PowersOfTau come from a ceremony. Who knows τ opens rows to anything.
	PowersOfTau
	// Development is powers of a public τ: for tests, and INSECURE.
	Development
)

// String returns the name of a kind.
func (k Kind) String() string {
	switch k {
	case Transparent:
		return "transparent"
	case PowersOfTau:
		return "ptau"
	case Development:
		return "development"
	}
	return fmt.Sprintf("kind %d", byte(k))
}

// NewTransparent returns the setup of kind Transparent for rows of 2^rowBits
// cells, with generators that may be at hand already.
func NewTransparent(rowBits int, g *Generators) (*SRS, error) {
	v, err := TransparentVerifier(rowBits, g)
	if err != nil {
		return nil, err
	}
	return &SRS{Kind: v.Kind, RowBits: rowBits, G1: g.First(1 << rowBits), H: v.H, U: v.U, Hashed: g, ID: v.ID}, nil
}

// TransparentVerifier is the verifier's part of NewTransparent. It derives no
// generators: a verification does, when it needs them.
func TransparentVerifier(rowBits int, g *Generators) (*VerifierSRS, error) {
	if rowBits < MinRowBits || rowBits > MaxTransparentBits {
		return nil, fmt.Errorf("transparent setup: rows of 2^%d cells, want 2^%d to 2^%d: %w", rowBits, MinRowBits, MaxTransparentBits, fault.ErrUsage)
	}
	v := &VerifierSRS{
		Kind: Transparent, RowBits: rowBits, Hashed: g,
		H: hashToCurve([]byte(blindingMsg), blindingDST), U: hashToCurve([]byte(scalarMsg), scalarDST),
	}
	h := sha256.New()
	h.Write([]byte(domainTransparentID))
	h.Write([]byte{byte(v.Kind), byte(rowBits)})
	first := hashGenerator(0)
	for _, p := range []*bn254.G1Affine{&first, &v.H, &v.U} {
		b := p.Bytes()
		h.Write(b[:])
	}
	v.ID = [32]byte(h.Sum(nil))
	return v, nil
}

func checkRowBits(rowBits int) error {
	if rowBits < MinRowBits || rowBits > MaxRowBits {
		return fmt.Errorf("setup: rows of 2^%d cells, want 2^%d to 2^%d: %w", rowBits, MinRowBits, MaxRowBits, fault.ErrUsage)
	}
	return nil
}

// RowCells returns the number of cells in a row, 2^ℓ.
func (s *SRS) RowCells() int { return 1 << s.RowBits }

// Rows returns how many rows a tensor of the given number of cells is cut
// into. Requires cells >= 1.
func (s *SRS) Rows(cells int) int { return (cells + s.RowCells() - 1) >> s.RowBits }

// Verifier returns the verifier's part of s.
func (s *SRS) Verifier() *VerifierSRS {
	v := &VerifierSRS{Kind: s.Kind, RowBits: s.RowBits, G2: s.G2, H: s.H, U: s.U, Hashed: s.Hashed, ID: s.ID, Insecure: s.Insecure}
	if s.Kind != Transparent {
		v.G = s.G1[0]
	}
	return v
}

// NewSRS checks powers of tau from a ceremony and makes them an SRS of
// 2^rowBits cells. g1 holds [τ^j]G for 0 <= j < 2^rowBits, tauG2 is [τ]G₂.
// Every point is checked to be on the curve and in the subgroup, and the
// powers to be consecutive. Errors wrap fault.ErrMalformed or fault.ErrUsage.
func NewSRS(rowBits int, g1 []bn254.G1Affine, tauG2 bn254.G2Affine) (*SRS, error) {
	s, err := assembleSRS(rowBits, g1, tauG2)
	if err != nil {
		return nil, err
	}
	if err := s.checkPowers(); err != nil {
		return nil, err
	}
	return s, nil
}

// assembleSRS checks all of NewSRS but that the powers are consecutive.
func assembleSRS(rowBits int, g1 []bn254.G1Affine, tauG2 bn254.G2Affine) (*SRS, error) {
	v, err := newVerifierSRS(rowBits, tauG2)
	if err != nil {
		return nil, err
	}
	if len(g1) != 1<<rowBits {
		return nil, fmt.Errorf("SRS: %d powers for rows of 2^%d cells: %w", len(g1), rowBits, fault.ErrMalformed)
	}
	for j := range g1 {
		if g1[j].IsInfinity() || !g1[j].IsOnCurve() {
			return nil, fmt.Errorf("SRS: power %d is infinity or off the curve: %w", j, fault.ErrMalformed)
		}
	}
	if !g1[0].Equal(&v.G) {
		return nil, fmt.Errorf("SRS: power 0 is not the generator: %w", fault.ErrMalformed)
	}
	return &SRS{Kind: v.Kind, RowBits: rowBits, G1: g1, G2: v.G2, H: v.H, U: v.U, Hashed: v.Hashed, ID: v.ID, Insecure: v.Insecure}, nil
}

// newVerifierSRS derives everything the verifier needs from [τ]G₂: the
// generators are fixed, H is hashed to the curve (an H from a file could have
// a known logarithm, and commitments would not bind), and the development τ
// is recognised whatever a file says of itself.
func newVerifierSRS(rowBits int, tauG2 bn254.G2Affine) (*VerifierSRS, error) {
	if err := checkRowBits(rowBits); err != nil {
		return nil, err
	}
	_, _, g, g2 := bn254.Generators()
	if tauG2.IsInfinity() || !tauG2.IsInSubGroup() {
		return nil, fmt.Errorf("SRS: [τ]G₂ is infinity or outside the subgroup: %w", fault.ErrMalformed)
	}
	tau, err := developmentTau()
	if err != nil {
		return nil, err
	}
	var insecure bn254.G2Affine
	insecure.ScalarMultiplication(&g2, tau.BigInt(new(big.Int)))

	v := &VerifierSRS{
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
func (v *VerifierSRS) digest() [32]byte {
	h := sha256.New()
	h.Write([]byte(domainSRSID))
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
		return fr.Element{}, fmt.Errorf("SRS: development τ: %w", err)
	}
	return t[0], nil
}

// DevelopmentSRS makes the INSECURE string for development and tests: τ comes
// from a fixed public text, so it is the same on every machine and everything
// made with it can be forged by anyone. Insecure is set.
func DevelopmentSRS(rowBits int) (*SRS, error) {
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
	return assembleSRS(rowBits, fixedBaseMultiples(&g, powersOf(tau, 1<<rowBits)), tauG2)
}

// checkPowers checks that G1 holds consecutive powers of the τ in [τ]G₂:
//
//	e(Σ_{j<n-1} ρ_j·G1[j], [τ]G₂) = e(Σ_{j<n-1} ρ_j·G1[j+1], G₂)
//
// with ρ drawn from a hash of all points. One wrong power passes with
// probability about 2^-254.
func (s *SRS) checkPowers() error {
	rho := s.randomCombination()
	n := len(rho)
	var low, high bn254.G1Affine
	if _, err := low.MultiExp(s.G1[:n], rho, ecc.MultiExpConfig{}); err != nil {
		return fmt.Errorf("SRS: %w", err)
	}
	if _, err := high.MultiExp(s.G1[1:], rho, ecc.MultiExpConfig{}); err != nil {
		return fmt.Errorf("SRS: %w", err)
	}
	high.Neg(&high)
	ok, err := bn254.PairingCheck([]bn254.G1Affine{low, high}, []bn254.G2Affine{s.G2[1], s.G2[0]})
	if err != nil {
		return fmt.Errorf("SRS: pairing: %w", err)
	}
	if !ok {
		return fmt.Errorf("SRS: powers of tau are not consecutive: %w", fault.ErrMalformed)
	}
	return nil
}
