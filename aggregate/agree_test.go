package aggregate_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/run"
)

// saying returns what runs bring if the statement of one of them says something else.
func saying(t *testing.T, list []*participant, which int, change func(s *bundle.Statement)) []*aggregate.Contribution {
	t.Helper()
	all := contributions(t, list)
	s := *all[which].Run
	s.Schedule.Parts = slices.Clone(s.Schedule.Parts)
	change(&s)
	all[which].Run = &s
	return all
}

// TestEachValueAgrees: of values that come together in every honest run, one alone
// that differs is seen, whichever participant says it.
func TestEachValueAgrees(t *testing.T) {
	list := three(t)
	for name, c := range map[string]struct {
		change func(s *bundle.Statement)
		says   string
	}{
		"setup":    {func(s *bundle.Statement) { s.Setup[31]++ }, "made with setup"},
		"row bits": {func(s *bundle.Statement) { s.RowBits++ }, "made with setup"},
		"order":    {func(s *bundle.Statement) { s.Schedule.Order = schedule.Committed }, "reads its rows in"},
		"seed":     {func(s *bundle.Statement) { s.Schedule.Seed += "x" }, "reads its rows in"},
		"tail":     {func(s *bundle.Statement) { s.Schedule.Tail = schedule.Wrap }, "reads its rows in"},
		"private":  {func(s *bundle.Statement) { s.Origin = bundle.Origin{Kind: bundle.Private, Bits: 20} }, "private"},
		"bits":     {func(s *bundle.Statement) { s.Origin.Bits++ }, "of another size (below 2^"},
		"kind": {func(s *bundle.Statement) {
			s.Origin = bundle.Origin{Kind: bundle.Continued, Bits: 20, Predecessor: [32]byte{1}}
		}, "weights of another origin (continued, not seed)"},
		"origin's seed":   {func(s *bundle.Statement) { s.Origin.Seed += "x" }, "weights of another seed ("},
		"origin's scheme": {func(s *bundle.Statement) { s.Origin.Scheme += "x" }, "weights drawn in another way ("},
		"origin's cells":  {func(s *bundle.Statement) { s.Origin.Kind, s.Origin.Cells = bundle.Published, [][]int64{{1}} }, "weights of another origin (published, not seed)"},
		"rate":            {func(s *bundle.Statement) { s.Rates = []int64{s.Rates[0] + 1} }, "its learning rate is "},
	} {
		for which := range list {
			err := aggregate.Agree(saying(t, list, which, c.change))
			if says := c.says; !errors.Is(err, fault.ErrRejected) || which > 0 && !strings.Contains(err.Error(), says) {
				t.Errorf("%s of participant %d: %v", name, which+1, err)
			}
		}
	}
}

// TestStartsThatDiffer: of runs that continue others, or start from published weights,
// what differs is named, with what participants are called.
func TestStartsThatDiffer(t *testing.T) {
	list := three(t)
	for says, change := range map[string]func(which int, s *bundle.Statement){
		"participant 3 (cleo) starts from another result (02": func(which int, s *bundle.Statement) {
			s.Origin = bundle.Origin{Kind: bundle.Continued, Bits: 20, Predecessor: [32]byte{byte(1 + which/2)}}
			s.Initial = list[0].bundle.Statement.Initial
		},
		"participant 3 (cleo) starts from other published weights than participant 1 (anna)": func(which int, s *bundle.Statement) {
			s.Origin = bundle.Origin{Kind: bundle.Published, Bits: 20, Cells: [][]int64{{int64(which / 2)}}}
		},
	} {
		all := contributions(t, list)
		for which, name := range []string{"anna", "bert", "cleo"} {
			s := *all[which].Run
			change(which, &s)
			all[which].Run, all[which].Name = &s, name
		}
		if err := aggregate.Agree(all); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), says) {
			t.Errorf("want that %s: %v", says, err)
		}
	}
}

// TestPrivateStart: participants who all start from private weights may each start from
// others, whatever they say alike.
func TestPrivateStart(t *testing.T) {
	list := three(t)
	all := contributions(t, list)
	for _, c := range all {
		s := *c.Run
		s.Origin = bundle.Origin{Kind: bundle.Private, Bits: 20}
		c.Run = &s
	}
	if err := aggregate.Agree(all); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "initial weights are private") {
		t.Errorf("private weights of all: %v", err)
	}
	// The aggregator averages them all the same; their bundles say so to the verifier.
	private := make([]*participant, 2)
	for k := range private {
		private[k] = one(t, k+1, func(c *run.Config) { c.Initial.From = "model" })
	}
	a := averager(t, private)
	for k, c := range a.Contributions {
		s := *c.Run
		s.Origin = list[k].bundle.Statement.Origin
		c.Run = &s
	}
	f, _, err := a.Average(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verified(t, f, private); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "initial weights are private") {
		t.Errorf("a round of private weights: %v", err)
	}
}

// TestShareKeepsOtherPrograms: a participant with another program keeps it, and is seen.
func TestShareKeepsOtherPrograms(t *testing.T) {
	odd := contributions(t, append(slices.Clone(three(t)[:2]), one(t, 3, func(c *run.Config) { c.Training.Batch = 2 })))
	odd[2].Share(odd[0])
	if err := aggregate.Agree(odd); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "participant 3") || !strings.Contains(err.Error(), "another program") {
		t.Errorf("a smaller batch, shared: %v", err)
	}
}

// TestKept: a weight is kept where it is frozen and committed alike by all; any of them.
func TestKept(t *testing.T) {
	list := three(t)
	n := list[0].bundle.Statement.Network
	for i := range network.WeightTensors(n.Program()) {
		choices := n.Choices()
		choices.Frozen = []int{i}
		frozen, err := network.New(n.Architecture(), choices)
		if err != nil {
			t.Fatal(err)
		}
		kept := func(other int) []bool {
			all := saying(t, list, 0, func(s *bundle.Statement) { s.Network = frozen })
			for k := range all {
				result := *all[k].Result
				result.Weights = slices.Clone(result.Weights)
				if k != other {
					result.Weights[i] = all[0].Result.Weights[i]
				}
				all[k].Result = &result
			}
			return aggregate.Kept(all)
		}
		want := make([]bool, 4)
		if got := kept(2); !slices.Equal(got, want) {
			t.Errorf("weight %d of participant 3 committed otherwise: kept %v", i, got)
		}
		if got := kept(1); !slices.Equal(got, want) {
			t.Errorf("weight %d of participant 2 committed otherwise: kept %v", i, got)
		}
		want[i] = true
		if got := kept(-1); !slices.Equal(got, want) {
			t.Errorf("weight %d committed alike: kept %v", i, got)
		}
	}
}

// TestUnknownBundle: a bundle of a mode that this version does not know brings nothing.
func TestUnknownBundle(t *testing.T) {
	b := *three(t)[0].bundle
	s := *b.Statement
	s.Mode, b.Statement = "unknown", &s
	if c, err := aggregate.ContributionOf(&b); !errors.Is(err, fault.ErrVersion) || c != nil {
		t.Errorf("an unknown mode: %v", err)
	}
}
