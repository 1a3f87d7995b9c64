package audit

import (
	"context"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/proof/mode"
)

// statings is a claim that counts how often it is stated.
type statings struct {
	Claim
	stated int
}

func (c *statings) State(s *Scope) {
	c.stated++
	c.Claim.State(s)
}

// TestClaimsAreStatedOnce: by a prover, who states what releases something a
// second time, with what it releases, and by a verifier.
func TestClaimsAreStatedOnce(t *testing.T) {
	w, in := inputs(t)
	a := parse(t, claims)
	var counts []*statings
	for _, item := range a.Items {
		c := &statings{Claim: item.Claim}
		counts, item.Claim = append(counts, c), c
	}
	stated := func() (list []int) {
		for _, c := range counts {
			list, c.stated = append(list, c.stated), 0
		}
		return list
	}
	b, _, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	if got := stated(); !slices.Equal(got, []int{1, 2, 2}) {
		t.Errorf("the prover states its claims %d times", got)
	}
	if _, err := Verify(context.Background(), b, w.expectations(a), &mode.Verifier{Setup: w.setup.Verifier()}, Options{AllowInsecure: true}); err != nil {
		t.Fatal(err)
	}
	if got := stated(); !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("the verifier states its claims %d times", got)
	}
}
