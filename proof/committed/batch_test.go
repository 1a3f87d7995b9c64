package committed_test

import (
	crand "crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/committed"
)

// TestErrorsDoNotCancel: two proofs of one batch, or two lines of one proof, whose
// errors add up to 0. With equal weights the batch accepts, so that they do
// cancel; with weights that nobody knows it names the first.
func TestErrorsDoNotCancel(t *testing.T) {
	e := newAmbiguous(t, 2)
	first, second := e.prove(t), e.prove(t)
	one := fr.One()
	for name, test := range map[string]struct {
		plus, minus *fr.Element
		place       string
	}{
		"two proofs": {&first.Blinds[0], &second.Blinds[0], "first: conversation: "},
		"two lines":  {&second.Blinds[1], &second.Blinds[2], "second: blocks of the conversation: "},
	} {
		test.plus.Add(test.plus, &one)
		test.minus.Sub(test.minus, &one)
		check := func(rng io.Reader) error {
			batch := e.setup.Verifier().NewBatch(rng)
			for i, p := range []*committed.Proof{first, second} {
				place := []string{"first", "second"}[i]
				if _, _, err := committed.Verify(batch, place, e.statement.Layout, e.statement.Digest(p.Witness), &p.Conversation, p.Blinding); err != nil {
					t.Fatal(err)
				}
			}
			return batch.Check()
		}
		if err := check(again{[64]byte{15: 1}}); err != nil {
			t.Errorf("%s: the errors do not cancel: %v", name, err)
		}
		if err := check(crand.Reader); !errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), test.place) {
			t.Errorf("%s: %v", name, err)
		}
		test.plus.Sub(test.plus, &one)
		test.minus.Add(test.minus, &one)
	}
}

// TestNoSubsetOfEquationsIsEnough: each of the three lines of an answer is refused
// by itself, the other two as they are.
func TestNoSubsetOfEquationsIsEnough(t *testing.T) {
	e := newAmbiguous(t, 2)
	p := e.prove(t)
	one := fr.One()
	for i, place := range []string{"conversation", "blocks of the conversation", "equations of the script"} {
		changed := p.Conversation
		changed.Blinds[i].Add(&changed.Blinds[i], &one)
		batch := e.setup.Verifier().NewBatch(crand.Reader)
		if _, _, err := committed.Verify(batch, "test", e.statement.Layout, e.statement.Digest(p.Witness), &changed, p.Blinding); err != nil {
			t.Fatal(err)
		}
		if err := batch.Check(); !errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), "test: "+place+": ") {
			t.Errorf("%s: %v", place, err)
		}
	}
}
