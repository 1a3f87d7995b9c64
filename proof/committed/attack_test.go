package committed

import (
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
)

// Attacks on the committed conversation: for each part of the protocol rules
// that leave it out, a statement that is false, and a forger who makes use of
// what is left out.

const (
	line1 = "conversation"
	line2 = "blocks of the conversation"
	line3 = "equations of the script"
)

// foresight is a script that accepts with probability 1/|F|: the first message
// of three, in as many blocks, is the challenge after it.
func foresight(t talk, f *forger) {
	first := hide(t, f, 2)
	r := challenge(t, f)
	hide(t, f, 1)
	challenge(t, f)
	hide(t, f, 2)
	t.AssertEqual(first[0], r, "foresight")
}

// blockwise says 1 … 5, as foresight wants to hear it.
func blockwise(f *forger) []fr.Element {
	return map[int][]fr.Element{0: scalarsOf(1, 2), 2: scalarsOf(3), 3: scalarsOf(4, 5)}[len(f.m)]
}

// missing is what the first message of foresight lacks.
func missing(f *forger) fr.Element {
	d := f.heard[0]
	return *d.Sub(&d, &f.m[0])
}

// by returns the conclusion of a conversation whose χ is another one.
func (s *conclusion) by(c *conversation, chi fr.Element) *conclusion {
	other := &conclusion{q: s.q}
	power, from := fr.One(), 0
	for _, to := range c.blocks {
		power.Mul(&power, &chi)
		other.power = append(other.power, power)
		for ; from < to; from++ {
			other.chi = append(other.chi, power)
		}
	}
	return other
}

// placeless is a verifier for whom each block counts once in both lines: the
// second one is the first again.
func placeless() *rules {
	return &rules{conclude: func(c *conversation) *conclusion { return c.conclude().by(c, fr.One()) }}
}

// TestBlocksKeepToTheirPlaces: a block reaches into an earlier one's places and
// changes a message whose challenge is known.
func TestBlocksKeepToTheirPlaces(t *testing.T) {
	for _, late := range []int{1, 2} {
		(&attack{refused: line2, script: foresight, forger: forger{say: blockwise, reach: func(f *forger, t int) map[int]fr.Element {
			if t != late {
				return nil
			}
			return map[int]fr.Element{0: missing(f)}
		}}}).try(t, placeless())
	}
}

// TestBlocksKeepOutOfLaterPlaces: a part of a message, here of the last one and
// of none at all, is fixed before it is said, and taken back by another block.
func TestBlocksKeepOutOfLaterPlaces(t *testing.T) {
	silent := func(t talk, f *forger) {
		hide(t, f, 2)
		challenge(t, f)
		hide(t, f, 1)
		challenge(t, f)
		hide(t, f, 2)
	}
	for _, place := range []int{4, 7} {
		parts := scalarsOf(1, -3, 2)
		(&attack{refused: line2, script: silent, forger: forger{say: blockwise, reach: func(_ *forger, t int) map[int]fr.Element {
			return map[int]fr.Element{place: parts[t]}
		}}}).try(t, placeless())
	}
}

// TestEarlyChi: χ is drawn after the first block. Who knows it shares a change of
// the first message among two later blocks so that both lines hold:
//
//	v_2 + v_3 = r − m_0,   (χ² − χ)·v_2 + (χ³ − χ)·v_3 = 0
//
// (One block that χ does not depend on is not enough for this: the second line
// leaves it no choice.)
func TestEarlyChi(t *testing.T) {
	var chi fr.Element
	weak := &rules{
		talk:     func(c *conversation) talk { return &early{c, &chi} },
		conclude: func(c *conversation) *conclusion { return c.conclude().by(c, chi) },
	}
	(&attack{refused: line2, script: foresight, forger: forger{say: blockwise, reach: func(f *forger, t int) map[int]fr.Element {
		if t == 0 {
			return nil
		}
		d := missing(f)
		v := *new(fr.Element).Div(&d, &chi)
		if v.Neg(&v); t == 1 { // v_3 = −d/χ, v_2 = d − v_3
			v.Sub(&d, &v)
		}
		return map[int]fr.Element{0: v}
	}}}).try(t, weak)
}

// early draws χ with the first challenge.
type early struct {
	*conversation
	chi *fr.Element
}

func (e *early) Challenge() Form {
	first := len(e.blocks) == 0
	r := e.conversation.Challenge()
	if first {
		*e.chi = e.chain.Challenge("chi")
	}
	return r
}

// TestFrozenBlock: a challenge does not depend on the block before it.
func TestFrozenBlock(t *testing.T) {
	(&attack{refused: line3, script: foresight, forger: forger{say: func(f *forger) []fr.Element {
		v := blockwise(f)
		if len(f.m) == 0 {
			v[0] = f.ahead("challenge")
		}
		return v
	}}}).try(t, &rules{talk: func(c *conversation) talk { return deaf{c} }})
}

// deaf takes blocks without absorbing them.
type deaf struct{ *conversation }

func (d deaf) Challenge() Form {
	if from := d.committed(); d.hidden > from {
		if _, err := d.side.block(from, d.hidden); err != nil {
			d.fail(err)
		}
		d.blocks = append(d.blocks, d.hidden)
	}
	return constant(d.chain.Challenge("challenge"))
}

// TestFrozenE: e does not depend on the first message. The forger is the
// simulator: it takes any answer and computes what makes it right.
func TestFrozenE(t *testing.T) {
	(&attack{refused: line1, script: foresight, forger: forger{say: blockwise, answer: func(f *forger, s *conclusion) *Answer {
		return simulated(f, s, f.ahead("e"))
	}}}).try(t, &rules{draw: func(c *conversation, first [4]bn254.G1Affine) fr.Element {
		e := c.chain.Challenge("e")
		c.chain.Absorb("first", commitments.AppendPoints(nil, first[:]))
		return e
	}})
}

// simulated returns an answer about blocks that nobody need know the content of.
//
//	D = Com(z) − e·Σ C_t,   D' = Com(diag(χ)·z) − e·Σ χ_t·C_t,   T0 = Com(…) − e·T1
func simulated(f *forger, s *conclusion, e fr.Element) *Answer {
	random, err := commitments.RandomScalars(f.rng, len(f.m)+4)
	if err != nil {
		panic(err)
	}
	z := fr.Vector(random[:len(f.m)])
	a := &Answer{Z: z, Blinds: [3]fr.Element(random[len(z):])}
	weighted := make(fr.Vector, len(z))
	weighted.Mul(z, s.chi)
	a.First[0], a.First[1] = commit(f.setup, 0, z, a.Blinds[0]), commit(f.setup, 0, weighted, a.Blinds[1])
	for t := range f.blocks {
		var k fr.Element
		a.First[0] = less(a.First[0], f.blocks[t], e)
		a.First[1] = less(a.First[1], f.blocks[t], *k.Mul(&e, &s.power[t]))
	}
	// zᵀAz + e·(bᵀz + e·c)
	value := s.q.c
	squared, linear := s.q.at(z)
	value.Mul(&value, &e).Add(&value, &linear).Mul(&value, &e).Add(&value, &squared)
	a.First[3] = commit(f.setup, 0, nil, random[len(z)+3])
	a.First[2] = less(f.setup.CommitScalar(&value, &a.Blinds[2]), a.First[3], e)
	return a
}

// less returns p − k·q.
func less(p, q bn254.G1Affine, k fr.Element) bn254.G1Affine {
	q.ScalarMultiplication(&q, k.BigInt(new(big.Int)))
	return *p.Sub(&p, &q)
}

// TestOtherConversation: an answer, here a whole conversation, about one
// statement does for another if nothing depends on the statement.
func TestOtherConversation(t *testing.T) {
	(&attack{refused: line1, proven: 1, verified: 2, script: func(t talk, f *forger) {
		a := hide(t, f, 1)
		b := t.Mul(a[0], challenge(t, f))
		t.AssertEqual(hide(t, f, 1)[0], b, "product with the challenge")
	}, forger: forger{say: func(f *forger) []fr.Element {
		if len(f.m) == 0 {
			return scalarsOf(3)
		}
		var b fr.Element
		return []fr.Element{*b.Mul(&f.m[0], &f.heard[0])}
	}}}).try(t, &rules{digest: func(fr.Element) fr.Element { return fr.Element{} }})
}

// without are rules by which the k-th equation does not count.
func without(k int) *rules {
	return &rules{conclude: func(c *conversation) *conclusion {
		c.equations = slices.Delete(c.equations, k, k+1)
		return c.conclude()
	}}
}

// TestHiddenProductIsOne: 1·1·1 = 5, with a hidden value 5 for the product of the
// first two factors, which nothing ties to them.
func TestHiddenProductIsOne(t *testing.T) {
	(&attack{refused: line3, script: func(t talk, f *forger) {
		x := hide(t, f, 3)
		challenge(t, f)
		t.AssertEqual(t.Mul(t.Mul(x[0], x[1]), x[2]), constant(fr.NewElement(5)), "five")
	}, forger: forger{say: says(1, 1, 1), change: func(f *forger, v []fr.Element) []fr.Element {
		if len(f.m) == 3 {
			return scalarsOf(5)
		}
		return v
	}}}).try(t, without(0))
}

// TestNonZeroHasAnInverse: 0 is not 0, with u = 1 for it, or w = 0 for its
// inverse.
func TestNonZeroHasAnInverse(t *testing.T) {
	zero := func(t talk, f *forger) {
		x := hide(t, f, 1)
		challenge(t, f)
		t.AssertNonZero(x[0], "zero")
	}
	t.Run("u is not a", func(t *testing.T) {
		(&attack{refused: line3, script: zero, forger: forger{say: says(0), change: func(f *forger, v []fr.Element) []fr.Element {
			if len(f.m) > 0 {
				return scalarsOf(1)
			}
			return v
		}}}).try(t, without(0))
	})
	t.Run("w is not 1/u", func(t *testing.T) {
		(&attack{refused: line3, script: zero, forger: forger{say: says(0)}}).try(t, without(1))
	})
}

// TestEquationsAreWeighted: two false equations, whose errors cancel by weights
// that are known beforehand.
func TestEquationsAreWeighted(t *testing.T) {
	weights := scalarsOf(2, 3)
	(&attack{refused: line3, script: func(t talk, f *forger) {
		x := hide(t, f, 2)
		challenge(t, f)
		for i := range x {
			t.AssertEqual(x[i], constant(fr.NewElement(10)), "ten")
		}
	}, forger: forger{say: says(13, 8)}}).try(t, &rules{conclude: func(c *conversation) *conclusion {
		sum := Form{}
		for i := range c.equations {
			sum = c.plus(sum, c.equations[i].form, weights[i])
		}
		c.equations = []equation{{sum, "sum"}}
		return c.conclude()
	}})
}

// TestPublicEquationsAreDecided: what hides nothing is not left to the answer,
// and an entry that happens to have the coefficient 0 does not make it public.
func TestPublicEquationsAreDecided(t *testing.T) {
	c := start(fr.Element{}, &counting{})
	c.AssertEqual(constant(fr.One()), constant(fr.One()), "true")
	c.AssertNonZero(constant(fr.One()), "true")
	if c.failed != nil || len(c.equations) > 0 || c.hidden > 0 {
		t.Errorf("true: %v, %d equations, %d hidden values", c.failed, len(c.equations), c.hidden)
	}
	for name, assert := range map[string]func(*conversation){
		"equal":    func(c *conversation) { c.AssertEqual(constant(fr.One()), Form{}, "false") },
		"non-zero": func(c *conversation) { c.AssertNonZero(Form{}, "false") },
	} {
		c := start(fr.Element{}, &counting{})
		if assert(c); c.failed == nil {
			t.Errorf("%s: false and not noticed", name)
		}
	}
	x := c.hide(2, nil)
	gone := c.Sub(c.Mul(c.Mul(x[0], x[1]), Form{}), c.Mul(x[0], Form{}))
	if gone.isConstant() || gone.degree != 2 {
		t.Errorf("a challenge 0 changes which entries there are: %v", gone)
	}
	c.AssertEqual(gone, constant(fr.One()), "0 = 1")
	if len(c.equations) != 1 {
		t.Error("an equation with coefficients 0 is not kept")
	}
}
