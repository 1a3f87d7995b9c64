package wrap_test

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
	. "github.com/zkaudit/zkaudit/relation"
)

// TestHugeCircuitsAreRefused: a statement that names no more than thousands of
// cells can ask for a circuit of millions of rows. Neither side begins it.
func TestHugeCircuitsAreRefused(t *testing.T) {
	b := NewBuilder("many")
	var terms []Term
	axis := Axis{Name: "i", Size: 2}
	for i := range 9_000 { // each an instance of its own, and a claim
		terms = append(terms, Times(Int(1), At(b.Witness(fmt.Sprint("w", i), axis), "i")))
	}
	b.Equation("sum", nil, nil, terms...)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	setup, err := commitments.NewDevelopment(2)
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 2, true)
	if err != nil {
		t.Fatal(err)
	}
	st := &statement.Statement{Kind: "test", Layout: l, Setup: setup.ID}
	cache := wrap.NewCache("")
	for _, s := range systems {
		if err := wrap.Verify(context.Background(), setup.Verifier(), st, make([]byte, wrap.Size(l, s)), s, cache); !errors.Is(err, fault.ErrResources) {
			t.Errorf("%s, verifier: %v", s.Name(), err)
		}
		_, err := wrap.Prove(context.Background(), setup, st, prover.Secret{Cells: NewAssignment(sys)}, s, cache, crand.Reader)
		if !errors.Is(err, fault.ErrResources) {
			t.Errorf("%s, prover: %v", s.Name(), err)
		}
	}
	if _, err := wrap.Groth16KeyOf(context.Background(), setup.Verifier(), l, cache); !errors.Is(err, fault.ErrResources) {
		t.Errorf("key: %v", err)
	}
}
