package bundle_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/bundle"
)

// federation returns the chain that ends with the last of some rounds: in each, every
// participant starts from the round before, and the round from all of them.
func federation(participants, rounds int) *bundle.Chain {
	var round *bundle.Chain
	before := ""
	for n := 1; n <= rounds; n++ {
		link := bundle.Link{Kind: "round", Round: n, Statement: fmt.Sprint("round ", n), Result: fmt.Sprint("of round ", n)}
		var runs []*bundle.Chain
		for k := range participants {
			run := bundle.Link{Kind: "run", Statement: fmt.Sprint("run ", n, k), Result: fmt.Sprint("of run ", n, k)}
			if before != "" {
				run.From = []string{before}
			}
			link.From = append(link.From, run.Result)
			runs = append(runs, bundle.NewChain(run, round))
		}
		round, before = bundle.NewChain(link, runs...), link.Result
	}
	return round
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestLongChainsAreShared: twice as many rounds take twice as much memory, and not four
// times, as lists of their own for each run would.
func TestLongChainsAreShared(t *testing.T) {
	var chain *bundle.Chain
	short := allocated(func() { chain = federation(100, 25) })
	long := allocated(func() { chain = federation(100, 50) })
	if long > short*5/2 {
		t.Errorf("50 rounds of 100 participants take %d bytes, 25 take %d", long, short)
	}
	links := chain.Links()
	if len(links) != 50*101 || links[0].Statement != "run 1 0" || links[50*101-1].Statement != "round 50" || len(chain.Missing()) != 0 {
		t.Errorf("%d links from %s to %s, missing %q", len(links), links[0].Statement, links[len(links)-1].Statement, chain.Missing())
	}
}

// TestLongChainOfOneRun: what verifying a run allocates does not grow with the chain
// that leads to it.
func TestLongChainOfOneRun(t *testing.T) {
	links := chainOfThree(t)
	from := predecessor(t, links[1], predecessor(t, links[0], nil))
	verify := func(p *bundle.Predecessor) func() {
		return func() {
			if _, err := verifyLink(links[2].bundle, bundle.Expectation{}, p); err != nil {
				t.Error(err)
			}
		}
	}
	verify(from)() // what is kept between verifications
	short := allocated(verify(from))
	const more = 100_000
	own := from.Chain.Links()[1]
	far := &bundle.Chain{}
	for i := range more {
		far = bundle.NewChain(bundle.Link{Statement: fmt.Sprint(i), Result: fmt.Sprint(i), From: []string{fmt.Sprint(i - 1)}}, far)
	}
	own.From = []string{fmt.Sprint(more - 1)}
	long := allocated(verify(&bundle.Predecessor{Result: from.Result, Chain: bundle.NewChain(own, far)}))
	if long > short+32*more {
		t.Errorf("verified after %d links with %d bytes, after two with %d", more, long, short)
	}
}

// TestChain: links stand after those that they start from, each result once, and what is
// missing and what begins the chain is told in this order.
func TestChain(t *testing.T) {
	a := bundle.NewChain(bundle.Link{Statement: "a", Result: "a"})
	b := bundle.NewChain(bundle.Link{Statement: "b", Result: "b", From: []string{"y", "x"}})
	c := bundle.NewChain(bundle.Link{Statement: "c", Result: "c", From: []string{"a", "z"}}, a)
	d := bundle.NewChain(bundle.Link{Statement: "d", Result: "d", From: []string{"c", "b", "x", "a"}}, c, b, nil, a)
	var order []string
	for _, l := range d.Links() {
		order = append(order, l.Statement)
	}
	if !slices.Equal(order, []string{"a", "c", "b", "d"}) {
		t.Errorf("in the order %q", order)
	}
	if got := d.Missing(); !slices.Equal(got, []string{"z", "y", "x"}) {
		t.Errorf("missing %q", got)
	}
	if got := d.Before("b"); got == nil || got.Statement != "b" || d.Before("x") != nil || d.Before("z") != nil {
		t.Errorf("before d: %+v", got)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var links []bundle.Link
	if err := json.Unmarshal(text, &links); err != nil || cmp.Diff(links, d.Links()) != "" {
		t.Errorf("as JSON %s: %v", text, err)
	}
	var none *bundle.Chain
	if len(none.Links()) != 0 || len(none.Missing()) != 0 || none.Before("a") != nil {
		t.Error("a chain of nothing has links")
	}
}

// TestFollowLongFederation: steps of a federation are verified once each, given those
// that they start from.
func TestFollowLongFederation(t *testing.T) {
	const participants, rounds = 10, 20
	var verified []string
	var steps []bundle.Step
	for n := range byte(rounds) {
		round := &drawnStep{name: "round", result: 1 + n*(participants+1), verified: &verified}
		for k := range byte(participants) {
			run := &drawnStep{name: "run", result: round.result + 1 + k, verified: &verified}
			if n > 0 {
				run.from = []byte{round.result - participants - 1}
			}
			round.from = append(round.from, run.result)
			steps = append(steps, run)
		}
		steps = append(steps, round)
	}
	slices.Reverse(steps)
	from, err := bundle.Follow(context.Background(), [][32]byte{steps[0].Result()}, steps, nil)
	if err != nil || len(from) != 1 || from[0] == nil || len(verified) != len(steps) {
		t.Errorf("%d of %d steps verified: %v", len(verified), len(steps), err)
	}
}
