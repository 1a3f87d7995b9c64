package ceremony

import (
	"crypto/rand"
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
	maxContributions = 1 << 10

	// A beacon is a public value of a time after the last contribution.
	minBeaconBytes, maxBeaconBytes = 16, 128

	beaconDomain = "zkaudit/ceremony-beacon/v1"
)

// Transcript is a ceremony for one circuit, as far as it has got.
type Transcript struct {
	Class   [32]byte // digest of what the circuit is, which the caller gives a meaning
	Phase1  [32]byte // SHA-256 of the file of the first phase
	Log     int      // the circuit has up to 2^Log constraints
	Initial [32]byte // digest of the initial parameters

	Contributions []Contribution
	Beacon        []byte // of a ceremony that is finished; nil before

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

// Contribute multiplies δ by a number that is drawn from crypto/rand and forgotten.
// It checks nothing of what came before: who contributes calls Verify, too, or
// leaves it to those who take the keys.
func (t *Transcript) Contribute(name string) error {
	if err := foreign.CheckName("a contribution", name); err != nil {
		return fmt.Errorf("ceremony: %w: %w", err, fault.ErrUsage)
	}
	if t.Beacon != nil {
		return fmt.Errorf("ceremony: it is finished: %w", fault.ErrUsage)
	}
	if len(t.Contributions) == maxContributions {
		return fmt.Errorf("ceremony: %d contributions, no more are taken: %w", maxContributions, fault.ErrResources)
	}
	x, err := draw()
	if err != nil {
		return err
	}
	last := len(t.Contributions)
	c := Contribution{Name: name}
	c.Delta, c.DeltaG2 = t.delta(last)
	c.Proof = mpcsetup.UpdateValues(&x, t.challenge(last, name), 0, &c.Delta, &c.DeltaG2)
	t.Contributions = append(t.Contributions, c)
	t.divide(&x)
	return nil
}

// draw returns a number that is neither 0 nor 1.
func draw() (x fr.Element, err error) {
	for x.IsZero() || x.IsOne() {
		number, err := rand.Int(rand.Reader, fr.Modulus())
		if err != nil {
			return x, fmt.Errorf("ceremony: %w", err)
		}
		x.SetBigInt(number)
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
// value that nobody could know before the last of them.
func (t *Transcript) Finish(beacon []byte) error {
	switch {
	case t.Beacon != nil:
		return fmt.Errorf("ceremony: it is finished: %w", fault.ErrUsage)
	case len(t.Contributions) == 0:
		return fmt.Errorf("ceremony: nobody has contributed, and what a beacon adds everybody knows: %w", fault.ErrUsage)
	case len(beacon) < minBeaconBytes || len(beacon) > maxBeaconBytes:
		return fmt.Errorf("ceremony: a beacon of %d bytes, want %d to %d: %w", len(beacon), minBeaconBytes, maxBeaconBytes, fault.ErrUsage)
	}
	t.Beacon = append([]byte{}, beacon...)
	x := t.beaconFactor()
	t.divide(&x)
	return nil
}

// beaconFactor is what the beacon multiplies δ by.
func (t *Transcript) beaconFactor() fr.Element {
	return mpcsetup.BeaconContributions(t.challenge(len(t.Contributions), ""), []byte(beaconDomain), t.Beacon, 1)[0]
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
