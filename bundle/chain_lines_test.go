package bundle

import (
	"slices"
	"strings"
	"testing"
)

// TestChainLines: what a report says of links that start from none, one or several
// results, given or not, each by the number of the link that has ended with it.
func TestChainLines(t *testing.T) {
	chain := []Link{
		{Kind: "run", Statement: "s1", Result: "r1", Origin: "seed", Program: "p", Steps: 3, Rate: "0.5", Dataset: []string{"d1", "d2"}, Rows: []int{7, 8}},
		{Kind: "run", Statement: "s2", Result: "r2", Origin: "private", Program: "q", Steps: 4, Rate: "a\nb"},
		{Kind: "run", Statement: "s3", Result: "r3", From: []string{"r2", "x", "r1"}, Origin: "continued", Program: "p", Steps: 5, Rate: "1"},
		{Kind: "round", Round: 2, Statement: "s4", Result: "r4", From: []string{"r3", "r2"}, Origin: "the average of its participants", Program: "p"},
	}
	want := []string{
		"1. run s1: begins the chain; initial weights: seed", "  3 steps of program p, learning rate 0.5",
		"  trained on part d1 of 7 rows", "  trained on part d2 of 8 rows",
		"2. run s2: begins the chain; initial weights: private", `  4 steps of program q, learning rate a\nb`,
		"3. run s3: starts from the final weights of 2, the result x, NOT VERIFIED, the final weights of 1", "  5 steps of program p, learning rate 1",
		"4. round s4: starts from the final weights of 3, the final weights of 2", "  round 2 of federated training: their average, of program p",
	}
	if got := chainLines(chain); !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	if got := chainLines(chain[:1]); got != nil {
		t.Errorf("a run by itself is no chain: %q", got)
	}
	if got := chainLines(chain[2:3]); len(got) != 2 || got[0] != "1. run s3: starts from the result r2, NOT VERIFIED, the result x, NOT VERIFIED, the result r1, NOT VERIFIED" {
		t.Errorf("a run whose predecessors are not given: %q", got)
	}
}

// TestEachMissingResultIsTold: of every result that nobody has given, whatever is
// pinned.
func TestEachMissingResultIsTold(t *testing.T) {
	f := facts()
	e := f.Expect()
	r := &Report{Facts: f, Chain: NewChain(Link{Result: "r2", From: []string{"r1", "y"}}, NewChain(Link{Result: "r1", From: []string{"x"}}))}
	if err := e.compare(&Statement{}, r); err != nil || !slices.Equal(r.Unpinned, []string{string(theOrigin)}) || len(r.NotChecked) != 2 ||
		!strings.HasPrefix(r.NotChecked[0], "the predecessor with the result x: ") || !strings.HasPrefix(r.NotChecked[1], "the predecessor with the result y: ") {
		t.Errorf("%v, not checked %q, unpinned %q", err, r.NotChecked, r.Unpinned)
	}
}
