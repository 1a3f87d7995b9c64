package prover

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// channelwise computes all cells of a trajectory (see trajectory) whose uses act on
// channels apart, as depthwise convolutions do,
//
//	C(s,m…,e…,c…,q…) = Σ_{b,h…} P(s,b,h…,m…,e…,c…)·D(s,b,h…,c…,q…)
//
// for patches P of a tensor X with cells; e are the channels of a group, where c
// are groups. No operand is whole once c is kept; but such weights are few, and C
// is integers: as an executor adds them up. ok is false where the terms are others.
func (p *Peer) channelwise(t *relation.Tensor) (cells fr.Vector, ok bool) {
	uses, filter := p.usesOf(t)
	var sum fr.Vector
	for i := range uses {
		k, ok := p.channelsOf(t, &uses[i])
		if !ok {
			return nil, false
		}
		u := k.gradient()
		if sum == nil {
			sum = u
			continue
		}
		sum.Add(sum, u)
	}
	if sum == nil {
		return nil, false
	}
	w := p.field(t.Sum.Terms[0].Factors[1].Tensor)
	return accumulate(sum, w, filter, len(w)), true
}

// channels is C of one use, by the places of cells.
type channels struct {
	coeff          fr.Element
	x, d           []int32
	steps, samples int
	depth          int   // cells e
	width, kernels int   // cells c for each of them, and cells q for each of these
	sampleX        int   // cells of a sample
	sampleD        int   //
	batchX, batchD int   // cells of a step
	reads          []see // for each offset, what positions read
	offsets        int
}

// see lists pairs of a position's first cell and that of what it reads.
type see struct{ position, input []int }

// channelsOf returns C of a use whose operands are patches and a tensor of
// positions, both with cells, over
//
//	X(s,b,y…,e…,c…), D(s,b,h…,c…,q…) and the kept axes m…,e…,c…,q…
func (p *Peer) channelsOf(t *relation.Tensor, u *use) (*channels, bool) {
	if len(u.operands) != 2 {
		return nil, false
	}
	x, d := p.operandOf(u.operands[0]), p.operandOf(u.operands[1])
	if len(x.maps) == 0 {
		x, d = d, x
	}
	if len(x.maps) == 0 || len(d.maps) > 0 || len(x.Labels) < 2+len(x.maps) || p.cells[x.Tensor].Small == nil || p.cells[d.Tensor].Small == nil {
		return nil, false
	}
	batch, own := x.Labels[1], x.Labels[2+len(x.maps):]
	deep := 0 // axes e
	for deep < len(own) && !slices.Contains(d.Labels, own[deep]) {
		deep++
	}
	shared := own[deep:]
	ofX, ofD := []relation.Label{u.step, batch}, []relation.Label{u.step, batch}
	var kept []relation.Label
	for _, m := range x.maps {
		if _, window := p.sys.Tensor(m.Tensor).Source.(relation.Window); !window || len(m.Labels) != 3 || m.Labels[2] != m.summed {
			return nil, false
		}
		ofX, ofD, kept = append(ofX, m.summed), append(ofD, m.Labels[0]), append(kept, m.Labels[1])
	}
	ofX, ofD, kept = append(ofX, own...), append(ofD, shared...), append(kept, own...)
	if len(shared) == 0 || len(d.Labels) < len(ofD) {
		return nil, false
	}
	units := d.Labels[len(ofD):]
	if !slices.Equal(x.Labels, ofX) || !slices.Equal(d.Labels[:len(ofD)], ofD) || !slices.Equal(t.Sum.Out[1:], append(kept, units...)) {
		return nil, false
	}
	k := &channels{x: p.cells[x.Tensor].Small, d: p.cells[d.Tensor].Small, coeff: u.term.Coeff}
	k.coeff.Neg(&k.coeff)
	k.coeff.Mul(&k.coeff, &x.scale)
	axesX, axesD := axesOf(p.sys.Tensor(x.Tensor)), axesOf(p.sys.Tensor(d.Tensor))
	spatial := len(x.maps)
	k.steps, k.samples = 1<<axesX[0], p.sys.Tensor(x.Tensor).Axes[1].Padded()
	for _, m := range u.masks {
		mask, is := p.sys.Tensor(m.Tensor).Source.(relation.Mask)
		if !is || m.Labels[0] != batch {
			return nil, false
		}
		k.samples = min(k.samples, mask.Size)
	}
	k.depth = 1 << sum(axesX[2+spatial:2+spatial+deep])
	k.width, k.kernels = 1<<sum(axesX[2+spatial+deep:]), 1<<sum(axesD[2+spatial+len(shared):])
	k.sampleX, k.sampleD = 1<<sum(axesX[2:]), 1<<sum(axesD[2:])
	k.batchX, k.batchD = k.sampleX<<axesX[1], k.sampleD<<axesD[1]
	k.see(p, x.maps, axesX[2:], axesD[2:])
	return k, true
}

// see lists what positions read, for every offset of the padded axes.
func (k *channels) see(p *Peer, maps []axisMap, axesX, axesD []int) {
	k.reads = []see{{[]int{0}, []int{0}}}
	for i, m := range maps {
		w := p.sys.Tensor(m.Tensor).Source.(relation.Window)
		strideX, strideD := 1<<sum(axesX[i+1:]), 1<<sum(axesD[i+1:])
		var next []see
		for _, before := range k.reads {
			for offset := range p.sys.Tensor(m.Tensor).Axes[1].Padded() {
				s := see{}
				for at := 0; offset < w.Offsets && at < w.Positions; at++ {
					y, inside := w.Input(at, offset)
					for j := 0; inside && j < len(before.input); j++ {
						s.position, s.input = append(s.position, before.position[j]+at*strideD), append(s.input, before.input[j]+y*strideX)
					}
				}
				next = append(next, s)
			}
		}
		k.reads = next
	}
	k.offsets = len(k.reads)
}

// gradient returns −coeff·C over all its axes.
func (k *channels) gradient() fr.Vector {
	row := k.depth * k.width * k.kernels
	out := make(fr.Vector, k.steps*k.offsets*row)
	one := k.coeff.IsOne()
	poly.Parallel(k.steps*k.offsets, 1, func(lo, hi int) {
		sums := make([]int64, row)
		for i := lo; i < hi; i++ {
			clear(sums)
			k.add(sums, i/k.offsets, &k.reads[i%k.offsets])
			for j, v := range sums {
				e := &out[i*row+j]
				if e.SetInt64(v); !one {
					e.Mul(e, &k.coeff)
				}
			}
		}
	})
	return out
}

// add adds Σ_{b,h…} X·D at one step and offset.
func (k *channels) add(sums []int64, step int, s *see) {
	for b := range k.samples {
		x, d := k.x[step*k.batchX+b*k.sampleX:], k.d[step*k.batchD+b*k.sampleD:]
		for i, from := range s.input {
			at := d[s.position[i]:][:k.width*k.kernels]
			for e := range k.depth {
				addProducts(sums[e*len(at):][:len(at)], x[from+e*k.width:][:k.width], at, k.kernels)
			}
		}
	}
}

// addProducts adds x(c)·d(c,q) to sums(c,q).
func addProducts(sums []int64, x, d []int32, kernels int) {
	if kernels == 1 {
		for c, v := range x {
			sums[c] += int64(v) * int64(d[c])
		}
		return
	}
	for c, v := range x {
		for q := c * kernels; q < (c+1)*kernels; q++ {
			sums[q] += int64(v) * int64(d[q])
		}
	}
}
