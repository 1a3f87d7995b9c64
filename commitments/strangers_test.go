package commitments

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestMultiplesOfThePowersAreNone: c·G, c·τ·G, … are consecutive powers of τ,
// but not of the generator that H was hashed beside.
func TestMultiplesOfThePowersAreNone(t *testing.T) {
	s := secretSetup(t, 3)
	g1 := make([]bn254.G1Affine, len(s.G1))
	for j := range g1 {
		g1[j].Double(&s.G1[j])
	}
	if _, err := NewPowers(3, g1, s.G2[1]); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("twice every power: %v", err)
	}
}

// TestTauIsNotZero: with τ = 0 every row commits to its first cell alone. The
// verifier's part has no powers that would tell.
func TestTauIsNotZero(t *testing.T) {
	v := secretSetup(t, 3).Verifier()
	v.G2[1].SetInfinity()
	v.ID = v.digest()
	data, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := UnmarshalPowersVerifier(data); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("[τ]G₂ is infinity: %v", err)
	}
}

// TestCachedPowersAreOnTheCurve: the powers in a cache are not checked to be
// consecutive, but each is a point other than infinity.
func TestCachedPowersAreOnTheCurve(t *testing.T) {
	for j := range 8 {
		for name, spoil := range map[string]func(*bn254.G1Affine){
			"infinity":      func(p *bn254.G1Affine) { p.SetInfinity() },
			"off the curve": func(p *bn254.G1Affine) { p.Y.SetUint64(1) },
		} {
			s := testSetup(t, 3)
			spoil(&s.G1[j])
			data, err := s.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := decodePowers(data); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("power %d is %s: %v", j, name, err)
			}
		}
	}
}

func TestRowSizes(t *testing.T) {
	s := secretSetup(t, 1)
	for _, rowBits := range []int{-1, MinRowBits - 1, MaxRowBits + 1, 64} {
		if _, err := NewPowers(rowBits, s.G1[:1], s.G2[1]); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("rows of 2^%d cells: %v", rowBits, err)
		}
		if _, err := unmarshalPairingProof(nil, rowBits); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("evaluation proof of rows of 2^%d cells: %v", rowBits, err)
		}
		if rowBits > 0 && rowBits < 30 {
			continue // too large to be made if it is not refused
		}
		if _, err := NewDevelopment(rowBits); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("development setup of rows of 2^%d cells: %v", rowBits, err)
		}
	}
}

// TestListsHaveTheirCount: no list of points or scalars is read from bytes of
// another length, and each of its elements is checked.
func TestListsHaveTheirCount(t *testing.T) {
	s := testSetup(t, 2)
	points := AppendPoints(nil, s.G1)
	scalars := AppendScalars(nil, newTestRand(43).scalars(t, 4))
	for _, count := range []int{0, 3, 5} {
		if _, err := DecodePoints(points, count, AllowInfinity); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d of 4 points: %v", count, err)
		}
		if _, err := DecodeScalars(scalars, count); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d of 4 scalars: %v", count, err)
		}
	}
	if _, err := DecodePoints(append(bytes.Clone(points), 0), 4, AllowInfinity); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte after the points: %v", err)
	}
	if _, err := DecodeScalars(append(bytes.Clone(scalars), 0), 4); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte after the scalars: %v", err)
	}
	for i := range 4 {
		infinity := bytes.Clone(points)
		copy(infinity[i*PointBytes:], AppendPoints(nil, make([]bn254.G1Affine, 1)))
		if _, err := DecodePoints(infinity, 4, RefuseInfinity); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("point %d is infinity: %v", i, err)
		}
		large := bytes.Clone(scalars)
		copy(large[i*ScalarBytes:], bytes.Repeat([]byte{0xff}, ScalarBytes))
		if _, err := DecodeScalars(large, 4); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("scalar %d is not below the order: %v", i, err)
		}
	}
	for _, n := range []int{0, ScalarBytes - 1, ScalarBytes + 1, 2 * ScalarBytes} {
		if _, err := DecodeScalar(make([]byte, n)); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("scalar of %d bytes: %v", n, err)
		}
	}
}

func TestProversMistakes(t *testing.T) {
	s := testSetup(t, 3)
	f, claim := testClaim(t, s, newTestRand(44))
	for name, change := range map[string]func() (fr.Vector, pairingClaim){
		"a cell less":       func() (fr.Vector, pairingClaim) { return f[1:], claim },
		"a coordinate less": func() (fr.Vector, pairingClaim) { c := claim; c.Point = c.Point[1:]; return f, c },
		"one more":          func() (fr.Vector, pairingClaim) { c := claim; c.Point = append(c.Point[:3:3], fr.One()); return f, c },
	} {
		cells, c := change()
		if _, err := provePairing(s, cells, c, [32]byte{}); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := RandomScalars(nil, 1); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("no randomness: %v", err)
	}
}

// scaled returns [k_j]G for known logarithms.
func scaled(k []fr.Element) []bn254.G1Affine {
	_, _, g, _ := bn254.Generators()
	return bn254.BatchScalarMultiplicationG1(&g, k)
}

func tauG2(tau fr.Element) bn254.G2Affine {
	_, _, _, g2 := bn254.Generators()
	return *new(bn254.G2Affine).ScalarMultiplication(&g2, tau.BigInt(new(big.Int)))
}

// TestPowersAreConsecutive: powers that fail one relation, or several whose
// errors cancel under weights that somebody knew before choosing them.
func TestPowersAreConsecutive(t *testing.T) {
	tau := newTestRand(51).scalars(t, 1)[0]
	powers := powersOf(tau, 8)
	refused := func(what string, k []fr.Element, tau fr.Element) {
		t.Helper()
		if _, err := NewPowers(3, scaled(k), tauG2(tau)); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	honest, err := NewPowers(3, scaled(powers), tauG2(tau))
	if err != nil {
		t.Fatal(err)
	}
	for j := 1; j < 8; j++ { // the j-th relation and those after it are about c·τ^j
		k := append([]fr.Element(nil), powers...)
		for i := j; i < 8; i++ {
			k[i].Double(&k[i])
		}
		refused("powers of another point", k, tau)
	}

	// Errors d1 and d2 of powers 1 and 2, under the weights of the honest ones:
	// ρ1·τ·d1 + ρ2·τ·d2 − ρ0·d1 − ρ1·d2 = 0.
	rho := honest.randomCombination()
	k := append([]fr.Element(nil), powers...)
	var d1, d2, x fr.Element
	d1.SetOne()
	d2.Sub(&rho[0], x.Mul(&rho[1], &tau))
	x.Mul(&rho[2], &tau).Sub(&x, &rho[1])
	d2.Div(&d2, &x)
	k[1].Add(&k[1], &d1)
	k[2].Add(&k[2], &d2)
	refused("errors that cancel under the weights of other powers", k, tau)

	// Any points, and the τ that makes their sum true under the weights of
	// another τ: τ = Σ ρ_j·k_(j+1) / Σ ρ_j·k_j.
	k = newTestRand(52).scalars(t, 8)
	k[0].SetOne()
	any := &Setup{RowBits: 3, G1: scaled(k), ID: honest.ID}
	var low, high fr.Element
	for j, r := range any.randomCombination() {
		low.Add(&low, x.Mul(&r, &k[j]))
		high.Add(&high, x.Mul(&r, &k[j+1]))
	}
	refused("a τ that fits the weights", k, *high.Div(&high, &low))
}

// TestWeightsOfPowersAreLong: 248 bits each, so that a guess is worth nothing.
func TestWeightsOfPowersAreLong(t *testing.T) {
	var seen [32]bool
	for _, r := range secretSetup(t, 6).randomCombination() {
		for i, b := range r.Bytes() {
			seen[i] = seen[i] || b != 0
		}
	}
	for i, s := range seen {
		if s != (i > 0) {
			t.Errorf("byte %d of the weights is ever set: %v", i, s)
		}
	}
}

// TestChallengesByTheirDefinition computes the chain of hashes as it is
// documented: another implementation must come to the same.
func TestChallengesByTheirDefinition(t *testing.T) {
	number := func(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
	hash := func(parts ...[]byte) []byte {
		sum := sha256.Sum256(bytes.Join(parts, nil))
		return sum[:]
	}
	label, data := []byte("label"), []byte("some data")
	state := hash([]byte("domain"))
	state = hash([]byte{0}, state, number(len(label)), label, number(len(data)), data)
	state = hash([]byte{1}, state, number(len(label)), label, number(0))
	var want fr.Element
	want.SetBytes(append(hash([]byte{2}, state), hash([]byte{3}, state)...))

	chain := NewTranscript("domain")
	chain.Absorb("label", data)
	if got := chain.Challenge("label"); !got.Equal(&want) {
		t.Errorf("challenge %s, by its definition %s", got.String(), want.String())
	}
}

// TestPowersFilesAreExact: other versions are told from other contents, and no
// byte of a file is without a meaning.
func TestPowersFilesAreExact(t *testing.T) {
	s := secretSetup(t, 2)
	head := appendPowersHead(nil, 2, false, &s.G2[1])
	frame := func(kind artefact.Kind, version uint32, payload []byte) []byte {
		return artefact.Encode(artefact.Header{Kind: kind, Version: version, Statement: s.ID}, payload)
	}
	flagged := bytes.Clone(head)
	flagged[1] = 2
	for name, test := range map[string]struct {
		payload []byte
		version uint32
		want    error
	}{
		"as it is":              {head, powersVerifierVersion, nil},
		"a later version":       {head, powersVerifierVersion + 1, fault.ErrVersion},
		"a byte more":           {append(bytes.Clone(head), 0), powersVerifierVersion, fault.ErrMalformed},
		"a byte less":           {head[:len(head)-1], powersVerifierVersion, fault.ErrMalformed},
		"a flag nobody defined": {flagged, powersVerifierVersion, fault.ErrMalformed},
	} {
		if _, err := UnmarshalPowersVerifier(frame(powersVerifierKind(), test.version, test.payload)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := UnmarshalPowers(frame(powersKind(), powersVersion+1, head)); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("a later version of the whole string: %v", err)
	}
	dir := t.TempDir()
	if _, err := ReadPowers(filepath.Join(dir, "none")); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(dir, "setup")
	if err := os.WriteFile(path, []byte("not one"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPowers(path); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("another file: %v", err)
	}
}

// TestEveryPointIsOnTheCurve: proofs that were not decoded, and a commitment
// that the caller folded from something else.
func TestEveryPointIsOnTheCurve(t *testing.T) {
	s := testSetup(t, 4)
	f, claim := testClaim(t, s, newTestRand(45))
	good := mustOpen(t, s, f, claim, [32]byte{})
	for i := range good.Folds {
		proof := cloneProof(good)
		proof.Folds[i].Y.SetUint64(5)
		if err := verifyPairing(s.Verifier(), claim, proof, [32]byte{}); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("fold %d: %v", i, err)
		}
	}
	claim.Commitment.Y.SetUint64(5)
	if err := verifyPairing(s.Verifier(), claim, good, [32]byte{}); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("commitment: %v", err)
	}
}

// given is a challenger whose first challenge is known.
type given struct {
	challenger
	beta fr.Element
}

func (g given) Challenge(label string) fr.Element {
	if label == "beta" {
		return g.beta
	}
	return g.challenger.Challenge(label)
}

// TestDegenerateChallenges: at 0, 1 and −1 two of the three points of an
// evaluation proof are one, and nothing is known of the third.
func TestDegenerateChallenges(t *testing.T) {
	s := testSetup(t, 3)
	f, claim := testClaim(t, s, newTestRand(46))
	one := fr.One()
	for _, beta := range []fr.Element{{}, one, *new(fr.Element).Neg(&one)} {
		proof, err := prove(s, f, claim, given{pairingTranscript(s.ID, claim, [32]byte{}), beta})
		if err != nil {
			t.Fatal(err)
		}
		err = verify(s.Verifier(), claim, proof, given{pairingTranscript(s.ID, claim, [32]byte{}), beta})
		if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "degenerate") {
			t.Errorf("β = %s: %v", beta.String(), err)
		}
	}
}

// TestFalseValues: an honest proof about the row, bound to a claim with another
// value. All that tells is where the folds end.
func TestFalseValues(t *testing.T) {
	s := testSetup(t, 3)
	f, claim := testClaim(t, s, newTestRand(47))
	one := fr.One()
	lie := claim
	lie.Value.Add(&lie.Value, &one)
	proof, err := prove(s, f, claim, pairingTranscript(s.ID, lie, [32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := verifyPairing(s.Verifier(), lie, proof, [32]byte{}); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "folds do not end") {
		t.Errorf("another value: %v", err)
	}
}
