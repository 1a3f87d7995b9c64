package chain_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/relation"
)

// TestForgeries: false cells, counts and public tensors, told as they are. By keys whose
// secrets are known a chain accepts what the script refuses, as does package wrap: all
// that is outside of the SNARK holds. With the SNARK of an honest proof both refuse it. A
// public tensor that is another is refused with any SNARK.
func TestForgeries(t *testing.T) {
	c := newCourt(t, 6, knownKeys{})
	honest := map[*prooftest.Case]*honest{}
	for _, f := range prooftest.Forgeries(t) {
		if honest[f.Honest] == nil {
			honest[f.Honest] = c.honest(t, f.Name+", what it began as", f.Honest)
		}
		forged := f.Forged(t).Masked(t, c.setup)
		p := c.wrap(t, forged.Statement, forged.Converse(t))
		v := c.hear(t, f.Name, forged.Statement, p)
		copied := *p
		copied.SNARK = honest[f.Honest].proof.SNARK
		w := c.hear(t, f.Name+", with a copied SNARK", forged.Statement, &copied)
		switch f.Refused {
		case `public tensor "P"`, `public tensor "square column 1"`:
			v.refused(t, f.Name, f.Refused, "PublicTensor")
			w.refused(t, f.Name, f.Refused, "PublicTensor")
		case `public tensor "rates"`: // opened
			v.refused(t, f.Name, f.Refused, "PairingsDiffer")
			w.refused(t, f.Name, f.Refused, "PairingsDiffer")
		default:
			v.accepted(t, f.Name)
			w.bySNARK(t, f.Name)
		}
	}
}

// TestLies: one false answer each, which one assertion of the script refuses. To a chain it
// is the SNARK that is missing, and nothing else.
func TestLies(t *testing.T) {
	c := newCourt(t, 5, knownKeys{})
	for name, lies := range prooftest.Lies(t, true) {
		truth, _ := lies[0].Converse(t, c.setup) // its cells are true
		snark := c.wrap(t, truth.Statement, truth.Converse(t)).SNARK
		for _, l := range lies {
			what := name + ", " + l.Name
			told, made := l.Converse(t, c.setup)
			p := c.wrap(t, told.Statement, made)
			c.hear(t, what, told.Statement, p).accepted(t, what)
			p.SNARK = snark
			c.hear(t, what, told.Statement, p).bySNARK(t, what)
		}
	}
}

// TestFrozenChallenges: conversations by transcripts that forget to absorb something, which
// is all that is wrong with them.
func TestFrozenChallenges(t *testing.T) {
	c := newCourt(t, 6, knownKeys{})
	s := prooftest.NewSetting(t, true)
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(31, 32)))
	snark := c.honest(t, "honest", prooftest.NewCase(t, ty.System, ty.Cells)).proof.SNARK
	for _, a := range s.Frozen() {
		forged, made := s.Converse(t, c.setup, a)
		p := c.wrap(t, forged.Statement, made)
		c.hear(t, a.Name, forged.Statement, p).accepted(t, a.Name)
		p.SNARK = snark
		c.hear(t, a.Name, forged.Statement, p).bySNARK(t, a.Name)
	}
}

// restated is what refuses, outside of the SNARK, the proof of an honest statement as one
// of another, when its evaluation proof is made anew. All that is not here is accepted by
// keys whose secrets are known.
var restated = map[string]struct{ native, chain string }{
	"system, rate":               {`public tensor "rates"`, "PairingsDiffer"},
	"system, rates swapped":      {`public tensor "rates"`, "PairingsDiffer"},
	"system, fewer rates":        {`public tensor "rates"`, "PairingsDiffer"},
	"system, row":                {`public tensor "Sel"`, "PublicTensor"},
	"system, rows swapped":       {`public tensor "Sel"`, "PublicTensor"},
	"system, row repeated":       {`public tensor "Sel"`, "PublicTensor"},
	"system, row dropped":        {`public tensor "Sel"`, "PublicTensor"},
	"system, no row replaced":    {`public tensor "Sel"`, "PublicTensor"},
	"system, public cell":        {`public tensor "P"`, "PublicTensor"},
	"system, public padding":     {`public tensor "P"`, "PublicTensor"},
	"system, table cell":         {`public tensor "square column 1"`, "PublicTensor"},
	"statement, other weights":   {"evaluation", "PairingsDiffer"},
	"statement, other result":    {"evaluation", "PairingsDiffer"},
	"statement, externals apart": {"evaluation", "PairingsDiffer"},
	"statement, infinity":        {"evaluation", "PairingsDiffer"},
}

// TestRestatements: an honest proof presented as one of another statement, as it is; with
// an evaluation proof for it; and with a SNARK for it as well.
func TestRestatements(t *testing.T) {
	c := newCourt(t, 6, knownKeys{})
	proven := map[*prooftest.Case]*honest{}
	for _, r := range prooftest.Restatements(t) {
		if proven[r.Honest] == nil {
			proven[r.Honest] = c.honest(t, r.Name+", what it began as", r.Honest)
		}
		h := proven[r.Honest]
		other := r.Of(t, h.Case)
		c.replayed(t, r, h, other)
		if r.Wants != fault.ErrRejected {
			continue
		}
		made := *h.made
		made.Digest = other.Statement.Digest(made.Witness)
		other.Reopen(t, &made)
		p := c.wrap(t, other.Statement, &made)
		v := c.hear(t, r.Name, other.Statement, p)
		p.SNARK = h.proof.SNARK
		w := c.hear(t, r.Name+", with a copied SNARK", other.Statement, p)
		c.takenOut(t, r, h, other, &made)
		if by, ok := restated[r.Name]; ok {
			v.refused(t, r.Name, by.native, by.chain)
			w.refused(t, r.Name, by.native, by.chain)
		} else {
			v.accepted(t, r.Name)
			w.bySNARK(t, r.Name)
		}
	}
}

// replayed presents the call of an honest proof as one of another statement.
func (c *court) replayed(t *testing.T, r prooftest.Restatement, h *honest, other *prooftest.Case) {
	t.Helper()
	call := *c.call(t, h.Statement, h.proof)
	if other.Statement.Setup == c.setup.ID { // there is no class over another
		call.Class = c.class(t, other.Statement).ID
	}
	call.Head, call.External = other.Statement.Head(), coordinates(slices.Concat(other.Statement.External...))
	wants := r.Wants
	if r.Name == "system, range dropped" { // how long a conversation is shows in no wrap of it
		wants = fault.ErrRejected
	}
	if native := c.native(other.Statement, h.proof); !errors.Is(native, wants) {
		t.Errorf("%s: off the chain %v, want %v", r.Name, native, wants)
	}
	want := map[string]string{
		"statement, missing external": "ExternalLength", "statement, external with a row more": "ExternalLength",
		"statement, external off the curve": "InvalidPoint",
	}[r.Name]
	if by := restated[r.Name]; by.chain == "PublicTensor" {
		want = by.chain
	} else if want == "" { // c0 is another, and β with it
		want = "FoldsEndElsewhere"
	}
	if got := reason(t, r.Name, c.verify(&call)); got != want {
		t.Errorf("%s: as it is: %q, want %q", r.Name, got, want)
	}
}

// TestExchanges: the commitments of a proof in another order, and one with a multiple of H
// that the proof's blinding takes out, each with all else made anew.
func TestExchanges(t *testing.T) {
	c := newCourt(t, 6, knownKeys{})
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(21, 22)))
	h := c.honest(t, "honest", prooftest.NewCase(t, ty.System, ty.Cells))
	exchanges := prooftest.Exchanges(c.setup, h.proof.Witness)
	if len(exchanges) < 5 {
		t.Errorf("%d exchanges", len(exchanges))
	}
	for _, x := range exchanges {
		asItIs := *h.proof
		asItIs.Witness = x.Witness
		if v := c.hear(t, x.Name, h.Statement, &asItIs); v.chain != "FoldsEndElsewhere" {
			t.Errorf("%s: %v, %q", x.Name, v.native, v.chain)
		}
		made := *h.made
		made.Witness, made.Digest = x.Witness, h.Statement.Digest(x.Witness)
		h.Reopen(t, &made)
		c.hear(t, x.Name, h.Statement, c.wrap(t, h.Statement, &made)).refused(t, x.Name, "evaluation", "PairingsDiffer")
		if x.Name != "commitment 0 + H" {
			continue
		}
		unblind(t, h.Case, &made, ty.System.Committed(relation.Witness)[0])
		p := c.wrap(t, h.Statement, &made)
		c.hear(t, x.Name, h.Statement, p).accepted(t, x.Name)
		p.SNARK = h.proof.SNARK
		c.hear(t, x.Name, h.Statement, p).bySNARK(t, x.Name)
	}
}

// takenOut lets the proof's blinding take out what is added to an external commitment along
// H: all that is left to refuse it is the statement's digest in the SNARK.
func (c *court) takenOut(t *testing.T, r prooftest.Restatement, h *honest, other *prooftest.Case, made *prover.Conversation) {
	t.Helper()
	at := slices.Index([]string{"statement, other weights", "statement, other result"}, r.Name)
	if at < 0 {
		return
	}
	what := r.Name + ", taken out"
	unblind(t, other, made, other.Statement.Layout.System.Committed(relation.External)[at])
	p := c.wrap(t, other.Statement, made)
	c.hear(t, what, other.Statement, p).accepted(t, what)
	p.SNARK = h.proof.SNARK
	c.hear(t, what, other.Statement, p).bySNARK(t, what)
}

// unblind adds to a proof's blinding what H, added to the first row of a tensor's commitment,
// adds to the combination.
func unblind(t *testing.T, c *prooftest.Case, made *prover.Conversation, id relation.ID) {
	t.Helper()
	by := proof.Combination(c.Statement.Layout, made.Outcome)[id][0]
	if by.IsZero() {
		t.Fatal("the tensor is not opened")
	}
	made.Blinding.Add(&made.Blinding, &by)
	c.Reopen(t, made)
}
