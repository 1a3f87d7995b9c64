package proof_test

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
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

// TestNumeratorsAndDenominatorsApart: fractions of the root that are false but
// keep p + q are not enough: λ weighs denominators.
func TestNumeratorsAndDenominatorsApart(t *testing.T) {
	s := newSetting(t)
	g := &game{layout: s.layout, digest: fr.NewElement(7), committed: s.wrong("A", 0)}
	shift := func(f [4]fr.Element) [4]fr.Element {
		// (p0 + δ)·q1 + p1·(q0 − δ) = 0
		var delta, slope, t fr.Element
		delta.Mul(&f[0], &f[3])
		t.Mul(&f[1], &f[2])
		delta.Add(&delta, &t)
		slope.Sub(&f[1], &f[3])
		delta.Div(&delta, &slope)
		f[0].Add(&f[0], &delta)
		f[2].Sub(&f[2], &delta)
		return f
	}
	_, m, _ := g.tell(t, g.committed, shift)
	if got := g.failures(m); !slices.Equal(got, []string{"lookup layer"}) {
		t.Errorf("refused at %q", got)
	}
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

// TestErrorsDoNotCancel: two falsehoods whose errors add up to zero, in two
// instances of one sumcheck, two claims of one group, and two groups.
func TestErrorsDoNotCancel(t *testing.T) {
	for name, test := range map[string]struct {
		product bool
		axes    [2]string
		lie     bool // until the opening
		place   string
	}{
		"instances": {true, [2]string{"a", "a"}, false, "sumcheck of first"},
		"claims":    {false, [2]string{"a", "a"}, true, "openings"},
		"groups":    {false, [2]string{"a", "b"}, true, "openings"},
	} {
		b := relation.NewBuilder(name)
		var ids []relation.ID
		for i, equation := range []string{"first", "second"} {
			axis := relation.Axis{Name: test.axes[i], Size: 4}
			z := b.Witness(equation+" z", axis)
			ids = append(ids, z)
			terms := []relation.Term{relation.Times(relation.Int(1), relation.At(z, "i"))}
			if test.product {
				x := relation.At(b.Witness(equation+" x", axis), "i")
				terms = append(terms, relation.Times(relation.Int(-1), x, x))
			}
			b.Equation(equation, []relation.Axis{axis}, []relation.Label{"i"}, terms...)
		}
		sys, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		l, err := proof.NewLayout(sys, 3, false)
		if err != nil {
			t.Fatal(err)
		}
		honest := make([][]fr.Element, len(sys.Tensors))
		for i := range honest {
			honest[i] = make([]fr.Element, 4)
		}
		g := &game{layout: l, digest: fr.NewElement(7), committed: slices.Clone(honest)}
		for i, id := range ids { // error 1 everywhere, and −1
			g.committed[id] = make([]fr.Element, 4)
			for k := range g.committed[id] {
				g.committed[id][k] = relation.Int(int64(1 - 2*i))
			}
		}
		story := g.committed
		if test.lie {
			story = honest
		}
		_, m, _ := g.tell(t, story, nil)
		if got := g.failures(m); !slices.Equal(got, []string{test.place}) {
			t.Errorf("%s: refused at %q", name, got)
		}
	}
}
