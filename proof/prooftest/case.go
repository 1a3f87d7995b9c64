package prooftest

import (
	"crypto/rand"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/proof/statement"
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
	Mask      []fr.Element   // the mask row of mode zk, or nil
}

// NewCase counts lookups, computes all tensors, and commits to the external
// ones with blinding, in rows of 2^6 cells. Its proofs are of mode validity.
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
	c := &Case{Tables: tables, Statement: &statement.Statement{Kind: "test", Public: []byte("public values")}}
	c.layOut(t, sys, setup, false)
	return c
}

// Masked returns the case over another setup, to be proven in mode zk.
func (c *Case) Masked(t testing.TB, setup *commitments.Setup) *Case {
	t.Helper()
	d := c.Clone()
	d.Mask = random(t, setup.RowCells())
	d.layOut(t, c.Statement.Layout.System, setup, true)
	return d
}

// layOut states the case over a setup, and commits to its external tensors.
func (c *Case) layOut(t testing.TB, sys *System, setup *commitments.Setup, masked bool) {
	t.Helper()
	l, err := proof.NewLayout(sys, setup.RowBits, masked)
	if err != nil {
		t.Fatal(err)
	}
	c.Setup, c.Statement.Setup, c.Statement.Layout = setup, setup.ID, l
	c.Blinding = nil
	for _, id := range sys.Committed(External) {
		c.Blinding = append(c.Blinding, random(t, statement.Rows(l, id)))
	}
	c.Commit(t)
}

func random(t testing.TB, n int) []fr.Element {
	t.Helper()
	list, err := commitments.RandomScalars(rand.Reader, n)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Commit makes the external commitments anew from the tables.
func (c *Case) Commit(t testing.TB) {
	t.Helper()
	c.Statement.External = nil
	for i, id := range c.Statement.Layout.System.Committed(External) {
		c.Statement.External = append(c.Statement.External, c.rows(t, c.Tables[id], c.Blinding[i]))
	}
}

// rows commits to cells, whatever they are.
func (c *Case) rows(t testing.TB, cells, blinding []fr.Element) []bn254.G1Affine {
	t.Helper()
	rows, err := c.Setup.CommitField(cells, blinding)
	if err != nil {
		t.Fatal(err)
	}
	return rows
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
	rows := map[int]map[string]int{}
	for _, l := range sys.Lookups {
		tab := &sys.Tables[l.Table]
		if rows[l.Table] == nil {
			rows[l.Table] = c.rowsOf(tab)
		}
		for cell := range c.Tables[l.Columns[0]] {
			if !IsReal(sys.Tensor(l.Columns[0]).Axes, cell) {
				continue
			}
			if row, there := rows[l.Table][c.tuple(l.Columns, cell)]; there {
				count := &c.Tables[tab.Count][row]
				count.Add(count, &one)
			}
		}
	}
}

// rowsOf returns the first row of a table that a tuple is.
func (c *Case) rowsOf(tab *Table) map[string]int {
	first := map[string]int{}
	for row := tab.Rows - 1; row >= 0; row-- {
		first[c.tuple(tab.Columns, row)] = row
	}
	return first
}

// tuple is a cell of several columns.
func (c *Case) tuple(columns []ID, cell int) string {
	var bytes []byte
	for _, id := range columns {
		v := c.Tables[id][cell].Bytes()
		bytes = append(bytes, v[:]...)
	}
	return string(bytes)
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
