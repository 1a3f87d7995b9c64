package wrap_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// openedElsewhere is an honest argument and the one it becomes with another σ than the
// transcript's: y and the evaluation proof are those of that σ, so that all that is
// checked outside of the SNARK holds. The messages, and what they expose, are the same.
type openedElsewhere struct {
	*example
	argument *prover.Argument
	made     *prover.Conversation
}

func newOpenedElsewhere(t *testing.T) *openedElsewhere {
	t.Helper()
	e := newSmall(t, small{})
	secret, ctx := e.secret, context.Background()
	secret.Cells = slices.Clone(secret.Cells)
	if err := prover.Count(e.Statement.Layout.System, secret.Cells); err != nil {
		t.Fatal(err)
	}
	a, err := prover.Commit(ctx, e.Setup, e.Statement, secret, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Argue(ctx); err != nil {
		t.Fatal(err)
	}
	o := &openedElsewhere{example: e, argument: a}
	o.evaluate(t)
	return o
}

func (o *openedElsewhere) evaluate(t *testing.T) {
	t.Helper()
	var err error
	if o.made, err = o.argument.Evaluate(); err != nil {
		t.Fatal(err)
	}
}

// open opens the row that a σ combines, and returns what is exposed then.
func (o *openedElsewhere) open(t *testing.T, sigma fr.Element) []fr.Element {
	t.Helper()
	out, m := o.made.Outcome, o.made.Messages
	rows := m[len(m)-1-len(out.Groups):] // w_1 … w_G, then the mask's
	out.Sigma, out.Value = sigma, fr.Element{}
	for _, w := range slices.Backward(rows[:len(out.Groups)]) {
		out.Value.Add(&out.Value, &w).Mul(&out.Value, &sigma)
	}
	out.Value.Add(&out.Value, &rows[len(out.Groups)])
	o.evaluate(t)
	return out.Exposed(o.Statement.Layout)
}

// sum returns Σ base^i·x_i.
func sum(base fr.Element, values []fr.Element) (v fr.Element) {
	for _, x := range slices.Backward(values) {
		v.Mul(&v, &base).Add(&v, &x)
	}
	return v
}

// snarks returns what makes PLONK proofs of the conversation's messages, for any public
// inputs that they satisfy.
func (o *openedElsewhere) snarks(t *testing.T) func(circuit.PublicInputs) []byte {
	t.Helper()
	l, system := o.Statement.Layout, wrap.PLONK{}
	ccs, err := system.Compile(circuit.New(l))
	if err != nil {
		t.Fatal(err)
	}
	proving, verifying, err := system.Setup(ccs, o.Setup.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	return func(public circuit.PublicInputs) []byte {
		t.Helper()
		full, err := frontend.NewWitness(circuit.Assign(l, public, o.made.Salt, o.made.Messages), ecc.BN254.ScalarField())
		if err != nil {
			t.Fatal(err)
		}
		snark, err := proving.Prove(ccs, full)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifying.Verify(public.Vector(), snark); err != nil {
			t.Fatal(err)
		}
		return snark
	}
}

// TestBaseIsTheVerifiers: exposed values that differ from those of the messages, about
// which all checks outside hold, have the same sum for a θ that the prover chooses, and
// a true SNARK says so. The verifier's θ is another.
func TestBaseIsTheVerifiers(t *testing.T) {
	o := newOpenedElsewhere(t)
	l := o.Statement.Layout
	said := o.made.Outcome.Exposed(l)
	honest := circuit.NewPublicInputs(o.made.Digest, o.made.Seal, said)
	sigma, one := o.made.Outcome.Sigma, fr.One()
	other := *new(fr.Element).Add(&sigma, &one)
	lied := o.open(t, other)
	w, err := wrap.NewWrapper(context.Background(), o.Setup.Verifier(), l, wrap.PLONK{}, shared())
	if err != nil {
		t.Fatal(err)
	}
	snark := o.snarks(t)
	verify := func(public circuit.PublicInputs) error {
		p := w.Published(o.made)
		p.SNARK = snark(public)
		return o.verify(t, p, wrap.PLONK{}, shared())
	}
	// σ and y differ, and come last: (σ' − σ) + θ·(y' − y) = 0.
	chosen := honest
	n := len(said)
	chosen.Base.Sub(&lied[n-1], &said[n-1]).Inverse(&chosen.Base).Neg(&chosen.Base)
	chosen.Sum = sum(chosen.Base, said)
	if sum(chosen.Base, lied) != chosen.Sum || slices.Equal(lied, said) {
		t.Fatal("the sums differ, or the values do not")
	}
	for name, public := range map[string]circuit.PublicInputs{"a base of the prover's": chosen, "the sum of what is exposed": honest} {
		if err := verify(public); !errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), "plonk") {
			t.Errorf("another σ, %s: %v", name, err)
		}
	}
	if o.open(t, sigma); verify(honest) != nil {
		t.Error("the argument that was not changed is refused")
	}
}

// TestOlderProofs: a proof of before exposed values were one sum says so by its first
// byte, and under the byte of today it is too short.
func TestOlderProofs(t *testing.T) {
	e := newSmall(t, small{})
	for i, s := range systems {
		older := make([]byte, wrap.Size(e.Statement.Layout, s)-32)
		older[0] = byte(1 + i)
		if err := e.verifyBytes(older, s, shared()); !errors.Is(err, fault.ErrVersion) {
			t.Errorf("%s: %v", s.Name(), err)
		}
		older[0] = s.ID()
		if err := e.verifyBytes(older, s, shared()); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s, under today's byte: %v", s.Name(), err)
		}
	}
}

// TestScalarsHaveOneEncoding: exposed values, seal and blinding stand in this order
// after the commitments, and what is decoded is what was encoded. Each of them plus the
// field's order is the same element, and no encoding of it.
func TestScalarsHaveOneEncoding(t *testing.T) {
	e := newSmall(t, small{})
	l := e.Statement.Layout
	first := 1 + 32 + statement.WitnessBytes(l) // after system and key
	for _, s := range systems {
		p := e.prove(t, s, shared(), crand.Reader)
		good := encode(t, p)
		if q, err := wrap.Unmarshal(l, s, good); err != nil || !reflect.DeepEqual(q, p) {
			t.Errorf("%s: decoded is another proof: %v", s.Name(), err)
		}
		for i, x := range append(slices.Clone(p.Exposed), p.Seal, p.Blinding) {
			bad := bytes.Clone(good)
			scalar := bad[first+32*i:][:32]
			if v := x.Bytes(); !bytes.Equal(scalar, v[:]) {
				t.Errorf("%s: scalar %d is another", s.Name(), i)
			}
			v := new(big.Int).SetBytes(scalar)
			v.Add(v, fr.Modulus()).FillBytes(scalar)
			if err := e.verifyBytes(bad, s, shared()); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s: scalar %d is not below the order: %v", s.Name(), i, err)
			}
		}
	}
}
