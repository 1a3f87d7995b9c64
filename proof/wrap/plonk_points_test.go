package wrap_test

import (
	"context"
	crand "crypto/rand"
	"errors"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// differing is a circuit with one of gnark's commitments, or with none.
type differing struct {
	X       frontend.Variable `gnark:",public"`
	Y       frontend.Variable
	commits bool
}

func (c *differing) Define(api frontend.API) error {
	y := c.Y
	if c.commits {
		var err error
		if y, err = api.(frontend.Committer).Commit(c.Y); err != nil {
			return err
		}
	}
	api.AssertIsDifferent(c.X, y)
	return nil
}

// TestPLONKPoints: proof and key are handed on whole, in the order of the encoding.
func TestPLONKPoints(t *testing.T) {
	e, ctx := newSmall(t, small{}), context.Background()
	setup := e.Setup.Verifier()
	p := e.prove(t, wrap.PLONK{}, shared(), crand.Reader)
	s, err := wrap.PLONKProof(p.SNARK)
	if err != nil {
		t.Fatal(err)
	}
	points := append(s.Wires[:], append(append(s.Quotient[:0:0], s.Products), s.Quotient[:]...)...)
	b := commitments.AppendPoints(nil, append(points, s.Opening, s.Shifting))
	skipped := b[:len(b):len(b)]
	skipped = append(skipped, p.SNARK[len(b):len(b)+commitments.ScalarBytes]...)
	if got := commitments.AppendScalars(skipped, []fr.Element{s.L, s.R, s.O, s.S1, s.S2, s.Next}); string(got) != string(p.SNARK) {
		t.Error("the proof is not what was encoded")
	}
	if _, err := wrap.PLONKProof(p.SNARK[1:]); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a proof cut: %v", err)
	}

	key, err := wrap.PLONKKeyOf(ctx, wrap.PLONK{}, setup, e.Statement.Layout, shared())
	if err != nil {
		t.Fatal(err)
	}
	ccs, err := wrap.PLONK{}.Compile(&differing{commits: true})
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := wrap.PLONK{}.Setup(ccs, setup)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wrap.PLONKPointsOf(other); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("a circuit with commitments: %v", err)
	}
	if ccs, err = (wrap.Groth16{}).Compile(&differing{}); err != nil {
		t.Fatal(err)
	}
	if _, other, err = (wrap.Groth16{}).Setup(ccs, setup); err != nil {
		t.Fatal(err)
	}
	if _, err := wrap.PLONKPointsOf(other); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("a key of Groth16: %v", err)
	}
	omega := key.Generator
	for range key.Log {
		if omega.IsOne() {
			t.Error("the generator is not of the domain's order")
		}
		omega.Square(&omega)
	}
	if !omega.IsOne() || key.Public < 1 {
		t.Errorf("a key of 2^%d rows and %d public inputs", key.Log, key.Public)
	}
}
