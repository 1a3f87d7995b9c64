package commitments

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// ptauFile writes a .ptau file of 2^log powers.
type ptauFile struct {
	log      int
	g1       []bn254.G1Affine
	g2       []bn254.G2Affine
	others   [2][]bn254.G1Affine
	betaG2   bn254.G2Affine
	sections []uint32 // kinds, in order
}

func newPTauFile(t *testing.T, log int, tau fr.Element) *ptauFile {
	t.Helper()
	_, _, g1, g2 := bn254.Generators()
	f := &ptauFile{log: log, betaG2: g2, sections: []uint32{1, 2, 3, 4, 5, 6, 7}}
	powers := powersOf(tau, 2<<log-1)
	f.g1 = make([]bn254.G1Affine, len(powers))
	f.g2 = make([]bn254.G2Affine, 1<<log)
	for j := range powers {
		f.g1[j].ScalarMultiplication(&g1, powers[j].BigInt(new(big.Int)))
	}
	for j := range f.g2 {
		f.g2[j].ScalarMultiplication(&g2, powers[j].BigInt(new(big.Int)))
	}
	f.others = [2][]bn254.G1Affine{f.g1[:1<<log], f.g1[:1<<log]}
	return f
}

func appendCoordinates(b []byte, coordinates ...fp.Element) []byte {
	for _, e := range coordinates {
		for _, word := range e {
			b = binary.LittleEndian.AppendUint64(b, word)
		}
	}
	return b
}

func (f *ptauFile) section(kind uint32) (b []byte) {
	switch kind {
	case 1:
		b = binary.LittleEndian.AppendUint32(b, fp.Bytes)
		prime := fp.Modulus().FillBytes(make([]byte, fp.Bytes))
		slices.Reverse(prime)
		b = binary.LittleEndian.AppendUint32(append(b, prime...), uint32(f.log))
		return binary.LittleEndian.AppendUint32(b, uint32(f.log))
	case 2, 4, 5:
		for _, p := range [][]bn254.G1Affine{f.g1, nil, f.others[0], f.others[1]}[kind-2] {
			b = appendCoordinates(b, p.X, p.Y)
		}
	case 3, 6:
		points := f.g2
		if kind == 6 {
			points = []bn254.G2Affine{f.betaG2}
		}
		for _, p := range points {
			b = appendCoordinates(b, p.X.A0, p.X.A1, p.Y.A0, p.Y.A1)
		}
	case 7:
		b = binary.LittleEndian.AppendUint32(b, 0)
	}
	return b
}

func (f *ptauFile) bytes() []byte { return f.with(0, nil) }

// with is the file with other contents of a section.
func (f *ptauFile) with(other uint32, contents []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte("ptau"), 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.sections)))
	for _, kind := range f.sections {
		content := f.section(kind)
		if kind == other {
			content = contents
		}
		b = binary.LittleEndian.AppendUint32(b, kind)
		b = binary.LittleEndian.AppendUint64(b, uint64(len(content)))
		b = append(b, content...)
	}
	return b
}

func readBytes(b []byte, rowBits int) (*Setup, error) {
	s, _, err := readPTau(bytes.NewReader(b), int64(len(b)), Extent{RowBits: rowBits})
	return s, err
}

// Files that snarkjs has made, with one contribution, before and after it prepared
// them for its second phase.
func TestImportPTauOfSnarkjs(t *testing.T) {
	var ids [][32]byte
	for _, name := range []string{"snarkjs-bn128-4.ptau", "snarkjs-bn128-4-prepared.ptau"} {
		path := filepath.Join("testdata", name)
		s, about, err := ImportPTau(path, Extent{RowBits: 3})
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if about.Log != 4 || about.Ceremony != 4 || about.Digest != sha256.Sum256(data) {
			t.Errorf("%s is said to be %+v", name, about)
		}
		if s.Kind != PowersOfTau || s.Insecure || len(s.G1) != 8 {
			t.Errorf("%s makes a setup of %v with %d powers, insecure %v", name, s.Kind, len(s.G1), s.Insecure)
		}
		ids = append(ids, s.ID)
	}
	if ids[0] != ids[1] {
		t.Error("two files of one τ are two setups")
	}
	if _, _, err := ImportPTau(filepath.Join("testdata", "snarkjs-bls12-381-2.ptau"), Extent{RowBits: 1}); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "BLS12-381") {
		t.Errorf("a file for another curve: %v", err)
	}
	if _, _, err := ImportPTau(filepath.Join("testdata", "snarkjs-bn128-4.ptau"), Extent{RowBits: 5}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("more powers than there are: %v", err)
	}
	if _, _, err := ImportPTau(filepath.Join(t.TempDir(), "none.ptau"), Extent{RowBits: 3}); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no file: %v", err)
	}
}

// Every truncation of a file is refused, before its powers are read, and so is
// every byte added.
func TestTruncatedPTau(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "snarkjs-bn128-4.ptau"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		if _, err := readBytes(data[:n], 3); !errors.Is(err, fault.ErrMalformed) {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
	if _, err := readBytes(append(slices.Clone(data), 0), 3); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte more: %v", err)
	}
}

// What a file may have wrong is named, with its section and power.
func TestSpoiltPTau(t *testing.T) {
	const log = 3
	var tau, zero, one fr.Element
	tau.SetUint64(123456789)
	one.SetOne()
	good := newPTauFile(t, log, tau)
	if s, err := readBytes(good.bytes(), log); err != nil || s.Kind != PowersOfTau || s.Insecure {
		t.Fatalf("a sound file: %v, %v", s, err)
	}
	refuse := func(what, place string, data []byte, of error) {
		t.Helper()
		if _, err := readBytes(data, log); !errors.Is(err, of) || !strings.Contains(err.Error(), place) {
			t.Errorf("%s: %v, want one that says %q", what, err, place)
		}
	}
	for j := range 1 << log {
		f := newPTauFile(t, log, tau)
		f.g1[j].Double(&f.g1[j])
		place := fmt.Sprintf("power %d", j)
		if j == 0 {
			place = "power 0 is not the generator"
		}
		refuse("another power", place, f.bytes(), fault.ErrMalformed)

		f = newPTauFile(t, log, tau)
		f.g1[j].X.SetUint64(7)
		refuse("a power off the curve", fmt.Sprintf("power %d is infinity or off the curve", j), f.bytes(), fault.ErrMalformed)

		f = newPTauFile(t, log, tau)
		f.g1[j].Y = fp.Element{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
		refuse("a coordinate beyond the modulus", fmt.Sprintf("section 2, power %d", j), f.bytes(), fault.ErrMalformed)
	}
	refuse("τ = 0", "infinity", newPTauFile(t, log, zero).bytes(), fault.ErrMalformed)
	refuse("τ = 1", "τ is 1", newPTauFile(t, log, one).bytes(), fault.ErrMalformed)

	f := newPTauFile(t, log, tau)
	f.g2[0], f.g2[1] = f.g2[1], f.g2[0]
	refuse("another generator", "section 3, power 0", f.bytes(), fault.ErrMalformed)
	f = newPTauFile(t, log, tau)
	f.g2[1] = offSubgroup(t)
	refuse("a point outside the subgroup", "section 3, power 1", f.bytes(), fault.ErrMalformed)
	f = newPTauFile(t, log, tau)
	f.g2[1] = f.g2[2]
	refuse("powers of another τ", "power 1 does not follow", f.bytes(), fault.ErrMalformed)

	for kind := range uint32(6) {
		f := newPTauFile(t, log, tau)
		f.sections = slices.DeleteFunc(f.sections, func(k uint32) bool { return k == kind+1 })
		refuse("a section less", fmt.Sprintf("section %d is missing", kind+1), f.bytes(), fault.ErrMalformed)
		f = newPTauFile(t, log, tau)
		f.sections = append(f.sections, kind+1)
		refuse("a section twice", fmt.Sprintf("section %d stands twice", kind+1), f.bytes(), fault.ErrMalformed)
	}
	for kind := uint32(1); kind <= 6; kind++ {
		for _, by := range []int{-64, 64} {
			content := good.section(kind)
			if kind == 1 {
				by /= 16
			}
			content = append(content, make([]byte, 64)...)[:len(content)+by]
			place := fmt.Sprintf("section %d has %d bytes", kind, len(content))
			refuse("a section of another length", place, good.with(kind, content), fault.ErrMalformed)
		}
	}
	header := good.section(1)
	binary.LittleEndian.PutUint32(header[4+fp.Bytes:], log+1)
	refuse("more powers than the ceremony made", "2^4 powers of a ceremony of 2^3", good.with(1, header), fault.ErrMalformed)
	header = good.section(1)
	binary.LittleEndian.PutUint32(header[8+fp.Bytes:], maxPTauLog+1)
	refuse("a ceremony beyond all", "ceremony of 2^29", good.with(1, header), fault.ErrMalformed)
	header = good.section(1)
	binary.LittleEndian.PutUint32(header, 31)
	refuse("coordinates of another size", "coordinates of 31", good.with(1, header), fault.ErrMalformed)
	refuse("an empty header", "section 1 has 0 bytes", good.with(1, nil), fault.ErrMalformed)
	for j := range 2 {
		content := good.section(3)
		copy(content[j*2*rawPointBytes:], bytes.Repeat([]byte{255}, fp.Bytes))
		refuse("a coordinate beyond the modulus", fmt.Sprintf("section 3, power %d: powers of tau: coordinate", j), good.with(3, content), fault.ErrMalformed)
	}
	f = newPTauFile(t, log, tau)
	f.g2[1].X.A0.SetUint64(7)
	refuse("a point off the twist", "section 3, power 1: off the curve", f.bytes(), fault.ErrMalformed)
	f = newPTauFile(t, log, tau)
	for kind := uint32(8); len(f.sections) < maxPTauSections; kind++ {
		f.sections = append(f.sections, kind)
	}
	if _, err := readBytes(f.bytes(), log); err != nil {
		t.Errorf("as many sections as there may be: %v", err)
	}
	f.sections = append(f.sections, 1<<20)
	refuse("a section too many", "65 sections, at most 64", f.bytes(), fault.ErrMalformed)
	b := good.bytes()
	b[4] = 2
	refuse("another version", "version 2", b, fault.ErrUnsupported)
	b = good.bytes()
	b[ptauHead+ptauHead+4]++
	refuse("another field", "another curve", b, fault.ErrUnsupported)
	refuse("no file of this kind", "not a .ptau file", []byte("%PDF-1.7 and more bytes"), fault.ErrMalformed)
	b = good.bytes()
	binary.LittleEndian.PutUint32(b[8:], 1<<31)
	refuse("too many sections", "at most 64", b, fault.ErrMalformed)
	b = good.bytes()
	binary.LittleEndian.PutUint64(b[ptauHead+4:], 1<<63)
	refuse("a section beyond all files", "truncated", b, fault.ErrMalformed)
	b = good.bytes()
	binary.LittleEndian.PutUint32(b[2*ptauHead+4+fp.Bytes:], 40)
	refuse("a power beyond all ceremonies", "2^40 powers", b, fault.ErrMalformed)
}

// offSubgroup returns a point of the twist that is outside the subgroup.
func offSubgroup(t *testing.T) (p bn254.G2Affine) {
	t.Helper()
	for x := uint64(1); x < 1000; x++ {
		p.X.A0.SetUint64(x)
		y := p.X
		y.Square(&p.X).Mul(&y, &p.X)
		_, _, _, g2 := bn254.Generators()
		b := g2.Y // b = y² − x³ of the generator
		b.Square(&g2.Y)
		cube := g2.X
		cube.Square(&g2.X).Mul(&cube, &g2.X)
		b.Sub(&b, &cube)
		y.Add(&y, &b)
		if y.Legendre() != 1 {
			continue
		}
		p.Y.Sqrt(&y)
		if p.IsOnCurve() && !p.IsInSubGroup() {
			return p
		}
	}
	t.Fatal("no point outside the subgroup")
	return p
}

// failing fails to read beyond some bytes of a file.
type failing struct {
	*bytes.Reader
	from int64
}

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.from {
		return 0, errors.New("the disk is gone")
	}
	return f.Reader.ReadAt(b, at)
}

// Whatever cannot be read is an error, and no setup.
func TestUnreadablePTau(t *testing.T) {
	var tau fr.Element
	tau.SetUint64(123456789)
	data := newPTauFile(t, 3, tau).bytes()
	for from := range int64(len(data) - 4) { // what the last section holds is not read
		s, _, err := readPTau(failing{bytes.NewReader(data), from}, int64(len(data)), Extent{RowBits: 3})
		if err == nil || s != nil {
			t.Fatalf("%d of %d bytes can be read: %v", from, len(data), err)
		}
	}
	if _, _, err := ImportPTau(t.TempDir(), Extent{RowBits: 3}); err == nil {
		t.Error("a directory became a setup")
	}
	if _, _, err := ImportPTau(filepath.Join("testdata", "snarkjs-bn128-4.ptau"), Extent{RowBits: MaxRowBits + 1}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("rows of too many cells: %v", err)
	}
}

func FuzzReadPTau(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "snarkjs-bn128-4.ptau"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := readBytes(b, 2)
		if err == nil && s.checkPowers() != nil {
			t.Error("powers that are none")
		}
	})
}
