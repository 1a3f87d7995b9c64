package commitments

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// generatorDigests holds, for each ℓ from 0 to MaxRowBits, SHA-256 of G_0 …
// G_(2^ℓ−1), uncompressed: a cache that somebody has written other points to is
// noticed. TestGeneratorDigests derives them.
var generatorDigests = [MaxRowBits + 1]string{}

// digestsOf returns the digests of the prefixes of 1, 2, 4, … generators.
func digestsOf(g []bn254.G1Affine) []string {
	var list []string
	h := sha256.New()
	for j := range g {
		raw := g[j].RawBytes()
		h.Write(raw[:])
		if n := j + 1; n&(n-1) == 0 {
			list = append(list, fmt.Sprintf("%x", h.Sum(nil)))
		}
	}
	return list
}

// LoadGenerators returns the first 2^bits generators, from cacheDir if they are
// there, or derived and left there. A cache that cannot be read or written, or
// holds anything else, is as good as none; "" is none.
func LoadGenerators(cacheDir string, bits int) (*Generators, error) {
	if bits < 0 || bits > MaxRowBits {
		return nil, fmt.Errorf("generators: 2^%d of them, want at most 2^%d: %w", bits, MaxRowBits, fault.ErrUsage)
	}
	g := new(Generators)
	if cacheDir == "" {
		g.First(1 << bits)
		return g, nil
	}
	path := filepath.Join(cacheDir, fmt.Sprintf("generators-%d.bin", bits))
	if points, err := readGenerators(path, bits); err == nil {
		g.g = points
		return g, nil
	}
	points := g.First(1 << bits)
	data := make([]byte, 0, rawPointBytes<<bits)
	for j := range points {
		raw := points[j].RawBytes()
		data = append(data, raw[:]...)
	}
	if os.MkdirAll(cacheDir, 0o755) == nil {
		_ = artefact.WriteFile(path, data, artefact.PublicMode) // the next process derives them again
	}
	return g, nil
}

func readGenerators(path string, bits int) ([]bn254.G1Affine, error) {
	data, err := artefact.ReadFile(path, rawPointBytes<<bits)
	if err != nil {
		return nil, err
	}
	if len(data) != rawPointBytes<<bits || fmt.Sprintf("%x", sha256.Sum256(data)) != generatorDigests[bits] {
		return nil, fmt.Errorf("%s: other points than the generators: %w", path, fault.ErrMalformed)
	}
	return decodeRawPoints(data)
}
