package prover

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// view is a virtual tensor that reads the cells of another through public maps,
// as the patches of a convolution do:
//
//	T(o) = c·Σ_x Π_i M_i(o,x_i)·D(o,x)
//
// where each summed label x_i is an axis of D and of one map. No kernel lays its
// cells out: what a sumcheck wants of them is D, mapped axis by axis.
type view struct {
	coeff fr.Element
	data  relation.Factor
	maps  []axisMap
}

// axisMap is a public factor of a view.
type axisMap struct {
	relation.Factor
	summed relation.Label // which of its labels is the data's
}

// viewOf returns the view that a tensor is, if it has no cells and is one.
func (p *Peer) viewOf(id relation.ID) (*view, bool) {
	t := p.sys.Tensor(id)
	if t.Kind != relation.Virtual || p.cells[id].Len() > 0 || len(t.Sum.Terms) != 1 {
		return nil, false
	}
	term := &t.Sum.Terms[0]
	v := &view{coeff: term.Coeff}
	seen := map[relation.Label]int{}
	data := 0 // factors that are not public
	for _, f := range term.Factors {
		for _, l := range f.Labels {
			seen[l]++
		}
		if p.sys.Tensor(f.Tensor).Kind == relation.Public {
			v.maps = append(v.maps, axisMap{Factor: f})
			continue
		}
		data++
		v.data = f
	}
	if data != 1 || len(v.maps) == 0 {
		return nil, false
	}
	for l, n := range seen {
		if out := slices.Contains(t.Sum.Out, l); out && n != 1 || !out && n != 2 {
			return nil, false
		}
	}
	for i := range v.maps {
		for _, l := range v.maps[i].Labels {
			if slices.Contains(t.Sum.Out, l) {
				continue
			}
			if v.maps[i].summed != "" || !slices.Contains(v.data.Labels, l) {
				return nil, false
			}
			v.maps[i].summed = l
		}
		if v.maps[i].summed == "" {
			return nil, false
		}
	}
	return v, true
}

// coordinates are those of the output labels that are fixed.
type coordinates map[relation.Label][]fr.Element

// coordinatesOf gives the fixed axes of a sum's output their labels.
func coordinatesOf(sum *relation.Sum, fixed [][]fr.Element) coordinates {
	c := coordinates{}
	for i, l := range sum.Out {
		if fixed[i] != nil {
			c[l] = fixed[i]
		}
	}
	return c
}

// of returns the coordinates of a factor's axes, nil for one that is kept.
func (c coordinates) of(f relation.Factor) [][]fr.Element {
	fixed := make([][]fr.Element, len(f.Labels))
	for i, l := range f.Labels {
		fixed[i] = c[l]
	}
	return fixed
}

// read returns a factor at the coordinates of its fixed labels, over the rest.
func (p *Peer) read(f relation.Factor, c coordinates) *labelled {
	t := &labelled{cells: p.partial(f.Tensor, c.of(f))}
	for i, l := range f.Labels {
		if c[l] == nil {
			t.labels = append(t.labels, l)
			t.logs = append(t.logs, p.sys.Tensor(f.Tensor).Axes[i].Log())
		}
	}
	return t
}

// seen evaluates some axes of a view (protocol, section 6).
func (p *Peer) seen(v *view, sum *relation.Sum, fixed [][]fr.Element) fr.Vector {
	c := coordinatesOf(sum, fixed)
	t := p.read(v.data, c)
	for _, m := range v.maps {
		matrix, to, logs := p.matrix(m, c)
		t = t.mapped(m.summed, matrix, to, logs)
	}
	var kept []relation.Label
	for i, l := range sum.Out {
		if fixed[i] == nil {
			kept = append(kept, l)
		}
	}
	cells := t.over(kept)
	if !v.coeff.IsOne() {
		cells.ScalarMul(cells, &v.coeff)
	}
	return cells
}

// matrix returns the entries of a map from its summed label to its other labels
// that are not fixed.
func (p *Peer) matrix(m axisMap, c coordinates) (entries []entry, to []relation.Label, logs []int) {
	t := p.sys.Tensor(m.Tensor)
	table := &labelled{cells: public.Partial(t, c.of(m.Factor))}
	for i, l := range m.Labels {
		if c[l] != nil {
			continue
		}
		table.labels, table.logs = append(table.labels, l), append(table.logs, t.Axes[i].Log())
		if l != m.summed {
			to, logs = append(to, l), append(logs, t.Axes[i].Log())
		}
	}
	cells := table.over(append(slices.Clone(to), m.summed))
	size := 1 << table.logs[slices.Index(table.labels, m.summed)]
	for i := range cells {
		if !cells[i].IsZero() {
			entries = append(entries, entry{out: i / size, in: i % size, value: cells[i]})
		}
	}
	return entries, to, logs
}
