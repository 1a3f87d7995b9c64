package prover

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/fault"
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

// Prove makes a proof of mode validity: the conversation in the clear and the
// opening. rng blinds the proof's own commitments if the layout is masked; it
// must be fresh for every attempt.
func Prove(ctx context.Context, srs *commitments.SRS, st *statement.Statement, secret Secret, rng io.Reader) (*statement.Proof, error) {
	l := st.Layout
	if srs.ID != st.SRS || srs.RowBits != l.RowLog {
		return nil, fmt.Errorf("statement is about another SRS: %w", fault.ErrVersion)
	}
	if err := Count(l.System, secret.Cells, secret.Force); err != nil {
		return nil, err
	}
	if l.Masked {
		return nil, fmt.Errorf("masked proofs are made by the zero-knowledge wrap: %w", fault.ErrUsage)
	}
	witness, err := commitWitness(ctx, srs, l, secret.Cells)
	if err != nil {
		return nil, err
	}
	p, err := New(l, secret.Cells, nil, secret.Arena)
	if err != nil {
		return nil, err
	}
	digest := st.Digest(witness)
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(tr, digest)
	var checks proof.Checks
	rec := &proof.Recorder{Peer: &cancelling{p, ctx}}
	out, err := argue(l, &checks, tr, rec)
	if err != nil {
		return nil, err
	}
	if err := checks.Err(); err != nil && !secret.Force {
		return nil, fmt.Errorf("the witness does not satisfy the statement: %w", err)
	}
	return finish(srs, st, secret, p, witness, rec.Messages, out, digest)
}

// commitWitness commits all witness tensors without blinding.
func commitWitness(ctx context.Context, srs *commitments.SRS, l *proof.Layout, cells relation.Assignment) ([][]bn254.G1Affine, error) {
	var witness [][]bn254.G1Affine
	for _, id := range l.System.Committed(relation.Witness) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var rows []bn254.G1Affine
		var err error
		if c := cells[id]; c.Small != nil {
			rows, err = srs.CommitInt32(c.Small, nil)
		} else {
			rows, err = srs.CommitInt64(c.Large, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", l.System.Tensor(id).Name, err)
		}
		witness = append(witness, rows)
	}
	return witness, nil
}

// finish opens the combined row.
func finish(srs *commitments.SRS, st *statement.Statement, secret Secret, p *Prover, witness [][]bn254.G1Affine,
	messages []fr.Element, out *proof.Outcome[fr.Element], digest fr.Element) (*statement.Proof, error) {
	rows := proof.Combination(st.Layout, out)
	pr := &statement.Proof{Witness: witness, Messages: messages}
	for i, id := range st.Layout.System.Committed(relation.External) {
		if i >= len(secret.External) || secret.External[i] == nil {
			continue
		}
		for k := range rows[id] {
			var t fr.Element
			t.Mul(&rows[id][k], &secret.External[i][k])
			pr.Blinding.Add(&pr.Blinding, &t)
		}
	}
	c, err := statement.Commitment(st, pr, rows, srs.Verifier())
	if err != nil {
		return nil, err
	}
	claim := commitments.Claim{Commitment: c, Point: out.At(out.Point), Value: out.Value}
	pr.Opening, err = commitments.Open(srs, p.Combined(out.Sigma), claim, digest.Bytes())
	return pr, err
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
