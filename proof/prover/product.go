package prover

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// product is a virtual tensor without cells whose factors share some labels and
// have others to themselves, as a one-hot of several digits does:
//
//	T(z,x_0,x_1,…) = c·Π_i D_i(z,x_i)
//
// Where few cells of a factor are not 0, few of T are: for each z a product of
// these. No kernel lays T out.
type product struct {
	coeff   fr.Element
	factors []relation.Factor
	shared  []relation.Label // z, in the order of T's labels
}

// productOf returns the product that a tensor is, if it has no cells and is one.
func (p *Peer) productOf(id relation.ID) (*product, bool) {
	if p.cells[id].Len() > 0 {
		return nil, false
	}
	return productIn(p.sys, id)
}

// productIn is productOf for a tensor without cells.
func productIn(sys *relation.System, id relation.ID) (*product, bool) {
	t := sys.Tensor(id)
	if t.Kind != relation.Virtual || len(t.Sum.Terms) != 1 || len(t.Sum.Terms[0].Factors) < 2 {
		return nil, false
	}
	term := &t.Sum.Terms[0]
	readers := map[relation.Label]int{}
	for _, f := range term.Factors {
		if sys.Tensor(f.Tensor).Kind == relation.Public {
			return nil, false
		}
		for _, l := range f.Labels {
			readers[l]++
		}
	}
	v := &product{coeff: term.Coeff, factors: term.Factors}
	for _, l := range t.Sum.Out {
		if readers[l] == len(term.Factors) {
			v.shared = append(v.shared, l)
		} else if readers[l] != 1 {
			return nil, false
		}
	}
	if len(readers) != len(t.Sum.Out) || len(v.shared) == 0 { // a label is summed over
		return nil, false
	}
	for _, f := range v.factors {
		if len(v.own(f.Labels)) == 0 {
			return nil, false
		}
	}
	return v, true
}

// own returns those of some labels that one factor has to itself.
func (v *product) own(labels []relation.Label) (own []relation.Label) {
	for _, l := range labels {
		if !slices.Contains(v.shared, l) {
			own = append(own, l)
		}
	}
	return own
}

// multiplied evaluates some axes of a product,
//
//	T~(…) = c·Σ_z Π eq(fixed labels of z)·Π_i D_i~(z,x_i)      over the kept labels of z and x.
func (p *Peer) multiplied(v *product, sum *relation.Sum, fixed [][]fr.Element) fr.Vector {
	c := coordinatesOf(sum, fixed)
	logs := p.logsOf(v)
	weights := &labelled{cells: fr.Vector{fr.One()}}
	for _, l := range v.shared {
		weights.labels, weights.logs = append(weights.labels, l), append(weights.logs, logs[l])
	}
	weights.cells = expand(weights.cells, nil, weights.plan())
	var kept []relation.Label
	cells := 1
	for _, l := range sum.Out {
		if c[l] == nil {
			kept = append(kept, l)
			cells <<= logs[l]
		} else if slices.Contains(v.shared, l) {
			weights.times(poly.Eq(c[l]), []relation.Label{l})
		}
	}
	out := make(fr.Vector, cells)
	p.scatter(out, v, c, weights.cells, kept)
	return out
}

// logsOf returns the variables of a product's labels.
func (p *Peer) logsOf(v *product) map[relation.Label]int {
	logs := map[relation.Label]int{}
	for _, f := range v.factors {
		for i, l := range f.Labels {
			logs[l] = p.sys.Tensor(f.Tensor).Axes[i].Log()
		}
	}
	return logs
}

// scattered is a cell that is not 0: where it goes, and what it is.
type scattered struct {
	at    int
	value fr.Element
}

// scatter adds c·weights(z)·Π_i D_i(z,x_i) for all z to the cells over the kept
// labels. Labels x_i that are not kept have coordinates.
func (p *Peer) scatter(out fr.Vector, v *product, c coordinates, weights fr.Vector, kept []relation.Label) {
	logs := p.logsOf(v)
	strides, stride := map[relation.Label]int{}, 1
	for i := len(kept) - 1; i >= 0; i-- {
		strides[kept[i]] = stride
		stride <<= logs[kept[i]]
	}
	factors := make([]fr.Vector, len(v.factors))
	places := make([][]int, len(v.factors)) // of the cells of a factor for one z
	for i, f := range v.factors {
		own := coordinates{}
		var labels []relation.Label
		for _, l := range v.own(f.Labels) {
			if own[l] = c[l]; c[l] == nil {
				labels = append(labels, l)
			}
		}
		factors[i] = p.read(f, own).over(slices.Concat(v.shared, labels))
		places[i] = placesOf(labels, logs, strides)
	}
	first := placesOf(v.shared, logs, strides)
	for z := range weights {
		if weights[z].IsZero() {
			continue
		}
		cells := []scattered{{first[z], v.coeff}}
		cells[0].value.Mul(&v.coeff, &weights[z])
		for i, f := range factors {
			size := len(places[i])
			cells = times(cells, f[z*size:(z+1)*size], places[i])
		}
		for k := range cells {
			out[cells[k].at].Add(&out[cells[k].at], &cells[k].value)
		}
	}
}

// times multiplies cells by those of a factor that are not 0.
func times(cells []scattered, factor fr.Vector, places []int) []scattered {
	var products []scattered
	for i := range factor {
		if factor[i].IsZero() {
			continue
		}
		for k := range cells {
			s := scattered{at: cells[k].at + places[i]}
			s.value.Mul(&cells[k].value, &factor[i])
			products = append(products, s)
		}
	}
	return products
}

// placesOf lists Σ index·stride for all indices of some labels, row-major.
func placesOf(labels []relation.Label, logs, strides map[relation.Label]int) []int {
	places := []int{0}
	for _, l := range labels {
		next := make([]int, 0, len(places)<<logs[l])
		for _, at := range places {
			for i := range 1 << logs[l] {
				next = append(next, at+i*strides[l])
			}
		}
		places = next
	}
	return places
}
