package committed_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// stated is a case in mode zk, with an honest proof of it, and with the
// conversation that a circuit would be given.
type stated struct {
	*prooftest.Case
	proof             *committed.Proof
	messages, exposed []fr.Element
}

func newStated(t *testing.T, c *prooftest.Case) *stated {
	t.Helper()
	p, err := c.ForgeCommitted(t)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.VerifyCommitted(t, p); err != nil {
		t.Fatal(err)
	}
	l, tr := c.Statement.Layout, transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, c.Statement.Digest(p.Witness), fr.Element{})
	messages, out, err := prooftest.Converse(l, tr, c.Peer(t))
	if err != nil {
		t.Fatal(err)
	}
	s := &stated{c, p, messages, out.Exposed(l)}
	if !s.solves(c.Statement) {
		t.Fatal("the circuit rejects an honest conversation")
	}
	return s
}

// solves reports whether the circuit accepts the conversation as one about a
// statement.
func (s *stated) solves(st *statement.Statement) bool {
	return solves(st.Layout, st.Digest(s.proof.Witness), s.messages, s.exposed)
}

// TestRestatements: a proof is refused under any other statement, whatever alone is
// changed in it, and so is its conversation in a circuit.
func TestRestatements(t *testing.T) {
	setup := setups(t)[0]
	honest := map[*prooftest.Case]*stated{}
	for _, r := range prooftest.Restatements(t) {
		if honest[r.Honest] == nil {
			honest[r.Honest] = newStated(t, r.Honest.Masked(t, setup))
		}
		s := honest[r.Honest]
		other := r.Of(t, s.Case)
		if err := other.VerifyCommitted(t, s.proof); !errors.Is(err, r.Wants) {
			t.Errorf("%s: %v, want %v", r.Name, err, r.Wants)
		}
		if r.Wants == fault.ErrRejected && s.solves(other.Statement) { // others have no such witness, or are refused before
			t.Errorf("%s: the circuit accepts", r.Name)
		}
	}
}

// TestProofsExchanged: two statements of one system and one witness each refuse the
// proof of the other, and any part of it in a proof of their own.
func TestProofsExchanged(t *testing.T) {
	e := newExample(t, setups(t)[0])
	p := e.prove(t)
	other := *e
	st := *e.statement
	st.Public = []byte("another order")
	other.statement = &st
	q := other.prove(t)
	for _, test := range []struct {
		name   string
		e      *example
		mixed  committed.Proof
		accept bool
	}{
		{"its own", e, *p, true},
		{"the other's own", &other, *q, true},
		{"replayed", &other, *p, false},
		{"replayed back", e, *q, false},
		{"evaluation proof of another proof", e, committed.Proof{Witness: p.Witness, Conversation: p.Conversation, Blinding: p.Blinding, Evaluation: q.Evaluation}, false},
		{"conversation of another proof", e, committed.Proof{Witness: p.Witness, Conversation: q.Conversation, Blinding: p.Blinding, Evaluation: p.Evaluation}, false},
		{"conversation and evaluation proof of another proof", e, committed.Proof{Witness: p.Witness, Conversation: q.Conversation, Blinding: q.Blinding, Evaluation: q.Evaluation}, false},
		{"blinding of another proof", e, committed.Proof{Witness: p.Witness, Conversation: p.Conversation, Blinding: q.Blinding, Evaluation: p.Evaluation}, false},
		{"commitments of another proof", e, committed.Proof{Witness: q.Witness, Conversation: p.Conversation, Blinding: p.Blinding, Evaluation: p.Evaluation}, false},
		{"mask of another proof", e, committed.Proof{Witness: append(slices.Clone(p.Witness[:len(p.Witness)-1]), q.Witness[len(q.Witness)-1]), Conversation: p.Conversation, Blinding: p.Blinding, Evaluation: p.Evaluation}, false},
	} {
		if err := test.e.verify(encode(t, &test.mixed)); test.accept && err != nil || !test.accept && !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestCommitmentsExchanged: the commitments of a proof are those it was made about.
func TestCommitmentsExchanged(t *testing.T) {
	e := newExample(t, setups(t)[0])
	p := e.prove(t)
	if err := e.verify(encode(t, p)); err != nil {
		t.Fatal(err)
	}
	exchanges := prooftest.Exchanges(e.setup, p.Witness)
	if len(exchanges) < 5 {
		t.Errorf("%d exchanges", len(exchanges))
	}
	for _, x := range exchanges {
		q := *p
		q.Witness = x.Witness
		if err := e.verify(encode(t, &q)); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", x.Name, err)
		}
	}
}
