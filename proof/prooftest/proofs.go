package prooftest

import (
	"context"
	"crypto/rand"
	"encoding"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/proof/verifier"
	. "github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// Peer is the prover by formulas about whatever the tables hold: it sends the
// true messages about these cells, however false the statement.
func (c *Case) Peer(t testing.TB) *reference.Peer {
	t.Helper()
	c.derive(t)
	p, err := reference.New(c.Statement.Layout, c.Tables, c.Mask)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Attempt proves whatever the tables hold, in the mode of the case, and returns
// the verdict: everything a prover can do who chooses all cells.
func (c *Case) Attempt(t testing.TB) error {
	t.Helper()
	if !c.Statement.Layout.Masked {
		return c.Verify(t, c.Forge(t))
	}
	p, err := c.ForgeCommitted(t)
	if err != nil {
		return err
	}
	return c.VerifyCommitted(t, p)
}

// Forge makes a proof of mode validity of whatever the tables hold.
func (c *Case) Forge(t testing.TB) *statement.Proof {
	t.Helper()
	return inTheClear(c.Converse(t))
}

// Converse holds the conversation about whatever the tables hold, which is a proof of
// mode validity or, masked, what a wrap hides.
func (c *Case) Converse(t testing.TB) *prover.Conversation {
	t.Helper()
	return c.tell(t, c.Peer(t), nil)
}

func inTheClear(c *prover.Conversation) *statement.Proof {
	return &statement.Proof{Witness: c.Witness, Messages: c.Messages, Blinding: c.Blinding, Evaluation: c.Evaluation}
}

// another returns the transcript that a forger would rather have than the real one.
type another func(real proof.Transcript[fr.Element]) proof.Transcript[fr.Element]

// tell holds the conversation with what a peer says, and opens the row that it
// combines. The transcript is the real one if there is not another.
func (c *Case) tell(t testing.TB, peer proof.Peer[fr.Element], other another) *prover.Conversation {
	t.Helper()
	l, w := c.Statement.Layout, c.commitWitness(t)
	made := &prover.Conversation{Witness: w.rows, Digest: c.Statement.Digest(w.rows)}
	if l.Masked {
		made.Salt = random(t, 1)[0]
	}
	var tr proof.Transcript[fr.Element] = transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, made.Digest, made.Salt)
	if other != nil {
		tr = other(tr)
	}
	made.Messages, made.Outcome, _ = Converse(l, tr, peer)
	made.Seal = proof.Seal(tr)
	made.Blinding = w.combine(l, made.Outcome)
	c.Reopen(t, made)
	return made
}

// Reopen makes the evaluation proof of a conversation for the case's statement, which
// may be another than the one it was held about.
func (c *Case) Reopen(t testing.TB, made *prover.Conversation) {
	t.Helper()
	c.evaluate(t, made, c.combined(made.Outcome))
}

// combined returns the row that is opened, by the coefficients of all rows.
func (c *Case) combined(out *proof.Outcome[fr.Element]) []fr.Element {
	row := make([]fr.Element, c.Setup.RowCells())
	copy(row, c.Mask)
	for id, weights := range proof.Combination(c.Statement.Layout, out) {
		for i, w := range weights {
			for j := range min(len(row), len(c.Tables[id])) {
				var v fr.Element
				v.Mul(&w, &c.Tables[id][i*len(row)+j])
				row[j].Add(&row[j], &v)
			}
		}
	}
	return row
}

// evaluate makes the evaluation proof of a conversation, of the row that it combines.
func (c *Case) evaluate(t testing.TB, made *prover.Conversation, row []fr.Element) {
	t.Helper()
	digest := c.Statement.Digest(made.Witness)
	made.Evaluation = c.open(t, statement.Claim(c.Statement, made.Witness, made.Blinding, made.Outcome), row, digest.Bytes())
}

// ForgeCommitted makes a proof of mode zk of whatever the tables hold. It fails
// with fault.ErrRejected if public values alone contradict the statement, so that
// there is nothing to hide.
func (c *Case) ForgeCommitted(t testing.TB) (*committed.Proof, error) {
	t.Helper()
	peer := c.Peer(t)
	l, w := c.Statement.Layout, c.commitWitness(t)
	hidden, out, err := committed.Prove(c.Setup, l, c.Statement.Digest(w.rows), peer, rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &committed.Proof{Witness: w.rows, Blinding: w.combine(l, out)}
	said, seed := hidden.Conversation(p.Blinding)
	p.Conversation = *said
	p.Evaluation = c.open(t, statement.Claim(c.Statement, p.Witness, p.Blinding, out), peer.Combined(out.Sigma), seed)
	return p, nil
}

// witness is what the commitments that a proof brings are, and all that blinds
// rows.
type witness struct {
	rows   [][]bn254.G1Affine // by witness tensor, then the mask row
	rho    [][]fr.Element     // by tensor, one per row; nil: none
	ofMask fr.Element
}

// commitWitness begins a proof. In mode zk commitments are blinded.
func (c *Case) commitWitness(t testing.TB) *witness {
	t.Helper()
	l := c.Statement.Layout
	w := &witness{rho: make([][]fr.Element, len(l.System.Tensors))}
	for i, id := range l.System.Committed(External) {
		w.rho[id] = c.Blinding[i]
	}
	for _, id := range l.System.Committed(Witness) {
		if l.Masked {
			w.rho[id] = random(t, statement.Rows(l, id))
		}
		w.rows = append(w.rows, c.rows(t, c.Tables[id], w.rho[id]))
	}
	if l.Masked {
		rho := random(t, 1)
		w.rows, w.ofMask = append(w.rows, c.rows(t, c.Mask, rho)), rho[0]
	}
	return w
}

// combine returns the blinding of the combined row:
//
//	ρ_F = ρ_M + Σ_rows coefficient·ρ_row
func (w *witness) combine(l *proof.Layout, out *proof.Outcome[fr.Element]) fr.Element {
	sum := w.ofMask
	for id, coefficients := range proof.Combination(l, out) {
		for k := range min(len(coefficients), len(w.rho[id])) {
			var v fr.Element
			v.Mul(&coefficients[k], &w.rho[id][k])
			sum.Add(&sum, &v)
		}
	}
	return sum
}

// open opens the combined row at its own value, which is the claimed one in
// an honest proof.
func (c *Case) open(t testing.TB, claim commitments.Claim, row []fr.Element, seed [32]byte) commitments.EvaluationProof {
	t.Helper()
	claim.Value = naive.Evaluate(row, claim.Point)
	evaluation, err := c.Setup.ProveEvaluation(row, claim, seed)
	if err != nil {
		t.Fatal(err)
	}
	return evaluation
}

// Fast proves with the fast prover.
func (c *Case) Fast(t testing.TB, cells Assignment) *statement.Proof {
	t.Helper()
	secret := prover.Secret{Cells: cells, External: c.Blinding}
	p, err := prover.Prove(context.Background(), c.Setup, c.Statement, secret)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Verify encodes a proof of mode validity and verifies it.
func (c *Case) Verify(t testing.TB, p *statement.Proof) error {
	t.Helper()
	return verifier.Verify(c.Setup.Verifier(), c.Statement, Encode(t, p))
}

// VerifyCommitted encodes a proof of mode zk and verifies it.
func (c *Case) VerifyCommitted(t testing.TB, p *committed.Proof) error {
	t.Helper()
	return verifier.VerifyCommitted(c.Setup.Verifier(), c.Statement, Encode(t, p))
}

// Encode returns the bytes of a proof.
func Encode(t testing.TB, p encoding.BinaryMarshaler) []byte {
	t.Helper()
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// CloneProof returns a proof that shares nothing with p but its evaluation proof.
func CloneProof(p *statement.Proof) *statement.Proof {
	q := *p
	q.Messages = slices.Clone(p.Messages)
	q.Witness = make([][]bn254.G1Affine, len(p.Witness))
	for i := range p.Witness {
		q.Witness[i] = slices.Clone(p.Witness[i])
	}
	return &q
}
