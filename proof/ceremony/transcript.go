package ceremony

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"

	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/poly"
)

const (
	// MaxContributions bounds how many contribute.
	MaxContributions = 1 << 10

	// A beacon is a public value of a time after the last contribution.
	minBeaconBytes, maxBeaconBytes = 16, 128

	// MaxIterations bounds the logarithm of how often a beacon is hashed: a verifier
	// does so a few times for each circuit, in some 0.1 s.
	MaxIterations = 20

	beaconDomain  = "zkaudit/ceremony-beacon/v1"
	entropyDomain = "zkaudit/ceremony-entropy/v1"
)

// Transcript is a ceremony for one circuit, as far as it has got.
type Transcript struct {
	Class   [32]byte // digest of what the circuit is, which the caller gives a meaning
	Phase1  [32]byte // SHA-256 of the file of the first phase
	Log     int      // the circuit has up to 2^Log constraints
	Initial [32]byte // digest of the initial parameters

	Contributions []Contribution
	Beacon        []byte // of a ceremony that is finished; nil before
	Iterations    int    // the beacon is hashed 2^Iterations times

	Quotient []bn254.G1Affine // Z and K after all contributions and the beacon
	Private  []bn254.G1Affine
}

// Contribution is what someone who multiplied δ by x leaves of it.
type Contribution struct {
	Name    string // of who made it, as they say
	Delta   bn254.G1Affine
	DeltaG2 bn254.G2Affine
	// Proof is [x]₁ and x·R, R the hash to G2 of [x]₁ and the challenge.
	Proof mpcsetup.UpdateProof
}

// New begins a ceremony.
func New(class [32]byte, in *Initial) *Transcript {
	return &Transcript{Class: class, Phase1: in.phase1, Log: in.log, Initial: in.digest(), Quotient: in.Quotient, Private: in.Private}
}

// challenge is a hash of all that came before contribution i, and of its name.
func (t *Transcript) challenge(i int, name string) []byte {
	h := encode.NewHash("zkaudit/ceremony/v1")
	for _, digest := range [][32]byte{t.Class, t.Phase1, t.Initial} {
		h.Fixed(digest[:])
	}
	h.Int(t.Log, i)
	for _, c := range t.Contributions[:i] {
		h.Bytes(c.append(nil))
	}
	h.Text(name)
	sum := h.Sum()
	return sum[:]
}

// delta returns δ after the first i contributions.
func (t *Transcript) delta(i int) (bn254.G1Affine, bn254.G2Affine) {
	if i == 0 {
		_, _, g1, g2 := bn254.Generators()
		return g1, g2
	}
	return t.Contributions[i-1].Delta, t.Contributions[i-1].DeltaG2
}

// Contribute multiplies δ by a number that is drawn from crypto/rand, and from what the
// caller may know that nobody else does, and forgotten. It checks nothing of what came
// before: who contributes calls Verify, too, or leaves it to those who take the keys.
func (t *Transcript) Contribute(name string, entropy []byte) error {
	if err := foreign.CheckName("a contribution", name); err != nil {
		return fmt.Errorf("ceremony: %w: %w", err, fault.ErrUsage)
	}
	if t.Beacon != nil {
		return fmt.Errorf("ceremony: it is finished: %w", fault.ErrUsage)
	}
	if len(t.Contributions) == MaxContributions {
		return fmt.Errorf("ceremony: %d contributions, no more are taken: %w", MaxContributions, fault.ErrResources)
	}
	x, err := drawWith(entropy)
	if err != nil {
		return err
	}
	defer x.SetZero()
	last := len(t.Contributions)
	c := Contribution{Name: name}
	c.Delta, c.DeltaG2 = t.delta(last)
	c.Proof = mpcsetup.UpdateValues(&x, t.challenge(last, name), 0, &c.Delta, &c.DeltaG2)
	t.Contributions = append(t.Contributions, c)
	t.divide(&x)
	return nil
}

// draw returns a number that is neither 0 nor 1, from crypto/rand.
func draw() (fr.Element, error) { return drawWith(nil) }

// drawWith returns SHA-512 of 64 bytes of crypto/rand and of what else is given, as a
// number, which is neither 0 nor 1: hard to foresee for whoever knows only one of both.
func drawWith(entropy []byte) (x fr.Element, err error) {
	more := sha512.Sum512(entropy)
	for x.IsZero() || x.IsOne() {
		var random [64]byte
		if _, err := rand.Read(random[:]); err != nil {
			return x, fmt.Errorf("ceremony: %w", err)
		}
		sum := sha512.Sum512(append(append(encode.Domain(entropyDomain), random[:]...), more[:]...))
		x.SetBytes(sum[:])
	}
	return x, nil
}

// divide divides Z and K by x.
func (t *Transcript) divide(x *fr.Element) {
	var inverse fr.Element
	scalar := inverse.Inverse(x).BigInt(new(big.Int))
	for _, points := range []*[]bn254.G1Affine{&t.Quotient, &t.Private} {
		divided := make([]bn254.G1Jac, len(*points))
		poly.Parallel(len(divided), 64, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				divided[i].FromAffine(&(*points)[i])
				divided[i].ScalarMultiplication(&divided[i], scalar)
			}
		})
		*points = affineG1(divided) // others may hold the initial ones
	}
}

// Finish multiplies δ by a number that follows from all contributions and from a
// value that nobody could know before the last of them, hashed 2^iterations times.
func (t *Transcript) Finish(beacon []byte, iterations int) error {
	if t.Beacon != nil {
		return fmt.Errorf("ceremony: it is finished: %w", fault.ErrUsage)
	}
	if err := CheckBeacon(len(t.Contributions), beacon, iterations); err != nil {
		return err
	}
	t.Beacon, t.Iterations = append([]byte{}, beacon...), iterations
	x := t.beaconFactor()
	t.divide(&x)
	return nil
}

// CheckBeacon returns fault.ErrUsage unless a ceremony of so many contributions can be
// finished with a beacon.
func CheckBeacon(contributions int, beacon []byte, iterations int) error {
	switch {
	case contributions == 0:
		return fmt.Errorf("ceremony: nobody has contributed, and what a beacon adds everybody knows: %w", fault.ErrUsage)
	case len(beacon) < minBeaconBytes || len(beacon) > maxBeaconBytes:
		return fmt.Errorf("ceremony: a beacon of %d bytes, want %d to %d: %w", len(beacon), minBeaconBytes, maxBeaconBytes, fault.ErrUsage)
	case iterations < 0 || iterations > MaxIterations:
		return fmt.Errorf("ceremony: a beacon hashed 2^%d times, want 2^0 to 2^%d: %w", iterations, MaxIterations, fault.ErrUsage)
	}
	return nil
}

// beaconFactor is what the beacon multiplies δ by.
func (t *Transcript) beaconFactor() fr.Element {
	hashed := t.Beacon
	for range 1 << t.Iterations {
		sum := sha256.Sum256(hashed)
		hashed = sum[:]
	}
	value := append(encode.Int(encode.Bytes(nil, t.Beacon), t.Iterations), hashed...)
	return mpcsetup.BeaconContributions(t.challenge(len(t.Contributions), ""), []byte(beaconDomain), value, 1)[0]
}

// lastDelta returns δ after all contributions, and the beacon if there is one.
func (t *Transcript) lastDelta() (delta bn254.G1Affine, deltaG2 bn254.G2Affine) {
	delta, deltaG2 = t.delta(len(t.Contributions))
	if t.Beacon != nil {
		x := t.beaconFactor()
		scalar := x.BigInt(new(big.Int))
		delta.ScalarMultiplication(&delta, scalar)
		deltaG2.ScalarMultiplication(&deltaG2, scalar)
	}
	return delta, deltaG2
}
