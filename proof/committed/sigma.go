package committed

import (
	"fmt"
	"io"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
)

// quadratic is Q(m) = mᵀAm + bᵀm + c = Σ_i κ^i·q_i(m), the combination of all
// equations q_i of a conversation. A and b are not written out: evaluating the tape
// takes time by the length of the script.
type quadratic struct {
	tape      *tape
	equations []equation
	weights   fr.Vector // κ^i
	c         fr.Element
}

// conclusion is what the Σ-protocol shows, drawn when all blocks are committed:
// Q(m) = 0, and that block t lies in its own places of m.
type conclusion struct {
	chi   fr.Vector // χ_t of each place's block t
	power fr.Vector // χ_t of each block: powers of χ
	q     quadratic
}

// conclude draws χ and the weights of the equations, powers of κ. What was
// hidden after the last challenge is committed to first.
func (c *conversation) conclude() *conclusion {
	chi := c.Challenge().constant
	kappa := c.chain.Challenge("equations")
	s := &conclusion{q: quadratic{tape: &c.tape, equations: c.equations}, power: make(fr.Vector, len(c.blocks))}
	power := fr.One()
	from := 0
	for t, to := range c.blocks {
		power.Mul(&power, &chi)
		s.power[t] = power
		for ; from < to; from++ {
			s.chi = append(s.chi, power)
		}
	}
	weight := fr.One()
	for i := range c.equations {
		var t fr.Element
		s.q.c.Add(&s.q.c, t.Mul(&c.equations[i].form.constant, &weight))
		s.q.weights = append(s.q.weights, weight)
		weight.Mul(&weight, &kappa)
	}
	return s
}

// at returns xᵀAx and bᵀx.
func (q *quadratic) at(x fr.Vector) (squared, linear fr.Element) {
	worth := q.tape.extend(make([]polynomial, 0, len(q.tape.nodes)), func(index int) fr.Element { return x[index] })
	var t fr.Element
	for i := range q.equations {
		p := &worth[q.equations[i].form.node-1]
		squared.Add(&squared, t.Mul(&p.quadratic, &q.weights[i]))
		linear.Add(&linear, t.Mul(&p.linear, &q.weights[i]))
	}
	return squared, linear
}

// crossed returns xᵀ(A+Aᵀ)y = (x+y)ᵀA(x+y) − xᵀAx − yᵀAy.
func (q *quadratic) crossed(x, y fr.Vector) fr.Element {
	both := make(fr.Vector, len(x))
	both.Add(x, y)
	crossed, _ := q.at(both)
	for _, v := range []fr.Vector{x, y} {
		squared, _ := q.at(v)
		crossed.Sub(&crossed, &squared)
	}
	return crossed
}

// Answer is a proof of knowledge of m and the blindings of its blocks.
type Answer struct {
	First  [4]bn254.G1Affine // D, D', T0, T1
	Z      []fr.Element      // d + e·m
	Blinds [3]fr.Element     // of the three combinations
}

// answer shows a conclusion:
//
//	D = Com(d; ρ_D)      D' = Com(diag(χ)·d; ρ_D')
//	T0 = dᵀAd·U + τ_0·H  T1 = (mᵀ(A+Aᵀ)d + bᵀd)·U + τ_1·H
//	z = d + e·m
//
// rho are the blindings of the blocks.
func answer(setup *commitments.Setup, c *conversation, s *conclusion, m fr.Vector, rho []fr.Element, rng io.Reader) (*Answer, error) {
	random, err := commitments.RandomScalars(rng, len(m)+4)
	if err != nil {
		return nil, err
	}
	d, blind := fr.Vector(random[:len(m)]), random[len(m):]
	weighted := make(fr.Vector, len(d))
	weighted.Mul(d, s.chi)
	t0, linear := s.q.at(d)
	t1 := s.q.crossed(m, d)
	t1.Add(&t1, &linear)
	p := &Answer{Z: make([]fr.Element, len(m))}
	for i, of := range []fr.Vector{d, weighted} {
		if p.First[i], err = setup.CommitHashed(0, of, &blind[i]); err != nil {
			return nil, err
		}
	}
	for i, t := range []*fr.Element{&t0, &t1} {
		p.First[2+i] = setup.CommitScalar(t, &blind[2+i])
	}
	e := c.draw(p.First)
	z := fr.Vector(p.Z)
	z.ScalarMul(m, &e)
	z.Add(z, d)

	// ρ_D + e·Σ ρ_t,  ρ_D' + e·Σ χ_t·ρ_t,  τ_0 + e·τ_1
	var sum fr.Element
	for i := range rho {
		sum.Add(&sum, &rho[i])
	}
	for i, t := range []fr.Element{sum, s.power.InnerProduct(rho), blind[3]} {
		p.Blinds[i].Mul(&t, &e).Add(&p.Blinds[i], &blind[i])
	}
	return p, nil
}

// draw absorbs the first message and returns e.
func (c *conversation) draw(first [4]bn254.G1Affine) fr.Element {
	c.chain.Absorb("first", commitments.AppendPoints(nil, first[:]))
	return c.chain.Challenge("e")
}

// seed absorbs the answer and what else is said after it, and returns what the
// evaluation proof starts from.
func (c *conversation) seed(p *Answer, rest ...fr.Element) [32]byte {
	c.chain.Absorb("answer", commitments.AppendScalars(commitments.AppendScalars(nil, p.Z), p.Blinds[:]))
	c.chain.Absorb("rest", commitments.AppendScalars(nil, rest))
	s := c.chain.Challenge("opening")
	return s.Bytes()
}

// addTo puts to a batch what makes an answer right:
//
//	D  + e·Σ_t C_t     = Com(z; ·)
//	D' + e·Σ_t χ_t·C_t = Com(diag(χ)·z; ·)
//	T0 + e·T1 = (zᵀAz + e·bᵀz + e²·c)·U + ·H
func (p *Answer) addTo(batch *commitments.Batch, place string, s *conclusion, blocks []bn254.G1Affine, e fr.Element) {
	z := fr.Vector(p.Z)
	negative := func(x fr.Element) fr.Element { return *x.Neg(&x) }
	once := make([]fr.Element, len(blocks))
	for t := range once {
		once[t] = fr.One()
	}
	for i, weights := range []fr.Vector{once, s.power} {
		scaled := make(fr.Vector, len(weights))
		scaled.ScalarMul(weights, &e)
		batch.Add(commitments.Equation{
			Place:    fmt.Sprintf("%s: %s", place, [2]string{"conversation", "blocks of the conversation"}[i]),
			Points:   append(slices.Clone(blocks), p.First[i]),
			Scalars:  append(scaled, fr.One()),
			Blinding: negative(p.Blinds[i]),
			Length:   len(z),
			AddRow: func(dst fr.Vector, weight *fr.Element) {
				row := make(fr.Vector, len(z))
				w := negative(*weight)
				row.ScalarMul(z, &w)
				if i == 1 {
					row.Mul(row, s.chi)
				}
				dst.Add(dst, row)
			},
		})
	}
	// −(zᵀAz + e·(bᵀz + e·c))
	squared, linear := s.q.at(z)
	value := s.q.c
	value.Mul(&value, &e).Add(&value, &linear).Mul(&value, &e).Add(&value, &squared)
	batch.Add(commitments.Equation{
		Place:    place + ": equations of the script",
		Points:   p.First[2:],
		Scalars:  []fr.Element{fr.One(), e},
		Blinding: negative(p.Blinds[2]),
		Scalar:   negative(value),
	})
}
