package wrap_test

import (
	"context"
	crand "crypto/rand"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// example is a statement to prove in zero knowledge, and what proves it.
type example struct {
	Setup     *commitments.Setup
	Statement *statement.Statement
	secret    prover.Secret
}

// newTiny is a statement about prooftest.Tiny.
func newTiny(t testing.TB, seed uint64) *example {
	t.Helper()
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(seed, 6)))
	return hidden(t, ty.System, ty.Cells, 6)
}

func (e *example) prove(t testing.TB, s wrap.ProofSystem, cache *wrap.Cache, rng io.Reader) *wrap.Proof {
	t.Helper()
	p, err := wrap.Prove(context.Background(), e.Setup, e.Statement, e.secret, s, cache, rng)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (e *example) verify(t testing.TB, p *wrap.Proof, s wrap.ProofSystem, cache *wrap.Cache) error {
	t.Helper()
	return e.verifyBytes(encode(t, p), s, cache)
}

func (e *example) verifyBytes(b []byte, s wrap.ProofSystem, cache *wrap.Cache) error {
	return wrap.Verify(context.Background(), e.Setup.Verifier(), e.Statement, b, s, cache)
}

func encode(t testing.TB, p *wrap.Proof) []byte {
	t.Helper()
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var systems = []wrap.ProofSystem{wrap.PLONK{}, wrap.Groth16{}}

// shared is one cache for all tests of the package: keys are made once.
var shared = sync.OnceValue(func() *wrap.Cache { return wrap.NewCache("") })

func TestHonestProofs(t *testing.T) {
	e := newSmall(t, small{})
	if !testing.Short() {
		e = newTiny(t, 5)
	}
	for _, s := range systems {
		t.Run(s.Name(), func(t *testing.T) {
			p := e.prove(t, s, shared(), crand.Reader)
			if err := e.verify(t, p, s, shared()); err != nil {
				t.Errorf("honest proof: %v", err)
			}
			if got, want := len(encode(t, p)), wrap.Size(e.Statement.Layout, s); got != want {
				t.Errorf("proof of %d bytes, want %d", got, want)
			}
		})
	}
}
