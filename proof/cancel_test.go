package proof_test

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// TestLeavesAreColumns: a tree of fractions about other columns or counts than
// those committed is refused where it meets them, and nowhere else.
func TestLeavesAreColumns(t *testing.T) {
	s := prooftest.NewSetting(t, false)
	count := s.Layout.System.Tables[0].Count
	for place, wrong := range map[string]relation.ID{"lookup denominators": s.IDs["A"], "lookup numerators": count} {
		g := s.Game()
		g.Committed = slices.Clone(s.Honest)
		g.Committed[wrong] = slices.Clone(s.Honest[wrong])
		one := fr.One()
		g.Committed[wrong][0].Add(&g.Committed[wrong][0], &one)
		p := g.Teller(t, s.Honest)
		p.Columns = true
		messages, _ := g.Converse(p)
		if got := g.Failures(messages); !slices.Equal(got, []string{place}) {
			t.Errorf("%s: refused at %q", place, got)
		}
	}
}

// TestNumeratorsAndDenominatorsApart: fractions of the root whose sum is
// made zero by an error in p and one in q, such that p + λ·q stays as it is for
// the λ that the prover expects: 1, that of another conversation, or the last
// coordinate. λ weighs denominators, and nobody knows it in advance.
func TestNumeratorsAndDenominatorsApart(t *testing.T) {
	s := prooftest.NewSetting(t, false)
	g := s.Game()
	g.Committed = s.Wrong("A", 0)
	constant := func(lambda fr.Element) func([4]fr.Element) [4]fr.Element {
		return func(f [4]fr.Element) [4]fr.Element {
			// (p0 + λδ)·q1 + p1·(q0 − δ) = 0
			var delta, slope fr.Element
			delta.Mul(&f[0], &f[3])
			delta.Add(&delta, slope.Mul(&f[1], &f[2]))
			slope.Mul(&lambda, &f[3]).Sub(&f[1], &slope)
			delta.Div(&delta, &slope)
			f[2].Sub(&f[2], &delta)
			f[0].Add(&f[0], delta.Mul(&delta, &lambda))
			return f
		}
	}
	first, _, _ := g.Tell(t, g.Committed, nil)
	g.Digest = fr.NewElement(8)
	for name, root := range map[string]func([4]fr.Element) [4]fr.Element{
		"1":                         constant(fr.One()),
		"that of another statement": constant(first.Lambdas[0]),
		"the coordinate before it":  lastCoordinate,
	} {
		_, m, _ := g.Tell(t, g.Committed, root)
		if got := g.Failures(m); !slices.Equal(got, []string{"lookup layer"}) {
			t.Errorf("λ is %s: refused at %q", name, got)
		}
	}
}

// lastCoordinate makes the sum of the root zero such that p + t·q at the
// coordinate t stays as it is for every t:
//
//	p0·(q1 + δ) + (p1 − δ)·(q0 + δ) = 0
func lastCoordinate(f [4]fr.Element) [4]fr.Element {
	// δ² − b·δ − c = 0,  b = p0 + p1 − q0,  c = p0·q1 + p1·q0
	var b, c, delta, half fr.Element
	b.Add(&f[0], &f[1]).Sub(&b, &f[2])
	c.Mul(&f[0], &f[3])
	c.Add(&c, delta.Mul(&f[1], &f[2]))
	half.SetUint64(2).Inverse(&half)
	b.Mul(&b, &half)
	delta.Square(&b).Add(&delta, &c)
	if delta.Sqrt(&delta) == nil {
		panic("no such δ: change the seed of the system")
	}
	delta.Add(&delta, &b)
	f[1].Sub(&f[1], &delta)
	f[2].Add(&f[2], &delta)
	f[3].Add(&f[3], &delta)
	return f
}

// TestZeroDenominators: whoever knows α in advance makes two leaves 1/0. Their
// sum is 0/0, numerator zero whatever the other leaves are; all that refuses
// it is that the denominator of the root must not be zero.
func TestZeroDenominators(t *testing.T) {
	s := prooftest.NewSetting(t, false)
	g := s.Game()
	g.Forgets = transcript.Statement
	tr := g.Transcript()
	alpha, beta := tr.Challenge(), tr.Challenge()
	system := s.Layout.System
	var relu relation.Lookup
	for _, l := range system.Lookups {
		if len(l.Columns) == 3 {
			relu = l
		}
	}
	// v0 + β·v1 + β²·v2 + β³·tag = α
	poison := func(tables [][]fr.Element, cell int) {
		v := alpha
		power := beta
		power.Square(&beta)
		for _, c := range []fr.Element{tables[relu.Columns[2]][cell], fr.NewElement(uint64(relu.Table + 1))} {
			c.Mul(&c, &power)
			v.Sub(&v, &c)
			power.Mul(&power, &beta)
		}
		v.Sub(&v, &tables[relu.Columns[0]][cell])
		v.Div(&v, &beta)
		tables[s.IDs["A"]][cell] = v
	}
	g.Committed = s.Wrong("A", 2) // no row of the table, unless it is hidden
	poison(g.Committed, 0)
	poison(g.Committed, 1)
	_, m, _ := g.Tell(t, g.Committed, nil)
	if got := g.Failures(m); !slices.Equal(got, []string{"lookup denominator: rejected"}) {
		t.Errorf("refused at %q", got)
	}
}
