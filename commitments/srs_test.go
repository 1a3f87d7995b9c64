package commitments

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// gnarkFiles are a kzg.SRS of some powers as gnark writes it, by the length of its points.
func gnarkFiles(t *testing.T, powers int, tau *big.Int) map[int][]byte {
	t.Helper()
	srs, err := kzg.NewSRS(uint64(powers), tau)
	if err != nil {
		t.Fatal(err)
	}
	var compressed, raw bytes.Buffer
	if _, err := srs.WriteTo(&compressed); err != nil {
		t.Fatal(err)
	}
	if _, err := srs.WriteRawTo(&raw); err != nil {
		t.Fatal(err)
	}
	return map[int][]byte{32: compressed.Bytes(), 64: raw.Bytes()}
}

// TestImportSRS: powers that gnark wrote, compressed and raw, are the setup of their τ.
func TestImportSRS(t *testing.T) {
	tau := fr.NewElement(8171)
	_, _, g1, g2 := bn254.Generators()
	points := make([]bn254.G1Affine, 8)
	for j, p := range powersOf(tau, 8) {
		points[j].ScalarMultiplication(&g1, p.BigInt(new(big.Int)))
	}
	var tauG2 bn254.G2Affine
	tauG2.ScalarMultiplication(&g2, tau.BigInt(new(big.Int)))
	want, err := NewPowers(3, points, tauG2)
	if err != nil {
		t.Fatal(err)
	}
	digests := map[[32]byte]bool{}
	for n, content := range gnarkFiles(t, 11, big.NewInt(8171)) { // no power of two
		path := filepath.Join(t.TempDir(), "srs")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, about, err := ImportSRS(path, Extent{RowBits: 3})
		if err != nil {
			t.Fatalf("points of %d bytes: %v", n, err)
		}
		if s.ID != want.ID || !slices.Equal(s.G1, want.G1) || s.Insecure || about.Powers != 11 {
			t.Errorf("points of %d bytes: another setup, of %d powers", n, about.Powers)
		}
		digests[about.Digest] = true
		if _, _, err := ImportSRS(path, Extent{RowBits: 4}); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("points of %d bytes: 16 of 11 powers: %v", n, err)
		}
		if is, err := IsPTau(path); is || err != nil {
			t.Errorf("points of %d bytes: taken for a .ptau file: %v", n, err)
		}
	}
	if len(digests) != 2 {
		t.Error("two files have one digest")
	}
	none := filepath.Join(t.TempDir(), "none")
	if _, _, err := ImportSRS(none, Extent{RowBits: 3}); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no file: %v", err)
	}
	if is, err := IsPTau(none); is || !errors.Is(err, fault.ErrInput) {
		t.Errorf("no file: %v", err)
	}
}

// TestImportSRSRefuses: every power, every truncation, and each point of the key, by a
// message that names it.
func TestImportSRSRefuses(t *testing.T) {
	refused := func(what string, content []byte, says string) {
		t.Helper()
		_, _, err := readSRS(bytes.NewReader(content), int64(len(content)), Extent{RowBits: 3})
		if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", what, err, says)
		}
	}
	files := gnarkFiles(t, 8, big.NewInt(8171))
	others := gnarkFiles(t, 8, big.NewInt(8172))
	for n, content := range files {
		changed := func(at, length int) []byte {
			b := bytes.Clone(content)
			copy(b[at:at+length], others[n][at:at+length])
			return b
		}
		for j := 1; j < 8; j++ {
			refused("another power", changed(4+n*j, n), "does not follow from the one before it")
			b := bytes.Clone(content)
			b[4+n*j+n-1] ^= 1 // off the curve, or another point
			refused("a changed power", b, "powers of tau")
		}
		end := 4 + 8*n
		b := bytes.Clone(content)
		copy(b[4:], content[4+n:4+2*n])
		refused("a first power that is not 1", b, "power 0 is not the generator")
		b = bytes.Clone(content)
		copy(b[end:end+2*n], content[end+2*n:end+4*n])
		refused("another G₂", b, "G₂ is not the generator")
		refused("another [τ]G₂", changed(end+2*n, 2*n), "does not follow from the one before it")
		b = bytes.Clone(content)
		b[end+4*n-1] ^= 1
		refused("[τ]G₂ off the curve", b, "powers of tau")
		b = bytes.Clone(content)
		copy(b[end+4*n:], content[4+n:4+2*n])
		refused("another G", b, "G is not the generator")
		for size := range len(content) {
			if size < end+5*n || size%997 == 0 {
				refused("truncated", content[:size], "powers of tau of gnark's")
			}
		}
		if n == 64 { // a compressed point and 32 bytes that mean nothing
			for what, at := range map[string]int{"power 1 is no point": 4 + n, "G₂ is not": end, "[τ]G₂ is off": end + 2*n, "G is not": end + 4*n} {
				b := bytes.Clone(content)
				from := files[32][4+(at-4)/2:]
				if at == end || at == end+2*n {
					copy(b[at:], from[:64])
				} else {
					copy(b[at:], from[:32])
				}
				refused("compressed in a raw file", b, what)
			}
		}
		refused("extended", append(bytes.Clone(content), 0), "truncated, extended")
		for _, powers := range []uint32{0, 7, 9, 1 << 31, 1<<32 - 1} {
			b := bytes.Clone(content)
			binary.BigEndian.PutUint32(b, powers)
			refused("another number of powers", b, "powers of tau")
		}
	}
	for _, tau := range []int64{0, 1} {
		for n, content := range gnarkFiles(t, 8, big.NewInt(tau)) {
			if _, _, err := readSRS(bytes.NewReader(content), int64(len(content)), Extent{RowBits: 3}); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("τ = %d, points of %d bytes: %v", tau, n, err)
			}
		}
	}
}
