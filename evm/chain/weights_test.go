package chain_test

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// seedOf is the hash that weighs the equations of calls, as the contract computes it, or as
// it would without something: a word of the hash, or a copy to the memory that is hashed.
func seedOf(without string, calls ...*evm.Call) []byte {
	memory, before := make([]byte, 1<<16), make([]byte, 32)
	for _, c := range calls {
		var external []byte
		for _, n := range c.External {
			external = append(external, n.FillBytes(make([]byte, 32))...)
		}
		words := [][]byte{before, c.Class[:]}
		for _, part := range []struct {
			name string
			b    []byte
		}{{"head", c.Head}, {"rows", external}, {"proof", c.Proof}} {
			if without != "a copy of the "+part.name {
				copy(memory, part.b)
			}
			words = append(words, crypto.Keccak256(memory[:len(part.b)]))
		}
		if i := slices.Index([]string{"what is before", "the class", "the head", "the rows", "the proof"}, without); i >= 0 {
			words[i] = make([]byte, 32)
		}
		before = crypto.Keccak256(words...)
	}
	return before
}

// weight is that of an equation.
func weight(seed []byte, equation int64) fr.Element {
	var base fr.Element
	base.SetBytes(seed)
	return *base.Exp(base, big.NewInt(equation))
}

// minusRatio is −a/b.
func minusRatio(a, b fr.Element) *big.Int {
	a.Div(&a, &b)
	return a.Neg(&a).BigInt(new(big.Int))
}

// shifted is a call of a proof with a multiple of G added to one of its points.
func shifted(p *wrapped, offset int, by *big.Int) *evm.Call {
	_, _, g, _ := bn254.Generators()
	return p.changed(func(b []byte) {
		q := readPoint(b[offset:])
		g.ScalarMultiplication(&g, by)
		q.Add(&q, &g)
		writePoint(b[offset:], q)
	})
}

// TestWeightsAreOfAllProofs: whoever knew the weights of two equations before their proofs
// could shift one proof against the other.
func TestWeightsAreOfAllProofs(t *testing.T) {
	d, p := deploy(t), provenKind(t, wrap.Groth16{})
	d.register(t, p.class)
	at := p.layout().values - 64 // W of the rows, which the second equation of three is of
	free := shifted(p, at, big.NewInt(1))
	for name, seed := range map[string][]byte{
		"one of two":                  seedOf("", free),
		"calls without proofs":        seedOf("the proof", free, free),
		"calls, whose proofs are not": seedOf("a copy of the proof", free, free),
	} {
		first, second := weight(seed, 1), weight(seed, 4)
		for _, calls := range [][]*evm.Call{
			{free, shifted(p, at, minusRatio(first, second))},
			{shifted(p, at, minusRatio(second, first)), free},
		} {
			if got := reason(t, name, d.verifyMany(calls...)); got != "PairingsDiffer" {
				t.Errorf("weights of %s: %q", name, got)
			}
		}
	}
}

// freeClass is a descriptor that an adversary makes of a Groth16 proof: with these points
// for its key the proof is one of any inputs, but for a shift of K_0, and C_F is an external
// row and the mask's.
func freeClass(snark, delta []byte, shift bn254.G1Affine) *evm.Class {
	var point [64]byte
	_, _, g, _ := bn254.Generators()
	writePoint(point[:], g)
	b := make([]byte, 64)
	b[0], b[1] = 4, 1 // Groth16, rows of two cells
	binary.BigEndian.PutUint16(b[2:], 1)
	binary.BigEndian.PutUint16(b[10:], 1)
	binary.BigEndian.PutUint16(b[12:], 1)
	binary.BigEndian.PutUint16(b[14:], 768)
	c := readPoint(snark[192:])
	shift.Sub(&shift, &c)
	b = slices.Concat(b, point[:], point[:], delta, delta, snark[:192], delta, delta)
	writePoint(point[:], shift)
	b = slices.Concat(b, point[:], make([]byte, 4*64))
	for _, n := range []uint16{1, 1, 1, 1, 1, 1, 0} { // tensors of one row; a group of one claim on the first
		b = binary.BigEndian.AppendUint16(b, n)
	}
	b = append(b, 0)
	return &evm.Class{ID: evm.Keccak256(b), Descriptor: b}
}

// freeCall is a statement of a free class: all is 0 but σ, C_M and the SNARK. It is true if
// the external row is −C_M, which is −G, plus nothing.
func freeCall(class *evm.Class, snark []byte, plus bn254.G1Affine) *evm.Call {
	_, _, g, _ := bn254.Generators()
	plus.Sub(&plus, &g)
	proof := make([]byte, 64+6*32+128+3*32)
	writePoint(proof, g)
	proof[64+3*32-1] = 1
	x, y := plus.X.Bytes(), plus.Y.Bytes()
	return &evm.Call{Class: class.ID, External: []*big.Int{new(big.Int).SetBytes(x[:]), new(big.Int).SetBytes(y[:])}, Proof: append(proof, snark...)}
}

// TestConstantZero: the place 0 of a class stands for 0, whatever was in memory before.
func TestConstantZero(t *testing.T) {
	d, p := deploy(t), provenKind(t, wrap.Groth16{})
	snark := p.call.Proof[p.layout().snark:]
	class := freeClass(snark, p.class.Descriptor[448+320:][:128], bn254.G1Affine{})
	const cells, bits = 1, 1
	record := append(binary.BigEndian.AppendUint64([]byte{cells, bits}, 5), 0, 0, 0, 0, 0, 0, 0, 7, 0, 0)
	class.Descriptor = append(class.Descriptor, record...)
	class.Descriptor[5] = 1 // claim on a public tensor
	class.ID = evm.Keccak256(class.Descriptor)
	d.register(t, class)
	call := freeCall(class, snark, bn254.G1Affine{})
	call.Head = bytes.Repeat([]byte{0xa5}, 1<<13)
	call.Proof = slices.Insert(call.Proof, 64+32, make([]byte, 32)...)
	for value, want := range map[byte]string{5: "", 6: "PublicTensor", 7: "PublicTensor"} {
		call.Proof[64+2*32-1] = value
		if got := reason(t, "the cell at 0", d.verify(call)); got != want {
			t.Errorf("%d: %q, want %q", value, got, want)
		}
	}
}

// TestClaimsBeyondRows: a descriptor whose claims are on rows that it has not is refused
// before anything is written there. The last row is the mask's.
func TestClaimsBeyondRows(t *testing.T) {
	d, p := deploy(t), provenKind(t, wrap.Groth16{})
	snark := p.call.Proof[p.layout().snark:]
	for name, c := range map[string]struct {
		claim []byte // first row (2), high coordinates (1), their places
		want  string
	}{
		"the mask row":             {[]byte{0, 1, 0}, "PairingsDiffer"}, // there is a claim, and C_F is not 0
		"a row more":               {[]byte{0, 2, 0}, "InvalidDescriptor"},
		"two rows":                 {[]byte{0, 0, 1, 0, 0}, ""},
		"two rows of which one is": {[]byte{0, 1, 1, 0, 0}, "InvalidDescriptor"},
		"2^17 rows":                {append([]byte{0, 0, 17}, make([]byte, 2*17)...), "InvalidDescriptor"},
		"2^251 rows":               {append([]byte{0, 0, 251}, make([]byte, 2*251)...), "InvalidDescriptor"},
	} {
		class := freeClass(snark, p.class.Descriptor[448+320:][:128], bn254.G1Affine{})
		class.Descriptor = append(class.Descriptor[:len(class.Descriptor)-3], c.claim...)
		class.ID = evm.Keccak256(class.Descriptor)
		d.register(t, class)
		if got := reason(t, name, d.verify(freeCall(class, snark, bn254.G1Affine{}))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestSetupsAreApart: openings over one setup are checked when another's begin, too.
func TestSetupsAreApart(t *testing.T) {
	d, p := deploy(t), provenKind(t, wrap.Groth16{})
	d.register(t, p.class)
	snark := p.call.Proof[p.layout().snark:]
	class := freeClass(snark, p.class.Descriptor[448+320:][:128], bn254.G1Affine{})
	d.register(t, class)
	other := freeCall(class, snark, bn254.G1Affine{})
	_, _, g, _ := bn254.Generators()
	false_, otherFalse := shifted(p, p.layout().values-64, big.NewInt(1)), freeCall(class, snark, g)
	for name, calls := range map[string][]*evm.Call{
		"first":            {false_, other},
		"last":             {other, false_},
		"between":          {other, false_, other},
		"the other, first": {otherFalse, p.call},
		"the other, last":  {p.call, otherFalse},
	} {
		if got := reason(t, name, d.verifyMany(calls...)); got != "PairingsDiffer" {
			t.Errorf("the false one %s: %q", name, got)
		}
	}
	if err := d.verifyMany(p.call, other, p.call); err != nil {
		t.Error(err)
	}
}

// TestWeightsAreOfClassesAndRows: anyone registers classes. Whoever knew the weights before
// a class, or the rows of its statement, could make one whose equations are false by as much
// as those of another call.
func TestWeightsAreOfClassesAndRows(t *testing.T) {
	d, p := deploy(t), provenKind(t, wrap.Groth16{})
	d.register(t, p.class)
	snark := p.call.Proof[p.layout().snark:]
	delta := p.class.Descriptor[448+320:][:128]
	call := func(shift, plus bn254.G1Affine) *evm.Call {
		class := freeClass(snark, delta, shift)
		d.register(t, class)
		return freeCall(class, snark, plus)
	}
	var none, some bn254.G1Affine
	_, _, g, _ := bn254.Generators()
	honest := call(none, none)
	if err := d.verifyMany(p.call, honest); err != nil {
		t.Fatal(err)
	}
	victim := shifted(p, p.layout().snark+192, big.NewInt(1)) // C, of weight 1
	for _, without := range []string{"the class", "the rows", "a copy of the rows"} {
		seed := seedOf(without, victim, honest)
		attack := honest
		if without == "the class" {
			by := weight(seed, 3)
			some.ScalarMultiplication(&g, minusRatio(fr.One(), by))
			attack = call(some, none)
		} else {
			by := weight(seed, 4)
			some.ScalarMultiplication(&g, by.Inverse(&by).BigInt(new(big.Int)))
			attack = call(none, some)
		}
		if got := reason(t, without, d.verifyMany(victim, attack)); got != "PairingsDiffer" {
			t.Errorf("weights without %s: %q", without, got)
		}
	}
}
