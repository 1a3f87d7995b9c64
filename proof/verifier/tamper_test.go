package verifier_test

import (
	"bytes"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// tiny returns a case of the small layer and an honest proof of it.
func tiny(t testing.TB) (*prooftest.Tiny, *prooftest.Case, *statement.Proof) {
	t.Helper()
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(21, 22)))
	c := prooftest.NewCase(t, ty.System, ty.Cells)
	return ty, c, c.Fast(t, ty.Cells)
}

// check verifies bytes and returns the verdict.
func check(c *prooftest.Case, encoded []byte) error {
	return verifier.Verify(c.Setup.Verifier(), c.Statement, encoded)
}

func TestHonestProof(t *testing.T) {
	_, c, p := tiny(t)
	encoded := prooftest.Encode(t, p)
	if err := check(c, encoded); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encoded, prooftest.Encode(t, c.Clone().Forge(t))) {
		t.Error("the prover by formulas makes another proof")
	}
}

// refused reports a proof that is accepted or refused for an unclear reason.
func refused(t *testing.T, what string, err error, kinds ...error) {
	t.Helper()
	for _, k := range kinds {
		if errors.Is(err, k) {
			return
		}
	}
	t.Errorf("%s: %v", what, err)
}

// sections of an encoded proof.
func sections(c *prooftest.Case) (points, scalars, foldPoints, foldScalars [2]int) {
	l := c.Statement.Layout
	for _, rows := range statement.WitnessRows(l) {
		points[1] += rows * commitments.PointBytes
	}
	folds := (l.RowLog + 1) * commitments.PointBytes
	end := statement.Size(l, commitments.Development)
	tail := end - commitments.EvaluationProofBytes(commitments.Development, l.RowLog)
	return points, [2]int{points[1], tail}, [2]int{tail, tail + folds}, [2]int{tail + folds, end}
}

func TestEveryByteMatters(t *testing.T) {
	_, c, p := tiny(t)
	honest := prooftest.Encode(t, p)
	rng := rand.New(rand.NewPCG(23, 24))
	points, scalars, foldPoints, foldScalars := sections(c)
	for _, s := range [][2]int{points, scalars, foldPoints, foldScalars} {
		for range 60 {
			i := s[0] + rng.IntN(s[1]-s[0])
			b := bytes.Clone(honest)
			b[i] ^= 1 << rng.IntN(8)
			refused(t, "byte flipped", check(c, b), fault.ErrMalformed, fault.ErrRejected)
		}
	}
}

func TestLengths(t *testing.T) {
	_, c, p := tiny(t)
	honest := prooftest.Encode(t, p)
	for _, n := range []int{0, 1, commitments.PointBytes, len(honest) / 2, len(honest) - fr.Bytes, len(honest) - 1} {
		refused(t, "truncated", check(c, honest[:n]), fault.ErrMalformed)
	}
	refused(t, "extended", check(c, append(bytes.Clone(honest), 0)), fault.ErrMalformed)
	refused(t, "extended by a scalar", check(c, append(bytes.Clone(honest), make([]byte, fr.Bytes)...)), fault.ErrMalformed)
	refused(t, "nothing", check(c, nil), fault.ErrMalformed)
}

// plus returns b with n added to the integer in its 32 bytes at i.
func plus(b []byte, i int, n *big.Int) []byte {
	b = bytes.Clone(b)
	v := new(big.Int).SetBytes(b[i : i+32])
	v.Add(v, n).FillBytes(b[i : i+32])
	return b
}

func TestScalarsAreCanonical(t *testing.T) {
	_, c, p := tiny(t)
	honest := prooftest.Encode(t, p)
	_, scalars, _, foldScalars := sections(c)
	for _, s := range [][2]int{scalars, foldScalars} {
		for i := s[0]; i < s[1]; i += fr.Bytes {
			refused(t, "scalar + r", check(c, plus(honest, i, fr.Modulus())), fault.ErrMalformed)
		}
	}
}

func TestCoordinatesAreCanonical(t *testing.T) {
	_, c, p := tiny(t)
	honest := prooftest.Encode(t, p)
	points, _, foldPoints, _ := sections(c)
	tested := 0
	for _, s := range [][2]int{points, foldPoints} {
		for i := s[0]; i < s[1]; i += commitments.PointBytes {
			x := new(big.Int).SetBytes(honest[i : i+32])
			flags := new(big.Int).Rsh(x, 254)
			x.Sub(x, new(big.Int).Lsh(flags, 254))
			if x.Sign() == 0 || x.Add(x, fp.Modulus()).BitLen() > 254 {
				continue // infinity, or x + q does not fit
			}
			tested++
			refused(t, "coordinate + q", check(c, plus(honest, i, fp.Modulus())), fault.ErrMalformed)
		}
	}
	if tested == 0 {
		t.Error("no coordinate leaves room for q")
	}
}

func TestPoints(t *testing.T) {
	_, c, p := tiny(t)
	honest := prooftest.Encode(t, p)
	points, _, foldPoints, _ := sections(c)
	for _, at := range []int{points[0], points[1] - commitments.PointBytes, foldPoints[0], foldPoints[1] - commitments.PointBytes} {
		set := func(enc [commitments.PointBytes]byte) []byte {
			b := bytes.Clone(honest)
			copy(b[at:], enc[:])
			return b
		}
		off := [commitments.PointBytes]byte{0: 0b10 << 6}
		for x := byte(1); ; x++ {
			off[31] = x
			if _, err := commitments.DecodePoint(off[:], commitments.AllowInfinity); err != nil {
				break
			}
		}
		refused(t, "off the curve", check(c, set(off)), fault.ErrMalformed)
		refused(t, "infinity", check(c, set([commitments.PointBytes]byte{0: 0b01 << 6})), fault.ErrRejected)
		refused(t, "infinity with a coordinate", check(c, set([commitments.PointBytes]byte{0: 0b01 << 6, 31: 1})), fault.ErrMalformed)
		refused(t, "uncompressed", check(c, set([commitments.PointBytes]byte{31: 1})), fault.ErrMalformed)
		refused(t, "generator", check(c, set(commitments.EncodePoint(&c.Setup.G1[0]))), fault.ErrRejected)
	}
}

func TestMessagesSwapped(t *testing.T) {
	_, c, p := tiny(t)
	rng := rand.New(rand.NewPCG(25, 26))
	for n := 0; n < 60; {
		i, j := rng.IntN(len(p.Messages)), rng.IntN(len(p.Messages))
		if n < len(p.Messages)-1 && n%2 == 0 {
			j = (i + 1) % len(p.Messages)
		}
		if p.Messages[i].Equal(&p.Messages[j]) {
			continue
		}
		n++
		q := prooftest.CloneProof(p)
		q.Messages[i], q.Messages[j] = q.Messages[j], q.Messages[i]
		refused(t, "messages swapped", c.Verify(t, q), fault.ErrRejected)
	}
}

// TestCommitmentsExchanged: package committed says the same of mode zk.
func TestCommitmentsExchanged(t *testing.T) {
	_, c, p := tiny(t)
	exchanges := prooftest.Exchanges(c.Setup, p.Witness)
	if len(exchanges) < 5 {
		t.Errorf("%d exchanges", len(exchanges))
	}
	for _, x := range exchanges {
		q := prooftest.CloneProof(p)
		q.Witness = x.Witness
		refused(t, x.Name, c.Verify(t, q), fault.ErrRejected)
	}
	q := prooftest.CloneProof(p)
	one := fr.One()
	q.Blinding.Add(&q.Blinding, &one)
	refused(t, "blinding", c.Verify(t, q), fault.ErrRejected)
}

func FuzzVerify(f *testing.F) {
	_, c, p := tiny(f)
	honest := prooftest.Encode(f, p)
	f.Add(uint(0), []byte{0x40})
	f.Add(uint(len(honest)-32), bytes.Repeat([]byte{0xff}, 32))
	f.Add(uint(len(honest)/2), bytes.Repeat([]byte{0}, 64))
	f.Fuzz(func(t *testing.T, at uint, patch []byte) {
		b := bytes.Clone(honest)
		copy(b[min(int(at%uint(len(b))), len(b)):], patch)
		if err := check(c, b); err == nil && !bytes.Equal(b, honest) {
			t.Fatal("another proof is accepted")
		}
	})
}
