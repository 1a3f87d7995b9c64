package prover

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// labelled is a table over labels, row-major, the first one most significant.
type labelled struct {
	cells  fr.Vector
	labels []relation.Label
	logs   []int // variables of each label
}

// entry is a cell of a sparse matrix.
type entry struct {
	out, in int
	value   fr.Element
}

// along returns how many cells of the table stand around a label: outer before
// it, size of it, inner after it.
func (t *labelled) along(at int) (outer, size, inner int) {
	outer, inner = 1, 1
	for _, l := range t.logs[:at] {
		outer <<= l
	}
	for _, l := range t.logs[at+1:] {
		inner <<= l
	}
	return outer, 1 << t.logs[at], inner
}

// mapped returns the table in which a label gives way to others,
//
//	T'(…, q, …) = Σ_x M(q,x)·T(…, x, …)
//
// for the entries of M, q counting the cells of the new labels row-major.
func (t *labelled) mapped(label relation.Label, m []entry, to []relation.Label, logs []int) *labelled {
	at := slices.Index(t.labels, label)
	outer, size, inner := t.along(at)
	width := 1
	for _, l := range logs {
		width <<= l
	}
	out := &labelled{
		cells:  make(fr.Vector, outer*width*inner),
		labels: slices.Concat(t.labels[:at], to, t.labels[at+1:]),
		logs:   slices.Concat(t.logs[:at], logs, t.logs[at+1:]),
	}
	poly.Parallel(outer, max(1, poly.Chunk/(len(m)*inner+1)), func(lo, hi int) {
		product := make(fr.Vector, inner)
		for o := lo; o < hi; o++ {
			for i := range m {
				e := &m[i]
				from, dst := t.cells[(o*size+e.in)*inner:][:inner], out.cells[(o*width+e.out)*inner:][:inner]
				if !e.value.IsOne() {
					product.ScalarMul(from, &e.value)
					from = product
				}
				dst.Add(dst, from)
			}
		}
	})
	return out
}

// times multiplies the table by one over some of its labels, in place.
func (t *labelled) times(by fr.Vector, labels []relation.Label) {
	t.cells.Mul(t.cells, expand(by, labels, t.plan()))
}

// over returns the cells in the order of the given labels, all of the table's.
func (t *labelled) over(labels []relation.Label) fr.Vector {
	if slices.Equal(labels, t.labels) {
		return t.cells
	}
	p := &relation.Plan{Bound: labels}
	for _, l := range labels {
		p.Logs = append(p.Logs, t.logs[slices.Index(t.labels, l)])
	}
	return expand(t.cells, t.labels, p)
}

func (t *labelled) plan() *relation.Plan { return &relation.Plan{Bound: t.labels, Logs: t.logs} }

// axesOf returns the variables of a tensor's axes.
func axesOf(t *relation.Tensor) []int {
	logs := make([]int, len(t.Axes))
	for i, a := range t.Axes {
		logs[i] = a.Log()
	}
	return logs
}
