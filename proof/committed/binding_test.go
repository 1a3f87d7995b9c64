package committed

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
)

// told is a side whose blocks are given points, and whose values are known.
type told struct {
	points []bn254.G1Affine
	m      []fr.Element
}

func (s *told) hide(_ int, values func() []fr.Element) { s.m = append(s.m, values()...) }
func (s *told) secret(index int) fr.Element            { return s.m[index] }

func (s *told) block(int, int) (bn254.G1Affine, error) {
	if len(s.points) == 0 {
		return bn254.G1Affine{}, fault.ErrMalformed
	}
	p := s.points[0]
	s.points = s.points[1:]
	return p, nil
}

// some returns a hidden value.
func some(c *conversation, v uint64) Form {
	return c.hide(1, func() []fr.Element { return []fr.Element{fr.NewElement(v)} })[0]
}

// TestEverythingIsAbsorbed: each thing that is said changes the challenge after it.
func TestEverythingIsAbsorbed(t *testing.T) {
	g := new(commitments.Generators).First(5)
	one, two := fr.One(), fr.NewElement(2)
	first := [4]bn254.G1Affine{g[0], g[1], g[2], g[3]}
	for name, challenge := range map[string]func(changed bool) fr.Element{
		"statement": func(changed bool) fr.Element {
			return start(pick(changed, one, two), &told{}).Challenge().constant
		},
		"block": func(changed bool) fr.Element {
			c := start(one, &told{points: []bn254.G1Affine{pick(changed, g[0], g[1])}})
			some(c, 1)
			return c.Challenge().constant
		},
		"a block at all": func(changed bool) fr.Element {
			c := start(one, &told{points: g})
			if changed {
				some(c, 1)
			}
			return c.Challenge().constant
		},
		"y": func(changed bool) fr.Element {
			c := start(one, &told{})
			c.say(pick(changed, one, two))
			return c.Challenge().constant
		},
		"D": func(changed bool) fr.Element {
			f := first
			f[0] = pick(changed, g[0], g[4])
			return start(one, &told{}).draw(f)
		},
		"T1": func(changed bool) fr.Element {
			f := first
			f[3] = pick(changed, g[3], g[4])
			return start(one, &told{}).draw(f)
		},
		"z": func(changed bool) fr.Element {
			return seedOf(&Answer{Z: []fr.Element{one, pick(changed, one, two)}}, one)
		},
		"blinding of the answer": func(changed bool) fr.Element {
			return seedOf(&Answer{Blinds: [3]fr.Element{one, one, pick(changed, one, two)}}, one)
		},
		"ρ_F": func(changed bool) fr.Element { return seedOf(&Answer{}, pick(changed, one, two)) },
	} {
		if a, b := challenge(false), challenge(true); a.Equal(&b) {
			t.Errorf("%s does not change the challenge", name)
		}
	}
}

func pick[T any](changed bool, a, b T) T {
	if changed {
		return b
	}
	return a
}

func seedOf(p *Answer, blinding fr.Element) (e fr.Element) {
	b := start(fr.One(), &told{}).seed(p, blinding)
	e.SetBytes(b[:])
	return e
}

// TestProductsOfHidden: whatever degrees factors have, the product is worth what
// theirs are, is of degree two at most, and hides what it has to and nothing else.
func TestProductsOfHidden(t *testing.T) {
	s := &told{points: new(commitments.Generators).First(9)}
	c := start(fr.One(), s)
	a, b, d := some(c, 3), some(c, 5), some(c, 7)
	three := c.Const(big.NewInt(3))
	ab := c.Mul(a, b)
	for name, test := range map[string]struct {
		x, y   Form
		want   uint64
		hidden int
	}{
		"constants":                 {three, three, 9, 0},
		"a constant and degree two": {three, ab, 45, 0},
		"degree two and a constant": {ab, three, 45, 0},
		"degree one each":           {a, d, 21, 0},
		"degree two and one":        {ab, d, 105, 1},
		"degree one and two":        {d, ab, 105, 1},
		"degree two each":           {ab, c.Mul(b, d), 525, 2},
	} {
		before, equations := c.hidden, len(c.equations)
		p := c.Mul(test.x, test.y)
		want := fr.NewElement(test.want)
		if v := c.value(&p); !v.Equal(&want) {
			t.Errorf("%s: %s, want %d", name, v.String(), test.want)
		}
		if c.hidden != before+test.hidden || len(c.equations) != equations+test.hidden {
			t.Errorf("%s: hides %d values with %d equations, want %d", name, c.hidden-before, len(c.equations)-equations, test.hidden)
		}
	}
	for i := range c.equations {
		if v := c.value(&c.equations[i].form); !v.IsZero() {
			t.Errorf("equation %d does not hold", i)
		}
	}
}

// TestFirstFailureIsKept, and a block that is not there is one.
func TestFirstFailureIsKept(t *testing.T) {
	c := start(fr.One(), &told{})
	c.AssertEqual(c.Const(big.NewInt(1)), c.Const(big.NewInt(2)), "first")
	c.AssertNonZero(Form{}, "second")
	if !errors.Is(c.failed, fault.ErrRejected) || !strings.HasPrefix(c.failed.Error(), "first") {
		t.Errorf("%v", c.failed)
	}
	c = start(fr.One(), &told{})
	some(c, 1)
	c.Challenge()
	if !errors.Is(c.failed, fault.ErrMalformed) {
		t.Errorf("a block that is not there: %v", c.failed)
	}
	c = start(fr.One(), &reader{})
	some(c, 1)
	c.Challenge()
	if !errors.Is(c.failed, fault.ErrMalformed) {
		t.Errorf("a block that is not in the proof: %v", c.failed)
	}
}

// TestValueIsAnEquation: y, which is published, is the outcome's, which is hidden.
func TestValueIsAnEquation(t *testing.T) {
	for y, holds := range map[uint64]bool{5: true, 6: false} {
		s := &told{}
		c := start(fr.One(), s)
		c.open(&proof.Outcome[Form]{Value: some(c, 5)}, fr.NewElement(y))
		if len(c.equations) != 1 {
			t.Fatalf("%d equations", len(c.equations))
		}
		if v := c.value(&c.equations[0].form); v.IsZero() != holds {
			t.Errorf("y = %d for 5: the equation holds: %t", y, v.IsZero())
		}
	}
}
