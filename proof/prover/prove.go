package prover

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// Secret is what only the prover knows of a statement.
type Secret struct {
	Cells relation.Assignment
	// External holds the blinding factors of the external commitments, in
	// the order of Statement.External; nil entries are unblinded.
	External [][]fr.Element
	Arena    *poly.Arena // may be nil
	// Force proves whatever the cells are, for tests of the verifier.
	Force bool
}

// Conversation is a finished argument. In a masked one Messages and Salt are
// secret: the wrap proves that they are accepted.
type Conversation struct {
	Digest   fr.Element         // of the statement
	Salt     fr.Element         // masked: hides the challenges
	Witness  [][]bn254.G1Affine // commitments by witness tensor, then the mask row
	Messages []fr.Element
	Outcome  *proof.Outcome[fr.Element]
	Blinding fr.Element // ρ_F
	Opening  *commitments.OpeningProof
}

// Prove makes a proof of mode validity: the conversation in the clear and the
// opening.
func Prove(ctx context.Context, srs *commitments.SRS, st *statement.Statement, secret Secret) (*statement.Proof, error) {
	if st.Layout.Masked {
		return nil, fmt.Errorf("a masked conversation is not sent in the clear: %w", fault.ErrUsage)
	}
	c, err := Converse(ctx, srs, st, secret, nil)
	if err != nil {
		return nil, err
	}
	return &statement.Proof{Witness: c.Witness, Messages: c.Messages, Blinding: c.Blinding, Opening: c.Opening}, nil
}

// Converse argues a statement. If its layout is masked, rng gives the mask
// row, the salt and the blinding of the witness. All of them are fresh in
// every call and serve one set of challenges: a call that is broken off leaves
// nothing that the next one uses.
func Converse(ctx context.Context, srs *commitments.SRS, st *statement.Statement, secret Secret, rng io.Reader) (*Conversation, error) {
	l := st.Layout
	if srs.ID != st.SRS || srs.RowBits != l.RowLog {
		return nil, fmt.Errorf("statement is about another SRS: %w", fault.ErrVersion)
	}
	if err := Count(l.System, secret.Cells, secret.Force); err != nil {
		return nil, err
	}
	h, err := newHiding(l, rng)
	if err != nil {
		return nil, err
	}
	c := &Conversation{}
	if c.Witness, err = h.commit(ctx, srs, l, secret.Cells); err != nil {
		return nil, err
	}
	p, err := New(l, secret.Cells, h.mask, secret.Arena)
	if err != nil {
		return nil, err
	}
	c.Digest, c.Salt = st.Digest(c.Witness), h.salt
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, c.Digest, c.Salt)
	var checks proof.Checks
	rec := &proof.Recorder{Peer: &cancelling{p, ctx}}
	if c.Outcome, err = argue(l, &checks, tr, rec); err != nil {
		return nil, err
	}
	if err := checks.Err(); err != nil && !secret.Force {
		return nil, fmt.Errorf("the witness does not satisfy the statement: %w", err)
	}
	c.Messages = rec.Messages
	return c, c.open(srs, st, p, h, secret)
}

// open opens the combined row.
func (c *Conversation) open(srs *commitments.SRS, st *statement.Statement, p *Prover, h *hiding, secret Secret) error {
	rows := proof.Combination(st.Layout, c.Outcome)
	c.Blinding = h.combine(st.Layout, rows, secret.External)
	commitment, err := statement.Commitment(st, c.Witness, c.Blinding, rows, srs.Verifier())
	if err != nil {
		return err
	}
	claim := commitments.Claim{Commitment: commitment, Point: c.Outcome.At(c.Outcome.Point), Value: c.Outcome.Value}
	c.Opening, err = commitments.Open(srs, p.Combined(c.Outcome.Sigma), claim, c.Digest.Bytes())
	return err
}

// cancelling stops the conversation between rounds when its context ends.
type cancelling struct {
	*Prover
	ctx context.Context
}

type cancelled struct{ error }

// Drawn is part of proof.Peer: every challenge passes here.
func (c *cancelling) Drawn(at proof.Coord, v fr.Element) {
	if err := c.ctx.Err(); err != nil {
		panic(cancelled{err})
	}
	c.Prover.Drawn(at, v)
}

// argue runs the script; a cancelled context ends it by a panic that stops
// here, since the script itself has no errors.
func argue(l *proof.Layout, checks *proof.Checks, tr proof.Transcript[fr.Element], peer proof.Peer[fr.Element]) (out *proof.Outcome[fr.Element], err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case cancelled:
			err = r.error
		default:
			panic(r)
		}
	}()
	return proof.Argue(l, checks, tr, peer), nil
}
