package tally

import (
	"errors"
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
	with, n := t.with(q), len(q.groups)
	least, most, bounded := make([]int64, n), make([]int64, n), true
	l, u := make([]int64, n), make([]int64, n)
	for _, k := range with {
		for i := range q.groups {
			var released bool
			if l[i], u[i], released = t.between(q, k, i); l[i] > u[i] {
				return contradicted(k, fmt.Sprintf("a group has at least %d and at most %d rows", l[i], u[i]))
			}
			bounded = bounded && released
		}
		if err := narrow(l, u, t.committed(k), q.whole()); errors.Is(err, fault.ErrRejected) {
			return contradicted(k, fault.Text(err, nil))
		} else if err != nil {
			return err
		}
		if err := errors.Join(addTo(least, l), addTo(most, u)); err != nil {
			return err
		}
	}
	for i, group := range q.groups {
		rows := aggregate.GroupRows{Values: q.answers[with[0]][0].grouped.Values(group), AtLeast: least[i]}
		if bounded {
			rows.AtMost = &most[i]
		}
		s.Groups = append(s.Groups, rows)
	}
	return nil
}

// narrow makes bounds l_i <= m_i <= u_i on the rows of groups as narrow as they can be.
// Each of N rows is in one group, and there are no other groups if these are the whole:
//
//	Σ_i m_i = N    of the whole, else    Σ_i m_i <= N
//	u'_i = min(u_i, N − Σ_{j≠i} l_j)
//	l'_i = max(l_i, N − Σ_{j≠i} u_j)    of the whole
//
// They follow from m_j >= l_j and m_j <= u_j. Nothing narrower does: of the whole, with
// Σ l <= N <= Σ u, the other groups take the N − u'_i rows that are left, since
// Σ_{j≠i} l_j <= N − u'_i <= Σ_{j≠i} u_j, and likewise for l'_i; else they take l_j.
// Requires 0 <= l_i <= u_i <= N. It fails with fault.ErrRejected where no rows can be so,
// and with fault.ErrOverflow.
func narrow(l, u []int64, rows int64, whole bool) error {
	least, most := int64(0), int64(0) // of all together: Σ l <= Σ u
	for i := range u {
		if u[i] > math.MaxInt64-most {
			return errTooMany()
		}
		least, most = least+l[i], most+u[i]
	}
	if least > rows || whole && most < rows {
		return fmt.Errorf("groups have at least %d and at most %d of %d rows: %w", least, most, rows, fault.ErrRejected)
	}
	for i := range l {
		low, high := l[i], u[i]
		u[i] = min(high, rows-(least-low))
		if whole {
			l[i] = max(low, rows-(most-high))
		}
	}
	return nil
}

// addTo adds x to sums. Requires x_i >= 0; it fails with fault.ErrOverflow.
func addTo(sums, x []int64) error {
	for i, n := range x {
		if n > math.MaxInt64-sums[i] {
			return errTooMany()
		}
		sums[i] += n
	}
	return nil
}

func errTooMany() error {
	return fmt.Errorf("counts of participants add up to more than 2^63: %w", fault.ErrOverflow)
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
