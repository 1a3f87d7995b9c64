package tally

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
)

// facts are what is true of the participants of a round: how many committed rows of each
// have which value, and how far its run moves weights.
type facts struct {
	rows  [3][2]int64
	moves [3]int
}

// round has participants with one part each, of as many rows.
func (f *facts) round() *aggregate.Report {
	r := &aggregate.Report{}
	for k, rows := range f.rows {
		r.Participants = append(r.Participants, aggregate.ParticipantFacts{
			Statement: fmt.Sprintf("s%d", k), Samples: rows[0] + rows[1], Dataset: []string{fmt.Sprintf("p%d", k)}, Rows: []int{int(rows[0] + rows[1])},
		})
	}
	return r
}

// audit is one of a participant, with true claims of all kinds that add up, as strong as
// chance has it.
func (f *facts) audit(rng *rand.Rand, k int) *audit.Report {
	part, rows := fmt.Sprintf("p%d", k), f.rows[k]
	g := audit.Grouped{Least: rng.Int64N(min(rows[0], rows[1]) + 1)}
	if rng.IntN(3) > 0 {
		g.Round = 1 + rng.Int64N(5)
		g.Released = []int64{rows[0] / g.Round * g.Round, rows[1] / g.Round * g.Round}
	}
	allowed := []int{rng.IntN(3)}
	for g, n := range rows {
		if n > 0 {
			allowed = append(allowed, g)
		}
	}
	slices.Sort(allowed)
	bound := audit.Decimal(fmt.Sprint(f.moves[k] + rng.IntN(3)))
	return said(fmt.Sprintf("%d-%d", k, rng.Int()), counted(g, part), licensed(slices.Compact(allowed), part), updated(fmt.Sprintf("s%d", k), bound))
}

// holds says which sentence about several participants is false, "" for none.
func (f *facts) holds(across []aggregate.Across) string {
	for _, s := range across {
		for g := range s.Groups {
			n := int64(0)
			for _, k := range s.Of {
				n += f.rows[k-1][g]
			}
			if n < s.Groups[g].AtLeast || s.Groups[g].AtMost != nil && n > *s.Groups[g].AtMost {
				return s.Says
			}
		}
		for _, k := range s.Of {
			most := 0
			if _, err := fmt.Sscan(s.AtMost, &most); s.Kind == update && (err != nil || f.moves[k-1] > most) {
				return s.Says
			}
			for g, n := range f.rows[k-1] {
				if s.Kind == licence && n > 0 && !slices.Contains(s.Allowed, []string{"x", "y"}[g]) {
					return s.Says
				}
			}
		}
	}
	return ""
}

// TestEverySentenceCanBeFalse: whatever participants say truly, what follows is true; and
// a row, a tag or a change of weights more or less, of the last participant as of the
// first, makes the sentence about it false.
func TestEverySentenceCanBeFalse(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 7))
	refuted := map[string]bool{}
	for range 600 {
		f := &facts{}
		for k := range f.rows {
			f.rows[k], f.moves[k] = [2]int64{rng.Int64N(9), rng.Int64N(9)}, rng.IntN(7)
			f.rows[k][rng.IntN(2)] = 0 // of one value alone, every other time
			f.rows[k][rng.IntN(2)]++
		}
		all := New(f.round(), nil)
		for range 1 + rng.IntN(5) {
			all.Add(f.audit(rng, rng.IntN(3)))
		}
		if err := all.Finish(); err != nil {
			t.Fatal(err)
		}
		across := all.round.Audited.Across[1:]
		if says := f.holds(across); says != "" {
			t.Fatalf("of %+v it is false that %s", f, says)
		}
		for k := range f.rows {
			for what, change := range map[string]func(f *facts){
				"a row more":         func(f *facts) { f.rows[k][0]++ },
				"a row less":         func(f *facts) { f.rows[k][1] = max(0, f.rows[k][1]-1) },
				"another tag":        func(f *facts) { f.rows[k] = [2]int64{f.rows[k][1], f.rows[k][0]} },
				"a change too large": func(f *facts) { f.moves[k] += 3 },
			} {
				other := *f
				change(&other)
				if says := other.holds(across); says != "" {
					for _, clause := range []string{" at least ", " by ", "has \"tag\" among", "norm of at most", "all 3 participants", " of 3: "} {
						if strings.Contains(says, clause) {
							refuted[fmt.Sprintf("%s of %d: %s", what, k+1, clause)] = true
						}
					}
				}
			}
		}
	}
	for k := 1; k <= 3; k++ {
		for what, clauses := range map[string][]string{
			"a row more":         {" by ", "all 3 participants", " of 3: "},
			"a row less":         {" by ", " at least ", "all 3 participants", " of 3: "},
			"another tag":        {"has \"tag\" among"},
			"a change too large": {"norm of at most", "all 3 participants"},
		} {
			for _, clause := range clauses {
				if !refuted[fmt.Sprintf("%s of %d: %s", what, k, clause)] {
					t.Errorf("%s of participant %d makes no sentence false that says %q", what, k, clause)
				}
			}
		}
	}
}
