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
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
)

// hiding is the randomness of the rows of one masked conversation; all of it is
// empty in an open one.
type hiding struct {
	mask   fr.Vector      // M, a uniformly random row
	rows   [][]fr.Element // ρ of the witness rows, by witness tensor
	ofMask []fr.Element   // ρ_M
}

// newHiding draws what hides the rows of one conversation (protocol, section 19).
func newHiding(l *proof.Layout, rng io.Reader) (*hiding, error) {
	h := &hiding{}
	if !l.Masked {
		return h, nil
	}
	if rng == nil {
		return nil, fmt.Errorf("a masked conversation needs randomness: %w", fault.ErrUsage)
	}
	mask, err := commitments.RandomScalars(rng, 1<<l.RowLog)
	if err != nil {
		return nil, err
	}
	h.mask = mask
	for _, id := range l.System.Committed(relation.Witness) {
		rho, err := commitments.RandomScalars(rng, statement.Rows(l, id))
		if err != nil {
			return nil, err
		}
		h.rows = append(h.rows, rho)
	}
	h.ofMask, err = commitments.RandomScalars(rng, 1)
	return h, err
}

// drawSalt draws the salt of a masked conversation, which hides its challenges;
// an open one has none.
func drawSalt(l *proof.Layout, rng io.Reader) (fr.Element, error) {
	if !l.Masked {
		return fr.Element{}, nil
	}
	salt, err := commitments.RandomScalars(rng, 1)
	if err != nil {
		return fr.Element{}, err
	}
	return salt[0], nil
}

// commit commits all witness tensors, then the mask row.
func (h *hiding) commit(ctx context.Context, setup *commitments.Setup, l *proof.Layout, cells relation.Assignment) ([][]bn254.G1Affine, error) {
	var witness [][]bn254.G1Affine
	for i, id := range l.System.Committed(relation.Witness) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var rho []fr.Element
		if l.Masked {
			rho = h.rows[i]
		}
		var rows []bn254.G1Affine
		var err error
		if c := cells[id]; c.Small != nil {
			rows, err = setup.CommitInt32(c.Small, rho)
		} else {
			rows, err = setup.CommitInt64(c.Large, rho)
		}
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", l.System.Tensor(id).Name, err)
		}
		witness = append(witness, rows)
	}
	if l.Masked {
		rows, err := setup.CommitField(h.mask, h.ofMask)
		if err != nil {
			return nil, err
		}
		witness = append(witness, rows)
	}
	return witness, nil
}

// combine returns ρ_F, the blinding of the opened combination:
//
//	ρ_F = ρ_M + Σ_rows coefficient·ρ_row
//
// Protocol, section 12.
func (h *hiding) combine(l *proof.Layout, coefficients [][]fr.Element, external [][]fr.Element) fr.Element {
	var sum fr.Element
	add := func(coefficients, rho []fr.Element) {
		var t fr.Element
		for k := range coefficients {
			t.Mul(&coefficients[k], &rho[k])
			sum.Add(&sum, &t)
		}
	}
	for i, id := range l.System.Committed(relation.External) {
		if i < len(external) && external[i] != nil {
			add(coefficients[id], external[i])
		}
	}
	if l.Masked {
		for i, id := range l.System.Committed(relation.Witness) {
			add(coefficients[id], h.rows[i])
		}
		sum.Add(&sum, &h.ofMask[0])
	}
	return sum
}
