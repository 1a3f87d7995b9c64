package proof_test

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// failures returns the places of the checks that fail.
func (g *game) failures(messages []fr.Element) []string {
	d := g.verify(messages)
	var places []string
	for i := range d.of {
		if !d.of[i].IsZero() {
			places = append(places, d.places[i])
		}
	}
	if d.Err() != nil {
		places = append(places, d.Err().Error())
	}
	return places
}

// TestLeavesAreColumns: a tree of fractions about other columns or counts than
// those committed is refused where it meets them, and nowhere else.
func TestLeavesAreColumns(t *testing.T) {
	s := newSetting(t)
	count := s.layout.System.Tables[0].Count
	for place, wrong := range map[string]relation.ID{"lookup denominators": s.ids["A"], "lookup numerators": count} {
		g := &game{layout: s.layout, digest: fr.NewElement(7), committed: slices.Clone(s.honest)}
		g.committed[wrong] = slices.Clone(s.honest[wrong])
		one := fr.One()
		g.committed[wrong][0].Add(&g.committed[wrong][0], &one)
		p := g.liar(t, s.honest)
		p.columns = true
		messages, _, _ := prooftest.Converse(g.layout, g.transcript(), p)
		if got := g.failures(messages); !slices.Equal(got, []string{place}) {
			t.Errorf("%s: refused at %q", place, got)
		}
	}
}

// TestNumeratorsAndDenominatorsApart: fractions of the root whose sum is
// made zero by an error in p and one in q, such that p + λ·q stays as it is for
// the λ that the prover expects: 1, that of another conversation, or the last
// coordinate. λ weighs denominators, and nobody knows it in advance.
func TestNumeratorsAndDenominatorsApart(t *testing.T) {
	s := newSetting(t)
	g := &game{layout: s.layout, digest: fr.NewElement(7), committed: s.wrong("A", 0)}
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
	first, _, _ := g.tell(t, g.committed, nil)
	g.digest = fr.NewElement(8)
	for name, root := range map[string]func([4]fr.Element) [4]fr.Element{
		"1":                         constant(fr.One()),
		"that of another statement": constant(first.lambdas[0]),
		"the coordinate before it":  lastCoordinate,
	} {
		_, m, _ := g.tell(t, g.committed, root)
		if got := g.failures(m); !slices.Equal(got, []string{"lookup layer"}) {
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
	s := newSetting(t)
	g := &game{layout: s.layout, digest: fr.NewElement(7), committed: s.honest, forgets: transcript.Statement}
	tr := g.transcript()
	alpha, beta := tr.Challenge(), tr.Challenge()
	system := s.layout.System
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
		tables[s.ids["A"]][cell] = v
	}
	g.committed = s.wrong("A", 2) // no row of the table, unless it is hidden
	poison(g.committed, 0)
	poison(g.committed, 1)
	_, m, _ := g.tell(t, g.committed, nil)
	if got := g.failures(m); !slices.Equal(got, []string{"lookup denominator: rejected"}) {
		t.Errorf("refused at %q", got)
	}
}
