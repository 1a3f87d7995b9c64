package prooftest

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/proof/statement"
	. "github.com/zkaudit/zkaudit/relation"
)

// Hide commits to external tensors anew, each in a row that goes on with hidden
// cells where the tensor's end. Requires tensors shorter than a row.
func (c *Case) Hide(t testing.TB, hidden map[ID][]fr.Element) {
	t.Helper()
	for i, id := range c.Statement.Layout.System.Committed(External) {
		rows := c.rows(t, slices.Concat(c.Tables[id], hidden[id]), c.Blinding[i])
		if len(rows) != len(c.Statement.External[i]) {
			t.Fatalf("%d rows with hidden cells, %d without", len(rows), len(c.Statement.External[i]))
		}
		c.Statement.External[i] = rows
	}
}

// ForgeHidden is Forge about commitments that Hide has made.
func (c *Case) ForgeHidden(t testing.TB, hidden map[ID][]fr.Element) *statement.Proof {
	t.Helper()
	return inTheClear(c.ConverseHidden(t, hidden))
}

// ConverseHidden is Converse about commitments that Hide has made: the evaluation proof
// is one of whole rows.
func (c *Case) ConverseHidden(t testing.TB, hidden map[ID][]fr.Element) *prover.Conversation {
	t.Helper()
	c.derive(t)
	peer, err := newHiding(c.Statement.Layout, c.Tables, hidden, c.Mask)
	if err != nil {
		t.Fatal(err)
	}
	made := c.tell(t, peer, nil)
	c.evaluate(t, made, peer.whole.Combined(made.Outcome.Sigma))
	return made
}

// hiding is a prover of what the script says about tensors, and of the reduction
// about whole rows.
type hiding struct {
	*reference.Peer
	whole *reference.Peer
}

func newHiding(l *proof.Layout, tables [][]fr.Element, hidden map[ID][]fr.Element, mask []fr.Element) (*hiding, error) {
	honest, err := reference.New(l, tables, mask)
	if err != nil {
		return nil, err
	}
	sys, rows := *l.System, slices.Clone(tables)
	sys.Tensors = slices.Clone(sys.Tensors)
	for id, cells := range hidden {
		rows[id] = slices.Concat(tables[id], cells)
		sys.Tensors[id].Axes = []Axis{{Name: "cells of a row", Size: len(rows[id])}}
	}
	whole, err := reference.New(&proof.Layout{System: &sys, RowLog: l.RowLog, Masked: l.Masked}, rows, mask)
	return &hiding{honest, whole}, err
}

// Drawn is part of proof.Peer.
func (h *hiding) Drawn(c proof.Coord, v fr.Element) {
	h.Peer.Drawn(c, v)
	h.whole.Drawn(c, v)
}

// Reduction is part of proof.Peer.
func (h *hiding) Reduction(groups []*proof.Group[fr.Element], weights []fr.Element) {
	h.whole.Reduction(groups, weights)
}

// ReductionRound is part of proof.Peer.
func (h *hiding) ReductionRound() [2]fr.Element { return h.whole.ReductionRound() }

// ReductionBind is part of proof.Peer.
func (h *hiding) ReductionBind(r fr.Element) { h.whole.ReductionBind(r) }

// RowValues is part of proof.Peer.
func (h *hiding) RowValues(n int) []fr.Element { return h.whole.RowValues(n) }
