package commitments

import (
	"fmt"
	"path/filepath"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const lagrangeVersion = 1

func lagrangeKind() artefact.Kind { return artefact.Kind{'l', 'a', 'g', 'r'} }

// LoadOrCreateKZG is s.KZG(log), its Lagrange basis kept in a file of
// cacheDir. A file that is damaged or of another setup is replaced, and one that
// cannot be written is made again the next time. Soundness:
// keys made with the basis are only as good as the directory is private.
func LoadOrCreateKZG(cacheDir string, s *Setup, log int) (canonical, lagrange *kzg.SRS, err error) {
	if err := checkKZGLog(log); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(cacheDir, fmt.Sprintf("lagrange-%x-%d.bin", s.ID, log))
	if basis, err := readLagrange(path, s, log); err == nil && len(s.G1) >= 1<<log+kzgExtra {
		canonical, lagrange = kzgStrings(s.G2, s.G1[:1<<log+kzgExtra], basis)
		return canonical, lagrange, nil
	}
	if canonical, lagrange, err = s.KZG(log); err != nil {
		return nil, nil, err
	}
	payload := make([]byte, 0, rawPointBytes<<log)
	for i := range lagrange.Pk.G1 {
		enc := lagrange.Pk.G1[i].RawBytes()
		payload = append(payload, enc[:]...)
	}
	data := artefact.Encode(artefact.Header{Kind: lagrangeKind(), Version: lagrangeVersion, Statement: s.ID}, payload)
	if artefact.MakeFolder(cacheDir, 0o755) == nil {
		_ = artefact.WriteFile(path, data, artefact.PublicMode) // or it is made again the next time
	}
	return canonical, lagrange, nil
}

// readLagrange reads a basis. Its elements sum to 1, which ties size and
// content together; that each is the right one rests on the checksum.
func readLagrange(path string, s *Setup, log int) ([]bn254.G1Affine, error) {
	data, err := artefact.ReadFile(path, artefact.Overhead+rawPointBytes<<log)
	if err != nil {
		return nil, err
	}
	h, payload, err := artefact.Decode(data, lagrangeKind(), lagrangeVersion)
	if err != nil {
		return nil, err
	}
	if h.Statement != s.ID || len(payload) != rawPointBytes<<log {
		return nil, fmt.Errorf("powers of tau: Lagrange basis of another string: %w", fault.ErrMalformed)
	}
	basis, err := decodeRawPoints(payload)
	if err != nil {
		return nil, err
	}
	var sum bn254.G1Jac
	for i := range basis {
		if !basis[i].IsOnCurve() {
			return nil, fmt.Errorf("powers of tau: Lagrange basis, point %d is off the curve: %w", i, fault.ErrMalformed)
		}
		sum.AddMixed(&basis[i])
	}
	if one := *new(bn254.G1Affine).FromJacobian(&sum); !one.Equal(&s.G1[0]) {
		return nil, fmt.Errorf("powers of tau: Lagrange basis does not sum to one: %w", fault.ErrMalformed)
	}
	return basis, nil
}
