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
			block.writeDenominators(rows[b.Table], 0)
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

// writeDenominators writes cells [at, at+len(q)) of the block.
// Protocol, section 9.
func (b *leafBlock) writeDenominators(q fr.Vector, at int) {
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

// equal reports whether n cells of a lookup are known to hold one tuple.
func (b *leafBlock) equal(at, n int) bool {
	if b.index == nil || !allEqual(b.index[at:at+n]) {
		return false
	}
	for _, column := range b.others {
		if !allEqual(column[at : at+n]) {
			return false
		}
	}
	return true
}

func allEqual(cells []int32) bool {
	for _, v := range cells {
		if v != cells[0] {
			return false
		}
	}
	return true
}

// numerators are those of n cells of the block. Protocol, section 9.
func (b *leafBlock) numerators(at, n int, buf fr.Vector) piece {
	if b.counts != nil {
		counts := b.counts[at : at+n]
		if counts[0] == 0 && allEqual(counts) {
			return flat(fr.Element{})
		}
		for i, m := range counts {
			poly.EmbedInto(&buf[i], -int64(m))
		}
		return piece{cells: buf}
	}
	switch b.realAmong(at, n) {
	case n:
		return flat(fr.One())
	case 0:
		return flat(fr.Element{})
	}
	one := fr.One()
	for i := range buf {
		buf[i] = fr.Element{}
		if b.real.has(at + i) {
			buf[i] = one
		}
	}
	return piece{cells: buf}
}

// realAmong counts the real ones of n cells of a lookup.
func (b *leafBlock) realAmong(at, n int) int {
	if b.real == nil {
		return n
	}
	return b.real.among(at, n)
}

// denominators are those of n cells of the block. Protocol, section 9.
func (b *leafBlock) denominators(at, n int, buf fr.Vector) piece {
	if b.equal(at, n) {
		b.writeDenominators(buf[:1], at)
		return flat(buf[0])
	}
	b.writeDenominators(buf, at)
	return piece{cells: buf}
}

// weighted are p + λ·q of n cells of a lookup that has sums of the table's rows: those,
// less 1 where a cell is not real.
func (b *leafBlock) weighted(at, n int, lambda *fr.Element, buf fr.Vector) piece {
	one, real := fr.One(), b.realAmong(at, n)
	equal := (real == 0 || real == n) && b.equal(at, n)
	if equal {
		buf = buf[:1]
	}
	b.take(buf, at, b.sums, func(q *fr.Element) {
		q.Mul(q, lambda)
		q.Add(q, &one)
	})
	if real < n {
		for i := range buf {
			if real == 0 || !b.real.has(at+i) {
				buf[i].Sub(&buf[i], &one)
			}
		}
	}
	if equal {
		return flat(buf[0])
	}
	return piece{cells: buf}
}

// numerators and denominators are those of n leaves, computed in buf.
func (l *leaves) numerators(at, n int, buf fr.Vector) piece {
	return l.pieces(at, n, buf, fr.Element{}, (*leafBlock).numerators)
}

func (l *leaves) denominators(at, n int, buf fr.Vector) piece {
	return l.pieces(at, n, buf, fr.One(), (*leafBlock).denominators)
}

// weighted are p + λ·q of n leaves. Requires weigh with the same λ.
func (l *leaves) weighted(at, n int, lambda *fr.Element, buf fr.Vector) piece {
	return l.pieces(at, n, buf, *lambda, func(b *leafBlock, at, n int, buf fr.Vector) piece {
		if b.sums != nil {
			return b.weighted(at, n, lambda, buf)
		}
		p, own := b.numerators(at, n, make(fr.Vector, n)), b.denominators(at, n, buf)
		own = own.scaled(lambda, buf)
		return own.plus(&p, buf)
	})
}

// pieces computes n leaves from the blocks that they are of; those of none are rest.
func (l *leaves) pieces(at, n int, buf fr.Vector, rest fr.Element, of func(b *leafBlock, at, n int, buf fr.Vector) piece) piece {
	if at >= l.used {
		return flat(rest)
	}
	k := l.block(at)
	if b := &l.blocks[k]; at+n <= b.to {
		return of(b, at-b.from, n, buf)
	}
	from, hi := at, at+n
	for ; k < len(l.blocks) && from < hi; k++ {
		b := &l.blocks[k]
		to := min(hi, b.to)
		cells := buf[from-at : to-at]
		p := of(b, from-b.from, to-from, cells)
		for i := range cells {
			cells[i] = p.cell(i)
		}
		from = to
	}
	for i := from - at; i < n; i++ {
		buf[i] = rest
	}
	return piece{cells: buf}
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

// block returns the index of the block that holds a leaf; blocks follow one
// another without gaps.
func (l *leaves) block(at int) int {
	return sort.Search(len(l.blocks), func(k int) bool { return l.blocks[k].to > at })
}

// evenNumerators reports whether in each chunk of the first n leaves all numerators
// are equal.
func (l *leaves) evenNumerators(n int) bool {
	for k := range l.blocks {
		b := &l.blocks[k]
		if b.from >= n {
			break
		}
		if b.counts != nil || b.to-b.from < poly.Chunk {
			return false
		}
		for at := 0; at < b.to-b.from; at += poly.Chunk {
			if real := b.realAmong(at, poly.Chunk); real != 0 && real != poly.Chunk {
				return false
			}
		}
	}
	return true
}
