package proof_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// Frozen challenges: for every kind of message, a transcript that forgets to
// absorb it, a false statement, and a prover who knows the challenges that
// come after the message before it says it. Each attack must succeed against
// the forgetful transcript, or it shows nothing, and fail against the real one.
func TestFrozenChallenges(t *testing.T) {
	s := newSetting(t)
	for _, attack := range []struct {
		name    string
		forgets transcript.Kind
		forge   func(t *testing.T, g *game) []fr.Element
	}{
		// A wrong activation: the sum of fractions is not zero. The numerators
		// of the root are chosen once it is known where the next layer reads
		// them: zero in sum, and right at that point.
		{"fractions", transcript.Fractions, func(t *testing.T, g *game) []fr.Element {
			g.committed = s.wrong("A", 0)
			p, m, _ := g.tell(t, g.committed, nil)
			at := p.at["fractions 0"]
			return g.solve(m, at, at+1)
		}},
		// The same, but the root is balanced before, and the round of the next
		// layer carries its false claim to the right value.
		{"layer rounds", transcript.LayerRound, func(t *testing.T, g *game) []fr.Element {
			g.committed = s.wrong("A", 0)
			p, m, _ := g.tell(t, g.committed, balanced)
			return g.solve(m, p.at["layer round 0"])
		}},
		// A wrong weight after: the equation of the update is false, and one
		// round of its sumcheck carries the false claim to the right value.
		{"sumcheck rounds", transcript.SumRound, func(t *testing.T, g *game) []fr.Element {
			g.committed = s.wrong("WS", 3)
			p, m, _ := g.tell(t, g.committed, nil)
			return g.solve(m, p.at["sum round 0"])
		}},
		// The same, with false values of the weights before and after that
		// make the equation true and cancel under the weights of the opening.
		{"evaluations", transcript.Evaluations, func(t *testing.T, g *game) []fr.Element {
			g.committed = s.wrong("WS", 3)
			p, m, _ := g.tell(t, g.committed, nil)
			return g.solve(m, p.at[fmt.Sprint("value of ", s.ids["WS"], " 0")], p.at[fmt.Sprint("value of ", s.ids["W0"], " 0")])
		}},
		// The story of honest weights, with other ones committed: one round of
		// the opening carries the false value to the right one.
		{"opening rounds", transcript.OpeningRound, func(t *testing.T, g *game) []fr.Element {
			g.committed = s.wrong("WS", 3)
			p, m, _ := g.tell(t, s.honest, nil)
			return g.solve(m, p.at["opening round 0"])
		}},
		// The same, with two false values at the end that agree with the
		// sumcheck and cancel under the powers of σ.
		{"openings", transcript.Openings, func(t *testing.T, g *game) []fr.Element {
			g.committed = s.wrong("WS", 3)
			p, m, _ := g.tell(t, s.honest, nil)
			at := p.at["openings 0"]
			return g.solve(m, at, at+1)
		}},
		// Commitments that no challenge depends on are chosen after all of
		// them: weights that agree with the honest ones where they are read.
		{"statement", transcript.Statement, func(t *testing.T, g *game) []fr.Element {
			g.committed = s.honest
			_, _, out := g.tell(t, s.honest, nil)
			g.committed = s.agreeing(t, out)
			g.digest = fr.NewElement(8)
			_, m, _ := g.tell(t, s.honest, nil)
			return m
		}},
	} {
		t.Run(attack.name, func(t *testing.T) {
			weak := &game{layout: s.layout, digest: fr.NewElement(7), forgets: attack.forgets}
			forged := attack.forge(t, weak)
			if !weak.accepts(forged) {
				d := weak.verify(forged)
				for i := range d.of {
					if !d.of[i].IsZero() {
						t.Errorf("the attack fails at: %s", d.places[i])
					}
				}
			}
			if (&game{layout: s.layout, digest: weak.digest, committed: weak.committed}).accepts(forged) {
				t.Error("the real transcript accepts the forgery")
			}
			real := &game{layout: s.layout, digest: fr.NewElement(7)}
			if real.accepts(attack.forge(t, real)) {
				t.Error("the attack succeeds against the real transcript")
			}
		})
	}
}

// agreeing returns the honest tables with two cells of the weights after
// changed so that the extension at the point of their only claim is the same.
func (s *setting) agreeing(t *testing.T, out *proof.Outcome[fr.Element]) [][]fr.Element {
	t.Helper()
	id := s.ids["WS"]
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
		unit := make([]fr.Element, len(s.honest[id]))
		unit[cell].SetOne()
		return naive.Evaluate(unit, points[0])
	}
	tables := s.wrong("WS", 3)
	a, b := basis(3), basis(4)
	a.Div(&a, &b)
	tables[id][4].Sub(&tables[id][4], &a)
	return tables
}

// TestHonestGame: the harness accepts the truth and refuses wrong cells as
// they are, so what the attacks achieve is their own.
func TestHonestGame(t *testing.T) {
	s := newSetting(t)
	g := &game{layout: s.layout, digest: fr.NewElement(7), committed: s.honest}
	if _, m, _ := g.tell(t, s.honest, nil); !g.accepts(m) {
		t.Error("honest messages are refused")
	}
	for name, cell := range map[string]int{"A": 0, "WS": 3} {
		g.committed = s.wrong(name, cell)
		if _, m, _ := g.tell(t, g.committed, nil); g.accepts(m) {
			t.Errorf("wrong cell of %s is accepted", name)
		}
		if _, m, _ := g.tell(t, s.honest, nil); g.accepts(m) {
			t.Errorf("honest story about a wrong cell of %s is accepted", name)
		}
	}
}

// TestMaskStandsAlone: the opened combination is M + Σ_{g≥1} σ^g·g_g. Were the
// first group's power σ^0, a false value of it could be taken out of that of
// the mask, which no other check fixes.
func TestMaskStandsAlone(t *testing.T) {
	s := newSetting(t)
	l, err := proof.NewLayout(s.layout.System, s.layout.RowLog, true)
	if err != nil {
		t.Fatal(err)
	}
	g := &game{layout: l, digest: fr.NewElement(7), committed: s.honest, mask: make([]fr.Element, 1<<l.RowLog)}
	for i := range g.mask {
		g.mask[i].MustSetRandom()
	}
	if _, m, _ := g.tell(t, s.honest, nil); !g.accepts(m) {
		t.Fatal("an honest masked conversation is refused")
	}
	g.committed = s.wrong("WS", 3)
	p, m, _ := g.tell(t, s.honest, nil)
	first, last := p.at["openings 0"], len(m)-1

	// Δ makes the end of the sumcheck right: (w + Δ)·slope = claim.
	openings := func() fr.Element {
		d := g.verify(m)
		return d.of[slices.Index(d.places, "openings")]
	}
	base, one := openings(), fr.One()
	m[first].Add(&m[first], &one)
	slope := openings()
	m[first].Sub(&m[first], &one)
	slope.Sub(&slope, &base)
	base.Div(&base, &slope)
	m[first].Sub(&m[first], &base)
	m[last].Add(&m[last], &base)

	d := g.verify(m)
	for i := range d.of {
		if failed := !d.of[i].IsZero(); failed != (d.places[i] == "opening") {
			t.Errorf("%s: failed %v", d.places[i], failed)
		}
	}
}
