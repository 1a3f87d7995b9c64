package commitments

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"runtime"
	"sync"

	"github.com/consensys/gnark-crypto/ecc/bn254"
)

const (
	rowGeneratorDST = "zkaudit-v1:BN254G1_XMD:SHA-256_SVDW_RO_:row"

	scalarMsg = "generator of scalars"
	scalarDST = "zkaudit-v1:BN254G1_XMD:SHA-256_SVDW_RO_:scalar"
)

// Generators are points that nobody knows a relation between: G_j is the hash
// of j to the curve (RFC 9380, SVDW, random oracle). It is safe for concurrent
// use; a generator is derived once, when it is first asked for.
type Generators struct {
	mu    sync.Mutex
	g     []bn254.G1Affine
	cache string // directory that keeps them, or ""
}

// CachedGenerators are generators that a directory keeps; "" is none. A cache
// that cannot be read or written, or holds anything else, is as good as none.
func CachedGenerators(directory string) *Generators { return &Generators{cache: directory} }

// minLog is how many are derived at least, 2^minLog.
const minLog = 8

// First returns G_0 … G_{n−1}, which must not be written to. Requires n >= 0.
func (g *Generators) First(n int) []bn254.G1Affine {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n > len(g.g) {
		g.extend(max(minLog, bits.Len(uint(n-1))))
	}
	return g.g[:n:n]
}

// extend derives 2^log generators, or takes them from the cache.
func (g *Generators) extend(log int) {
	if points, err := readGenerators(g.cache, log); err == nil {
		g.g = points
		return
	}
	have := len(g.g)
	longer := make([]bn254.G1Affine, 1<<log)
	copy(longer, g.g)
	hashGenerators(longer[have:], have)
	g.g = longer
	writeGenerators(g.cache, log, longer)
}

// hashGenerators sets dst to G_from, G_{from+1}, ….
func hashGenerators(dst []bn254.G1Affine, from int) {
	workers := runtime.GOMAXPROCS(0)
	inParallel(workers, func(w int) {
		for j := len(dst) * w / workers; j < len(dst)*(w+1)/workers; j++ {
			dst[j] = hashGenerator(from + j)
		}
	})
}

// hashGenerator returns G_j.
func hashGenerator(j int) bn254.G1Affine {
	return hashToCurve(binary.BigEndian.AppendUint64(nil, uint64(j)), rowGeneratorDST)
}

// hashToCurve panics where RFC 9380 has an error: a tag of more than 255 bytes.
func hashToCurve(message []byte, tag string) bn254.G1Affine {
	p, err := bn254.HashToG1(message, []byte(tag))
	if err != nil {
		panic(fmt.Sprintf("commitments: hash to the curve with tag %q: %v", tag, err))
	}
	return p
}
