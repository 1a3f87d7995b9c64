package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// leaves fills the denominators of all blocks:
//
//	q = α − Σ_i β^i·v_i − β^w·tag
//
// and 1 where there is no block. A real cell whose tuple is a row of its table
// copies that row's denominator; its other columns are then known.
func (p *Prover) leaves(alpha, beta fr.Element) fr.Vector {
	l := p.layout
	q := p.arena.Get(1 << l.Log)
	pow := make([]fr.Element, l.Arity+1)
	pow[0].SetOne()
	for i := 1; i < len(pow); i++ {
		pow[i].Mul(&pow[i-1], &beta)
	}
	rows := make([]fr.Vector, len(p.sys.Tables))
	used := 0
	for _, b := range l.Blocks {
		used = max(used, b.Offset+1<<b.Log)
		if b.Lookup < 0 {
			rows[b.Table] = q[b.Offset : b.Offset+1<<b.Log]
			p.formulaLeaves(rows[b.Table], b, p.sys.Tables[b.Table].Columns, &alpha, pow)
		}
	}
	for _, b := range l.Blocks {
		if b.Lookup >= 0 {
			p.lookupLeaves(q[b.Offset:b.Offset+1<<b.Log], b, rows[b.Table], &alpha, pow)
		}
	}
	for i := used; i < len(q); i++ {
		q[i].SetOne()
	}
	return q
}

// constant returns α − β^w·tag, the denominator of an all-zero tuple.
func constant(b proof.Block, alpha *fr.Element, pow []fr.Element) fr.Element {
	var tag fr.Element
	tag.SetInt64(int64(b.Table + 1))
	tag.Mul(&tag, &pow[len(pow)-1])
	tag.Sub(alpha, &tag)
	return tag
}

// formulaLeaves computes denominators from any columns.
func (p *Prover) formulaLeaves(q fr.Vector, b proof.Block, columns []relation.ID, alpha *fr.Element, pow []fr.Element) {
	base := constant(b, alpha, pow)
	tables := make([][]int64, len(columns))
	for i, c := range columns {
		if t := p.sys.Tensor(c); t.Kind == relation.Public {
			tables[i] = sourceIntegers(t)
		}
	}
	poly.Parallel(len(q), poly.Chunk, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			q[i] = base
			for k, c := range columns {
				v := int64(0)
				if tables[k] != nil {
					v = tables[k][i]
				} else {
					v = p.cells[c].At(i)
				}
				if v == 0 {
					continue
				}
				var t fr.Element
				t.SetInt64(v)
				t.Mul(&t, &pow[k])
				q[i].Sub(&q[i], &t)
			}
		}
	})
}

// lookupLeaves copies denominators from the table where it can: cells are
// rows of the table by Count's check, but for padding and forced witnesses,
// whose tuples are compared before.
func (p *Prover) lookupLeaves(q fr.Vector, b proof.Block, rows fr.Vector, alpha *fr.Element, pow []fr.Element) {
	columns := p.sys.Lookups[b.Lookup].Columns
	table := &p.sys.Tables[b.Table]
	index := p.cells[columns[0]].Small
	if index == nil {
		p.formulaLeaves(q, b, columns, alpha, pow)
		return
	}
	others := tableColumns(p.sys, table)
	small := make([][]int32, len(others))
	for k := range others {
		if small[k] = p.cells[columns[k+1]].Small; small[k] == nil {
			p.formulaLeaves(q, b, columns, alpha, pow)
			return
		}
	}
	base := constant(b, alpha, pow)
	poly.Parallel(len(q), poly.Chunk, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row := int64(index[i]) - table.Offset
			match := row >= 0 && row < int64(table.Rows)
			for k := range others {
				match = match && others[k][row] == int64(small[k][i])
			}
			if match {
				q[i] = rows[row]
				continue
			}
			q[i] = base
			subtractTuple(&q[i], int64(index[i]), &pow[0])
			for k := range small {
				subtractTuple(&q[i], int64(small[k][i]), &pow[k+1])
			}
		}
	})
}

func subtractTuple(q *fr.Element, v int64, pow *fr.Element) {
	if v == 0 {
		return
	}
	var t fr.Element
	t.SetInt64(v)
	t.Mul(&t, pow)
	q.Sub(q, &t)
}

// numerators writes cells [lo, lo+len(out)) of the leaf numerators: 1 on real
// cells of lookups, −m on tables, 0 elsewhere.
func (p *Prover) numerators(out fr.Vector, lo int) {
	hi := lo + len(out)
	one := fr.One()
	covered := lo
	for k, b := range p.layout.Blocks {
		from, to := max(lo, b.Offset), min(hi, b.Offset+1<<b.Log)
		if from >= to {
			continue
		}
		covered = to
		cells := out[from-lo : to-lo]
		switch real := p.tree.real[k]; {
		case b.Lookup < 0:
			counts := p.cells[p.sys.Tables[b.Table].Count].Small[from-b.Offset:]
			for i := range cells {
				poly.EmbedInto(&cells[i], -int64(counts[i]))
			}
		case real == nil:
			for i := range cells {
				cells[i] = one
			}
		default:
			for i := range cells {
				cells[i] = fr.Element{}
				if real.has(from - b.Offset + i) {
					cells[i] = one
				}
			}
		}
	}
	clear(out[covered-lo:])
}

// uniform says that all leaf numerators of [lo, hi) are one, or all zero.
func (p *Prover) uniform(lo, hi int) (one, zero bool) {
	end := 0
	for k, b := range p.layout.Blocks {
		end = b.Offset + 1<<b.Log
		if lo >= b.Offset && hi <= end {
			return b.Lookup >= 0 && p.tree.real[k] == nil, false
		}
	}
	return false, lo >= end
}
