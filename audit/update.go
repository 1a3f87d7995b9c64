package audit

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// Update bounds how far a run moves its trainable weights: the Euclidean norm of
// final − initial, all of them one vector of real numbers, is at most x. Frozen
// weights have not moved. With d = final − initial, an integer of F fraction bits,
// and h fraction bits to compute with (see newScale),
//
//	d + 2^(k−1) = 2^k·e + r,  0 <= r < 2^k,  −2^30 <= e < 2^30    where k = F − h > 0
//	d = e                                                         where F <= h
//	Σ 4^max(0, h−F)·e² <= L
type Update struct {
	Run    string  `toml:"run"`
	AtMost Decimal `toml:"at_most"` // x
}

// State implements Claim.
func (c *Update) State(s *Scope) {
	x, err := c.AtMost.rat()
	if err != nil {
		s.fail("at_most: %w", err)
		return
	}
	moves := s.moves(c.Run)
	if s.err != nil {
		return
	}
	c.saysSomething(s, x, moves)
	by, err := newScale(x, weighedCells(moves))
	if err != nil && s.err == nil {
		s.fail("at_most: %w", err)
	}
	if s.err != nil {
		return
	}
	falsity := fmt.Sprintf("the weights change by more than %s%s", c.AtMost, by.hidden())
	one := relation.Axis{Name: "constraint", Size: 1}
	inside := relation.At(s.b.Mask(one), "q")
	terms := []relation.Term{relation.Times(relation.Int(by.limit.Int64()), inside)}
	for _, m := range moves {
		e, labels := s.change(m, by.shift(m.Format.Fraction), falsity), labelsOf(m.Axes)
		weight := relation.Neg(relation.Pow2(2 * by.finer(m.Format.Fraction)))
		terms = append(terms, relation.Times(weight, inside, relation.At(e, labels...), relation.At(e, labels...)))
	}
	s.nonNegative("update", []relation.Axis{one}, []relation.Label{"q"}, by.limit.BitLen(), func(int) string { return falsity }, terms...)
}

// saysSomething refuses a bound that no run of this program and length exceeds,
// whatever its data (ops.LargestChanges).
func (c *Update) saysSomething(s *Scope, x *big.Rat, moves []move) {
	t := s.run(c.Run).Training
	largest := ops.LargestChanges(s.run(c.Run).Program, t.Origin.Bits, int64(t.Schedule.Steps))
	worst := new(big.Rat)
	for _, m := range moves {
		change := new(big.Rat).SetFrac(largest[m.id], new(big.Int).Lsh(big.NewInt(1), uint(m.Format.Fraction)))
		change.Mul(change, change).Mul(change, big.NewRat(int64(m.Size()), 1))
		worst.Add(worst, change)
	}
	if new(big.Rat).Mul(x, x).Cmp(worst) >= 0 {
		norm := new(big.Float).SetRat(worst)
		s.vacuous("at_most", c.AtMost, "less than %s, the most that %d steps of this program can do", norm.Sqrt(norm).Text('g', 3), t.Schedule.Steps)
	}
}

// move is a trainable weight before and after a run.
type move struct {
	*graph.Tensor
	id             graph.TensorID
	label          string
	initial, final relation.ID
}

// moves are the trainable weights of a run, with what was committed of them.
func (s *Scope) moves(name string) []move {
	r := s.run(name)
	if s.err != nil {
		return nil
	}
	m := s.model(name)
	ids := network.WeightTensors(m.Program)
	if r.Training == nil || len(r.Training.Initial) != len(ids) {
		s.fail("run %s has no commitments to initial weights: %w", foreign.Quote(name), fault.ErrUnsupported)
		return nil
	}
	m.weights = map[graph.TensorID]relation.ID{}
	var list []move
	for k, w := range ids {
		if t := m.Tensor(w); t.Role == graph.Weight {
			m.weights[w] = s.finalWeight(name, k, w)
			list = append(list, move{t, w, fmt.Sprintf("run %q weight %q", name, t.Name), s.initialWeight(name, k, w), m.weights[w]})
		}
	}
	return list
}

// initialWeight returns weight k of a run before its first step.
func (s *Scope) initialWeight(name string, k int, w graph.TensorID) relation.ID {
	t := s.run(name).Program.Tensor(w)
	e := external{
		id:     s.b.ExternalWide(fmt.Sprintf("run %q initial weight %q", name, t.Name), t.Axes...),
		source: Source{Run: name, Tensor: k, Initial: true}, rows: s.run(name).Training.Initial[k],
	}
	if owned := s.subjects.OwnedRuns[name]; owned != nil {
		cells, blinding, err := owned.InitialOpening(k, w)
		if err != nil {
			s.fail("run %s: %w", foreign.Quote(name), err)
		}
		e.blinding, e.cells = blinding, func() relation.Cells { return relation.Cells{Large: ops.Pad(t.Axes, cells)} }
	}
	s.external = append(s.external, e)
	return e.id
}

// labelsOf are one for each axis.
func labelsOf(axes []relation.Axis) []relation.Label {
	return []relation.Label{"u", "v", "w", "x", "y", "z"}[:len(axes)]
}

// changeBits is the width of e: two limbs, the upper one with the sign.
const changeBits = 31

// change is e of a weight, 0 in its padding, where k bits are rounded away. falsity says
// what it means if a cell has no e.
//
// Soundness: weights of a verified run are integers below 2^ops.FieldBits
// (ops.CheckBounds), and 2^k·e + r is below 2^94, so that the equation, which is one
// of the field, holds of integers, and e and r are determined by d.
func (s *Scope) change(m move, k int, falsity string) relation.ID {
	labels := labelsOf(m.Axes)
	low := make(relation.Limbs, relation.LimbsOf(changeBits))
	for i := range low {
		low[i] = s.b.Witness(fmt.Sprintf("%s change %d", m.label, i), m.Axes...)
	}
	s.b.SignedLimbs(low, changeBits)
	rest := make(relation.Limbs, relation.LimbsOf(k))
	for i := range rest {
		rest[i] = s.b.Witness(fmt.Sprintf("%s rest %d", m.label, i), m.Axes...)
	}
	s.b.UnsignedLimbs(rest, k)
	terms := []relation.Term{
		relation.Times(relation.Int(1), relation.At(m.final, labels...)),
		relation.Times(relation.Int(-1), relation.At(m.initial, labels...)),
	}
	if k > 0 {
		terms = append(terms, relation.Times(relation.Pow2(k-1), s.b.Masks(m.Axes, labels)...))
	}
	terms = append(terms, low.Terms(relation.Neg(relation.Pow2(k)), labels...)...)
	s.b.Equation(m.label+" rounded change", m.Axes, labels, append(terms, rest.Terms(relation.Int(-1), labels...)...)...)
	s.fill(func(v *Values) { v.round(m, k, low, rest, falsity) })
	var masked []relation.Term
	for _, t := range low.Terms(relation.Int(1), labels...) {
		masked = append(masked, relation.Times(t.Coeff, slices.Concat(s.b.Masks(m.Axes, labels), t.Factors)...))
	}
	return s.virtual(m.label+" change", m.Axes, labels, masked...)
}

// round finds the limbs of e and r.
func (v *Values) round(m move, k int, change, rest relation.Limbs, falsity string) {
	before, after := v.of(m.initial), v.of(m.final)
	e, r := make([]int64, len(after)), make([]int64, len(after))
	eachReal(m.Axes, func(cell int) {
		e[cell], r[cell] = halfUp(after[cell]-before[cell], k) // both are below 2^62
		if x := e[cell]; x < -1<<(changeBits-1) || x >= 1<<(changeBits-1) {
			v.refuse("%s: a cell of weight %s does alone", falsity, foreign.Quote(m.Name))
		}
	})
	for i, id := range change {
		cells := make([]int64, len(e))
		for cell, x := range e {
			if cells[cell] = number.Limb(x, i); i == len(change)-1 {
				cells[cell] = number.TopLimb(x, i)
			}
		}
		v.set(id, cells)
	}
	for i, id := range rest {
		cells := make([]int64, len(r))
		for cell, x := range r {
			cells[cell] = number.Limb(x, i)
		}
		v.set(id, cells)
	}
}

// halfUp returns e and r with d + 2^(k−1) = 2^k·e + r, 0 <= r < 2^k; for k = 0, e is d.
func halfUp(d int64, k int) (e, r int64) {
	if k == 0 {
		return d, 0
	}
	e, r = d>>k, d&(1<<k-1)+1<<(k-1)
	if r >= 1<<k {
		return e + 1, r - 1<<k
	}
	return e, r
}

// Words implements Claim.
func (c *Update) Words(s *Subjects) Words {
	return Words{
		Says:      fmt.Sprintf("training run %s changes its trainable weights, from the committed initial to the committed final ones, by a Euclidean norm of at most %s", foreign.Quote(c.Run), c.AtMost),
		NotProven: []string{"that weights which change little tell little of rows: that takes noise as well, which no claim is about", "how far weights were from both in between"},
	}
}
