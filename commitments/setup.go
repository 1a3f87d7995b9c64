package commitments

import (
	"crypto/sha256"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"

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

	domainTransparentID = "zkaudit v1 transparent setup id"

	blindingMsg = "generator of row blinding"
	blindingDST = "zkaudit-v1:BN254G1_XMD:SHA-256_SVDW_RO_:blinding"
)

// Setup is what is committed with: generators of rows, hashed to the curve or the
// powers of an unknown τ, and those of blinding. It is read-only once made.
type Setup struct {
	Kind     Kind
	RowBits  int               // ℓ
	G1       []bn254.G1Affine  // G_j or [τ^j]G for 0 <= j < 2^ℓ, and more powers if it is to make keys; none is infinity
	G2       [2]bn254.G2Affine // G₂ and [τ]G₂; not of kind Transparent
	H, U     bn254.G1Affine    // generators of blinding and of scalars, hashed to the curve
	Hashed   *Generators       // of what is committed besides rows
	ID       [32]byte          // digest of the verifier's part, which determines the rest
	Insecure bool              // τ is known: everything made with it is forgeable
}

// VerifierSetup is the part of a Setup that verification needs.
type VerifierSetup struct {
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
func NewTransparent(rowBits int, g *Generators) (*Setup, error) {
	v, err := TransparentVerifier(rowBits, g)
	if err != nil {
		return nil, err
	}
	return &Setup{Kind: v.Kind, RowBits: rowBits, G1: g.First(1 << rowBits), H: v.H, U: v.U, Hashed: g, ID: v.ID}, nil
}

// TransparentVerifier is the verifier's part of NewTransparent. It derives no
// generators: a verification does, when it needs them.
func TransparentVerifier(rowBits int, g *Generators) (*VerifierSetup, error) {
	if rowBits < MinRowBits || rowBits > MaxTransparentBits {
		return nil, fmt.Errorf("transparent setup: rows of 2^%d cells, want 2^%d to 2^%d: %w", rowBits, MinRowBits, MaxTransparentBits, fault.ErrUsage)
	}
	v := &VerifierSetup{
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
func (s *Setup) RowCells() int { return 1 << s.RowBits }

// Rows returns how many rows a tensor of the given number of cells is cut
// into. Requires cells >= 1.
func (s *Setup) Rows(cells int) int { return (cells + s.RowCells() - 1) >> s.RowBits }

// Verifier returns the verifier's part of s.
func (s *Setup) Verifier() *VerifierSetup {
	v := &VerifierSetup{Kind: s.Kind, RowBits: s.RowBits, G2: s.G2, H: s.H, U: s.U, Hashed: s.Hashed, ID: s.ID, Insecure: s.Insecure}
	if s.Kind != Transparent {
		v.G = s.G1[0]
	}
	return v
}

// SetupOf returns the setup that an id stands for: the transparent one, or
// else the development one, whether that is its id or not.
func SetupOf(cacheDir string, rowBits int, id [32]byte) (*VerifierSetup, error) {
	v, err := TransparentVerifier(rowBits, CachedGenerators(cacheDir))
	if err != nil || v.ID != id {
		return DevelopmentVerifier(rowBits)
	}
	return v, nil
}
