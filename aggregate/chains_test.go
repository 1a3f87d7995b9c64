package aggregate_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
)

// TestLongChainsOfParticipants: what verifying a round allocates does not grow with the
// chain that its participants share.
func TestLongChainsOfParticipants(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	allocated := func(links int) uint64 {
		var chain *bundle.Chain
		var from []string
		for i := range links {
			chain = bundle.NewChain(bundle.Link{Statement: fmt.Sprint(i), Result: fmt.Sprint(i), From: from}, chain)
			from = []string{fmt.Sprint(i)}
		}
		var runs []*bundle.Predecessor
		given := contributions(t, list)
		for _, c := range given {
			runs = append(runs, &bundle.Predecessor{Result: c.Result, Chain: bundle.NewChain(bundle.Link{Result: fmt.Sprintf("%x", c.Digest), From: from}, chain)})
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report, err := aggregate.Verify(context.Background(), f, given, runs, setup.Verifier(), aggregate.Options{AllowInsecure: true})
		runtime.ReadMemStats(&after)
		if err != nil || len(report.Missing) != 0 || len(report.Chain.Links()) != links+4 {
			t.Fatalf("after %d links: %v", links, err)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	const more = 100_000
	allocated(1) // what is kept between verifications
	if short, long := allocated(1), allocated(more); long > short+32*more {
		t.Errorf("verified after %d links with %d bytes, after one with %d", more, long, short)
	}
}
