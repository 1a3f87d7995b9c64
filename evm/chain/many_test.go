package chain_test

import (
	"bytes"
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

func (d *deployed) pack(calls ...*evm.Call) []byte {
	var list []bindings.IArgumentVerifierStatement
	for _, c := range calls {
		list = append(list, bindings.IArgumentVerifierStatement{Class: c.Class, Head: c.Head, External: c.External, Proof: c.Proof})
	}
	return d.contract.PackVerifyMany(list)
}

func (d *deployed) verifyMany(calls ...*evm.Call) error {
	_, err := d.Call(d.Accounts[0], d.at, d.pack(calls...))
	return err
}

// again proves the statement once more.
func (p *wrapped) again(t *testing.T) *wrapped {
	return prove(t, p.setup, p.st, p.secret, p.system, p.cache)
}

// TestMany: proofs of one class and of several are checked together; one false proof, at
// any place, refuses all, and so do two whose errors would cancel out if all
// equations had the same weight.
func TestMany(t *testing.T) {
	d := deploy(t)
	first, plonk := provenKind(t, wrap.Groth16{}), provenKind(t, wrap.PLONK{})
	second := onceFor("first again", func() *wrapped { return first.again(t) })
	other := onceFor("another key", func() *wrapped { return everyKind(t, wrap.Groth16{}, wrap.NewCache("")) })
	for _, p := range []*wrapped{first, plonk, other} {
		d.register(t, p.class)
	}
	if first.class.ID != second.class.ID || first.class.ID == other.class.ID {
		t.Fatal("classes are not those of the keys")
	}
	if err := d.verifyMany(); err != nil {
		t.Errorf("nothing: %v", err)
	}
	honest := []*evm.Call{first.call, second.call, plonk.call, other.call, first.call, plonk.call}
	if err := d.verifyMany(honest...); err != nil {
		t.Fatal(err)
	}
	for i := range honest {
		calls := append([]*evm.Call(nil), honest...)
		bad := *calls[i]
		bad.Proof = bytes.Clone(bad.Proof)
		offset := first.layout().tables - 192 - 32*(2*smallBits+1) // Q
		q := readPoint(bad.Proof[offset:])
		q.Double(&q)
		writePoint(bad.Proof[offset:], q)
		calls[i] = &bad
		if got := reason(t, "one false proof", d.verifyMany(calls...)); got == "" {
			t.Errorf("proof %d of %d is false: accepted", i+1, len(calls))
		}
	}

	_, _, g, _ := bn254.Generators()
	shift := func(p *wrapped, offset int, by bn254.G1Affine) *evm.Call {
		return p.changed(func(b []byte) {
			q := readPoint(b[offset:])
			q.Add(&q, &by)
			writePoint(b[offset:], q)
		})
	}
	var minus bn254.G1Affine
	minus.Neg(&g)
	at := first.layout()
	for name, offset := range map[string]int{"C of Groth16": at.snark + 192, "W of the rows": at.values - 64, "W of the opened tensors": at.tables + 128} {
		err := d.verifyMany(shift(first, offset, g), shift(second, offset, minus))
		if got := reason(t, name, err); got != "PairingsDiffer" {
			t.Errorf("%s of two proofs, shifted against each other: %q", name, got)
		}
	}
	both := first.changed(func(b []byte) {
		for offset, by := range map[int]bn254.G1Affine{at.values - 64: g, at.tables + 128: minus} {
			q := readPoint(b[offset:])
			q.Add(&q, &by)
			writePoint(b[offset:], q)
		}
	})
	if got := reason(t, "two openings", d.verify(both)); got != "PairingsDiffer" {
		t.Errorf("two openings of one proof, shifted against each other: %q", got)
	}
}

// TestGroth16Pairings: proofs of one key share all pairs but one each, whatever stands
// between them has its own.
func TestGroth16Pairings(t *testing.T) {
	d, p := deploy(t), provenKind(t, wrap.Groth16{})
	for n, want := range map[int]int{1: 6, 2: 7, 3: 8} {
		wantPairings(t, p.class, d.pack(slices.Repeat([]*evm.Call{p.call}, n)...), want)
	}
}

// TestManyGas: what one more proof of the same class costs.
func TestManyGas(t *testing.T) {
	d := deploy(t)
	p := provenKind(t, wrap.Groth16{})
	d.register(t, p.class)
	alone := d.settle(t, p)
	var gas [2]uint64
	for i := range gas {
		var calls []*evm.Call
		for range i + 2 {
			calls = append(calls, p.call)
		}
		r := d.Send(t, d.Accounts[0], &d.at, nil, d.pack(calls...))
		if r.Status != types.ReceiptStatusSuccessful {
			t.Fatal("reverted")
		}
		gas[i] = r.GasUsed
	}
	t.Logf("one proof %d gas, each more %d", alone, gas[1]-gas[0])
	if more := gas[1] - gas[0]; more+150_000 > alone {
		t.Errorf("one proof takes %d gas, one more %d: pairings are not shared", alone, more)
	}
}

// TestGroth16SNARK: points of the SNARK count, infinity is refused, and what is outside of
// its subgroup; a proof that is randomised again is one.
func TestGroth16SNARK(t *testing.T) {
	d := deploy(t)
	p := provenKind(t, wrap.Groth16{})
	d.register(t, p.class)
	at := p.layout().snark
	infinity := func(b []byte, length int) { clear(b[:length]) }
	for name, c := range map[string]struct {
		change func(b []byte)
		want   string
	}{
		"A at infinity":     {func(b []byte) { infinity(b[at:], 64) }, "SNARKPointAtInfinity"},
		"B at infinity":     {func(b []byte) { infinity(b[at+64:], 128) }, "SNARKPointAtInfinity"},
		"C at infinity":     {func(b []byte) { infinity(b[at+192:], 64) }, "SNARKPointAtInfinity"},
		"A off the curve":   {func(b []byte) { b[at+63] ^= 1 }, "InvalidPoint"},
		"B off the curve":   {func(b []byte) { b[at+191] ^= 1 }, "PairingsDiffer"},
		"C off the curve":   {func(b []byte) { b[at+255] ^= 1 }, "InvalidPoint"},
		"A and C exchanged": {func(b []byte) { a := bytes.Clone(b[at : at+64]); copy(b[at:], b[at+192:at+256]); copy(b[at+192:], a) }, "PairingsDiffer"},
		"B outside of the subgroup": {func(b []byte) {
			q := outsideSubgroup(t)
			for i, w := range [][32]byte{q.X.A1.Bytes(), q.X.A0.Bytes(), q.Y.A1.Bytes(), q.Y.A0.Bytes()} {
				copy(b[at+64+32*i:], w[:])
			}
		}, "PairingsDiffer"},
		"randomised again": {func(b []byte) {
			first, second, _, err := wrap.Groth16Proof(p.proof.SNARK)
			if err != nil {
				t.Fatal(err)
			}
			var k, inverse fr.Element
			k.SetUint64(12345)
			inverse.Inverse(&k)
			first.ScalarMultiplication(&first, inverse.BigInt(new(big.Int)))
			second.ScalarMultiplication(&second, k.BigInt(new(big.Int)))
			writePoint(b[at:], first)
			for i, w := range [][32]byte{second.X.A1.Bytes(), second.X.A0.Bytes(), second.Y.A1.Bytes(), second.Y.A0.Bytes()} {
				copy(b[at+64+32*i:], w[:])
			}
		}, ""},
	} {
		if got := reason(t, name, d.verify(p.changed(c.change))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// outsideSubgroup returns a point of the twisted curve whose order is not r.
func outsideSubgroup(t *testing.T) bn254.G2Affine {
	t.Helper()
	_, _, _, g2 := bn254.Generators()
	var b, y bn254.E2
	var x bn254.E2
	b.Square(&g2.X).Mul(&b, &g2.X) // b = y² − x³
	y.Square(&g2.Y)
	b.Sub(&y, &b)
	for i := uint64(1); ; i++ {
		x.A0.SetUint64(i)
		y.Square(&x).Mul(&y, &x).Add(&y, &b)
		if y.Legendre() != 1 {
			continue
		}
		q := bn254.G2Affine{X: x}
		q.Y.Sqrt(&y)
		if q.IsOnCurve() && !q.IsInSubGroup() {
			return q
		}
	}
}
