package prooftest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Restatement is another statement than that of an honest case, whose proof must
// not prove it.
type Restatement struct {
	Name   string
	Honest *Case
	Wants  error // what a verifier says of it

	state func(t testing.TB, c *Case)
}

// Restatements returns restatements in which one thing alone is changed.
func Restatements(t testing.TB) []Restatement {
	t.Helper()
	ty, g := NewTiny(t, rand.New(rand.NewPCG(21, 22))), NewGathered(t, NewSpec())
	return slices.Concat(otherSystems(NewCase(t, g.System, g.Cells)), otherStatements(NewCase(t, ty.System, ty.Cells)))
}

// Of returns a case, the honest one or that in mode zk, restated.
func (r *Restatement) Of(t testing.TB, c *Case) *Case {
	t.Helper()
	d := c.Clone()
	d.Statement.External = slices.Clone(d.Statement.External)
	r.state(t, d)
	return d
}

// otherSystems have another public value each, commitments and everything else
// the same.
func otherSystems(honest *Case) (list []Restatement) {
	other := func(name string, wants error, change func(*Spec)) {
		list = append(list, Restatement{"system, " + name, honest, wants, func(t testing.TB, c *Case) {
			spec := NewSpec()
			change(&spec)
			old := c.Statement.Layout
			l, err := proof.NewLayout(NewGathered(t, spec).System, old.RowLog, old.Masked)
			if err != nil {
				t.Fatal(err)
			}
			c.Statement.Layout = l
		}})
	}
	other("constant", fault.ErrRejected, func(s *Spec) { s.Coefficient = 6 })
	other("sign", fault.ErrRejected, func(s *Spec) { s.Coefficient = -5 })
	other("rate", fault.ErrRejected, func(s *Spec) { s.Rates[1] = 2 })
	other("rates swapped", fault.ErrRejected, func(s *Spec) { s.Rates[0], s.Rates[2] = s.Rates[2], s.Rates[0] })
	other("fewer rates", fault.ErrRejected, func(s *Spec) { s.Rates = s.Rates[:2] })
	other("row", fault.ErrRejected, func(s *Spec) { s.Rows[2] = 2 })
	other("rows swapped", fault.ErrRejected, func(s *Spec) { s.Rows[0], s.Rows[1] = s.Rows[1], s.Rows[0] })
	other("row repeated", fault.ErrRejected, func(s *Spec) { s.Rows[4] = s.Rows[0] })
	other("row dropped", fault.ErrRejected, func(s *Spec) { s.Rows[0] = -1 })
	other("no row replaced", fault.ErrRejected, func(s *Spec) { s.Rows[5] = 0 })
	other("public cell", fault.ErrRejected, func(s *Spec) { s.Values[2] = 2 })
	other("public padding", fault.ErrRejected, func(s *Spec) { s.Values[3] = 1 })
	other("table cell", fault.ErrRejected, func(s *Spec) { s.Square = 5 })
	other("name", fault.ErrRejected, func(s *Spec) { s.Name = "other" })
	other("range dropped", fault.ErrMalformed, func(s *Spec) { s.FreeQ = true }) // shorter
	return list
}

// otherStatements are about the same system.
func otherStatements(honest *Case) (list []Restatement) {
	other := func(name string, wants error, change func(c *Case, st *statement.Statement)) {
		list = append(list, Restatement{"statement, " + name, honest, wants, func(_ testing.TB, c *Case) { change(c, c.Statement) }})
	}
	plusH := func(c *Case, rows []bn254.G1Affine) []bn254.G1Affine {
		rows = slices.Clone(rows)
		rows[0].Add(&rows[0], &c.Setup.H)
		return rows
	}
	other("kind", fault.ErrRejected, func(_ *Case, st *statement.Statement) { st.Kind = "tests" })
	other("no kind", fault.ErrRejected, func(_ *Case, st *statement.Statement) { st.Kind = "" })
	other("public values", fault.ErrRejected, func(_ *Case, st *statement.Statement) { st.Public = []byte("public valueS") })
	other("more public", fault.ErrRejected, func(_ *Case, st *statement.Statement) { st.Public = append(slices.Clone(st.Public), 0) })
	other("no public", fault.ErrRejected, func(_ *Case, st *statement.Statement) { st.Public = nil })
	other("other weights", fault.ErrRejected, func(c *Case, st *statement.Statement) { st.External[0] = plusH(c, st.External[0]) })
	other("other result", fault.ErrRejected, func(c *Case, st *statement.Statement) { st.External[1] = plusH(c, st.External[1]) })
	other("externals apart", fault.ErrRejected, func(_ *Case, st *statement.Statement) { slices.Reverse(st.External) })
	other("infinity", fault.ErrRejected, func(_ *Case, st *statement.Statement) { st.External[0] = make([]bn254.G1Affine, 1) })
	other("setup", fault.ErrVersion, func(_ *Case, st *statement.Statement) { st.Setup[0]++ })
	other("missing external", fault.ErrMalformed, func(_ *Case, st *statement.Statement) { st.External = st.External[:1] })
	other("external with a row more", fault.ErrMalformed, func(c *Case, st *statement.Statement) {
		st.External[1] = append(slices.Clone(st.External[1]), c.Setup.H)
	})
	other("external off the curve", fault.ErrMalformed, func(_ *Case, st *statement.Statement) {
		st.External[1] = slices.Clone(st.External[1])
		st.External[1][0].Y.Double(&st.External[1][0].Y)
	})
	return list
}
