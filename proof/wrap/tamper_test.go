package wrap_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

func refused(err error) bool {
	return errors.Is(err, fault.ErrRejected) || errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrVersion)
}

// TestEveryByteCounts flips one bit in each of many bytes, in every part of
// the proof.
func TestEveryByteCounts(t *testing.T) {
	e := newSmall(t, small{})
	step := 3
	if testing.Short() {
		step = 61
	}
	for _, s := range systems {
		good := encode(t, e.prove(t, s, shared(), crand.Reader))
		for i := 0; i < len(good); i += step {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << (i % 8)
			if err := e.verifyBytes(bad, s, shared()); !refused(err) {
				t.Errorf("%s: byte %d of %d changed: %v", s.Name(), i, len(good), err)
			}
		}
		for _, bad := range [][]byte{nil, good[:1], good[:len(good)-1], append(bytes.Clone(good), 0)} {
			if err := e.verifyBytes(bad, s, shared()); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s: %d bytes instead of %d: %v", s.Name(), len(bad), len(good), err)
			}
		}
	}
}

func clone(p *wrap.Proof) *wrap.Proof {
	q := *p
	q.Witness = nil
	for _, rows := range p.Witness {
		q.Witness = append(q.Witness, slices.Clone(rows))
	}
	q.Exposed, q.SNARK = slices.Clone(p.Exposed), bytes.Clone(p.SNARK)
	return &q
}

// TestEveryExposedValueCounts: none of them can be another, be it bound by the
// SNARK alone or by checks outside as well.
func TestEveryExposedValueCounts(t *testing.T) {
	e := newSmall(t, small{})
	one := fr.One()
	for _, s := range systems {
		p := e.prove(t, s, shared(), crand.Reader)
		for i := range p.Exposed {
			q := clone(p)
			q.Exposed[i].Add(&q.Exposed[i], &one)
			if err := e.verify(t, q, s, shared()); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s: exposed value %d changed: %v", s.Name(), i, err)
			}
		}
		q := clone(p)
		q.Seal.Add(&q.Seal, &one)
		if err := e.verify(t, q, s, shared()); !errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), s.Name()) {
			t.Errorf("%s: another seal: %v", s.Name(), err)
		}
	}
}

func TestMixedProofs(t *testing.T) {
	e := newSmall(t, small{})
	for _, s := range systems {
		p, other := e.prove(t, s, shared(), crand.Reader), e.prove(t, s, shared(), crand.Reader)
		for name, mix := range map[string]func(q *wrap.Proof){
			"commitments exchanged":            func(q *wrap.Proof) { q.Witness[0], q.Witness[1] = q.Witness[1], q.Witness[0] },
			"another proof's commitments":      func(q *wrap.Proof) { q.Witness = other.Witness },
			"another proof's mask":             func(q *wrap.Proof) { q.Witness[len(q.Witness)-1] = other.Witness[len(q.Witness)-1] },
			"another proof's values":           func(q *wrap.Proof) { q.Exposed = other.Exposed },
			"another proof's seal":             func(q *wrap.Proof) { q.Seal = other.Seal },
			"another proof's evaluation proof": func(q *wrap.Proof) { q.Evaluation, q.Blinding = other.Evaluation, other.Blinding },
			"another proof's SNARK":            func(q *wrap.Proof) { q.SNARK = other.SNARK },
			"all but its SNARK": func(q *wrap.Proof) {
				snark := q.SNARK
				*q = *clone(other)
				q.SNARK = snark
			},
		} {
			q := clone(p)
			mix(q)
			if err := e.verify(t, q, s, shared()); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s: %s: %v", s.Name(), name, err)
			}
		}
		q := clone(p)
		q.Witness[0][0] = bn254.G1Affine{}
		if err := e.verify(t, q, s, shared()); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: commitment at infinity: %v", s.Name(), err)
		}
	}
}

// TestOtherStatements: a proof is one of its statement only.
func TestOtherStatements(t *testing.T) {
	e, other := newSmall(t, small{}), newSmall(t, small{})
	encoded := encode(t, e.prove(t, wrap.PLONK{}, shared(), crand.Reader))
	for name, change := range map[string]func(st *statement.Statement){
		"kind":     func(st *statement.Statement) { st.Kind = "other" },
		"public":   func(st *statement.Statement) { st.Public = []byte("others") },
		"external": func(st *statement.Statement) { st.External = other.Statement.External },
		"order":    func(st *statement.Statement) { st.External = [][]bn254.G1Affine{st.External[1], st.External[0]} },
	} {
		st := *e.Statement
		change(&st)
		if err := wrap.Verify(context.Background(), e.Setup.Verifier(), &st, encoded, wrap.PLONK{}, shared()); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Public tensors are the verifier's to evaluate, before the SNARK is looked at.
	rates := *e.Statement
	rates.Layout = newSmall(t, small{rates: []int64{3, 1, 1}}).Statement.Layout
	if err := wrap.Verify(context.Background(), e.Setup.Verifier(), &rates, encoded, wrap.PLONK{}, shared()); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), `public tensor "rates"`) {
		t.Errorf("other rates: %v", err)
	}
	clear := *e.Statement
	clear.Layout, _ = proof.NewLayout(e.Statement.Layout.System, e.Setup.RowBits, false)
	if err := wrap.Verify(context.Background(), e.Setup.Verifier(), &clear, encoded, wrap.PLONK{}, shared()); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a layout without mask: %v", err)
	}
	larger, err := commitments.DevelopmentVerifier(e.Setup.RowBits + 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := wrap.Verify(context.Background(), larger, e.Statement, encoded, wrap.PLONK{}, shared()); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("another setup: %v", err)
	}
}

// TestSystemsDoNotMix: a proof of one system is none of the other, whatever
// its first byte says.
func TestSystemsDoNotMix(t *testing.T) {
	e := newSmall(t, small{})
	plonk, groth16 := wrap.PLONK{}, wrap.Groth16{}
	p := e.prove(t, plonk, shared(), crand.Reader)
	if err := e.verify(t, p, groth16, shared()); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("PLONK proof for Groth16: %v", err)
	}
	p.System, p.SNARK = groth16.ID(), p.SNARK[:groth16.ProofBytes()]
	if err := e.verify(t, p, groth16, shared()); !refused(err) {
		t.Errorf("PLONK proof dressed up: %v", err)
	}
	p.System = 9
	if err := e.verify(t, p, plonk, shared()); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("unknown system: %v", err)
	}
}

// TestFalseWitness: neither the conversation nor the SNARK goes along with
// cells that do not satisfy the statement.
func TestFalseWitness(t *testing.T) {
	if testing.Short() {
		t.Skip("proves a larger circuit")
	}
	e := newTiny(t, 5)
	cells := slices.Clone(e.secret.Cells)
	id := e.Statement.Layout.System.Lookups[0].Columns[1]
	cells[id].Small = slices.Clone(cells[id].Small)
	cells[id].Small[0]++
	secret := e.secret
	secret.Cells = cells
	ctx := context.Background()
	if _, err := wrap.Prove(ctx, e.Setup, e.Statement, secret, wrap.PLONK{}, shared(), crand.Reader); !refused(err) && !errors.Is(err, fault.ErrOverflow) {
		t.Errorf("honest prover: %v", err)
	}
	w, err := wrap.NewWrapper(ctx, e.Setup.Verifier(), e.Statement.Layout, wrap.PLONK{}, shared())
	if err != nil {
		t.Fatal(err)
	}
	c, err := forger.Converse(ctx, e.Setup, e.Statement, secret, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SNARK(c); !refused(err) {
		t.Errorf("a conversation that the script rejects: %v", err)
	}
}

// TestSNARKEncodingIsStrict: bytes that gnark would take, or that would make
// it allocate, are refused.
func TestSNARKEncodingIsStrict(t *testing.T) {
	e := newSmall(t, small{})
	for _, s := range systems {
		p := e.prove(t, s, shared(), crand.Reader)
		for name, change := range map[string]func(b []byte) []byte{
			"infinity with dirt": func(b []byte) []byte { clear(b[:32]); b[0], b[31] = 0x40, 1; return b },
			"x not below q":      func(b []byte) []byte { copy(b, bytes.Repeat([]byte{0xff}, 32)); b[0] = 0xbf; return b },
			"uncompressed flag":  func(b []byte) []byte { b[0] &= 0x3f; return b },
			"all ones":           func(b []byte) []byte { return bytes.Repeat([]byte{0xff}, len(b)) },
			"last scalar or coordinate too large": func(b []byte) []byte {
				copy(b[len(b)-32:], bytes.Repeat([]byte{0xff}, 32))
				return b
			},
		} {
			q := clone(p)
			q.SNARK = change(q.SNARK)
			if err := e.verify(t, q, s, shared()); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s: %s: %v", s.Name(), name, err)
			}
		}
	}
}

// TestTransparentSetups: nothing about a transparent setup is wrapped, and nothing that
// says so is looked at.
func TestTransparentSetups(t *testing.T) {
	e := newSmall(t, small{})
	v, err := commitments.TransparentVerifier(e.Setup.RowBits, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	st := *e.Statement
	st.Setup = v.ID
	ctx := context.Background()
	for _, s := range systems {
		if err := wrap.Verify(ctx, v, &st, make([]byte, wrap.Size(st.Layout, s)), s, shared()); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "powers of tau") {
			t.Errorf("%s: verified: %v", s.Name(), err)
		}
		if _, err := wrap.NewWrapper(ctx, v, st.Layout, s, shared()); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: to be proven: %v", s.Name(), err)
		}
	}
}
