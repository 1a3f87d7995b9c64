package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// Release says what a claim publishes besides its verdict.
type Release struct {
	// What is "" for the verdict alone, or "counts": of the groups that the
	// claim is about. Accuracies may release "hits" alone, see Performance.
	What string `toml:"release,omitempty"`
	// Round is what released counts are rounded down to multiples of: at least
	// the claim's smallest group, so that smaller ones are 0.
	Round int64 `toml:"round,omitempty"`
}

// defaultRound is the rounding of released counts where a claim gives none.
const defaultRound = 10

// MinimumGroup is the smallest group that claims about groups accept, and that
// released counts show, unless they say otherwise.
const MinimumGroup = 10

// smallestGroup is the smallest group that a claim accepts: at least 1, since a
// share of no rows can be anything.
func (s *Scope) smallestGroup(given int64) int64 {
	if given < 0 {
		s.usage("min_group is %d", given)
	}
	return minimumGroup(given)
}

// minimumGroup is the smallest group of a claim that may leave it out.
func minimumGroup(given int64) int64 {
	if given == 0 {
		return MinimumGroup
	}
	return given
}

// shownGroup is smallestGroup for a claim in which it concerns released counts
// alone.
func (s *Scope) shownGroup(given int64, r Release) int64 {
	if given != 0 && r.What == "" {
		s.usage("min_group without release = \"counts\"")
	}
	return s.smallestGroup(given)
}

// Released are public numbers that the prover fills in: they become part of
// the statement. Some say next to nothing about the data, such as the salt of a
// hash, and are charged nonetheless.
type Released struct {
	Name   string   `json:"name"`
	Labels []string `json:"labels,omitempty"` // one per value
	Values []int64  `json:"values"`
	Unit   string   `json:"unit,omitempty"`
	Bits   int      `json:"bits"` // at most so much is said
	// Groups and Classes say how outcomes are laid out: by group, true class
	// and predicted class. A single predicted class has Classes alone: its names.
	Groups  []string `json:"groups,omitempty"`
	Classes []string `json:"classes,omitempty"`
	round   int64    // of counts: what they are rounded down to multiples of
	compute func(v *Values) []int64
}

// release collects what a claim publishes. Where that is anything, a prover states
// the claim twice: first without values, to compute them, then with them.
type release struct {
	given []Released // nil on the first time
	asked []Released
}

// publish asks for public numbers: on the first statement zeros, which the
// prover replaces by what compute returns.
func (s *Scope) publish(r Released, n int, compute func(v *Values) []int64) []int64 {
	k := len(s.release.asked)
	r.compute, r.Values = compute, make([]int64, n)
	if s.release.given != nil {
		if k >= len(s.release.given) || s.release.given[k].Name != r.Name || len(s.release.given[k].Values) != n {
			s.fail("released values %q are not those of the claim: %w", r.Name, fault.ErrMalformed)
		} else {
			r.Values = s.release.given[k].Values
		}
	}
	s.release.asked = append(s.release.asked, r)
	return r.Values
}

// labels are the names of what is counted.
type labels struct {
	size  int
	bytes int // of all names
	name  func(i int) string
}

// maxLabelBytes bounds the names of released counts, which a report prints.
const maxLabelBytes = 32 << 20

func (l labels) all() []string {
	list := make([]string, l.size)
	for i := range list {
		list[i] = l.name(i)
	}
	return list
}

// releasesCounts tells whether counts are released, and fills in how they are
// rounded. It refuses a release that makes no sense.
func (s *Scope) releasesCounts(r *Release, smallest int64) bool {
	switch {
	case r.What == "" && r.Round == 0:
		return false
	case r.What == "":
		s.usage("round without release = \"counts\"")
		return false
	case r.What != "counts":
		s.usage("release %s: want \"counts\", or nothing for the verdict alone", foreign.Quote(r.What))
		return false
	case r.Round == 0:
		r.Round = max(defaultRound, smallest)
	}
	switch {
	case r.Round < smallest:
		s.usage("counts rounded to multiples of %d show groups of fewer than %d rows: round = %d hides them, min_group = %d allows them openly", r.Round, smallest, smallest, max(1, r.Round))
		return false
	case r.Round < 1 || r.Round > 1<<relation.MaxTableLog:
		s.usage("counts rounded to multiples of %d", r.Round)
		return false
	}
	return true
}

// counts publishes the counts of groups, rounded down, if the release says so:
//
//	m(g) − released(g) in [0, round),  round >= the smallest group
//
// free is how many of the exact counts do not follow from the others.
func (s *Scope) counts(what string, r Release, smallest int64, m relation.ID, names labels, total int64, free int) {
	if !s.releasesCounts(&r, smallest) {
		return
	}
	axis := s.axes(m)[0]
	unit := fmt.Sprintf("rows, rounded down to multiples of %d", r.Round)
	if r.Round > 1 {
		free = names.size // what is rounded off is not known
	} else {
		unit = "rows, EXACT"
	}
	if names.bytes > maxLabelBytes {
		s.fail("the names of %d counts have %d bytes, at most %d: %w", names.size, names.bytes, maxLabelBytes, fault.ErrUnsupported)
		return
	}
	released := Released{Name: what, Unit: unit, Bits: bitsOfCounts(total/r.Round, free), round: r.Round}
	values := s.publish(released, names.size, func(v *Values) []int64 {
		out := make([]int64, names.size)
		for g := range out {
			out[g] = v.of(m)[g] / r.Round * r.Round
		}
		return out
	})
	if s.err != nil {
		return
	}
	for g, n := range values {
		if n < 0 || n > total || n%r.Round != 0 {
			s.fail("released count of %s is %d: %w", foreign.Quote(names.name(g)), n, fault.ErrRejected)
			return
		}
	}
	s.release.asked[len(s.release.asked)-1].Labels = names.all()
	padded := make([]int64, axis.Padded())
	copy(padded, values)
	public := s.public("released "+what, padded, axis)
	rest := s.virtual("rest of "+what, []relation.Axis{axis}, []relation.Label{"g"},
		relation.Times(relation.Int(1), relation.At(m, "g")), relation.Times(relation.Int(-1), relation.At(public, "g")))
	s.fill(func(v *Values) {
		for g, n := range v.of(rest) {
			if n < 0 || n >= r.Round {
				v.refuse("the count of %s is not %d when rounded", what, padded[g])
			}
		}
	})
	s.b.LookUp(s.b.Table(fmt.Sprintf("rest of %d", r.Round), 0, int(r.Round)), rest)
}
