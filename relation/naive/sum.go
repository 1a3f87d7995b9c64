package naive

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/relation"
)

// sum returns T(o) = Σ_terms c · Σ_{labels not in o} Π_factors F(labels of F)
// for every padded index o of the axes.
func (t *Tables) sum(sum *relation.Sum, axes []relation.Axis) ([]fr.Element, error) {
	cells := 1
	for _, a := range axes {
		cells *= a.Padded()
	}
	total := make([]fr.Element, cells)
	for i := range sum.Terms {
		if err := t.addTerm(total, sum.Out, axes, &sum.Terms[i]); err != nil {
			return nil, fmt.Errorf("term %d: %w", i, err)
		}
	}
	return total, nil
}

// term is one term of a sum with its labels in the order of the loops over
// them: output labels first, then summed ones as they appear.
type term struct {
	sizes   []int // padded size of each label
	out     []int // stride of each label in the output; 0 for summed labels
	factors []factor
}

type factor struct {
	cells   []fr.Element
	strides []int // stride of each label; 0 where the factor lacks it
	last    int   // position of its innermost label, −1 for none
}

func (t *Tables) addTerm(total []fr.Element, out []relation.Label, axes []relation.Axis, rt *relation.Term) error {
	position := map[relation.Label]int{}
	tm := term{}
	add := func(l relation.Label, size int) {
		if p, ok := position[l]; ok {
			if tm.sizes[p] != size {
				panic(fmt.Sprintf("naive: label %s has %d and %d cells; validate the system first", l, tm.sizes[p], size))
			}
			return
		}
		position[l] = len(tm.sizes)
		tm.sizes = append(tm.sizes, size)
	}
	for k, l := range out {
		add(l, axes[k].Padded())
	}
	for _, f := range rt.Factors {
		for k, l := range f.Labels {
			add(l, t.sys.Tensor(f.Tensor).Axes[k].Padded())
		}
	}
	tm.out = make([]int, len(tm.sizes))
	for k, stride := len(out)-1, 1; k >= 0; k-- {
		tm.out[k] = stride
		stride *= axes[k].Padded()
	}
	for _, f := range rt.Factors {
		cells, err := t.Table(f.Tensor)
		if err != nil {
			return err
		}
		tm.factors = append(tm.factors, newFactor(cells, f, t.sys.Tensor(f.Tensor).Axes, position))
	}
	if rt.Coeff.IsZero() {
		return nil
	}
	tm.loop(total, 0, make([]int, len(tm.factors)), 0, rt.Coeff)
	return nil
}

func newFactor(cells []fr.Element, rf relation.Factor, axes []relation.Axis, position map[relation.Label]int) factor {
	f := factor{cells: cells, strides: make([]int, len(position)), last: -1}
	for k, stride := len(axes)-1, 1; k >= 0; k-- {
		p := position[rf.Labels[k]]
		f.strides[p] = stride
		f.last = max(f.last, p)
		stride *= axes[k].Padded()
	}
	return f
}

// loop runs over the labels from position p on. product is the coefficient
// times every factor whose labels are all set; a zero product ends the branch.
func (tm *term) loop(total []fr.Element, p int, at []int, out int, product fr.Element) {
	for i := range tm.factors {
		if f := &tm.factors[i]; f.last == p-1 {
			product.Mul(&product, &f.cells[at[i]])
		}
	}
	if product.IsZero() {
		return
	}
	if p == len(tm.sizes) {
		total[out].Add(&total[out], &product)
		return
	}
	start := append([]int(nil), at...)
	for x := range tm.sizes[p] {
		for i := range at {
			at[i] = start[i] + x*tm.factors[i].strides[p]
		}
		tm.loop(total, p+1, at, out+x*tm.out[p], product)
	}
	copy(at, start)
}
