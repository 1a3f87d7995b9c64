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
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	. "github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// Setting is the small layer with honest tables and with one wrong cell.
type Setting struct {
	IDs    map[string]ID
	Layout *proof.Layout
	Honest [][]fr.Element
}

// NewSetting returns the setting with rows of 2^6 cells.
func NewSetting(t testing.TB, masked bool) *Setting {
	t.Helper()
	ty := NewTiny(t, rand.New(rand.NewPCG(31, 32)))
	l, err := proof.NewLayout(ty.System, 6, masked)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := reference.Tables(ty.System, counted(t, ty.System, ty.Cells))
	if err != nil {
		t.Fatal(err)
	}
	return &Setting{ty.IDs, l, tables}
}

// Game returns a game about honest tables.
func (s *Setting) Game() *Game {
	return &Game{Layout: s.Layout, Digest: fr.NewElement(7), Committed: s.Honest, Mask: MaskRow(s.Layout)}
}

// Wrong returns the tables with 1 added to a cell of one tensor.
func (s *Setting) Wrong(name string, cell int) [][]fr.Element {
	tables := slices.Clone(s.Honest)
	id := s.IDs[name]
	tables[id] = slices.Clone(tables[id])
	one := fr.One()
	tables[id][cell].Add(&tables[id][cell], &one)
	return tables
}

// balanced makes the numerator of the root zero.
func balanced(f [4]fr.Element) [4]fr.Element {
	// p0·q1 + p1·q0 = 0
	f[0].Mul(&f[1], &f[2])
	f[0].Neg(&f[0])
	f[0].Div(&f[0], &f[3])
	return f
}

// Attack is a prover who knows challenges before it says what they should depend
// on: for one kind of message, a transcript that forgets to absorb it, a false
// statement, and messages made for what the transcript is worth then.
type Attack struct {
	Name    string
	Forgets transcript.Kind
	Forge   func(t testing.TB, g *Game) []fr.Element
}

// Frozen returns an attack for every kind of message. Each must succeed against
// the forgetful transcript, or it shows nothing, and fail against the real one.
func (s *Setting) Frozen() []Attack {
	return []Attack{
		// A wrong activation: the sum of fractions is not zero. The numerators
		// of the root are chosen once it is known where the next layer reads
		// them: zero in sum, and right at that point.
		{"fractions", transcript.Fractions, func(t testing.TB, g *Game) []fr.Element {
			g.Committed = s.Wrong("A", 0)
			p, m, _ := g.Tell(t, g.Committed, nil)
			at := p.At["fractions 0"]
			return g.Solve(m, at, at+1)
		}},
		// The same, but the root is balanced before, and the round of the next
		// layer carries its false claim to the right value.
		{"layer rounds", transcript.LayerRound, func(t testing.TB, g *Game) []fr.Element {
			g.Committed = s.Wrong("A", 0)
			p, m, _ := g.Tell(t, g.Committed, balanced)
			return g.Solve(m, p.At["layer round 0"])
		}},
		// A wrong weight after: the equation of the update is false, and one
		// round of its sumcheck carries the false claim to the right value.
		{"sumcheck rounds", transcript.SumRound, func(t testing.TB, g *Game) []fr.Element {
			g.Committed = s.Wrong("WS", 3)
			p, m, _ := g.Tell(t, g.Committed, nil)
			return g.Solve(m, p.At["sum round 0"])
		}},
		// The same, with false values of the weights before and after that
		// make the equation true and cancel under the weights of the reduction.
		{"evaluations", transcript.Evaluations, func(t testing.TB, g *Game) []fr.Element {
			g.Committed = s.Wrong("WS", 3)
			p, m, _ := g.Tell(t, g.Committed, nil)
			return g.Solve(m, p.At[fmt.Sprint("value of ", s.IDs["WS"], " 0")], p.At[fmt.Sprint("value of ", s.IDs["W0"], " 0")])
		}},
		// The story of honest weights, with other ones Committed: one round of
		// the reduction carries the false value to the right one.
		{"reduction rounds", transcript.ReductionRound, func(t testing.TB, g *Game) []fr.Element {
			g.Committed = s.Wrong("WS", 3)
			p, m, _ := g.Tell(t, s.Honest, nil)
			return g.Solve(m, p.At["reduction round 0"])
		}},
		// The same, with two false values at the end that agree with the
		// sumcheck and cancel under the powers of σ.
		{"row values", transcript.RowValues, func(t testing.TB, g *Game) []fr.Element {
			g.Committed = s.Wrong("WS", 3)
			p, m, _ := g.Tell(t, s.Honest, nil)
			at := p.At["row values 0"]
			return g.Solve(m, at, at+1)
		}},
		// Commitments that no challenge depends on are chosen after all of
		// them: weights that agree with the honest ones where they are read.
		{"statement", transcript.Statement, func(t testing.TB, g *Game) []fr.Element {
			g.Committed = s.Honest
			_, _, out := g.Tell(t, s.Honest, nil)
			g.Committed = s.agreeing(t, out)
			g.Digest = fr.NewElement(8)
			_, m, _ := g.Tell(t, s.Honest, nil)
			return m
		}},
	}
}

// agreeing returns the honest tables with two cells of the weights after
// changed so that the extension at the point of their only claim is the same.
func (s *Setting) agreeing(t testing.TB, out *proof.Outcome[fr.Element]) [][]fr.Element {
	t.Helper()
	id := s.IDs["WS"]
	var points [][]fr.Element
	for _, g := range out.Groups {
		for _, c := range g.Claims {
			if c.Tensor == id {
				points = append(points, out.At(c.Point))
			}
		}
	}
	if len(points) != 1 {
		t.Fatalf("%d claims on the weights after", len(points))
	}
	basis := func(cell int) fr.Element {
		unit := make([]fr.Element, len(s.Honest[id]))
		unit[cell].SetOne()
		return naive.Evaluate(unit, points[0])
	}
	tables := s.Wrong("WS", 3)
	a, b := basis(3), basis(4)
	a.Div(&a, &b)
	tables[id][4].Sub(&tables[id][4], &a)
	return tables
}

// Converse holds the masked conversation of an attack, by the transcript that it is made
// for, about commitments to what the attack commits to.
func (s *Setting) Converse(t testing.TB, setup *commitments.Setup, a Attack) (*Case, *prover.Conversation) {
	t.Helper()
	g := s.Game()
	g.Forgets = a.Forgets
	replay := proof.NewReplay(a.Forge(t, g))
	c := &Case{Tables: g.Committed, Mask: g.Mask, Statement: &statement.Statement{Kind: "test"}}
	c.layOut(t, s.Layout.System, setup, true)
	forgetful := func(proof.Transcript[fr.Element]) proof.Transcript[fr.Element] { return g.Transcript() }
	return c, c.tell(t, replay, forgetful)
}
