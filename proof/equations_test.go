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
	*prooftest.Game
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
	s.Game = &prooftest.Game{Layout: l, Digest: fr.NewElement(7)}
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
		weight  func(*prooftest.Teller) fr.Element
		lie     bool // until the reduction
		place   string
	}{
		"instances": {1, [][]string{a, a}, func(p *prooftest.Teller) fr.Element { return p.Sums[0].Weights[1] }, false, "sumcheck of equation 0"},
		"claims":    {0, [][]string{a, a}, func(p *prooftest.Teller) fr.Element { return p.Gamma[1] }, true, "row values"},
		"groups":    {0, [][]string{a, b}, func(p *prooftest.Teller) fr.Element { return p.Delta[1] }, true, "row values"},
	} {
		s := newZeros(t, test.squares, test.axes...)
		attack := func(what string, first, second []fr.Element) *prooftest.Teller {
			s.Committed = s.with(first, second)
			story := s.Committed
			if test.lie {
				story = s.honest
			}
			s.Digest.Add(&s.Digest, &one) // it covers what is committed
			return s.RefusedAt(t, name+", "+what, test.place, story, nil)
		}
		told := attack("weights 1", everywhere(one), everywhere(minus))
		attack("weights of another statement", everywhere(test.weight(told)), everywhere(minus))
		attack("the last coordinate as a weight", lastBit(), everywhere(minus))
	}
	// δ = γ: the second claim of a group and the next group's first have one
	// weight, so 5 = 7 here and 7 = 5 there.
	s := newZeros(t, 0, a, a, b)
	s.Committed = s.with(s.honest[s.z[0]], everywhere(one), everywhere(minus))
	s.RefusedAt(t, "δ is γ", "row values", s.honest, nil)
}

// TestEquations: an equation without products that is false, told as it is.
func TestEquations(t *testing.T) {
	s := newZeros(t, 0, []string{"a"}, []string{"a"})
	for i := range s.z {
		for cell := range 4 {
			s.Committed = slices.Clone(s.honest)
			s.Committed[s.z[i]] = everywhere(fr.Element{})
			s.Committed[s.z[i]][cell].SetOne()
			s.RefusedAt(t, fmt.Sprintf("cell %d", cell), fmt.Sprint("equation ", i), s.Committed, nil)
		}
	}
}

// TestAxisTwice: an equation over an axis that occurs twice is taken at two
// points. At one point for both, an antisymmetric error is 0: z(i,j) = −z(j,i).
func TestAxisTwice(t *testing.T) {
	s := newZeros(t, 0, []string{"a", "a"})
	z := make([]fr.Element, 16)
	z[0*4+1], z[1*4+0] = relation.Int(1), relation.Int(-1)
	s.Committed = s.with(z)
	s.RefusedAt(t, "antisymmetric error", "equation 0", s.Committed, nil)
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
	s.Committed = s.with(everywhere(one))
	s.RefusedAt(t, "sumcheck", "sumcheck of equation 0", s.Committed, func(p *prooftest.Teller) {
		p.FirstSumRound = func(m []fr.Element) {
			a := shift(p.Sums[0].Instances[0].Value, p.Coords[len(p.Coords)-1])
			m[0].Add(&m[0], &a)
		}
	})
	s.RefusedAt(t, "reduction", "row values", s.honest, func(p *prooftest.Teller) {
		p.FirstReductionRound = func(m *[2]fr.Element) {
			a := shift(relation.Int(-1), p.Coords[len(p.Coords)-1])
			m[0].Add(&m[0], &a)
		}
	})
	// A coordinate that is known, 0, leaves half of the cells unchecked.
	s = newZeros(t, 0, []string{"a"})
	z := everywhere(fr.Element{})
	z[2].SetOne()
	s.Committed = s.with(z)
	s.RefusedAt(t, "equation", "equation 0", s.Committed, nil)
}

// TestHalvesAreMetAtRandom: a false sum of fractions is balanced in the half
// of the root that a known coordinate, 0, does not read.
func TestHalvesAreMetAtRandom(t *testing.T) {
	s := prooftest.NewSetting(t, false)
	g := s.Game()
	g.Committed = s.Wrong("A", 0)
	g.RefusedAt(t, "second half of the root", "lookup layer", g.Committed, func(p *prooftest.Teller) {
		p.Root = func(f [4]fr.Element) [4]fr.Element {
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
	s.Committed = s.with(everywhere(fr.One()))
	told := s.RefusedAt(t, "as it is", "sumcheck of equation 0", s.Committed, nil)
	w := told.Sums[0].Weights
	// v0 + v1 + v2 = 1 with v1 = 0, and w0·v0 + w2·v2 = 0.
	s.RefusedAt(t, "after the weights", "sumcheck of equation 0", s.Committed, func(p *prooftest.Teller) {
		p.FirstTerm = func(v *fr.Element) {
			v.Sub(&w[2], &w[0])
			v.Div(&w[2], v)
		}
	})
}
