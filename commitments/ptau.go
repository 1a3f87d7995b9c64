package commitments

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// A .ptau file holds the powers of tau of a ceremony in the format of snarkjs:
// "ptau", a version and a number of sections, 4 bytes each, then sections of a kind
// (4 bytes), a length (8) and so many bytes. Numbers have their least significant
// byte first; coordinates are in Montgomery form, as in memory. Of 2^n powers,
//
//	1  field and n               2  [τ^j]G, j < 2^(n+1) − 1     3  [τ^j]G₂, j < 2^n
//	4  [α·τ^j]G, j < 2^n         5  [β·τ^j]G, j < 2^n           6  [β]G₂
//	7  who contributed           12 to 15  2 to 5 in Lagrange form, if prepared
const (
	ptauMagic   = "ptau"
	ptauVersion = 1

	ptauHeader = 1 // kinds of sections
	ptauG1     = 2
	ptauG2     = 3
	ptauAlpha  = 4
	ptauBeta   = 5
	ptauBetaG2 = 6

	ptauHead        = 12 // bytes before the sections, and of the head of each
	ptauHeaderBytes = 4 + fp.Bytes + 4 + 4
	maxPTauSections = 64
	maxPTauLog      = 28

	bls12381Bytes = 48 // of a coordinate of the curve that other files are over
)

// PTau describes a .ptau file.
type PTau struct {
	// Log is n: the file is for circuits of up to 2^n constraints.
	Log int
	// Ceremony is the n of the ceremony, larger where the file was truncated.
	Ceremony int
	// Digest is the SHA-256 of the file, to compare with what its publisher says.
	Digest [32]byte
}

// ImportPTau reads the first powers of a .ptau file as a setup. All that
// the file says of its size is compared with the file before anything else is read;
// points are checked to be on the curve and in the subgroup, and the powers to be
// consecutive, of a τ that is neither 0 nor 1. Errors wrap fault.ErrMalformed, naming
// section and power, fault.ErrUnsupported for another curve, or fault.ErrInput.
func ImportPTau(path string, e Extent) (s *Setup, about *PTau, err error) {
	defer fault.Catch(&err, "powers of tau", fault.ErrMalformed)
	if err := e.check(); err != nil {
		return nil, nil, err
	}
	digest, err := withFile(path, func(file io.ReaderAt, size int64) (err error) {
		s, about, err = readPTau(file, size, e)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	about.Digest = digest
	return s, about, nil
}

// IsPTau reports whether a file begins as .ptau files do. Errors are fault.ErrInput.
func IsPTau(path string) (is bool, err error) {
	file, _, err := openPTau(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	var head [len(ptauMagic)]byte
	_, err = io.ReadFull(file, head[:])
	return err == nil && string(head[:]) == ptauMagic, nil
}

// openPTau opens a regular file: a pipe would be waited for.
func openPTau(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("powers of tau: %s is not a regular file: %w", path, fault.ErrInput)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("powers of tau: %w: %w", fault.ErrInput, err)
	}
	if info, err = file.Stat(); err != nil {
		file.Close()
		return nil, 0, fmt.Errorf("powers of tau: %w: %w", fault.ErrInput, err)
	}
	return file, info.Size(), nil
}

// span is where the bytes of a section are.
type span struct{ from, size int64 }

func readPTau(file io.ReaderAt, size int64, e Extent) (*Setup, *PTau, error) {
	sections, about, err := ptauLayout(file, size)
	if err != nil {
		return nil, nil, err
	}
	if have := 2<<about.Log - 1; e.powers() > have {
		return nil, nil, fmt.Errorf("powers of tau: a file for 2^%d, of %d powers, %v: %w", about.Log, have, e, fault.ErrUsage)
	}
	g2, err := ptauG2Points(file, sections[ptauG2])
	if err != nil {
		return nil, nil, err
	}
	g1 := make([]bn254.G1Affine, e.powers())
	r := bufio.NewReaderSize(io.NewSectionReader(file, sections[ptauG1].from, sections[ptauG1].size), 1<<16)
	for j := range g1 {
		if err := readCoordinates(r, &g1[j].X, &g1[j].Y); err != nil {
			return nil, nil, fmt.Errorf("section %d, power %d: %w", ptauG1, j, err)
		}
	}
	s, err := NewPowers(e.RowBits, g1, g2)
	return s, about, err
}

// ptauLayout finds the sections of a file, each as long as its powers take.
func ptauLayout(file io.ReaderAt, size int64) (map[uint32]span, *PTau, error) {
	sections, err := ptauSections(file, size)
	if err != nil {
		return nil, nil, err
	}
	about, err := ptauAbout(file, sections)
	if err != nil {
		return nil, nil, err
	}
	for i, want := range [...]int64{
		rawPointBytes * (2<<about.Log - 1), 2 * rawPointBytes << about.Log,
		rawPointBytes << about.Log, rawPointBytes << about.Log, 2 * rawPointBytes,
	} {
		kind := ptauG1 + uint32(i)
		if got := sections[kind].size; got != want {
			return nil, nil, badPTau("section %d has %d bytes, 2^%d powers take %d", kind, got, about.Log, want)
		}
	}
	return sections, about, nil
}

// ptauSections finds the sections of a file, each once, which are all of it.
func ptauSections(file io.ReaderAt, size int64) (map[uint32]span, error) {
	head := make([]byte, ptauHead)
	if _, err := file.ReadAt(head, 0); err != nil || string(head[:4]) != ptauMagic {
		return nil, badPTau("not a .ptau file: it does not begin with %q", ptauMagic)
	}
	if version := binary.LittleEndian.Uint32(head[4:]); version != ptauVersion {
		return nil, fmt.Errorf("powers of tau: a .ptau file of version %d, version %d is known: %w", version, ptauVersion, fault.ErrUnsupported)
	}
	count := binary.LittleEndian.Uint32(head[8:])
	if count > maxPTauSections {
		return nil, badPTau("%d sections, at most %d", count, maxPTauSections)
	}
	sections, at := map[uint32]span{}, int64(ptauHead)
	for i := range count {
		if _, err := file.ReadAt(head, at); err != nil {
			return nil, badPTau("truncated: the head of section %d of %d is missing", i+1, count)
		}
		kind, length := binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint64(head[4:])
		at += ptauHead
		if length > uint64(size-at) {
			return nil, badPTau("truncated: section %d says that it has %d bytes, %d follow", kind, length, size-at)
		}
		if _, twice := sections[kind]; twice {
			return nil, badPTau("section %d stands twice", kind)
		}
		sections[kind] = span{at, int64(length)}
		at += int64(length)
	}
	if at != size {
		return nil, badPTau("%d bytes after the last section", size-at)
	}
	for kind := ptauHeader; kind <= ptauBetaG2; kind++ {
		if _, ok := sections[uint32(kind)]; !ok {
			return nil, badPTau("section %d is missing", kind)
		}
	}
	return sections, nil
}

// ptauAbout reads the first section.
func ptauAbout(file io.ReaderAt, sections map[uint32]span) (*PTau, error) {
	at := sections[ptauHeader]
	header := make([]byte, min(at.size, ptauHeaderBytes))
	if _, err := file.ReadAt(header, at.from); err != nil || len(header) < 4 {
		return nil, badPTau("section %d has %d bytes, want %d", ptauHeader, at.size, ptauHeaderBytes)
	}
	if n := binary.LittleEndian.Uint32(header); n == bls12381Bytes {
		return nil, fmt.Errorf("powers of tau: a file for the curve BLS12-381; take one for BN254, which snarkjs calls bn128: %w", fault.ErrUnsupported)
	} else if n != fp.Bytes || at.size != ptauHeaderBytes {
		return nil, badPTau("section %d has %d bytes and coordinates of %d, want %d and %d", ptauHeader, at.size, n, ptauHeaderBytes, fp.Bytes)
	}
	prime := slices.Clone(header[4 : 4+fp.Bytes])
	slices.Reverse(prime)
	if new(big.Int).SetBytes(prime).Cmp(fp.Modulus()) != 0 {
		return nil, fmt.Errorf("powers of tau: a file for another curve than BN254, which snarkjs calls bn128: %w", fault.ErrUnsupported)
	}
	n, ceremony := binary.LittleEndian.Uint32(header[4+fp.Bytes:]), binary.LittleEndian.Uint32(header[8+fp.Bytes:])
	if n > ceremony || ceremony > maxPTauLog {
		return nil, badPTau("2^%d powers of a ceremony of 2^%d, want at most 2^%d", n, ceremony, maxPTauLog)
	}
	return &PTau{Log: int(n), Ceremony: int(ceremony)}, nil
}

// ptauG2Points reads [τ]G₂, and G₂ before it.
func ptauG2Points(file io.ReaderAt, at span) (tauG2 bn254.G2Affine, err error) {
	_, _, _, g2 := bn254.Generators()
	r := io.NewSectionReader(file, at.from, at.size)
	for j := range 2 {
		var p bn254.G2Affine
		if err := readCoordinates(r, &p.X.A0, &p.X.A1, &p.Y.A0, &p.Y.A1); err != nil {
			return p, fmt.Errorf("section %d, power %d: %w", ptauG2, j, err)
		}
		if j == 0 && !p.Equal(&g2) {
			return p, badPTau("section %d, power 0: not the generator", ptauG2)
		}
		tauG2 = p
	}
	if !tauG2.IsOnCurve() || !tauG2.IsInSubGroup() {
		return tauG2, badPTau("section %d, power 1: off the curve or outside the subgroup", ptauG2)
	}
	return tauG2, nil
}

// readCoordinates reads coordinates in Montgomery form.
func readCoordinates(r io.Reader, to ...*fp.Element) error {
	var b [fp.Bytes]byte
	for _, e := range to {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return fmt.Errorf("powers of tau: %w: %w", fault.ErrInput, err)
		}
		for i := range e {
			e[i] = binary.LittleEndian.Uint64(b[8*i:])
		}
		slices.Reverse(b[:])
		if new(big.Int).SetBytes(b[:]).Cmp(fp.Modulus()) >= 0 {
			return badPTau("coordinate not below the modulus")
		}
	}
	return nil
}

func badPTau(format string, args ...any) error {
	return fmt.Errorf("powers of tau: "+format+": %w", append(args, fault.ErrMalformed)...)
}
