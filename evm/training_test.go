package evm_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/evmtest"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/run"
)

// unchanged hands proofs on as they are.
func unchanged(_ context.Context, _ *statement.Statement, encoded []byte) ([]byte, error) {
	return encoded, nil
}

// TestRunIsOfItsPlan: what is handed in of a run, and of claims about it, is refused
// beforehand if it is not what the order pins.
func TestRunIsOfItsPlan(t *testing.T) {
	tr := evmtest.Train(t, nil)
	s, _ := settled(tr)
	of := func(s *bundle.Statement) *bundle.Bundle {
		b := *tr.Bundle
		b.Statement = s
		return &b
	}
	p := plan(t, tr.Ordered(mode.ZKGroth16))
	r, err := evm.NewRun(p, of(s), unchanged)
	if err != nil {
		t.Fatal(err)
	}
	noOrder := *s
	noOrder.Context = "order 7"
	whole := *tr.Ordered(mode.ZKGroth16)
	whole.Segment = whole.Schedule.Steps // one segment of all steps
	for name, c := range map[string]struct {
		plan      *evm.Plan
		statement *bundle.Statement
		says      string
	}{
		"for no order": {p, &noOrder, "for no order"},
		"another plan": {plan(t, &whole), s, "another plan"},
	} {
		if _, err := evm.NewRun(c.plan, of(c.statement), unchanged); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	claim, err := evm.NewClaim(context.Background(), s, run.AuditedRun, tr.Parts, evmtest.Accuracy("0.25"), bySystem)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Claim(context.Background(), claim, evmtest.Accuracy("0.25"), run.AuditedRun, tr.Parts, nil); err != nil {
		t.Errorf("the claim of the order: %v", err)
	}
	if _, err := r.Claim(context.Background(), claim, evmtest.Accuracy("0.24"), run.AuditedRun, tr.Parts, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("another claim: %v", err)
	}
}

// TestShares: owners get reads times price, rounded down, and the payee the rest.
func TestShares(t *testing.T) {
	parts := []evm.PlannedPart{{Reads: 3}, {Reads: 1_999_999}}
	sellers := []evm.Seller{{evm.Address{1}, big.NewInt(333_333)}, {evm.Address{2}, big.NewInt(7)}}
	terms := evm.Terms{Payee: evm.Address{3}, Amount: big.NewInt(13)}
	shares, err := terms.Shares(parts, sellers)
	if err != nil {
		t.Fatal(err)
	}
	want := []evm.Share{{evm.Address{1}, big.NewInt(0)}, {evm.Address{2}, big.NewInt(13)}, {evm.Address{3}, big.NewInt(0)}}
	if !slices.EqualFunc(shares, want, func(a, b evm.Share) bool { return a.Account == b.Account && a.Amount.Cmp(b.Amount) == 0 }) || terms.Royalties.Int64() != 13 {
		t.Errorf("shares %v, royalties %v", shares, terms.Royalties)
	}
	less := evm.Terms{Amount: big.NewInt(12)}
	if _, err := less.Shares(parts, sellers); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("an amount below the royalties: %v", err)
	}
	if _, err := terms.Shares(parts, sellers[:1]); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a seller too few: %v", err)
	}
}
