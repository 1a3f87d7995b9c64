package prover

import (
	"sort"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// leaves computes cells of the leaf layer whenever they are asked for. Stored,
// its denominators would take 32 bytes a leaf; what they follow from takes 4.
type leaves struct {
	blocks []leafBlock
	used   int // leaves of blocks; those at and after it are 0/1
}

// leafBlock computes the fractions of one block:
//
//	q = α − Σ_i β^i·v_i − β^w·tag
//
// with numerator 1 on real cells of a lookup, −m on a table, 0 elsewhere.
type leafBlock struct {
	from, to int        // its leaves
	base     fr.Element // the denominator of an all-zero tuple: α − β^w·tag
	pow      []fr.Element
	tables   [][]int64 // integers of public columns, nil for others
	cells    []relation.Cells
	counts   []int32 // m, of a table
	real     bitmap  // of a lookup: which cells are real, nil if all are

	// Of a lookup whose columns are small integers: a tuple that is a row of
	// its table has that row's denominator.
	index  []int32
	others [][]int32
	offset int64
	match  [][]int64 // the table's other columns
	rows   fr.Vector // the table's denominators
	sums   fr.Vector // 1 + λ·rows, see weigh
}

func (p *Peer) newLeaves(alpha, beta fr.Element) *leaves {
	l := p.layout
	pow := make([]fr.Element, l.Arity+1)
	pow[0].SetOne()
	for i := 1; i < len(pow); i++ {
		pow[i].Mul(&pow[i-1], &beta)
	}
	out := &leaves{blocks: make([]leafBlock, len(l.Blocks))}
	rows := make([]fr.Vector, len(p.sys.Tables))
	for k, b := range l.Blocks {
		columns := p.sys.Tables[b.Table].Columns
		if b.Lookup >= 0 {
			columns = p.sys.Lookups[b.Lookup].Columns
		}
		block := p.leafBlock(b, columns, &alpha, pow)
		if b.Lookup < 0 {
			block.counts = p.cells[p.sys.Tables[b.Table].Count].Small
			rows[b.Table] = make(fr.Vector, 1<<b.Log)
			block.denominators(rows[b.Table], 0)
			block.rows = rows[b.Table]
		}
		out.blocks[k] = block
		out.used = max(out.used, block.to)
	}
	for k, b := range l.Blocks {
		if b.Lookup >= 0 {
			block := &out.blocks[k]
			block.real = realCells(p.sys.Tensor(p.sys.Lookups[b.Lookup].Columns[0]))
			p.matchTable(block, b, rows[b.Table])
		}
	}
	return out
}

func (p *Peer) leafBlock(b proof.Block, columns []relation.ID, alpha *fr.Element, pow []fr.Element) leafBlock {
	block := leafBlock{from: b.Offset, to: b.Offset + 1<<b.Log, pow: pow}
	block.base.SetInt64(int64(b.Table + 1))
	block.base.Mul(&block.base, &pow[len(pow)-1])
	block.base.Sub(alpha, &block.base)
	for _, c := range columns {
		var integers []int64
		if t := p.sys.Tensor(c); t.Kind == relation.Public {
			integers = sourceIntegers(t)
		}
		block.tables, block.cells = append(block.tables, integers), append(block.cells, p.cells[c])
	}
	return block
}

// matchTable lets a lookup's block take denominators from its table. Cells are
// rows of it by Count's check, but for padding and forced witnesses, whose
// tuples are compared before.
func (p *Peer) matchTable(block *leafBlock, b proof.Block, rows fr.Vector) {
	columns := p.sys.Lookups[b.Lookup].Columns
	for _, c := range columns {
		small := p.cells[c].Small
		if small == nil {
			return
		}
		block.others = append(block.others, small)
	}
	table := &p.sys.Tables[b.Table]
	block.index, block.others = block.others[0], block.others[1:]
	block.offset, block.match, block.rows = table.Offset, tableColumns(p.sys, table), rows[:table.Rows]
}

func realCells(t *relation.Tensor) bitmap {
	if t.RealCells() == t.Cells() {
		return nil
	}
	m := make(bitmap, (t.Cells()+63)/64)
	eachReal(t.Axes, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			m[i/64] |= 1 << (i % 64)
		}
	})
	return m
}

// denominators writes cells [at, at+len(q)) of the block.
// Protocol, section 9.
func (b *leafBlock) denominators(q fr.Vector, at int) {
	if b.counts != nil && b.rows != nil { // a table whose rows are known
		copy(q, b.rows[at:])
		return
	}
	b.take(q, at, b.rows, func(*fr.Element) {})
}

// take writes cells [at, at+len(q)) of the block: those of the table's rows, and
// what f makes of the denominators of others.
func (b *leafBlock) take(q fr.Vector, at int, rows fr.Vector, f func(*fr.Element)) {
	switch {
	case b.index == nil:
		for i := range q {
			b.tuple(&q[i], at+i)
			f(&q[i])
		}
	case len(b.others) == 0:
		for i, v := range b.index[at : at+len(q)] {
			if row := uint64(int64(v) - b.offset); row < uint64(len(rows)) {
				q[i] = rows[row]
			} else {
				b.tuple(&q[i], at+i)
				f(&q[i])
			}
		}
	default:
		for i, v := range b.index[at : at+len(q)] {
			row := uint64(int64(v) - b.offset)
			match := row < uint64(len(rows))
			for k := range b.others {
				match = match && b.match[k][row] == int64(b.others[k][at+i])
			}
			if match {
				q[i] = rows[row]
			} else {
				b.tuple(&q[i], at+i)
				f(&q[i])
			}
		}
	}
}

// tuple computes the denominator of cell i from its columns.
func (b *leafBlock) tuple(q *fr.Element, i int) {
	*q = b.base
	for k := range b.cells {
		var v int64
		if b.tables[k] != nil {
			v = b.tables[k][i]
		} else {
			v = b.cells[k].At(i)
		}
		if v == 0 {
			continue
		}
		var t fr.Element
		t.SetInt64(v)
		t.Mul(&t, &b.pow[k])
		q.Sub(q, &t)
	}
}

// numerators writes cells [at, at+len(p)) of the block.
// Protocol, section 9.
func (b *leafBlock) numerators(p fr.Vector, at int) {
	one := fr.One()
	switch {
	case b.counts != nil:
		for i, m := range b.counts[at : at+len(p)] {
			poly.EmbedInto(&p[i], -int64(m))
		}
	case b.real == nil:
		for i := range p {
			p[i] = one
		}
	default:
		for i := range p {
			p[i] = fr.Element{}
			if b.real.has(at + i) {
				p[i] = one
			}
		}
	}
}

// fill writes the leaves [at, at+len(p)).
func (l *leaves) fill(p, q fr.Vector, at int) {
	l.denominators(q, at)
	end := l.each(at, len(p), func(b *leafBlock, from, to int) { b.numerators(p[from-at:to-at], from-b.from) })
	clear(p[end-at:])
}

// denominators writes those of the leaves [at, at+len(q)).
func (l *leaves) denominators(q fr.Vector, at int) {
	end := l.each(at, len(q), func(b *leafBlock, from, to int) { b.denominators(q[from-at:to-at], from-b.from) })
	for i := end - at; i < len(q); i++ {
		q[i].SetOne()
	}
}

// weigh computes 1 + λ·q for the rows of all tables that are looked up.
func (l *leaves) weigh(lambda *fr.Element) {
	one := fr.One()
	of := map[*fr.Element]fr.Vector{} // by the first row
	for k := range l.blocks {
		b := &l.blocks[k]
		if b.index == nil {
			continue
		}
		first := &b.rows[0]
		if of[first] == nil {
			sums := make(fr.Vector, len(b.rows))
			sums.ScalarMul(b.rows, lambda)
			for i := range sums {
				sums[i].Add(&sums[i], &one)
			}
			of[first] = sums
		}
		b.sums = of[first]
	}
}

// sums writes p + λ·q of the leaves [at, at+len(s)), and p but where all are 1,
// which it reports. Requires weigh with the same λ.
func (l *leaves) sums(s, p fr.Vector, at int, lambda *fr.Element) (ones bool) {
	if !l.ones(at, at+len(s)) {
		l.fill(p, s, at)
		s.ScalarMul(s, lambda)
		s.Add(s, p)
		return false
	}
	b, one := &l.blocks[l.block(at)], fr.One()
	b.take(s, at-b.from, b.sums, func(q *fr.Element) {
		q.Mul(q, lambda)
		q.Add(q, &one)
	})
	return true
}

// each calls f for the pieces of blocks among the n leaves at an index, and
// returns where they end.
func (l *leaves) each(at, n int, f func(b *leafBlock, from, to int)) int {
	from, hi := at, at+n
	for k := l.block(at); k < len(l.blocks) && from < hi; k++ {
		b := &l.blocks[k]
		to := min(hi, b.to)
		f(b, from, to)
		from = to
	}
	return from
}

// block returns the index of the block that holds a leaf; blocks follow one
// another without gaps.
func (l *leaves) block(at int) int {
	return sort.Search(len(l.blocks), func(k int) bool { return l.blocks[k].to > at })
}

// allOnes is ones for leaves of more than one block.
func (l *leaves) allOnes(lo, hi int) bool {
	for k := l.block(lo); lo < hi; k++ {
		if k == len(l.blocks) || !l.blocks[k].ones() {
			return false
		}
		lo = l.blocks[k].to
	}
	return true
}

// ones reports whether all numerators of the block are 1.
func (b *leafBlock) ones() bool { return b.counts == nil && b.real == nil }

// ones reports whether [lo, hi) are leaves of one block, with numerators of 1.
func (l *leaves) ones(lo, hi int) bool {
	k := l.block(lo)
	return k < len(l.blocks) && hi <= l.blocks[k].to && l.blocks[k].ones()
}
