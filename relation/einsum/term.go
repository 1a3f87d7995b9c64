package einsum

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// term is one term of a sum with its labels in the order of the loops over them:
// output labels first, then summed ones as they appear.
type term struct {
	coefficient *big.Int // between −p/2 and p/2
	extents     []int    // of each label: how many cells count
	out         []int    // of each label: its stride in the output, 0 where it is summed
	summed      []bool
	cells       []factor
	entries     []entries
}

// factor is a factor by its cells.
type factor struct {
	cells   []int64
	strides []int // of each label, 0 where the factor lacks it
}

// entries are a factor by its entries other than 0. Where two are at the same
// place, they add up.
type entries struct {
	labels []int     // positions of its labels
	at     [][]int32 // of each of its labels: the index of every entry
	value  []int64   // nil: all are 1
	bound  []int     // which of labels are those of entries before it
	sorted []int32   // entries in the order of their keys, where there are such labels
}

// reader collects the factors of a term.
type reader struct {
	*term
	sys      *relation.System
	position map[relation.Label]int
	sizes    []int // padded cells of each label
}

func newTerm(sys *relation.System, out []relation.Label, axes []relation.Axis, rt *relation.Term, of func(relation.ID) []int64) (*term, error) {
	r := reader{term: &term{coefficient: Signed(&rt.Coeff)}, sys: sys, position: map[relation.Label]int{}}
	for k, l := range out {
		r.label(l, axes[k])
		r.summed[k] = false
	}
	for k, stride := len(out)-1, 1; k >= 0; k-- {
		r.out[k] = stride
		stride *= axes[k].Padded()
	}
	for _, f := range rt.Factors {
		for k, l := range f.Labels {
			r.label(l, sys.Tensor(f.Tensor).Axes[k])
		}
	}
	var filters []relation.Factor
	for _, f := range rt.Factors {
		t := sys.Tensor(f.Tensor)
		if _, ok := t.Source.(*relation.Filter); ok && len(t.Axes) == 2 {
			filters = append(filters, f)
			continue
		}
		if err := r.read(f, t, of); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	for i, f := range filters {
		t := sys.Tensor(f.Tensor)
		if err := r.filter(r.at(f), t.Source.(*relation.Filter), t.Axes[1].Padded(), filters[i+1:]); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	r.index()
	return r.term, nil
}

// label adds a label unless it is there.
func (r *reader) label(l relation.Label, a relation.Axis) {
	if _, there := r.position[l]; !there {
		r.position[l] = len(r.extents)
		r.sizes, r.extents = append(r.sizes, a.Padded()), append(r.extents, a.Padded())
		r.out, r.summed = append(r.out, 0), append(r.summed, true)
	}
}

// at returns the positions of a factor's labels.
func (r *reader) at(f relation.Factor) []int {
	labels := make([]int, len(f.Labels))
	for k, l := range f.Labels {
		labels[k] = r.position[l]
	}
	return labels
}

// read adds a factor other than a filter on two axes.
func (r *reader) read(f relation.Factor, t *relation.Tensor, of func(relation.ID) []int64) error {
	labels := r.at(f)
	switch src := t.Source.(type) {
	case nil:
		return r.dense(labels, t.Axes, of(f.Tensor))
	case relation.Mask:
		r.extents[labels[0]] = min(r.extents[labels[0]], src.Size)
	case *relation.Filter:
		if src.Response != nil {
			return fmt.Errorf("a filter with a response in a sum of cells: %w", fault.ErrUnsupported)
		}
		cells := make([]int64, t.Cells())
		copy(cells, src.Rates)
		return r.dense(labels, t.Axes, cells)
	case *relation.AxisMap:
		r.entries = append(r.entries, entries{labels: labels, at: [][]int32{src.Out, src.In}, value: src.Value})
	case *relation.Selection:
		r.entries = append(r.entries, entries{labels: labels, at: slots(src)})
	case relation.Window:
		at := make([][]int32, 3)
		for p := range src.Positions {
			for k := range src.Offsets {
				if i, inside := src.Input(p, k); inside {
					at[0], at[1], at[2] = append(at[0], int32(p)), append(at[1], int32(k)), append(at[2], int32(i))
				}
			}
		}
		r.entries = append(r.entries, entries{labels: labels, at: at})
	default:
		cells, ok := t.Integers()
		if !ok {
			return fmt.Errorf("source %T: %w", src, fault.ErrUnsupported)
		}
		return r.dense(labels, t.Axes, cells)
	}
	return nil
}

// slots returns step, slot and row of each slot that reads one.
func slots(src *relation.Selection) [][]int32 {
	at := make([][]int32, 3)
	for slot, row := range src.Rows {
		if row >= 0 {
			at[0], at[1], at[2] = append(at[0], int32(slot/src.Batch)), append(at[1], int32(slot%src.Batch)), append(at[2], row)
		}
	}
	return at
}

// dense adds a factor by its cells.
func (r *reader) dense(labels []int, axes []relation.Axis, cells []int64) error {
	f, size := factor{cells, make([]int, len(r.extents))}, 1
	for k := len(axes) - 1; k >= 0; k-- {
		f.strides[labels[k]] = size
		size *= axes[k].Padded()
	}
	if len(cells) != size {
		return fmt.Errorf("%d cells of %d: %w", len(cells), size, fault.ErrMalformed)
	}
	r.cells = append(r.cells, f)
	return nil
}

// index puts entries in the order of the labels that entries before them set.
func (t *term) index() {
	set := map[int]bool{}
	for i := range t.entries {
		e := &t.entries[i]
		for k, l := range e.labels {
			if set[l] {
				e.bound = append(e.bound, k)
			}
			set[l] = true
		}
		if len(e.bound) == 0 {
			continue
		}
		e.sorted = make([]int32, len(e.at[0]))
		for n := range e.sorted {
			e.sorted[n] = int32(n)
		}
		slices.SortFunc(e.sorted, func(a, b int32) int { return e.compare(a, func(k int) int { return int(e.at[k][b]) }) })
	}
}

// compare compares the indices of an entry's bound labels with others.
func (e *entries) compare(entry int32, with func(k int) int) int {
	for _, k := range e.bound {
		if c := cmp.Compare(int(e.at[k][entry]), with(k)); c != 0 {
			return c
		}
	}
	return 0
}

// matching returns the entries at the indices of labels that are set.
func (e *entries) matching(index []int) []int32 {
	key := func(k int) int { return index[e.labels[k]] }
	from, _ := slices.BinarySearchFunc(e.sorted, key, e.compare)
	to := from
	for to < len(e.sorted) && e.compare(e.sorted[to], key) == 0 {
		to++
	}
	return e.sorted[from:to]
}
