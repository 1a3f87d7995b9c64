package verifier_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/prooftest"
)

// TestForgeries: whoever commits to false cells, counts or public tensors and
// tells them as they are is refused, and by the check that is meant to; what is
// true all the same is accepted, as is the honest case that each forgery began as.
// Package committed gives the same ones to forms, to the circuit and to mode zk.
func TestForgeries(t *testing.T) {
	honest := map[*prooftest.Case]bool{}
	for _, f := range prooftest.Forgeries(t) {
		if !honest[f.Honest] {
			honest[f.Honest] = true
			if err := f.Honest.Clone().Attempt(t); err != nil {
				t.Errorf("%s: what it began as: %v", f.Name, err)
			}
		}
		err := f.Forged(t).Attempt(t)
		if f.Refused == "" && err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if f.Refused != "" && (!errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), f.Refused+": ")) {
			t.Errorf("%s: %v, want it refused by %s", f.Name, err, f.Refused)
		}
	}
}

// TestSmallestSystems: the fast prover proves them like any other. Stated wrongly
// they are among the forgeries.
func TestSmallestSystems(t *testing.T) {
	for _, s := range prooftest.NewSmallest(t) {
		cells := prooftest.SmallestCells(s.Right)
		c := prooftest.NewCase(t, s.Right, cells)
		if err := c.Verify(t, c.Fast(t, cells)); err != nil {
			t.Errorf("%s: %v", s.Right.Name, err)
		}
	}
}
