package proof_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
)

// zeros is a system that says of each of its tensors, over axes with 4 cells
// each, that it is 0: z = 0, or z = Σ of as many squares x·x. The honest tables
// are 0 everywhere.
type zeros struct {
	*game
	z      []relation.ID
	honest [][]fr.Element
}

func newZeros(t *testing.T, squares int, axes ...[]string) *zeros {
	t.Helper()
	b := relation.NewBuilder("zeros")
	s := &zeros{}
	for i, names := range axes {
		var of []relation.Axis
		var labels []relation.Label
		for k, name := range names {
			of = append(of, relation.Axis{Name: name, Size: 4})
			labels = append(labels, relation.Label(fmt.Sprint("i", k)))
		}
		z := b.Witness(fmt.Sprint("z", i), of...)
		s.z = append(s.z, z)
		terms := []relation.Term{relation.Times(relation.Int(1), relation.At(z, labels...))}
		for k := range squares {
			x := relation.At(b.Witness(fmt.Sprint("x", i, k), of...), labels...)
			terms = append(terms, relation.Times(relation.Int(-1), x, x))
		}
		b.Equation(fmt.Sprint("equation ", i), of, labels, terms...)
	}
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 5, false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sys.Tensors {
		s.honest = append(s.honest, make([]fr.Element, sys.Tensors[i].Cells()))
	}
	s.game = &game{layout: l, digest: fr.NewElement(7)}
	return s
}

// with returns the honest tables but for these cells of the z.
func (s *zeros) with(cells ...[]fr.Element) [][]fr.Element {
	tables := slices.Clone(s.honest)
	for i := range cells {
		tables[s.z[i]] = cells[i]
	}
	return tables
}

// everywhere is a table of 4 cells with one value.
func everywhere(v fr.Element) []fr.Element { return []fr.Element{v, v, v, v} }

// lastBit is the table of 4 cells whose extension is the last coordinate.
func lastBit() []fr.Element {
	return []fr.Element{relation.Int(0), relation.Int(1), relation.Int(0), relation.Int(1)}
}

// refusedAt holds a conversation about committed tables, with a story of
// others, and expects it to be refused at one place alone.
func (g *game) refusedAt(t *testing.T, what, place string, story [][]fr.Element, change func(*liar)) *liar {
	t.Helper()
	p := g.liar(t, story)
	if change != nil {
		change(p)
	}
	messages, _, _ := prooftest.Converse(g.layout, g.transcript(), p)
	if got := g.failures(messages); !slices.Equal(got, []string{place}) {
		t.Errorf("%s: refused at %q, want %q", what, got, place)
	}
	return p
}

// TestErrorsDoNotCancel: two falsehoods, in two instances of one sumcheck, two
// claims of one group, or two groups, whose errors cancel under the weights
// that the prover expects: 1, those of another conversation, and the challenge
// before.
func TestErrorsDoNotCancel(t *testing.T) {
	one, minus := relation.Int(1), relation.Int(-1)
	a, b := []string{"a"}, []string{"b"}
	for name, test := range map[string]struct {
		squares int
		axes    [][]string
		weight  func(*liar) fr.Element
		lie     bool // until the opening
		place   string
	}{
		"instances": {1, [][]string{a, a}, func(p *liar) fr.Element { return p.sums[0].weights[1] }, false, "sumcheck of equation 0"},
		"claims":    {0, [][]string{a, a}, func(p *liar) fr.Element { return p.gamma[1] }, true, "openings"},
		"groups":    {0, [][]string{a, b}, func(p *liar) fr.Element { return p.delta[1] }, true, "openings"},
	} {
		s := newZeros(t, test.squares, test.axes...)
		attack := func(what string, first, second []fr.Element) *liar {
			s.committed = s.with(first, second)
			story := s.committed
			if test.lie {
				story = s.honest
			}
			s.digest.Add(&s.digest, &one) // it covers what is committed
			return s.refusedAt(t, name+", "+what, test.place, story, nil)
		}
		told := attack("weights 1", everywhere(one), everywhere(minus))
		attack("weights of another statement", everywhere(test.weight(told)), everywhere(minus))
		attack("the last coordinate as a weight", lastBit(), everywhere(minus))
	}
	// δ = γ: the second claim of a group and the next group's first have one
	// weight, so 5 = 7 here and 7 = 5 there.
	s := newZeros(t, 0, a, a, b)
	s.committed = s.with(s.honest[s.z[0]], everywhere(one), everywhere(minus))
	s.refusedAt(t, "δ is γ", "openings", s.honest, nil)
}

// TestEquations: an equation without products that is false, told as it is.
func TestEquations(t *testing.T) {
	s := newZeros(t, 0, []string{"a"}, []string{"a"})
	for i := range s.z {
		for cell := range 4 {
			s.committed = slices.Clone(s.honest)
			s.committed[s.z[i]] = everywhere(fr.Element{})
			s.committed[s.z[i]][cell].SetOne()
			s.refusedAt(t, fmt.Sprintf("cell %d", cell), fmt.Sprint("equation ", i), s.committed, nil)
		}
	}
}

// TestAxisTwice: an equation over an axis that occurs twice is taken at two
// points. At one point for both, an antisymmetric error is 0: z(i,j) = −z(j,i).
func TestAxisTwice(t *testing.T) {
	s := newZeros(t, 0, []string{"a", "a"})
	z := make([]fr.Element, 16)
	z[0*4+1], z[1*4+0] = relation.Int(1), relation.Int(-1)
	s.committed = s.with(z)
	s.refusedAt(t, "antisymmetric error", "equation 0", s.committed, nil)
}

// TestRoundsAreAnsweredInAdvance: whoever knows the challenge of a round sends
// a polynomial p with p(0) + p(1) = the false claim and the true value there.
// Here the prover takes the coordinate before it for the challenge.
func TestRoundsAreAnsweredInAdvance(t *testing.T) {
	// p changes by a + b·X: 2a + b = error, a + b·r = 0.
	shift := func(error, r fr.Element) fr.Element {
		var two fr.Element
		two.Double(&r).Sub(&two, new(fr.Element).SetOne())
		error.Mul(&error, &r)
		return *error.Div(&error, &two)
	}
	one := fr.One()
	s := newZeros(t, 1, []string{"a"})
	s.committed = s.with(everywhere(one))
	s.refusedAt(t, "sumcheck", "sumcheck of equation 0", s.committed, func(p *liar) {
		p.sumRound = func(m []fr.Element) {
			a := shift(p.sums[0].instances[0].Value, p.coords[len(p.coords)-1])
			m[0].Add(&m[0], &a)
		}
	})
	s.refusedAt(t, "opening", "openings", s.honest, func(p *liar) {
		p.openingRound = func(m *[2]fr.Element) {
			a := shift(relation.Int(-1), p.coords[len(p.coords)-1])
			m[0].Add(&m[0], &a)
		}
	})
	// A coordinate that is known, 0, leaves half of the cells unchecked.
	s = newZeros(t, 0, []string{"a"})
	z := everywhere(fr.Element{})
	z[2].SetOne()
	s.committed = s.with(z)
	s.refusedAt(t, "equation", "equation 0", s.committed, nil)
}

// TestHalvesAreMetAtRandom: a false sum of fractions is balanced in the half
// of the root that a known coordinate, 0, does not read.
func TestHalvesAreMetAtRandom(t *testing.T) {
	s := newSetting(t)
	g := &game{layout: s.layout, digest: fr.NewElement(7), committed: s.wrong("A", 0)}
	g.refusedAt(t, "second half of the root", "lookup layer", g.committed, func(p *liar) {
		p.root = func(f [4]fr.Element) [4]fr.Element {
			f[1].Mul(&f[0], &f[3])
			f[1].Neg(&f[1])
			f[1].Div(&f[1], &f[2])
			return f
		}
	})
}

// TestTermsAreSaidBeforeTheirWeights: of a false sum of three products the
// prover chooses the values after it has seen the weights of the sumcheck, so
// that they agree with the claim and with the weights.
func TestTermsAreSaidBeforeTheirWeights(t *testing.T) {
	s := newZeros(t, 3, []string{"a"})
	s.committed = s.with(everywhere(fr.One()))
	told := s.refusedAt(t, "as it is", "sumcheck of equation 0", s.committed, nil)
	w := told.sums[0].weights
	// v0 + v1 + v2 = 1 with v1 = 0, and w0·v0 + w2·v2 = 0.
	s.refusedAt(t, "after the weights", "sumcheck of equation 0", s.committed, func(p *liar) {
		p.term = func(v *fr.Element) {
			v.Sub(&w[2], &w[0])
			v.Div(&w[2], v)
		}
	})
}
