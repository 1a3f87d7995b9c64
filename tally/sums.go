package tally

import (
	"fmt"
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// sum is what the answers to a question say together.
func (t *Tally) sum(q *question) (*aggregate.Across, error) {
	s := &aggregate.Across{Kind: q.kind, Of: numbers(t.with(q)), Without: numbers(t.without(q))}
	var err error
	switch {
	case len(s.Of) == 0:
	case q.kind == update:
		err = t.largest(q, s)
	case q.kind == licence:
		err = t.allowed(q, s)
	default:
		err = t.rows(q, s)
	}
	s.Says = t.says(q, s)
	return s, err
}

// largest is max_k x_k, where x_k is the smallest bound of participant k.
func (t *Tally) largest(q *question, s *aggregate.Across) error {
	var most audit.Decimal
	for _, k := range t.with(q) {
		least := q.answers[k][0].atMost
		for _, a := range q.answers[k][1:] {
			order, err := a.atMost.Compare(least)
			if err != nil {
				return err
			}
			if order < 0 {
				least = a.atMost
			}
		}
		if most == "" {
			most = least
		}
		order, err := least.Compare(most)
		if err != nil {
			return err
		}
		if order > 0 {
			most = least
		}
	}
	s.AtMost = string(most)
	return nil
}

// contradicted says that what was proven of one participant cannot all be true.
func contradicted(k int, what string) error {
	return fmt.Errorf("audits of participant %d contradict each other: %s: %w", k+1, what, fault.ErrRejected)
}

// allowed is ∪_k of the values that all claims of participant k allow.
func (t *Tally) allowed(q *question, s *aggregate.Across) error {
	entries := q.attributes[0].Entries
	some := make([]bool, len(entries))
	for _, k := range t.with(q) {
		empty := true
		for g := range entries {
			if !slices.ContainsFunc(q.answers[k], func(a answer) bool { return !slices.Contains(a.grouped.Groups, g) }) {
				some[g], empty = true, false
			}
		}
		if empty {
			return contradicted(k, "no value is allowed by all of them")
		}
	}
	for g, is := range some {
		if is {
			s.Allowed = append(s.Allowed, entries[g])
		}
	}
	return nil
}

// rows are Σ_k l_k and Σ_k u_k of each group; the latter only where all participants that
// have answered have released counts.
func (t *Tally) rows(q *question, s *aggregate.Across) error {
	with := t.with(q)
	for i, group := range q.groups {
		sum, most, bounded := int64(0), int64(0), true
		for _, k := range with {
			l, u, released := t.between(q, k, i)
			if released && l > u {
				return contradicted(k, fmt.Sprintf("a group has at least %d and at most %d rows", l, u))
			}
			if l > math.MaxInt64-sum || u > math.MaxInt64-most {
				return fmt.Errorf("counts of participants add up to more than 2^63: %w", fault.ErrOverflow)
			}
			sum, most, bounded = sum+l, most+u, bounded && released
		}
		rows := aggregate.GroupRows{Values: q.answers[with[0]][0].grouped.Values(group), AtLeast: sum}
		if bounded {
			rows.AtMost = &most
		}
		s.Groups = append(s.Groups, rows)
	}
	return nil
}

// between returns l_k and u_k of a group, given by its place among those asked for, and
// whether a count of it was released.
func (t *Tally) between(q *question, k, place int) (l, u int64, released bool) {
	u = t.committed(k)
	for _, a := range q.answers[k] {
		l = max(l, a.grouped.Least)
		if a.grouped.Released != nil {
			count := a.grouped.Released[place]
			l, u, released = max(l, count), min(u, count+a.grouped.Round-1), true
		}
	}
	return l, u, released
}
