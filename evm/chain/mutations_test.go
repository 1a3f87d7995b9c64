package chain_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// mutation changes a proof, and the call that it becomes, in the same way.
type mutation struct {
	name   string
	native func(p *wrap.Proof)
	call   func(proof []byte)
}

// clone copies what mutations change.
func clone(p *wrap.Proof) *wrap.Proof {
	q := *p
	q.Witness = nil
	for _, rows := range p.Witness {
		q.Witness = append(q.Witness, slices.Clone(rows))
	}
	e := *p.Evaluation.(*commitments.PairingProof)
	e.Folds, e.Pos, e.Neg = slices.Clone(e.Folds), slices.Clone(e.Pos), slices.Clone(e.Neg)
	q.Evaluation = &e
	q.Exposed, q.SNARK = slices.Clone(p.Exposed), bytes.Clone(p.SNARK)
	return &q
}

func evaluation(p *wrap.Proof) *commitments.PairingProof {
	return p.Evaluation.(*commitments.PairingProof)
}

// mutations is every value of a proof, changed alone.
func (p *wrapped) mutations() []mutation {
	var list []mutation
	at := p.layout()
	scalar := func(name string, of func(p *wrap.Proof) *fr.Element, offset int) {
		list = append(list, mutation{name + " plus 1", func(p *wrap.Proof) {
			one := fr.One()
			of(p).Add(of(p), &one)
		}, func(b []byte) {
			var v fr.Element
			one := fr.One()
			v.SetBytes(b[offset : offset+32])
			v.Add(&v, &one)
			put(b[offset:], v)
		}})
	}
	point := func(name string, of func(p *wrap.Proof) *bn254.G1Affine, offset int) {
		for how, change := range map[string]func(q *bn254.G1Affine){
			"doubled":     func(q *bn254.G1Affine) { q.Double(q) },
			"negated":     func(q *bn254.G1Affine) { q.Neg(q) },
			"at infinity": func(q *bn254.G1Affine) { *q = bn254.G1Affine{} },
		} {
			list = append(list, mutation{name + " " + how, func(p *wrap.Proof) { change(of(p)) }, func(b []byte) {
				q := readPoint(b[offset:])
				change(&q)
				writePoint(b[offset:], q)
			}})
		}
	}
	row := 0
	for i, rows := range p.proof.Witness {
		for k := range rows {
			point(fmt.Sprintf("commitment %d, row %d", i, k), func(p *wrap.Proof) *bn254.G1Affine { return &p.Witness[i][k] }, 64*row)
			row++
		}
	}
	for i := range p.proof.Exposed {
		scalar(fmt.Sprint("exposed value ", i), func(p *wrap.Proof) *fr.Element { return &p.Exposed[i] }, at.exposed+32*i)
	}
	scalar("seal", func(p *wrap.Proof) *fr.Element { return &p.Seal }, at.seal)
	scalar("blinding", func(p *wrap.Proof) *fr.Element { return &p.Blinding }, at.blinding)
	for i := range smallBits - 1 {
		point(fmt.Sprint("fold ", i+1), func(p *wrap.Proof) *bn254.G1Affine { return &evaluation(p).Folds[i] }, at.folds+64*i)
	}
	point("quotient", func(p *wrap.Proof) *bn254.G1Affine { return &evaluation(p).Quotient }, at.values-128)
	point("witness", func(p *wrap.Proof) *bn254.G1Affine { return &evaluation(p).Witness }, at.values-64)
	for i := range smallBits {
		scalar(fmt.Sprint("value at β, ", i), func(p *wrap.Proof) *fr.Element { return &evaluation(p).Pos[i] }, at.values+32*i)
		scalar(fmt.Sprint("value at −β, ", i), func(p *wrap.Proof) *fr.Element { return &evaluation(p).Neg[i] }, at.values+32*(smallBits+i))
	}
	scalar("value at β²", func(p *wrap.Proof) *fr.Element { return &evaluation(p).Square }, at.tables-32)
	return list
}

func put(b []byte, v fr.Element) {
	w := v.Bytes()
	copy(b, w[:])
}

func readPoint(b []byte) (q bn254.G1Affine) {
	q.X.SetBytes(b[:32])
	q.Y.SetBytes(b[32:64])
	return q
}

func writePoint(b []byte, q bn254.G1Affine) {
	x, y := q.X.Bytes(), q.Y.Bytes()
	copy(b, x[:])
	copy(b[32:], y[:])
}

// changed returns a call with its proof changed.
func (p *wrapped) changed(change func(b []byte)) *evm.Call {
	c := *p.call
	c.Proof = bytes.Clone(c.Proof)
	change(c.Proof)
	return &c
}

// TestMutations: the chain says of every changed proof what the verifier off the chain
// says. Whatever refuses does so by name, and each of the contract's checks that a proof
// can fail is the reason of a refusal.
func TestMutations(t *testing.T) {
	for _, system := range []wrap.ProofSystem{wrap.Groth16{}, wrap.PLONK{}} {
		t.Run(system.Name(), func(t *testing.T) {
			p := provenKind(t, system)
			d := deploy(t)
			d.register(t, p.class)
			if err := d.verify(p.call); err != nil {
				t.Fatal(err)
			}
			others := clone(p.proof)
			others.Key[0] ^= 1
			if encoded, err := others.MarshalBinary(); err != nil {
				t.Fatal(err)
			} else if call, err := p.class.Call(p.st, encoded); !errors.Is(err, fault.ErrVersion) || call != nil {
				t.Errorf("a proof by other keys than the class's: %v", err)
			}
			reasons := map[string]int{}
			for _, m := range p.mutations() {
				q := clone(p.proof)
				m.native(q)
				native := p.native(q)
				if native != nil && !errors.Is(native, fault.ErrRejected) && !errors.Is(native, fault.ErrMalformed) {
					t.Errorf("%s: off the chain: %v", m.name, native)
				}
				err := d.verify(p.changed(m.call))
				if (native == nil) != (err == nil) {
					t.Errorf("%s: off the chain %v, on it %v", m.name, native, err)
				}
				reasons[reason(t, m.name, err)]++
			}
			for name, c := range p.malformed() {
				err := d.verify(c.call)
				reasons[reason(t, name, err)]++
				if got := reason(t, name, err); got != c.want {
					t.Errorf("%s: %q, want %s", name, got, c.want)
				}
			}
			t.Log(reasons)
			want := []string{"PublicTensor", "FoldsEndElsewhere", "PairingsDiffer", "CommitmentAtInfinity", "ScalarNotCanonical", "InvalidPoint", "ProofLength", "ExternalLength", "UnknownClass"}
			for _, name := range want {
				if reasons[name] == 0 {
					t.Errorf("%s is the reason of no refusal", name)
				}
			}
		})
	}
}

// reason returns the name of the error that a chain refused with, or nothing.
func reason(t *testing.T, what string, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var r *chaintest.Revert
	if !errors.As(err, &r) || r.Name == "" {
		t.Errorf("%s: refused without a reason: %v", what, err)
		return ""
	}
	return r.Name
}

// wrong is a call with the name of the check that refuses it.
type wrong struct {
	call *evm.Call
	want string
}

// malformed is what is no encoding of a proof, and calls about another statement.
func (p *wrapped) malformed() map[string]wrong {
	at := p.layout()
	list := map[string]wrong{}
	proof := func(name, want string, change func(b []byte)) { list[name] = wrong{p.changed(change), want} }
	add := func(b []byte, n *big.Int) { new(big.Int).Add(new(big.Int).SetBytes(b[:32]), n).FillBytes(b[:32]) }
	for offset := at.exposed; offset < at.folds; offset += 32 {
		proof(fmt.Sprintf("scalar %d plus r", (offset-at.exposed)/32), "ScalarNotCanonical", func(b []byte) { add(b[offset:], fr.Modulus()) })
	}
	for offset := 0; offset < at.exposed; offset += 64 {
		proof(fmt.Sprintf("row %d at infinity", offset/64), "CommitmentAtInfinity", func(b []byte) { clear(b[offset:][:64]) })
	}
	proof("the seal is r", "ScalarNotCanonical", func(b []byte) { fr.Modulus().FillBytes(b[at.seal:][:32]) })
	for offset := at.values; offset < at.tables; offset += 32 {
		proof(fmt.Sprintf("value %d plus r", (offset-at.values)/32), "ScalarNotCanonical", func(b []byte) { add(b[offset:], fr.Modulus()) })
	}
	for offset := at.tables + 192; offset < at.snark; offset += 32 {
		proof(fmt.Sprintf("value %d of the opened tensors plus r", (offset-at.tables-192)/32), "ScalarNotCanonical", func(b []byte) { add(b[offset:], fr.Modulus()) })
		proof(fmt.Sprintf("value %d of the opened tensors plus 1", (offset-at.tables-192)/32), "PairingsDiffer", func(b []byte) {
			var v fr.Element
			v.SetBytes(b[offset : offset+32])
			one := fr.One()
			v.Add(&v, &one)
			put(b[offset:], v)
		})
	}
	for i := range 3 {
		offset := at.tables + 64*i
		proof(fmt.Sprintf("point %d of the opened tensors doubled", i), "PairingsDiffer", func(b []byte) {
			q := readPoint(b[offset:])
			q.Double(&q)
			writePoint(b[offset:], q)
		})
	}
	points := map[string]int{"first row": 0, "mask row": at.exposed - 64, "first fold": at.folds, "quotient": at.values - 128, "witness": at.values - 64,
		"S of the opened tensors": at.tables, "Q of the opened tensors": at.tables + 64, "W of the opened tensors": at.tables + 128}
	for name, offset := range points {
		proof(name+" off the curve", "InvalidPoint", func(b []byte) { b[offset+63] ^= 1 })
	}
	// x + p and y + p are other words for the same coordinates.
	for name, offset := range points {
		for k, which := range []string{"x", "y"} {
			want := "InvalidPoint"
			if offset == at.folds {
				if k == 1 { // y has one bit of what is absorbed, which may be the same
					continue
				}
				want = "FoldsEndElsewhere" // another word is absorbed, so β is another
			}
			proof(name+", "+which+" plus p", want, func(b []byte) { add(b[offset+32*k:], fp.Modulus()) })
		}
	}
	for name, change := range map[string]struct {
		want string
		do   func(c *evm.Call)
	}{
		"no proof":          {"ProofLength", func(c *evm.Call) { c.Proof = nil }},
		"a byte less":       {"ProofLength", func(c *evm.Call) { c.Proof = c.Proof[:len(c.Proof)-1] }},
		"a byte more":       {"ProofLength", func(c *evm.Call) { c.Proof = append(bytes.Clone(c.Proof), 0) }},
		"a coordinate less": {"ExternalLength", func(c *evm.Call) { c.External = c.External[1:] }},
		"a coordinate more": {"ExternalLength", func(c *evm.Call) { c.External = append(slices.Clone(c.External), new(big.Int)) }},
		"another class":     {"UnknownClass", func(c *evm.Call) { c.Class[0] ^= 1 }},
		"another head":      {"FoldsEndElsewhere", func(c *evm.Call) { c.Head = bytes.Clone(c.Head); c.Head[len(c.Head)-9] ^= 1 }},
		"a longer head":     {"FoldsEndElsewhere", func(c *evm.Call) { c.Head = append(bytes.Clone(c.Head), 0) }},
		"an external row off the curve": {"InvalidPoint", func(c *evm.Call) {
			c.External = slices.Clone(c.External)
			c.External[1] = new(big.Int).Xor(c.External[1], big.NewInt(1))
		}},
		"external rows exchanged": {"FoldsEndElsewhere", func(c *evm.Call) {
			c.External = slices.Concat(c.External[2:4], c.External[:2], c.External[4:])
		}},
	} {
		c := *p.call
		change.do(&c)
		list[name] = wrong{&c, change.want}
	}
	return list
}
