package committed_test

import (
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/prooftest"
)

// hiddenGames plays games about the committed conversation: messages are hidden,
// and challenges are those of commitments to them, each made but once.
type hiddenGames struct {
	setup *commitments.Setup
	made  map[string]bn254.G1Affine
}

// forge holds the conversation of a game with a peer. The blindings of blocks are
// the same in all of them, so that what is said alone decides about challenges.
func (h *hiddenGames) forge(g *prooftest.Game, p proof.Peer[fr.Element]) *committed.Forgery {
	rules := committed.Lax{Forgets: g.Forgets, Made: h.made}
	return committed.Forge(h.setup, g.Layout, g.Digest, rules, p, rand.NewChaCha8([32]byte{1}))
}

// over is prooftest.Game.Over.
func (h *hiddenGames) over(g *prooftest.Game, d *prooftest.Differences, p proof.Peer[fr.Element]) *proof.Outcome[fr.Element] {
	f := h.forge(g, p)
	f.Equations(func(v fr.Element, place string) { d.AssertEqual(v, fr.Element{}, place) })
	return f.Outcome
}

// verify makes a proof of messages by the rules of one game, and verifies it by
// those of another. The evaluation proof of the combined row is ideal: it is checked by
// the game.
func (h *hiddenGames) verify(t *testing.T, made, verified *prooftest.Game, messages []fr.Element) error {
	t.Helper()
	c, err := h.forge(made, proof.NewReplay(messages)).Answered()
	if err != nil {
		t.Fatal(err)
	}
	batch := h.setup.Verifier().NewBatch(rand.NewChaCha8([32]byte{2}))
	if err := committed.VerifyLax(batch, verified.Layout, verified.Digest, committed.Lax{Forgets: verified.Forgets}, c); err != nil {
		return err
	}
	if !verified.Accepts(messages) {
		return fault.ErrRejected
	}
	return nil
}

// TestFrozenChallenges: for every kind of message a verifier who forgets to absorb
// the blocks that it is in, and a forger who makes use of it.
func TestFrozenChallenges(t *testing.T) {
	s := prooftest.NewSetting(t, true)
	h := &hiddenGames{setups(t)[0], map[string]bn254.G1Affine{}}
	for _, attack := range s.Frozen() {
		t.Run(attack.Name, func(t *testing.T) {
			game := func() *prooftest.Game {
				g := s.Game()
				g.Over = h.over
				return g
			}
			weak := game()
			weak.Forgets = attack.Forgets
			forged := attack.Forge(t, weak)
			if err := h.verify(t, weak, weak, forged); err != nil {
				t.Errorf("the attack fails: %v, %q", err, weak.Failures(forged))
			}
			real := game()
			real.Digest, real.Committed = weak.Digest, weak.Committed
			if h.verify(t, weak, real, forged) == nil || h.verify(t, real, real, forged) == nil {
				t.Error("the real verifier accepts the forgery")
			}
			real = game()
			if forged = attack.Forge(t, real); h.verify(t, real, real, forged) == nil {
				t.Error("the attack succeeds against the real verifier")
			}
		})
	}
}

// TestHonestGame: what the attacks achieve is their own.
func TestHonestGame(t *testing.T) {
	s := prooftest.NewSetting(t, true)
	h := &hiddenGames{setups(t)[0], map[string]bn254.G1Affine{}}
	g := s.Game()
	g.Over = h.over
	_, m, _ := g.Tell(t, s.Honest, nil)
	if err := h.verify(t, g, g, m); err != nil {
		t.Errorf("honest messages are refused: %v, %q", err, g.Failures(m))
	}
	g.Committed = s.Wrong("WS", 3)
	for name, story := range map[string][][]fr.Element{"wrong": g.Committed, "honest": s.Honest} {
		if _, m, _ := g.Tell(t, story, nil); h.verify(t, g, g, m) == nil {
			t.Errorf("a wrong cell is accepted, the story of it is %s", name)
		}
	}
}
