package committed

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
)

// Guess is what follows from a published conversation for somebody who guesses
// the witness: all that the prover kept to itself but for blindings.
type Guess struct {
	Blocks   [][]fr.Element // by block
	Unmasked fr.Element     // y without the mask row's part
	Outcome  *proof.Outcome[fr.Element]

	said    *Conversation
	m, d    fr.Vector
	e       fr.Element
	closing *conclusion
}

// knowing is the side of somebody who knows what is hidden in blocks that
// another one has made.
type knowing struct {
	side
	m fr.Vector
}

func (k *knowing) hide(_ int, values func() []fr.Element) { k.m = append(k.m, values()...) }

func (k *knowing) secret(index int) fr.Element { return k.m[index] }

// NewGuess holds the conversation again with an honest prover whose mask row is
// 0: the mask's value, which comes last, follows from y.
func NewGuess(l *proof.Layout, digest fr.Element, of proof.Peer[fr.Element], said *Conversation) *Guess {
	s := &knowing{side: &reader{said.Blocks}}
	c := start(digest, s)
	forms := proof.Argue[Form](l, c, c, &peer{conversation: c, layout: l, of: of})
	g := &Guess{said: said, Unmasked: c.value(&forms.Value), Outcome: c.open(forms, said.Value)}
	c.say(said.Value)
	g.closing = c.conclude()
	g.m = s.m
	g.m[len(g.m)-1].Sub(&said.Value, &g.Unmasked)
	from := 0
	for _, to := range c.blocks {
		g.Blocks = append(g.Blocks, g.m[from:to])
		from = to
	}
	g.e = c.draw(said.First)
	g.d = make(fr.Vector, len(g.m)) // z − e·m
	g.d.ScalarMul(g.m, &g.e)
	g.d.Sub(said.Z, g.d)
	return g
}

// Holds reports whether m satisfies all equations, by their combination.
func (g *Guess) Holds() bool { return g.closing.q.vanishes(g.m) }

// vanishes reports whether Q(m) = 0.
func (q *quadratic) vanishes(m fr.Vector) bool {
	value, linear := q.at(m)
	value.Add(&value, &linear).Add(&value, &q.c)
	return value.IsZero()
}

// E returns the challenge of the answer.
func (g *Guess) E() fr.Element { return g.e }

// Extract returns m from two answers to one first message.
func Extract(z, other []fr.Element, e, otherE fr.Element) fr.Vector {
	m := slices.Clone(fr.Vector(z))
	m.Sub(m, other)
	e.Sub(&e, &otherE)
	e.Inverse(&e)
	m.ScalarMul(m, &e)
	return m
}

// D returns what the first message of the answer hides of m.
func (g *Guess) D() fr.Vector { return g.d }

// Unblinded returns what D, D', T0 and T1 are without their blindings.
func (g *Guess) Unblinded(setup *commitments.Setup) [4]bn254.G1Affine {
	weighted := make(fr.Vector, len(g.d))
	weighted.Mul(g.d, g.closing.chi)
	t0, _ := g.closing.q.at(g.d)
	t1 := g.T1()
	return [4]bn254.G1Affine{
		commit(setup, 0, g.d, fr.Element{}), commit(setup, 0, weighted, fr.Element{}),
		setup.CommitScalar(&t0, new(fr.Element)), setup.CommitScalar(&t1, new(fr.Element)),
	}
}

// T1 returns what T1 hides, which no proof may say.
func (g *Guess) T1() fr.Element {
	t1 := g.closing.q.crossed(g.m, g.d)
	_, linear := g.closing.q.at(g.d)
	return *t1.Add(&t1, &linear)
}
