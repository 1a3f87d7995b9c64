package commitments

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	powersVersion         = 2
	powersVerifierVersion = 1

	rawPointBytes = bn254.SizeOfG1AffineUncompressed

	flagInsecure = 1
)

func powersKind() artefact.Kind         { return artefact.Kind{'p', 'o', 'w', 's'} }
func powersVerifierKind() artefact.Kind { return artefact.Kind{'p', 'o', 'w', 'v'} }

// MarshalBinary encodes v: ℓ (1 byte), flags (1), [τ]G₂ (64), in the frame of
// package artefact with the id as statement digest. The generators and H are
// fixed and not part of the encoding.
func (v *VerifierSetup) MarshalBinary() ([]byte, error) {
	return artefact.Encode(
		artefact.Header{Kind: powersVerifierKind(), Version: powersVerifierVersion, Statement: v.ID},
		appendPowersHead(nil, v.RowBits, v.Insecure, &v.G2[1])), nil
}

// UnmarshalPowersVerifier decodes what MarshalBinary encoded and checks it.
// Soundness: this says that the bytes are some setup, not that its τ is
// unknown; callers compare ID with the one they trust and look at Insecure.
func UnmarshalPowersVerifier(data []byte) (_ *VerifierSetup, err error) {
	defer fault.Catch(&err, "powers of tau", fault.ErrMalformed)
	h, payload, err := artefact.Decode(data, powersVerifierKind(), powersVerifierVersion)
	if err != nil {
		return nil, fmt.Errorf("powers of tau, the verifier's part: %w", err)
	}
	if len(payload) != powersHeadBytes {
		return nil, fmt.Errorf("powers of tau, the verifier's part: %d bytes, want %d: %w", len(payload), powersHeadBytes, fault.ErrMalformed)
	}
	return decodePowersHead(payload, h.Statement)
}

const powersHeadBytes = 2 + g2Bytes

func appendPowersHead(b []byte, rowBits int, insecure bool, tauG2 *bn254.G2Affine) []byte {
	flags := byte(0)
	if insecure {
		flags = flagInsecure
	}
	b = append(b, byte(rowBits), flags)
	enc := tauG2.Bytes()
	return append(b, enc[:]...)
}

func decodePowersHead(b []byte, id [32]byte) (*VerifierSetup, error) {
	rowBits, flags := int(b[0]), b[1]
	if rowBits < MinRowBits || rowBits > MaxRowBits || flags > flagInsecure {
		return nil, fmt.Errorf("powers of tau: row bits %d, flags %#x: %w", rowBits, flags, fault.ErrMalformed)
	}
	tauG2, err := decodeG2(b[2:powersHeadBytes])
	if err != nil {
		return nil, fmt.Errorf("powers of tau: %w", err)
	}
	v, err := newPowersVerifier(rowBits, tauG2)
	if err != nil {
		return nil, err
	}
	if v.Insecure && flags&flagInsecure == 0 {
		return nil, fmt.Errorf("powers of tau: the INSECURE development string passed off as a secure one: %w", fault.ErrMalformed)
	}
	if flags&flagInsecure != 0 { // a file may admit more than we can see
		v.Kind, v.Insecure = Development, true
	}
	if v.ID != id {
		return nil, fmt.Errorf("powers of tau: id does not match the content: %w", fault.ErrMalformed)
	}
	return v, nil
}

// MarshalBinary encodes the whole string: the verifier's part and the powers, 2^ℓ
// of them or more, uncompressed (64 bytes each, so that reading needs no square roots).
func (s *Setup) MarshalBinary() ([]byte, error) {
	payload := make([]byte, 0, powersHeadBytes+len(s.G1)*rawPointBytes)
	payload = appendPowersHead(payload, s.RowBits, s.Insecure, &s.G2[1])
	for j := range s.G1 {
		enc := s.G1[j].RawBytes()
		payload = append(payload, enc[:]...)
	}
	return artefact.Encode(artefact.Header{Kind: powersKind(), Version: powersVersion, Statement: s.ID}, payload), nil
}

// UnmarshalPowers decodes and fully checks a setup from an untrusted source: the
// encoding, every point, and that the powers are consecutive.
func UnmarshalPowers(data []byte) (_ *Setup, err error) {
	defer fault.Catch(&err, "powers of tau", fault.ErrMalformed)
	s, err := decodePowers(data)
	if err != nil {
		return nil, err
	}
	if err := s.checkPowers(); err != nil {
		return nil, err
	}
	return s, nil
}

// decodePowers does all of UnmarshalPowers but the check that costs two large
// multi-scalar multiplications.
func decodePowers(data []byte) (*Setup, error) {
	h, payload, err := artefact.Decode(data, powersKind(), powersVersion)
	if err != nil {
		return nil, fmt.Errorf("powers of tau: %w", err)
	}
	if len(payload) < powersHeadBytes {
		return nil, fmt.Errorf("powers of tau: %d bytes, want at least %d: %w", len(payload), powersHeadBytes, fault.ErrMalformed)
	}
	v, err := decodePowersHead(payload, h.Statement)
	if err != nil {
		return nil, err
	}
	raw := payload[powersHeadBytes:]
	if len(raw)%rawPointBytes != 0 {
		return nil, fmt.Errorf("powers of tau: %d bytes of powers, each has %d: %w", len(raw), rawPointBytes, fault.ErrMalformed)
	}
	g1, err := decodeRawPoints(raw)
	if err != nil {
		return nil, err
	}
	s, err := assemblePowers(v.RowBits, g1, v.G2[1])
	if err != nil {
		return nil, err
	}
	s.Kind, s.Insecure = v.Kind, v.Insecure
	return s, nil
}

// decodeRawPoints reads uncompressed points without asking whether they are on
// the curve. Requires a whole number of them.
func decodeRawPoints(raw []byte) ([]bn254.G1Affine, error) {
	points := make([]bn254.G1Affine, len(raw)/rawPointBytes)
	for j := range points {
		b := raw[j*rawPointBytes : (j+1)*rawPointBytes]
		if err := errors.Join(points[j].X.SetBytesCanonical(b[:32]), points[j].Y.SetBytesCanonical(b[32:])); err != nil {
			return nil, fmt.Errorf("powers of tau: power %d: coordinate not below the modulus: %w", j, fault.ErrMalformed)
		}
	}
	return points, nil
}

// WritePowers writes s to path, whole or not at all.
func WritePowers(path string, s *Setup) error {
	data, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	return artefact.WriteFile(path, data, artefact.PublicMode)
}

// ReadPowers reads and fully checks the setup at path.
func ReadPowers(path string) (*Setup, error) {
	data, err := artefact.ReadFile(path, powersSizeLimit())
	if err != nil {
		return nil, fmt.Errorf("powers of tau: %w", err)
	}
	s, err := UnmarshalPowers(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func powersSizeLimit() int64 { return artefact.Overhead + powersHeadBytes + rawPointBytes*maxPowers }

// CachedDevelopment returns NewDevelopment(rowBits), kept in a file
// of cacheDir. A cached file is taken if its checksum and points are right
// and its [τ]G₂ is the development one; anything else there is replaced.
func CachedDevelopment(cacheDir string, rowBits int) (*Setup, error) {
	path := filepath.Join(cacheDir, fmt.Sprintf("powers-INSECURE-development-%d.bin", rowBits))
	if data, err := artefact.ReadFile(path, powersSizeLimit()); err == nil {
		s, err := decodePowers(data)
		if err == nil && s.Insecure && s.RowBits == rowBits && s.isDevelopment() {
			return s, nil
		}
	}
	s, err := NewDevelopment(rowBits)
	if err != nil {
		return nil, err
	}
	if err := artefact.MakeFolder(cacheDir, 0o755); err != nil {
		return nil, fmt.Errorf("cache of setups: %w", err)
	}
	if err := WritePowers(path, s); err != nil {
		return nil, fmt.Errorf("cache of setups: %w", err)
	}
	return s, nil
}

// isDevelopment reports whether [τ]G₂ is that of the development τ.
func (s *Setup) isDevelopment() bool {
	v, err := newPowersVerifier(s.RowBits, s.G2[1])
	return err == nil && v.Insecure
}

// randomCombination derives n−1 scalars from a digest of all points, so that
// they are fixed only once the points are.
func (s *Setup) randomCombination() []fr.Element {
	h := sha256.New()
	h.Write([]byte("zkaudit v1 powers of tau check"))
	h.Write(s.ID[:])
	for j := range s.G1 {
		enc := s.G1[j].RawBytes()
		h.Write(enc[:])
	}
	rng := rand.NewChaCha8([32]byte(h.Sum(nil)))
	rho := make([]fr.Element, len(s.G1)-1)
	for j := range rho {
		// 248 uniform bits are below the modulus whatever they are.
		var b [32]byte
		for k := range 4 {
			binary.BigEndian.PutUint64(b[8*k:], rng.Uint64())
		}
		b[0] = 0
		rho[j].SetBytes(b[:])
	}
	return rho
}
