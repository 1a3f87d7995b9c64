package ops

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops/exact"
	"github.com/zkaudit/zkaudit/relation"
)

// patches is how an executor reads a tensor through windows: as a matrix with a
// row for each sample and position and a column for each cell that the window
// shows there, read in place.
type patches struct {
	view exact.View
	// around is the tensor with zeros around each axis of a window that is read
	// beyond its ends, and between the positions of a gradient; nil where cells
	// are read in place.
	around []int32
	inside []int // where each cell stands in it
	// The weights turned about: cell i of the turned matrix is cell order[i] of
	// the weights.
	order []int
	turn  *exact.WeightMatrix
	// What all three tensors of a contraction have stays apart: so many channels,
	// and samples. 0 where there are none.
	channels, samples int
	size              int // cells around
}

// over reads cells.
func (p *patches) over(cells []int32) *exact.View {
	p.view.Cells = cells
	if p.around != nil {
		for i, at := range p.inside {
			p.around[at] = cells[i]
		}
		p.view.Cells = p.around
	}
	return &p.view
}

// apart reads cells with their channels apart.
func (p *patches) apart(cells []int32) *exact.Channels {
	return &exact.Channels{View: *p.over(cells), Count: p.channels, Samples: p.samples}
}

// backward sets the gradient of what is read apart.
func (p *patches) backward(u *exact.Accumulator, d []int32, w *exact.WeightMatrix) {
	read := &exact.Channels{View: p.view, Count: p.channels, Samples: p.samples}
	u.MulChannelsTransposed(read, p.size, d, w)
	u.Keep(p.inside, p.channels)
}

// turned returns the weights with a row for each column of the view.
func (p *patches) turned(w *exact.WeightMatrix) *exact.WeightMatrix {
	cells := p.turn.Cells()
	for i, at := range p.order {
		cells[i] = w.Cells()[at]
	}
	p.turn.Refresh()
	return p.turn
}

// newPatches returns the patches that a node reads its data through, nil if its
// contraction has no windows.
func newPatches(p *graph.Program, n *graph.Node) *patches {
	k, e := contracted(n), extentsOf(p, n)
	if len(k.windows) == 0 {
		return nil
	}
	data, rows, columns := k.input, k.positions(), k.summed()
	if n.Kind == KindInputGradient && len(k.shared()) == 0 {
		data, rows, columns = k.output, without(k.input, k.weight), k.backward()
	}
	var read *patches
	if slices.Contains(data, k.windows[0].input) {
		read = shownPatches(&k, e, p.Batch, data, rows, columns)
	} else {
		read = spreadPatches(&k, e, p.Batch, data, rows, columns)
	}
	switch {
	case len(k.shared()) > 0:
		read.channels, read.samples = e.count(k.shared()), p.Batch
	case n.Kind == KindInputGradient:
		// W over (summed, units) becomes a matrix over (offsets and units, shared).
		of, _ := stridesOf(k.weight, e.axes(k.weight))
		shared := without(k.weight, columns)
		read.order = places(0, 1, 0, slices.Concat(columns, shared), e, of)
		read.turn = exact.NewWeightMatrix(e.count(columns), e.count(shared), make([]int64, len(read.order)))
	}
	return read
}

// shownPatches are those of a tensor whose cells windows show, with zeros around it
// where one reads beyond its ends: row (b,h…), column (m…,c…), at σ·h + δ·m from
// the first of them.
func shownPatches(k *contraction, e extents, batch int, data, rows, columns []relation.Label) *patches {
	axes, around := e.axes(data), false
	for i, l := range data {
		if w, windowed := k.windowOf(l); windowed {
			size, win := axes[i].Size, w.window(axes[i].Size, e[w.offset].Size)
			axes[i].Size = max(win.Before+size, win.Stride*(win.Positions-1)+w.reach(win.Offsets))
			around = around || axes[i].Size > size
		}
	}
	strides, sample := stridesOf(data, axes)
	first := 0
	for _, w := range k.windows {
		stride := strides[w.input]
		strides[w.position], strides[w.offset] = stride*w.Stride, stride*w.Dilation
		first += stride * w.before(e[w.input].Size, e[w.offset].Size)
	}
	p := &patches{view: exact.View{
		Rows:    places(0, batch, sample, rows, e, strides),
		Columns: places(0, 1, 0, columns, e, strides),
	}}
	p.size, p.inside = batch*sample, places(first, batch, sample, data, e, strides)
	if around {
		p.around = make([]int32, p.size)
	}
	return p
}

// spreadPatches are those of a tensor over the positions of windows, as the cells
// that these show see it, with σ − 1 zeros between positions and as many at both
// ends of each windowed axis as are read: row (b,y…), column (m…,o…), at
// y + p − δ·m, where position h stands at σ·h.
func spreadPatches(k *contraction, e extents, batch int, data, rows, columns []relation.Label) *patches {
	axes := e.axes(data)
	for i, l := range data {
		if w, windowed := k.windowOf(l); windowed {
			// From y = 0 at the last offset to the last y at the first one.
			axes[i].Size = e[w.input].Size + w.reach(e[w.offset].Size) - 1
		}
	}
	strides, sample := stridesOf(data, axes)
	first, last := 0, 0
	for _, w := range k.windows {
		stride, reach := strides[w.position], w.reach(e[w.offset].Size)-1
		strides[w.input], strides[w.offset], strides[w.position] = stride, -stride*w.Dilation, stride*w.Stride
		first, last = first+stride*(reach-w.before(e[w.input].Size, e[w.offset].Size)), last+stride*reach
	}
	return &patches{
		view: exact.View{
			Rows:    places(0, batch, sample, rows, e, strides),
			Columns: places(last, 1, 0, columns, e, strides),
		},
		around: make([]int32, batch*sample),
		inside: places(first, batch, sample, data, e, strides),
	}
}

// stridesOf returns the distance of neighbours on each axis of a row-major
// tensor, and its number of cells.
func stridesOf(labels []relation.Label, axes []relation.Axis) (strides map[relation.Label]int, cells int) {
	strides, cells = map[relation.Label]int{}, 1
	for i := len(labels) - 1; i >= 0; i-- {
		strides[labels[i]] = cells
		cells *= axes[i].Size
	}
	return strides, cells
}

// places lists first + Σ index·stride for samples and all indices of some
// labels, row-major.
func places(first, batch, sample int, labels []relation.Label, e extents, strides map[relation.Label]int) []int {
	list := make([]int, 0, batch*e.count(labels))
	for b := range batch {
		list = append(list, first+b*sample)
	}
	for _, l := range labels {
		next := make([]int, 0, len(list)*e[l].Size)
		for _, at := range list {
			for i := range e[l].Size {
				next = append(next, at+i*strides[l])
			}
		}
		list = next
	}
	return list
}
