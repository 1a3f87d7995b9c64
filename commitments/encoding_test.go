package commitments

import (
	"bytes"
	"errors"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// formMask covers the two bits of a point's first byte that say which root Y
// is, or that the point is infinity; 00 is the uncompressed form.
const formMask = 0b11 << 6

func fpModulus() *big.Int { return fp.Modulus() }

// addModulus adds m to the big-endian number in b, which must have room.
func addModulus(t *testing.T, b []byte, m *big.Int) {
	t.Helper()
	sum := new(big.Int).Add(new(big.Int).SetBytes(b), m)
	if sum.BitLen() > 8*len(b) {
		t.Fatal("no room for the modulus")
	}
	sum.FillBytes(b)
}

func TestPointsHaveOneEncoding(t *testing.T) {
	s := testSetup(t, 5)
	for i := range s.G1 {
		for _, p := range []bn254.G1Affine{s.G1[i], *new(bn254.G1Affine).Neg(&s.G1[i])} {
			enc := EncodePoint(&p)
			got, err := DecodePoint(enc[:], RefuseInfinity)
			if err != nil || !got.Equal(&p) {
				t.Fatalf("point %d: %v", i, err)
			}
		}
	}
	var infinity bn254.G1Affine
	enc := EncodePoint(&infinity)
	if p, err := DecodePoint(enc[:], AllowInfinity); err != nil || !p.IsInfinity() {
		t.Errorf("infinity where allowed: %v", err)
	}
	if _, err := DecodePoint(enc[:], RefuseInfinity); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("infinity where refused: %v", err)
	}
}

func TestDecodePointRefuses(t *testing.T) {
	s := testSetup(t, 3)
	// A point whose X + q still fits under the two flag bits.
	var small []byte
	for i := range s.G1 {
		enc := EncodePoint(&s.G1[i])
		x := s.G1[i].X.BigInt(new(big.Int))
		if x.Add(x, fp.Modulus()).BitLen() <= 254 {
			plus := x.FillBytes(make([]byte, 32))
			plus[0] |= enc[0] & formMask
			small = plus
			break
		}
	}
	if small == nil {
		t.Fatal("no point with room for X + q")
	}
	good := EncodePoint(&s.G1[2])
	change := func(f func([]byte) []byte) []byte { return f(bytes.Clone(good[:])) }
	raw := s.G1[2].RawBytes()
	for name, b := range map[string][]byte{
		"empty":                nil,
		"one byte less":        good[:31],
		"one byte more":        append(bytes.Clone(good[:]), 0),
		"uncompressed":         raw[:],
		"uncompressed flag":    change(func(b []byte) []byte { b[0] &^= formMask; return b }),
		"X + q":                small,
		"X = q":                append([]byte{fp.Modulus().Bytes()[0] | 0x80}, fp.Modulus().Bytes()[1:]...),
		"infinity with a bit":  append([]byte{0x40}, append(make([]byte, 30), 1)...),
		"X not on the curve":   append([]byte{0x80}, append(make([]byte, 30), 4)...),
		"all ones":             bytes.Repeat([]byte{0xff}, 32),
		"zero with wrong flag": make([]byte, 32),
	} {
		if p, err := DecodePoint(b, AllowInfinity); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: decoded to %v, error %v", name, p.String(), err)
		}
	}
}

func TestDecodeScalarRefuses(t *testing.T) {
	s := newTestRand(41).scalars(t, 1)
	good := s[0].Bytes()
	if got, err := DecodeScalar(good[:]); err != nil || !got.Equal(&s[0]) {
		t.Fatalf("good scalar: %v", err)
	}
	plus := bytes.Clone(good[:])
	addModulus(t, plus, fr.Modulus())
	order := fr.Modulus().FillBytes(make([]byte, 32))
	for name, b := range map[string][]byte{
		"scalar + r": plus, "r": order, "short": good[:31], "long": append(bytes.Clone(good[:]), 0), "ones": bytes.Repeat([]byte{255}, 32),
	} {
		if _, err := DecodeScalar(b); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEvaluationProofEncodingIsStrict(t *testing.T) {
	const rowBits = 4
	s := testSetup(t, rowBits)
	f, claim := testClaim(t, s, newTestRand(42))
	data, err := mustOpen(t, s, f, claim, [32]byte{}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if len(data) != pairingProofBytes(rowBits) {
		t.Fatalf("%d bytes, want %d", len(data), pairingProofBytes(rowBits))
	}
	refused := func(name string, b []byte) {
		t.Helper()
		if _, err := unmarshalPairingProof(b, rowBits); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range data {
		refused("truncated", data[:n])
	}
	refused("extended", append(bytes.Clone(data), 0))
	refused("of another size", append(bytes.Clone(data), make([]byte, 3*32)...))
	for at := (rowBits + 1) * PointBytes; at < len(data); at += ScalarBytes {
		bad := bytes.Clone(data)
		addModulus(t, bad[at:at+ScalarBytes], fr.Modulus())
		refused("scalar + r", bad)
	}
	for at := 0; at < (rowBits+1)*PointBytes; at += PointBytes {
		bad := bytes.Clone(data)
		bad[at] &^= formMask
		refused("uncompressed flag", bad)
	}
	if _, err := unmarshalPairingProof(data, 0); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("row size 0: %v", err)
	}
	if _, err := (&PairingProof{}).MarshalBinary(); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("empty proof: %v", err)
	}
}

// TestEveryFlippedByteIsRefused covers what reaches the verifier from a file.
func TestEveryFlippedByteIsRefused(t *testing.T) {
	const rowBits = 2
	s := testSetup(t, rowBits)
	f, claim := testClaim(t, s, newTestRand(43))
	data, err := mustOpen(t, s, f, claim, [32]byte{}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 1 << (i % 8)
		proof, err := unmarshalPairingProof(bad, rowBits)
		if err == nil {
			err = verifyPairing(s.Verifier(), claim, proof, [32]byte{})
		}
		if !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrRejected) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
	}
}

func FuzzDecodePoint(f *testing.F) {
	_, _, g, _ := bn254.Generators()
	enc := g.Bytes()
	f.Add(enc[:])
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodePoint(b, AllowInfinity)
		if err != nil {
			return
		}
		if enc := p.Bytes(); !p.IsOnCurve() || !bytes.Equal(enc[:], b) {
			t.Fatal("accepted bytes are not the canonical encoding of a point")
		}
	})
}

func FuzzUnmarshalEvaluationProof(f *testing.F) {
	const rowBits = 2
	s := testSetup(f, rowBits)
	row, claim := testClaim(f, s, newTestRand(44))
	data, _ := mustOpen(f, s, row, claim, [32]byte{}).MarshalBinary()
	f.Add(data)
	v := s.Verifier()
	f.Fuzz(func(t *testing.T, b []byte) {
		proof, err := unmarshalPairingProof(b, rowBits)
		if err != nil {
			return
		}
		if again, err := proof.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
			t.Fatal("accepted bytes are not the canonical encoding")
		}
		if verifyPairing(v, claim, proof, [32]byte{}) == nil && !bytes.Equal(b, data) {
			t.Fatal("a second proof of the same claim verifies")
		}
	})
}
