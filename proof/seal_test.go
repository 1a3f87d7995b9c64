package proof_test

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// ordered is a transcript that keeps all that is absorbed, in this order, and what
// happened since the last message. Its challenges are numbers that are no messages.
type ordered struct {
	absorbed []fr.Element
	last     transcript.Kind
	since    int // challenges
	drawn    uint64
}

func (o *ordered) Absorb(kind transcript.Kind, message ...fr.Element) {
	o.absorbed = append(o.absorbed, message...)
	o.last, o.since = kind, 0
}

func (o *ordered) Challenge() fr.Element {
	o.drawn++
	o.since++
	return fr.NewElement(1<<40 + o.drawn)
}

// sealed are layouts of every kind, with and without a mask: without lookups, without
// groups, without claims on public tensors, without variables.
func sealed(t *testing.T) map[string]*proof.Layout {
	t.Helper()
	list := map[string]*proof.Layout{}
	for name, g := range games(t) {
		list[name] = g.Layout
	}
	for _, s := range prooftest.NewSmallest(t) {
		list[s.Right.Name] = prooftest.Layout(t, s.Right, false)
		list[s.Right.Name+", masked"] = prooftest.Layout(t, s.Right, true)
	}
	return list
}

// TestNothingIsSaidAfterTheSeal: before σ everything is absorbed, each message once
// and in order, so that σ and the seal are two elements of one state, and the script
// ends with no value kept back. What is exposed is a function of what was absorbed.
func TestNothingIsSaidAfterTheSeal(t *testing.T) {
	for name, l := range sealed(t) {
		messages := make([]fr.Element, proof.Length(l))
		for i := range messages {
			messages[i].SetUint64(uint64(i + 1))
		}
		tr := &ordered{}
		out := proof.Argue(l, &proof.Checks{}, tr, proof.NewReplay(messages))
		if !slices.Equal(tr.absorbed, messages) {
			t.Errorf("%s: absorbed is %v, said is 1 … %d", name, tr.absorbed, len(messages))
		}
		if tr.last != transcript.RowValues || tr.since != 1 || out.Sigma != fr.NewElement(1<<40+tr.drawn) {
			t.Errorf("%s: after a message of kind %d, %d challenges, the last of which is not σ", name, tr.last, tr.since)
		}
		if s := proof.Seal[fr.Element](tr); s != fr.NewElement(1<<40+tr.drawn) || tr.since != 2 {
			t.Errorf("%s: the seal is not the challenge after σ", name)
		}
	}
}
