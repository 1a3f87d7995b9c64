package prooftest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prover"
	. "github.com/zkaudit/zkaudit/relation"
)

// Lie is an attempt to have something false accepted: false cells, told as
// they are, or true cells with one false answer. One assertion of the script
// alone catches it.
type Lie struct {
	Name   string
	Layout *proof.Layout

	cells Assignment
	tell  func(*liar) // nil: only the cells are false
	alpha *collision  // of an unlucky transcript, or nil
}

// Lies returns lies about two systems, by their names.
func Lies(t testing.TB, masked bool) map[string][]Lie {
	t.Helper()
	return map[string][]Lie{"tiny": tinyLies(t, masked), "gathered": gatheredLies(t, masked)}
}

// Peer returns a prover who tells the lie, once.
func (l *Lie) Peer(t testing.TB) proof.Peer[fr.Element] {
	t.Helper()
	peer := &liar{Peer: Reference(t, l.Layout, counted(t, l.Layout.System, l.cells), MaskRow(l.Layout))}
	if l.tell != nil {
		l.tell(peer)
	}
	return peer
}

// Tell returns the messages of the lie, and what field elements make of them.
func (l *Lie) Tell(t testing.TB) ([]fr.Element, *Verdicts) {
	t.Helper()
	rec := &proof.Recorder{Peer: l.Peer(t)}
	v := &Verdicts{}
	proof.Argue(l.Layout, v, l.Transcript(), rec)
	return rec.Messages, v
}

// Converse holds the masked conversation that a wrap would hide if the lie were none, about
// commitments to the lie's cells.
func (l *Lie) Converse(t testing.TB, setup *commitments.Setup) (*Case, *prover.Conversation) {
	t.Helper()
	c := NewCase(t, l.Layout.System, l.cells).Masked(t, setup)
	c.Mask = MaskRow(l.Layout)
	return c, c.tell(t, l.Peer(t), l.unlucky)
}

// Transcript returns the one in which field elements hear the lie.
func (l *Lie) Transcript() proof.Transcript[fr.Element] {
	return l.unlucky(Transcript(l.Layout))
}

func (l *Lie) unlucky(tr proof.Transcript[fr.Element]) proof.Transcript[fr.Element] {
	return &Unlucky[fr.Element]{tr, l.First()}
}

// First returns the first challenges that the lie needs: α and β, or none.
func (l *Lie) First() []fr.Element {
	if l.alpha == nil {
		return nil
	}
	return []fr.Element{l.alpha.of(l), l.alpha.beta()}
}

// MaskRow returns the mask row of test conversations, nil for open ones.
func MaskRow(l *proof.Layout) fr.Vector {
	if !l.Masked {
		return nil
	}
	mask := make(fr.Vector, 1<<l.RowLog)
	for i := range mask {
		mask[i].SetUint64(uint64(i*i + 3))
	}
	return mask
}

// Unlucky is a transcript whose first challenges are given.
type Unlucky[E any] struct {
	proof.Transcript[E]
	First []E
}

// Challenge is part of proof.Transcript.
func (u *Unlucky[E]) Challenge() E {
	c := u.Transcript.Challenge()
	if len(u.First) > 0 {
		c, u.First = u.First[0], u.First[1:]
	}
	return c
}

// Verdicts is arithmetic of field elements that keeps every assertion.
type Verdicts struct {
	proof.Checks
	Places []string // by call
	Failed []int    // calls
}

// AssertEqual is part of proof.Arith.
func (v *Verdicts) AssertEqual(a, b fr.Element, place string) { v.Keep(a.Equal(&b), place) }

// AssertNonZero is part of proof.Arith.
func (v *Verdicts) AssertNonZero(a fr.Element, place string) { v.Keep(!a.IsZero(), place) }

// Keep notes an assertion and whether it holds.
func (v *Verdicts) Keep(holds bool, place string) {
	if !holds {
		v.Failed = append(v.Failed, len(v.Places))
	}
	v.Places = append(v.Places, place)
}

// liar is the honest prover but for the answers a lie replaces.
type liar struct {
	proof.Peer[fr.Element]
	fractions func(layer int, f [4]fr.Element) [4]fr.Element
	layers    int // started
	sums      int
	falsify   string // the message whose first element is changed, once

	lambda fr.Element // of the current layer
}

func (l *liar) change(message string, first *fr.Element) {
	if l.falsify == message {
		first.Add(first, new(fr.Element).SetUint64(5))
		l.falsify = ""
	}
}

func (l *liar) Layer(k int, point []proof.Coord, lambda fr.Element) {
	l.layers++
	l.lambda = lambda
	l.Peer.Layer(k, point, lambda)
}

func (l *liar) Fractions(k int) [4]fr.Element {
	f := l.Peer.Fractions(k)
	if l.fractions != nil {
		f = l.fractions(k, f)
	}
	return f
}

func (l *liar) LayerRound() [2]fr.Element {
	m := l.Peer.LayerRound()
	l.change(fmt.Sprint("layer ", l.layers), &m[0])
	return m
}

func (l *liar) Sum(open []*proof.Instance[fr.Element], weights []fr.Element) {
	l.sums++
	l.Peer.Sum(open, weights)
}

func (l *liar) SumRound(degree int) []fr.Element {
	m := l.Peer.SumRound(degree)
	l.change(fmt.Sprint("sum ", l.sums), &m[0])
	return m
}

func (l *liar) ReductionRound() [2]fr.Element {
	m := l.Peer.ReductionRound()
	l.change("reduction", &m[0])
	return m
}

// collision is a choice of α: the fingerprint of one looked-up tuple. If the
// tuple is false and there twice, it makes numerator and denominator of the
// tree's root zero.
type collision struct{ lookup, cell int }

func (collision) beta() fr.Element { return fr.NewElement(1234) }

// of returns Σ β^i·v_i + β^w·tag.
func (c collision) of(l *Lie) fr.Element {
	k := l.Layout.System.Lookups[c.lookup]
	beta := c.beta()
	alpha := fr.NewElement(uint64(k.Table + 1))
	for i := l.Layout.Arity - 1; i >= 0; i-- {
		alpha.Mul(&alpha, &beta)
		if i < len(k.Columns) {
			v := l.cells[k.Columns[i]].Element(c.cell)
			alpha.Add(&alpha, &v)
		}
	}
	return alpha
}

// sharedLies are those that any system's true cells allow: one false message
// in each sumcheck, and false fractions at the bottom of the lookup tree.
func sharedLies(t testing.TB, l *proof.Layout, cells Assignment) []Lie {
	lies := []Lie{
		{Name: "numerators", tell: func(p *liar) { p.fractions = falseNumerators(l.Log - 1) }},
		{Name: "denominators", tell: func(p *liar) { p.fractions = p.falseDenominators(l.Log - 1) }},
		{Name: "reduction", tell: func(p *liar) { p.falsify = "reduction" }},
	}
	honest := &liar{Peer: Reference(t, l, counted(t, l.System, cells), MaskRow(l))}
	proof.Argue(l, &Verdicts{}, Transcript(l), honest)
	for k := 1; k <= honest.layers; k++ {
		message := fmt.Sprint("layer ", k)
		lies = append(lies, Lie{Name: message, tell: func(p *liar) { p.falsify = message }})
	}
	for k := 1; k <= honest.sums; k++ {
		message := fmt.Sprint("sum ", k)
		lies = append(lies, Lie{Name: message, tell: func(p *liar) { p.falsify = message }})
	}
	for i := range lies {
		lies[i].Layout, lies[i].cells = l, cells
	}
	return lies
}

func counted(t testing.TB, sys *System, cells Assignment) Assignment {
	t.Helper()
	if err := Count(sys, cells); err != nil {
		t.Fatal(err)
	}
	return cells
}

// falseNumerators keeps p0·q1 + p1·q0 and every denominator:
//
//	p0' = p0 + 3·q0,  p1' = p1 − 3·q1
func falseNumerators(last int) func(int, [4]fr.Element) [4]fr.Element {
	return func(k int, f [4]fr.Element) [4]fr.Element {
		if k == last {
			var d fr.Element
			three := fr.NewElement(3)
			f[0].Add(&f[0], d.Mul(&three, &f[2]))
			f[1].Sub(&f[1], d.Mul(&three, &f[3]))
		}
		return f
	}
}

// falseDenominators keeps the numerators and p0·q1 + p1·q0 + λ·q0·q1 = c:
//
//	q0' = q0 + 3,  q1' = (c − p1·q0')/(p0 + λ·q0')
func (l *liar) falseDenominators(last int) func(int, [4]fr.Element) [4]fr.Element {
	return func(k int, f [4]fr.Element) [4]fr.Element {
		if k != last {
			return f
		}
		var c, x, den fr.Element
		c.Mul(&f[0], &f[3])
		c.Add(&c, x.Mul(&f[1], &f[2]))
		c.Add(&c, x.Mul(&f[2], &f[3]).Mul(&x, &l.lambda))
		three := fr.NewElement(3)
		f[2].Add(&f[2], &three)
		den.Mul(&l.lambda, &f[2]).Add(&den, &f[0]).Inverse(&den)
		f[3].Sub(&c, x.Mul(&f[1], &f[2])).Mul(&f[3], &den)
		return f
	}
}

// changed returns cells in which some of a tensor's are other ones.
func changed(cells Assignment, id ID, to map[int]int32) Assignment {
	c := slices.Clone(cells)
	c[id].Small = slices.Clone(cells[id].Small)
	for i, v := range to {
		c[id].Small[i] = v
	}
	return c
}

func tinyLies(t testing.TB, masked bool) []Lie {
	ty := NewTiny(t, rand.New(rand.NewPCG(5, 6)))
	l := Layout(t, ty.System, masked)
	one, other := equalCells(t, ty)
	twins := changed(ty.Cells, ty.IDs["A"], map[int]int32{one: 400, other: 400})
	return append(sharedLies(t, l, ty.Cells),
		Lie{Name: "an activation beside its table", Layout: l, cells: changed(ty.Cells, ty.IDs["A"], map[int]int32{0: 400})},
		Lie{Name: "denominators zero", Layout: l, cells: twins, alpha: &collision{0, one}})
}

// equalCells returns two real cells that compute the same value.
func equalCells(t testing.TB, ty *Tiny) (one, other int) {
	v := ty.System.Tensor(ty.IDs["V"])
	seen := map[int32]int{}
	for i, x := range ty.Cells[ty.IDs["V"]].Small {
		j, k := i%v.Axes[2].Padded(), i/v.Axes[2].Padded()%v.Axes[1].Padded()
		if j >= v.Axes[2].Size || k >= v.Axes[1].Size {
			continue
		}
		if at, twice := seen[x]; twice {
			return at, i
		}
		seen[x] = i
	}
	t.Fatal("no two equal values")
	return 0, 0
}

func gatheredLies(t testing.TB, masked bool) []Lie {
	spec := NewSpec()
	g := NewGathered(t, spec)
	l := Layout(t, g.System, masked)
	add := func(cells Assignment, name string, cell int, d int32) Assignment {
		return changed(cells, g.IDs[name], map[int]int32{cell: cells[g.IDs[name]].Small[cell] + d})
	}
	// Y, and everything that follows from it, of the first slot's row.
	scaled := add(add(add(add(g.Cells, "Y", 0, 4), "Q", 0, 1), "U", 0, 4*int32(spec.Values[0])), "Z", 0, 4*int32(spec.Rates[0]))
	twins := changed(changed(g.Cells, g.IDs["A"], map[int]int32{0: 100, 1: 100}), g.IDs["S"], map[int]int32{0: 5, 1: 5})
	square := slices.IndexFunc(g.System.Lookups, func(k Lookup) bool { return k.Columns[0] == g.IDs["A"] })
	return append(sharedLies(t, l, g.Cells),
		Lie{Name: "a square beside its table", Layout: l, cells: add(g.Cells, "S", 2, 1)},
		Lie{Name: "other rows", Layout: l, cells: scaled},
		Lie{Name: "a quotient", Layout: l, cells: add(g.Cells, "Q", 0, 1)},
		Lie{Name: "denominators zero", Layout: l, cells: twins, alpha: &collision{square, 0}})
}
