package commitments

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	srsVersion         = 1
	verifierSRSVersion = 1

	rawPointBytes = bn254.SizeOfG1AffineUncompressed

	flagInsecure = 1
)

func srsKind() artefact.Kind         { return artefact.Kind{'s', 'r', 's', ' '} }
func verifierSRSKind() artefact.Kind { return artefact.Kind{'s', 'r', 's', 'v'} }

// MarshalBinary encodes v: ℓ (1 byte), flags (1), [τ]G₂ (64), in the frame of
// package artefact with the id as statement digest. The generators and H are
// fixed and not part of the encoding.
func (v *VerifierSRS) MarshalBinary() ([]byte, error) {
	return artefact.Encode(
		artefact.Header{Kind: verifierSRSKind(), Version: verifierSRSVersion, Statement: v.ID},
		appendSRSHead(nil, v.RowBits, v.Insecure, &v.G2[1])), nil
}

// UnmarshalVerifierSRS decodes what MarshalBinary encoded and checks it.
// Soundness: this says that the bytes are some SRS, not that its τ is
// unknown; callers compare ID with the one they trust and look at Insecure.
func UnmarshalVerifierSRS(data []byte) (_ *VerifierSRS, err error) {
	defer fault.Catch(&err, "SRS", fault.ErrMalformed)
	h, payload, err := artefact.Decode(data, verifierSRSKind(), verifierSRSVersion)
	if err != nil {
		return nil, fmt.Errorf("verifier SRS: %w", err)
	}
	if len(payload) != srsHeadBytes {
		return nil, fmt.Errorf("verifier SRS: %d bytes, want %d: %w", len(payload), srsHeadBytes, fault.ErrMalformed)
	}
	return decodeSRSHead(payload, h.Statement)
}

const srsHeadBytes = 2 + g2Bytes

func appendSRSHead(b []byte, rowBits int, insecure bool, tauG2 *bn254.G2Affine) []byte {
	flags := byte(0)
	if insecure {
		flags = flagInsecure
	}
	b = append(b, byte(rowBits), flags)
	enc := tauG2.Bytes()
	return append(b, enc[:]...)
}

func decodeSRSHead(b []byte, id [32]byte) (*VerifierSRS, error) {
	rowBits, flags := int(b[0]), b[1]
	if rowBits < MinRowBits || rowBits > MaxRowBits || flags > flagInsecure {
		return nil, fmt.Errorf("SRS: row bits %d, flags %#x: %w", rowBits, flags, fault.ErrMalformed)
	}
	tauG2, err := decodeG2(b[2:srsHeadBytes])
	if err != nil {
		return nil, fmt.Errorf("SRS: %w", err)
	}
	v, err := newVerifierSRS(rowBits, tauG2)
	if err != nil {
		return nil, err
	}
	if v.Insecure && flags&flagInsecure == 0 {
		return nil, fmt.Errorf("SRS: the INSECURE development string passed off as a secure one: %w", fault.ErrMalformed)
	}
	if flags&flagInsecure != 0 { // a file may admit more than we can see
		v.Kind, v.Insecure = Development, true
	}
	if v.ID != id {
		return nil, fmt.Errorf("SRS: id does not match the content: %w", fault.ErrMalformed)
	}
	return v, nil
}

// MarshalBinary encodes the whole string: the verifier's part and the 2^ℓ
// powers uncompressed (64 bytes each, so that reading needs no square roots).
func (s *SRS) MarshalBinary() ([]byte, error) {
	payload := make([]byte, 0, srsHeadBytes+len(s.G1)*rawPointBytes)
	payload = appendSRSHead(payload, s.RowBits, s.Insecure, &s.G2[1])
	for j := range s.G1 {
		enc := s.G1[j].RawBytes()
		payload = append(payload, enc[:]...)
	}
	return artefact.Encode(artefact.Header{Kind: srsKind(), Version: srsVersion, Statement: s.ID}, payload), nil
}

// UnmarshalSRS decodes and fully checks an SRS from an untrusted source: the
// encoding, every point, and that the powers are consecutive.
func UnmarshalSRS(data []byte) (_ *SRS, err error) {
	defer fault.Catch(&err, "SRS", fault.ErrMalformed)
	s, err := decodeSRS(data)
	if err != nil {
		return nil, err
	}
	if err := s.checkPowers(); err != nil {
		return nil, err
	}
	return s, nil
}

// decodeSRS does all of UnmarshalSRS but the check that costs two large
// multi-scalar multiplications.
func decodeSRS(data []byte) (*SRS, error) {
	h, payload, err := artefact.Decode(data, srsKind(), srsVersion)
	if err != nil {
		return nil, fmt.Errorf("SRS: %w", err)
	}
	if len(payload) < srsHeadBytes {
		return nil, fmt.Errorf("SRS: %d bytes, want at least %d: %w", len(payload), srsHeadBytes, fault.ErrMalformed)
	}
	v, err := decodeSRSHead(payload, h.Statement)
	if err != nil {
		return nil, err
	}
	raw := payload[srsHeadBytes:]
	if len(raw) != rawPointBytes<<v.RowBits {
		return nil, fmt.Errorf("SRS: %d bytes of powers for rows of 2^%d cells: %w", len(raw), v.RowBits, fault.ErrMalformed)
	}
	g1, err := decodeRawPoints(raw)
	if err != nil {
		return nil, err
	}
	s, err := assembleSRS(v.RowBits, g1, v.G2[1])
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
			return nil, fmt.Errorf("SRS: power %d: coordinate not below the modulus: %w", j, fault.ErrMalformed)
		}
	}
	return points, nil
}

// WriteSRS writes s to path, whole or not at all.
func WriteSRS(path string, s *SRS) error {
	data, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	return artefact.WriteFile(path, data, artefact.PublicMode)
}

// ReadSRS reads and fully checks the SRS at path.
func ReadSRS(path string) (*SRS, error) {
	data, err := artefact.ReadFile(path, srsSizeLimit())
	if err != nil {
		return nil, fmt.Errorf("SRS: %w", err)
	}
	s, err := UnmarshalSRS(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func srsSizeLimit() int64 { return artefact.Overhead + srsHeadBytes + rawPointBytes<<MaxRowBits }

// LoadOrCreateDevelopmentSRS returns DevelopmentSRS(rowBits), kept in a file
// of cacheDir. A cached file is taken if its checksum and points are right
// and its [τ]G₂ is the development one; anything else there is replaced.
func LoadOrCreateDevelopmentSRS(cacheDir string, rowBits int) (*SRS, error) {
	path := filepath.Join(cacheDir, fmt.Sprintf("srs-INSECURE-development-%d.bin", rowBits))
	if data, err := artefact.ReadFile(path, srsSizeLimit()); err == nil {
		s, err := decodeSRS(data)
		if err == nil && s.Insecure && s.RowBits == rowBits && s.isDevelopment() {
			return s, nil
		}
	}
	s, err := DevelopmentSRS(rowBits)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cacheDir, 0o755); err != nil {
		return nil, fmt.Errorf("SRS cache: %w: %w", fault.ErrInput, err)
	}
	artefact.Sweep(cacheDir)
	if err := WriteSRS(path, s); err != nil {
		return nil, fmt.Errorf("SRS cache: %w", err)
	}
	return s, nil
}

// isDevelopment reports whether [τ]G₂ is that of the development τ.
func (s *SRS) isDevelopment() bool {
	v, err := newVerifierSRS(s.RowBits, s.G2[1])
	return err == nil && v.Insecure
}

// randomCombination derives n−1 scalars from a digest of all points, so that
// they are fixed only once the points are.
func (s *SRS) randomCombination() []fr.Element {
	h := sha256.New()
	h.Write([]byte("zkaudit v1 SRS check"))
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
