package commitments

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// A file of gnark's holds powers of tau as its kzg.SRS writes itself, compressed or
// raw: their number (4 bytes, the most significant first), so many [τ^j]G, then G₂,
// [τ]G₂, G and what gnark has computed of them for pairings, which nobody needs.
const (
	srsHead  = 4
	srsLines = 2 * 2 * 66 * 2 * 64 // bytes: of two points, two lists of 66 lines of two elements of F_p²
)

// SRS describes a file of gnark's.
type SRS struct {
	Powers int // how many it has
	// Digest is the SHA-256 of the file, to compare with what its publisher says.
	Digest [32]byte
}

// ImportSRS reads the first powers of a kzg.SRS of gnark-crypto over BN254 as a setup, with the checks and the errors of ImportPTau.
func ImportSRS(path string, e Extent) (s *Setup, about *SRS, err error) {
	defer fault.Catch(&err, "powers of tau", fault.ErrMalformed)
	if err := e.check(); err != nil {
		return nil, nil, err
	}
	about = new(SRS)
	about.Digest, err = withFile(path, func(file io.ReaderAt, size int64) (err error) {
		s, about.Powers, err = readSRS(file, size, e)
		return err
	})
	return s, about, err
}

// withFile reads a file with the function given and returns its SHA-256.
func withFile(path string, read func(file io.ReaderAt, size int64) error) (digest [32]byte, err error) {
	file, size, err := openPTau(path)
	if err != nil {
		return digest, err
	}
	defer file.Close()
	if err := read(file, size); err != nil {
		return digest, fmt.Errorf("%s: %w", path, err)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(file, 0, size)); err != nil {
		return digest, fmt.Errorf("%s: %w: %w", path, fault.ErrInput, err)
	}
	return [32]byte(hash.Sum(nil)), nil
}

// srsPointBytes returns how long the points of a file are: the one of two lengths of
// which the file, with as many powers as it says, has its size; 0 for neither.
func srsPointBytes(powers uint32, size int64) int64 {
	for _, n := range []int64{bn254.SizeOfG1AffineCompressed, bn254.SizeOfG1AffineUncompressed} {
		if size == srsHead+n*(int64(powers)+2*2+1)+srsLines {
			return n
		}
	}
	return 0
}

func readSRS(file io.ReaderAt, size int64, e Extent) (*Setup, int, error) {
	var head [srsHead]byte
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return nil, 0, badPTau("%d bytes are no powers of tau of gnark's", size)
	}
	powers := binary.BigEndian.Uint32(head[:])
	n := srsPointBytes(powers, size)
	switch {
	case n == 0:
		return nil, 0, badPTau("%d bytes are no powers of tau of gnark's over BN254: truncated, extended, or of something else", size)
	case int64(powers) < int64(e.powers()):
		return nil, 0, fmt.Errorf("powers of tau: a file of %d powers, %v: %w", powers, e, fault.ErrUsage)
	}
	g2, err := srsG2Points(file, srsHead+n*int64(powers), n)
	if err != nil {
		return nil, 0, err
	}
	g1 := make([]bn254.G1Affine, e.powers())
	r := bufio.NewReaderSize(io.NewSectionReader(file, srsHead, n*int64(powers)), 1<<16)
	point := make([]byte, n)
	for j := range g1 {
		if _, err := io.ReadFull(r, point); err != nil {
			return nil, 0, fmt.Errorf("powers of tau: %w: %w", fault.ErrInput, err)
		}
		if used, err := g1[j].SetBytes(point); err != nil || int64(used) != n {
			return nil, 0, badPTau("power %d is no point of the curve, in %d bytes", j, n)
		}
	}
	s, err := NewPowers(e.RowBits, g1, g2)
	return s, int(powers), err
}

// srsG2Points reads [τ]G₂, with G₂ before it and G after it.
func srsG2Points(file io.ReaderAt, at, n int64) (tauG2 bn254.G2Affine, err error) {
	_, _, g1, g2 := bn254.Generators()
	b := make([]byte, 5*n)
	if _, err := file.ReadAt(b, at); err != nil {
		return tauG2, fmt.Errorf("powers of tau: %w: %w", fault.ErrInput, err)
	}
	var first bn254.G2Affine
	var third bn254.G1Affine
	if used, err := first.SetBytes(b[:2*n]); err != nil || int64(used) != 2*n || !first.Equal(&g2) {
		return tauG2, badPTau("G₂ is not the generator")
	}
	if used, err := tauG2.SetBytes(b[2*n : 4*n]); err != nil || int64(used) != 2*n {
		return tauG2, badPTau("[τ]G₂ is off the curve or outside the subgroup")
	}
	if used, err := third.SetBytes(b[4*n:]); err != nil || int64(used) != n || !third.Equal(&g1) {
		return tauG2, badPTau("G is not the generator")
	}
	return tauG2, nil
}
