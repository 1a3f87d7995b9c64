package einsum

import "slices"

// arithmetic is what the loops over a term compute in.
type arithmetic[E any] interface {
	// times returns c·x.
	times(c E, x int64) E
	isZero(c E) bool
	// add adds c·Π runs to n cells of the output, or, where the stride is 0, the
	// sum of it over n to one.
	add(at, stride, n int, c E, runs []run)
}

// run is a factor along the innermost loop.
type run struct {
	cells      []int64
	at, stride int
}

// loops are the loops over one term.
type loops[E any, A arithmetic[E]] struct {
	*term
	in    A
	free  []int   // labels that no entries set, innermost last
	due   [][]int // by depth: factors whose last free label is the one before it
	index []int   // of each label that is set by entries
	at    [][]int // by level of entries and then depth: the cell that each factor is at
	runs  []run
}

// add adds c times the term to the output of an arithmetic.
func add[E any, A arithmetic[E]](t *term, in A, c E) {
	w := loops[E, A]{term: t, in: in, index: make([]int, len(t.extents))}
	set := make([]bool, len(t.extents))
	for i := range t.entries {
		for _, l := range t.entries[i].labels {
			set[l] = true
		}
	}
	for l, n := range t.extents {
		if n == 0 {
			return
		}
		if !set[l] && n > 1 { // the only index is 0
			w.free = append(w.free, l)
		}
	}
	w.due = make([][]int, len(w.free)+1)
	for k := range t.cells {
		last := 0
		for depth, l := range w.free {
			if t.cells[k].strides[l] != 0 {
				last = depth + 1
			}
		}
		w.due[last] = append(w.due[last], k)
	}
	for range len(t.entries) + len(w.free) + 1 {
		w.at = append(w.at, make([]int, len(t.cells)))
	}
	w.entries(0, c, 0)
}

// entries runs over those of one factor after the other.
func (w *loops[E, A]) entries(level int, c E, out int) {
	if level == len(w.term.entries) {
		w.cells(0, c, out)
		return
	}
	e := &w.term.entries[level]
	if e.sorted != nil {
		for _, n := range e.matching(w.index) {
			w.entry(level, e, int(n), c, out)
		}
		return
	}
	for n := range e.at[0] {
		w.entry(level, e, n, c, out)
	}
}

// entry multiplies with one entry, and sets its labels.
func (w *loops[E, A]) entry(level int, e *entries, n int, c E, out int) {
	at := w.at[level+1]
	copy(at, w.at[level])
	for k, l := range e.labels {
		x := int(e.at[k][n])
		if x >= w.extents[l] {
			return
		}
		if slices.Contains(e.bound, k) {
			continue
		}
		w.index[l] = x
		out += x * w.out[l]
		for f := range at {
			at[f] += x * w.term.cells[f].strides[l]
		}
	}
	if v := e.of(n); v != 1 {
		if c = w.in.times(c, v); w.in.isZero(c) {
			return
		}
	}
	w.entries(level+1, c, out)
}

// cells runs over the free labels from a depth on. c is the coefficient times
// every factor whose labels are set.
func (w *loops[E, A]) cells(depth int, c E, out int) {
	level := len(w.term.entries) + depth
	at := w.at[level]
	for _, f := range w.due[depth] {
		if c = w.in.times(c, w.term.cells[f].cells[at[f]]); w.in.isZero(c) {
			return
		}
	}
	if depth == len(w.free) {
		w.in.add(out, 0, 1, c, nil)
		return
	}
	l := w.free[depth]
	if depth == len(w.free)-1 {
		w.runs = w.runs[:0]
		for _, f := range w.due[depth+1] {
			w.runs = append(w.runs, run{w.term.cells[f].cells, at[f], w.term.cells[f].strides[l]})
		}
		w.in.add(out, w.out[l], w.extents[l], c, w.runs)
		return
	}
	next := w.at[level+1]
	for x := range w.extents[l] {
		for f := range next {
			next[f] = at[f] + x*w.term.cells[f].strides[l]
		}
		w.cells(depth+1, c, out+x*w.out[l])
	}
}
