package einsum

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// maxFilterEntries bounds a filter that is laid out.
const maxFilterEntries = 1 << 24

// filter adds Λ(t,s) = n_s·[s < t < S], of so many padded cells s. Where t is
// summed and F is the only other factor that has it,
//
//	Σ_t Λ(t,s)·F(…,t,…) = n_s·Σ_{s<t<S} F(…,t,…)
//
// takes the place of F. later are filters that are yet to be added.
func (r *reader) filter(labels []int, src *relation.Filter, width int, later []relation.Factor) error {
	if src.Response != nil {
		return fmt.Errorf("a filter with a response in a sum of cells: %w", fault.ErrUnsupported)
	}
	t, s := labels[0], labels[1]
	if k := r.only(t, s, later); k >= 0 {
		if sums, ok := r.partialSums(&r.cells[k], t, s, src.Rates, width); ok {
			r.cells[k] = sums
			r.extents[t] = 1
			return nil
		}
	}
	n := len(src.Rates)
	if n > 1 && n-1 > 2*maxFilterEntries/n {
		return fmt.Errorf("a filter of %d steps in a product: %w", n, fault.ErrUnsupported)
	}
	e := entries{labels: labels, at: make([][]int32, 2)}
	for s, rate := range src.Rates {
		for t := s + 1; t < n; t++ {
			e.at[0], e.at[1], e.value = append(e.at[0], int32(t)), append(e.at[1], int32(s)), append(e.value, rate)
		}
	}
	r.entries = append(r.entries, e)
	return nil
}

// only returns the factor that has label t and not s, if t is summed and no other
// has it; −1 otherwise.
func (r *reader) only(t, s int, later []relation.Factor) int {
	has := func(e entries) bool { return slices.Contains(e.labels, t) }
	twice := func(f relation.Factor) bool { return slices.Contains(r.at(f), t) }
	if !r.summed[t] || slices.ContainsFunc(r.entries, has) || slices.ContainsFunc(later, twice) {
		return -1
	}
	found := -1
	for k := range r.cells {
		switch f := &r.cells[k]; {
		case f.strides[t] == 0:
		case found >= 0 || f.strides[s] != 0:
			return -1
		default:
			found = k
		}
	}
	return found
}

// partialSums returns n_s·Σ_{s<t<S} F(…,t,…), laid out like F with s for t, and
// whether its cells have 64 bits.
func (r *reader) partialSums(f *factor, t, s int, rates []int64, width int) (factor, bool) {
	inner := f.strides[t]       // cells below label t
	block := inner * r.sizes[t] // cells for one index of the labels above t
	end := min(len(rates), r.extents[t])
	bound := product(largest(f.cells), uint64(end), largest(rates))
	if !bound.IsInt64() {
		return factor{}, false
	}
	out := factor{make([]int64, len(f.cells)/block*inner*width), make([]int, len(f.strides))}
	for l, stride := range f.strides {
		if out.strides[l] = stride; stride >= block {
			out.strides[l] = stride / block * inner * width
		}
	}
	out.strides[t], out.strides[s] = 0, inner
	for above := range len(f.cells) / block {
		from, to := f.cells[above*block:][:block], out.cells[above*inner*width:][:inner*width]
		for below := range inner {
			sum := int64(0)
			for k := end - 1; k >= 0; k-- {
				to[k*inner+below] = rates[k] * sum
				sum += from[k*inner+below]
			}
		}
	}
	return out, true
}
