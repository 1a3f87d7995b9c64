package commitments

import (
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	// PointBytes is the size of an encoded G1 point (compressed).
	PointBytes = bn254.SizeOfG1AffineCompressed
	// ScalarBytes is the size of an encoded scalar (big endian).
	ScalarBytes = fr.Bytes

	g2Bytes = bn254.SizeOfG2AffineCompressed
)

// InfinityRule says whether the point at infinity may stand at some place of
// an encoding.
type InfinityRule bool

const (
	// RefuseInfinity is for hiding commitments, which are infinity with
	// negligible probability only.
	RefuseInfinity InfinityRule = false
	// AllowInfinity is for commitments that may be to the zero polynomial.
	AllowInfinity InfinityRule = true
)

// EncodePoint returns the canonical 32 bytes of p.
func EncodePoint(p *bn254.G1Affine) [PointBytes]byte { return p.Bytes() }

// DecodePoint reads the canonical 32 bytes of a G1 point: compressed form, X
// below the modulus, on the curve (the group of the curve has prime order,
// so a point on it is in the subgroup). Errors wrap fault.ErrMalformed.
func DecodePoint(b []byte, rule InfinityRule) (bn254.G1Affine, error) {
	var p bn254.G1Affine
	if len(b) != PointBytes {
		return p, fmt.Errorf("point: %d bytes, want %d: %w", len(b), PointBytes, fault.ErrMalformed)
	}
	// The flag of the uncompressed form asks for more bytes than there are.
	if _, err := p.SetBytes(b); err != nil {
		return p, fmt.Errorf("point: %w: %w", fault.ErrMalformed, err)
	}
	if rule == RefuseInfinity && p.IsInfinity() {
		return p, fmt.Errorf("point: infinity is not allowed here: %w", fault.ErrMalformed)
	}
	return p, nil
}

// DecodePoints reads count points laid end to end.
// Requires 0 <= count, and count to come from the statement.
func DecodePoints(b []byte, count int, rule InfinityRule) ([]bn254.G1Affine, error) {
	if len(b)%PointBytes != 0 || len(b)/PointBytes != count {
		return nil, fmt.Errorf("points: %d bytes, want %d points of %d: %w", len(b), count, PointBytes, fault.ErrMalformed)
	}
	points := make([]bn254.G1Affine, count)
	for i := range points {
		p, err := DecodePoint(b[i*PointBytes:(i+1)*PointBytes], rule)
		if err != nil {
			return nil, fmt.Errorf("point %d: %w", i, err)
		}
		points[i] = p
	}
	return points, nil
}

// AppendPoints appends the encodings of points to b.
func AppendPoints(b []byte, points []bn254.G1Affine) []byte {
	for i := range points {
		enc := points[i].Bytes()
		b = append(b, enc[:]...)
	}
	return b
}

// DecodeScalar reads a scalar, 32 bytes big endian and below the group order.
// Errors wrap fault.ErrMalformed.
func DecodeScalar(b []byte) (fr.Element, error) {
	var s fr.Element
	if len(b) != ScalarBytes {
		return s, fmt.Errorf("scalar: %d bytes, want %d: %w", len(b), ScalarBytes, fault.ErrMalformed)
	}
	if err := s.SetBytesCanonical(b); err != nil {
		return s, fmt.Errorf("scalar: not below the group order: %w", fault.ErrMalformed)
	}
	return s, nil
}

// DecodeScalars reads count scalars laid end to end.
// Requires 0 <= count, and count to come from the statement.
func DecodeScalars(b []byte, count int) ([]fr.Element, error) {
	if len(b)%ScalarBytes != 0 || len(b)/ScalarBytes != count {
		return nil, fmt.Errorf("scalars: %d bytes, want %d scalars of %d: %w", len(b), count, ScalarBytes, fault.ErrMalformed)
	}
	scalars := make([]fr.Element, count)
	for i := range scalars {
		s, err := DecodeScalar(b[i*ScalarBytes : (i+1)*ScalarBytes])
		if err != nil {
			return nil, fmt.Errorf("scalar %d: %w", i, err)
		}
		scalars[i] = s
	}
	return scalars, nil
}

// AppendScalars appends the encodings of scalars to b.
func AppendScalars(b []byte, scalars []fr.Element) []byte {
	for i := range scalars {
		enc := scalars[i].Bytes()
		b = append(b, enc[:]...)
	}
	return b
}

// decodeG2 reads a canonical compressed G2 point of the subgroup.
func decodeG2(b []byte) (bn254.G2Affine, error) {
	var p bn254.G2Affine
	if len(b) != g2Bytes {
		return p, fmt.Errorf("G2 point: %d bytes, want %d: %w", len(b), g2Bytes, fault.ErrMalformed)
	}
	if _, err := p.SetBytes(b); err != nil { // includes the subgroup check
		return p, fmt.Errorf("G2 point: %w: %w", fault.ErrMalformed, err)
	}
	return p, nil
}

// RandomScalars draws count uniform scalars from rng, 64 bytes for each, so
// that the bias of the reduction is below 2^-256. rng must be cryptographic;
// nil is fault.ErrUsage.
func RandomScalars(rng io.Reader, count int) ([]fr.Element, error) {
	if rng == nil {
		return nil, fmt.Errorf("random scalars without a source of randomness: %w", fault.ErrUsage)
	}
	scalars := make([]fr.Element, count)
	var wide [64]byte
	defer clear(wide[:])
	for i := range scalars {
		if _, err := io.ReadFull(rng, wide[:]); err != nil {
			return nil, fmt.Errorf("random scalar %d: %w: %w", i, fault.ErrInput, err)
		}
		scalars[i].SetBytes(wide[:])
	}
	return scalars, nil
}
