package wrap_test

import (
	"context"
	crand "crypto/rand"
	"errors"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// TestGroth16Export: what is handed on fulfils the equation of Groth16, by pairings
// alone; and nothing is handed on of a proof that does not hold.
func TestGroth16Export(t *testing.T) {
	e := newSmall(t, small{})
	p, other := e.prove(t, wrap.Groth16{}, shared(), crand.Reader), e.prove(t, wrap.Groth16{}, shared(), crand.Reader)
	export := func(p *wrap.Proof) (*wrap.Groth16SNARK, error) {
		return wrap.Verifier{Cache: shared()}.Groth16(context.Background(), e.Setup.Verifier(), e.Statement, encode(t, p))
	}
	s, err := export(p)
	if err != nil {
		t.Fatal(err)
	}
	if digest := e.Statement.Digest(p.Witness); s.Public[0] != digest {
		t.Errorf("the first public input is %v, the statement's digest %v", s.Public[0], digest)
	}
	if !holds(t, s) {
		t.Error("the equation of Groth16 does not hold")
	}
	s.Public[0].SetOne()
	if holds(t, s) {
		t.Error("the equation of Groth16 holds of another digest")
	}
	q := clone(p)
	q.SNARK = other.SNARK
	if s, err := export(q); !errors.Is(err, fault.ErrRejected) || s != nil {
		t.Errorf("another proof's SNARK: %v", err)
	}
	q = clone(p)
	q.Key[0] ^= 1
	if s, err := export(q); !errors.Is(err, fault.ErrVersion) || s != nil {
		t.Errorf("another key named: %v", err)
	}
	if _, err := wrap.Groth16KeyOf(context.Background(), e.Setup.Verifier(), e.Statement.Layout, wrap.NewCache("")); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("a key where there is none: %v", err)
	}
}

// holds decides e(A, B) = e(α, β)·e(K_0 + Σ_i x_i·K_(i+1), γ)·e(C, δ).
func holds(t *testing.T, s *wrap.Groth16SNARK) bool {
	t.Helper()
	var sum, a bn254.G1Affine
	if _, err := sum.MultiExp(s.Key.Public[1:], s.Public, ecc.MultiExpConfig{}); err != nil {
		t.Fatal(err)
	}
	sum.Add(&sum, &s.Key.Public[0])
	a.Neg(&s.A)
	ok, err := bn254.PairingCheck([]bn254.G1Affine{a, s.Key.Alpha, sum, s.C}, []bn254.G2Affine{s.B, s.Key.Beta, s.Key.Gamma, s.Key.Delta})
	if err != nil {
		t.Fatal(err)
	}
	return ok
}
