package prooftest

import (
	"context"
	"crypto/rand"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/proof/verifier"
	. "github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// Case is a whole statement with commitments, and cells behind it that may be
// any field elements: what a prover with full control of the witness has.
type Case struct {
	Setup     *commitments.Setup
	Statement *statement.Statement
	Tables    [][]fr.Element // by tensor
	Blinding  [][]fr.Element // of external commitments, one per row
}

// NewCase counts lookups, computes all tensors, and commits to the external
// ones with blinding, in rows of 2^6 cells.
func NewCase(t testing.TB, sys *System, cells Assignment) *Case {
	t.Helper()
	if err := Count(sys, cells); err != nil {
		t.Fatal(err)
	}
	tables, err := reference.Tables(sys, cells)
	if err != nil {
		t.Fatal(err)
	}
	setup, err := commitments.NewDevelopment(6)
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, setup.RowBits, false)
	if err != nil {
		t.Fatal(err)
	}
	c := &Case{Setup: setup, Tables: tables, Statement: &statement.Statement{Kind: "test", Public: []byte("public values"), Layout: l, Setup: setup.ID}}
	for _, id := range sys.Committed(External) {
		blind, err := commitments.RandomScalars(rand.Reader, setup.Rows(len(tables[id])))
		if err != nil {
			t.Fatal(err)
		}
		c.Blinding = append(c.Blinding, blind)
	}
	c.Commit(t)
	return c
}

// Commit makes the external commitments anew from the tables.
func (c *Case) Commit(t testing.TB) {
	t.Helper()
	c.Statement.External = nil
	for i, id := range c.Statement.Layout.System.Committed(External) {
		rows, err := c.Setup.CommitField(c.Tables[id], c.Blinding[i])
		if err != nil {
			t.Fatal(err)
		}
		c.Statement.External = append(c.Statement.External, rows)
	}
}

// Clone returns a case with tables of its own and the same commitments.
func (c *Case) Clone() *Case {
	d, st := *c, *c.Statement
	d.Statement = &st
	d.Tables = make([][]fr.Element, len(c.Tables))
	for i := range c.Tables {
		d.Tables[i] = slices.Clone(c.Tables[i])
	}
	return &d
}

// committed is the beginning of a proof: commitments to the witness.
func (c *Case) committed(t testing.TB) *statement.Proof {
	t.Helper()
	p := &statement.Proof{}
	for _, id := range c.Statement.Layout.System.Committed(Witness) {
		rows, err := c.Setup.CommitField(c.Tables[id], nil)
		if err != nil {
			t.Fatal(err)
		}
		p.Witness = append(p.Witness, rows)
	}
	return p
}

// Forge proves whatever the tables hold, with the prover by formulas: it sends
// the true messages about these cells, however false the statement.
func (c *Case) Forge(t testing.TB) *statement.Proof {
	t.Helper()
	l := c.Statement.Layout
	c.derive(t)
	p := c.committed(t)
	peer, err := reference.New(l, c.Tables, nil)
	if err != nil {
		t.Fatal(err)
	}
	digest := c.Statement.Digest(p.Witness)
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, digest, fr.Element{})
	var out *proof.Outcome[fr.Element]
	p.Messages, out, _ = Converse(l, tr, peer)
	c.open(t, p, out, peer.Combined(out.Sigma), digest)
	return p
}

// derive computes virtual tensors from all others, public ones as they stand
// in the tables.
func (c *Case) derive(t testing.TB) {
	t.Helper()
	sys := c.Statement.Layout.System
	given := map[ID][]fr.Element{}
	for i, table := range c.Tables {
		if sys.Tensors[i].Kind != Virtual {
			given[ID(i)] = table
		}
	}
	known := naive.NewFields(sys, given)
	for i := range c.Tables {
		var err error
		if c.Tables[i], err = known.Table(ID(i)); err != nil {
			t.Fatal(err)
		}
	}
}

// Recount counts anew how often the lookups read each row of their tables, as
// a prover does who hides what it can: tuples that are no row are left out.
func (c *Case) Recount(t testing.TB) {
	t.Helper()
	c.derive(t)
	sys := c.Statement.Layout.System
	for i := range sys.Tables {
		clear(c.Tables[sys.Tables[i].Count])
	}
	one := fr.One()
	for _, l := range sys.Lookups {
		tab := &sys.Tables[l.Table]
		for cell := range c.Tables[l.Columns[0]] {
			if !IsReal(sys.Tensor(l.Columns[0]).Axes, cell) {
				continue
			}
			if row := c.find(tab, l.Columns, cell); row >= 0 {
				count := &c.Tables[tab.Count][row]
				count.Add(count, &one)
			}
		}
	}
}

// find returns the first row of a table that a tuple of cells is, or −1.
func (c *Case) find(tab *Table, columns []ID, cell int) int {
	for row := range tab.Rows {
		match := true
		for k := range columns {
			match = match && c.Tables[columns[k]][cell].Equal(&c.Tables[tab.Columns[k]][row])
		}
		if match {
			return row
		}
	}
	return -1
}

// IsReal reports whether cell i of a tensor is outside the padding.
func IsReal(axes []Axis, i int) bool {
	for k := len(axes) - 1; k >= 0; k-- {
		if i%axes[k].Padded() >= axes[k].Size {
			return false
		}
		i /= axes[k].Padded()
	}
	return true
}

// open opens the combined row at its own value, which is the claimed one in
// an honest proof.
func (c *Case) open(t testing.TB, p *statement.Proof, out *proof.Outcome[fr.Element], row []fr.Element, digest fr.Element) {
	t.Helper()
	rows := proof.Combination(c.Statement.Layout, out)
	for i, id := range c.Statement.Layout.System.Committed(External) {
		for k := range rows[id] {
			var v fr.Element
			v.Mul(&rows[id][k], &c.Blinding[i][k])
			p.Blinding.Add(&p.Blinding, &v)
		}
	}
	claim := statement.Claim(c.Statement, p.Witness, p.Blinding, out)
	claim.Value = naive.Evaluate(row, claim.Point)
	var err error
	if p.Opening, err = c.Setup.Open(row, claim, digest.Bytes()); err != nil {
		t.Fatal(err)
	}
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

// Verify encodes a proof and verifies it.
func (c *Case) Verify(t testing.TB, p *statement.Proof) error {
	t.Helper()
	return verifier.Verify(c.Setup.Verifier(), c.Statement, Encode(t, p))
}

// Encode returns the bytes of a proof.
func Encode(t testing.TB, p *statement.Proof) []byte {
	t.Helper()
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// CloneProof returns a proof that shares nothing with p but its opening.
func CloneProof(p *statement.Proof) *statement.Proof {
	q := *p
	q.Messages = slices.Clone(p.Messages)
	q.Witness = make([][]bn254.G1Affine, len(p.Witness))
	for i := range p.Witness {
		q.Witness[i] = slices.Clone(p.Witness[i])
	}
	return &q
}
