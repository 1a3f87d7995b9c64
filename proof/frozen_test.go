package proof_test

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/prooftest"
)

// TestFrozenChallenges: each attack succeeds against the transcript that it is
// made for, and fails against the real one. (Package committed has the same
// attacks on the committed conversation.)
func TestFrozenChallenges(t *testing.T) {
	s := prooftest.NewSetting(t, false)
	for _, attack := range s.Frozen() {
		t.Run(attack.Name, func(t *testing.T) {
			weak := s.Game()
			weak.Forgets = attack.Forgets
			forged := attack.Forge(t, weak)
			if places := weak.Failures(forged); places != nil {
				t.Errorf("the attack fails at: %q", places)
			}
			real := s.Game()
			real.Digest, real.Committed = weak.Digest, weak.Committed
			if real.Accepts(forged) {
				t.Error("the real transcript accepts the forgery")
			}
			if real = s.Game(); real.Accepts(attack.Forge(t, real)) {
				t.Error("the attack succeeds against the real transcript")
			}
		})
	}
}

// TestHonestGame: the harness accepts the truth and refuses wrong cells as
// they are, so what the attacks achieve is their own.
func TestHonestGame(t *testing.T) {
	s := prooftest.NewSetting(t, false)
	g := s.Game()
	if _, m, _ := g.Tell(t, s.Honest, nil); !g.Accepts(m) {
		t.Error("honest messages are refused")
	}
	for name, cell := range map[string]int{"A": 0, "WS": 3} {
		g.Committed = s.Wrong(name, cell)
		if _, m, _ := g.Tell(t, g.Committed, nil); g.Accepts(m) {
			t.Errorf("wrong cell of %s is accepted", name)
		}
		if _, m, _ := g.Tell(t, s.Honest, nil); g.Accepts(m) {
			t.Errorf("honest story about a wrong cell of %s is accepted", name)
		}
	}
}

// TestMaskStandsAlone: the opened combination is M + Σ_{g≥1} σ^g·g_g. Were the
// first group's power σ^0, a false value of it could be taken out of that of
// the mask, which no other check fixes.
func TestMaskStandsAlone(t *testing.T) {
	s := prooftest.NewSetting(t, true)
	g := s.Game()
	if _, m, _ := g.Tell(t, s.Honest, nil); !g.Accepts(m) {
		t.Fatal("an honest masked conversation is refused")
	}
	g.Committed = s.Wrong("WS", 3)
	p, m, _ := g.Tell(t, s.Honest, nil)
	first, last := p.At["row values 0"], len(m)-1

	// Δ makes the end of the sumcheck right: (w + Δ)·slope = claim.
	rowValues := func() fr.Element {
		d := g.Verify(m)
		return d.Of[slices.Index(d.Places, "row values")]
	}
	base, one := rowValues(), fr.One()
	m[first].Add(&m[first], &one)
	slope := rowValues()
	m[first].Sub(&m[first], &one)
	slope.Sub(&slope, &base)
	base.Div(&base, &slope)
	m[first].Sub(&m[first], &base)
	m[last].Add(&m[last], &base)

	d := g.Verify(m)
	for i := range d.Of {
		if failed := !d.Of[i].IsZero(); failed != (d.Places[i] == "evaluation proof") {
			t.Errorf("%s: failed %v", d.Places[i], failed)
		}
	}
}
