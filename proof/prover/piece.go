package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// piece is a few consecutive cells of a table. Where all are equal, as in the
// padding of a tensor and in what is computed from it, one is stored, and one
// operation serves all.
type piece struct {
	cells fr.Vector
	flat  bool
	value fr.Element // of every cell of a flat piece, which has no cells of its own
}

func flat(v fr.Element) piece { return piece{flat: true, value: v} }

// cell returns one of a piece's cells.
func (a *piece) cell(i int) fr.Element {
	if a.flat {
		return a.value
	}
	return a.cells[i]
}

// plus, minus, times and scaled compute in buf, which is as long as the pieces and
// may be the memory of an operand. The result may be an operand; it is read only.

func (a *piece) plus(b *piece, buf fr.Vector) piece {
	switch {
	case a.flat && b.flat:
		var v fr.Element
		return flat(*v.Add(&a.value, &b.value))
	case a.flat:
		a, b = b, a
		fallthrough
	case b.flat:
		if b.value.IsZero() {
			return *a
		}
		for i := range buf {
			buf[i].Add(&a.cells[i], &b.value)
		}
	default:
		buf.Add(a.cells, b.cells)
	}
	return piece{cells: buf}
}

func (a *piece) minus(b *piece, buf fr.Vector) piece {
	switch {
	case b.flat:
		negative := *b
		negative.value.Neg(&b.value)
		return a.plus(&negative, buf)
	case a.flat:
		for i := range buf {
			buf[i].Sub(&a.value, &b.cells[i])
		}
	default:
		buf.Sub(a.cells, b.cells)
	}
	return piece{cells: buf}
}

func (a *piece) times(b *piece, buf fr.Vector) piece {
	switch {
	case a.flat:
		return b.scaled(&a.value, buf)
	case b.flat:
		return a.scaled(&b.value, buf)
	}
	buf.Mul(a.cells, b.cells)
	return piece{cells: buf}
}

func (a *piece) scaled(by *fr.Element, buf fr.Vector) piece {
	switch {
	case by.IsOne():
		return *a
	case by.IsZero():
		return flat(fr.Element{})
	case a.flat:
		var v fr.Element
		return flat(*v.Mul(&a.value, by))
	}
	buf.ScalarMul(a.cells, by)
	return piece{cells: buf}
}

// between returns a + r·(b − a), computed in out.
func (a *piece) between(b *piece, r *fr.Element, buf, out fr.Vector) piece {
	if a.flat && b.flat {
		return flat(lerp(&a.value, &b.value, r))
	}
	d := b.minus(a, buf)
	d = d.scaled(r, buf)
	return d.plus(a, out)
}

// weighed returns Σ_x eq(x)·a(x) for a table of eq over all of a piece's cells,
// whose sum is 1.
func (a *piece) weighed(eq fr.Vector) fr.Element {
	if a.flat {
		return a.value
	}
	return a.cells.InnerProduct(eq)
}

// table is a table of field elements in pieces of poly.Chunk cells, the last of
// which are flat where it has no cells.
type table struct {
	size  int
	cells fr.Vector
	flat  []bool    // by chunk
	value fr.Vector // of flat chunks
}

// newTable makes a table of a size with the given cells, all of it flat.
func newTable(size int, cells fr.Vector) *table {
	chunks := (size + poly.Chunk - 1) / poly.Chunk
	t := &table{size: size, cells: cells, flat: make([]bool, chunks), value: make(fr.Vector, chunks)}
	for i := range t.flat {
		t.flat[i] = true
	}
	return t
}

// piece returns n cells of one chunk.
func (t *table) piece(at, n int) piece {
	if k := at / poly.Chunk; t.flat[k] {
		return flat(t.value[k])
	}
	return piece{cells: t.cells[at : at+n]}
}

// room returns where n cells of one chunk may be computed, nil if the table has no
// cells for them.
func (t *table) room(at, n int) fr.Vector {
	if at >= len(t.cells) {
		return nil
	}
	return t.cells[at : at+n]
}

// set sets a chunk.
func (t *table) set(at int, p piece) {
	k := at / poly.Chunk
	if t.flat[k] = p.flat; p.flat {
		t.value[k] = p.value
	} else if &p.cells[0] != &t.cells[at] {
		copy(t.cells[at:], p.cells)
	}
}

// halves returns the lower and the upper half, which share the table's cells.
func (t *table) halves() (lower, upper *table) {
	half := t.size / 2
	from, to := half/poly.Chunk, (half+poly.Chunk-1)/poly.Chunk // one chunk may be in both
	lower = &table{half, t.cells[:min(half, len(t.cells))], t.flat[:to:to], t.value[:to:to]}
	upper = &table{half, t.cells[min(half, len(t.cells)):], t.flat[from:], t.value[from:]}
	if to > from {
		upper.flat, upper.value = []bool{t.flat[from]}, fr.Vector{t.value[from]}
	}
	return lower, upper
}

// bind binds the first variable: T(x) ← T(0,x) + r·(T(1,x) − T(0,x)).
func (t *table) bind(r *fr.Element) {
	half := t.size / 2
	if half < poly.Chunk {
		if !t.flat[0] {
			t.cells = poly.Fold(t.cells[:t.size], r)
		}
		t.size = half
		return
	}
	poly.Parallel(half, poly.Chunk, func(lo, hi int) {
		buf := make(fr.Vector, poly.Chunk)
		for i := lo; i < hi; i += poly.Chunk {
			a, b := t.piece(i, poly.Chunk), t.piece(half+i, poly.Chunk)
			t.set(i, a.between(&b, r, buf, t.room(i, poly.Chunk)))
		}
	})
	t.size = half
	t.flat, t.value = t.flat[:half/poly.Chunk], t.value[:half/poly.Chunk]
}
