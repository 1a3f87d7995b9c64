package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// maxCovered bounds the cells of an axis times those of a filter.
const maxCovered = 1 << 20

// pooling is what a pooling layer reads: a picture laid apart, and for rows and
// columns which of its cells each position covers. Padding is in none.
type pooling struct {
	value
	covers [2][][]int
}

// pooled checks a pooling layer, whose parameters are the rows and columns of its
// filter.
func (l *lowering) pooled(layer *Layer) (p pooling, err error) {
	if p.value, err = l.operands(layer, 1, 0, true, false); err != nil {
		return p, err
	}
	filter := layer.Parameters
	if len(p.shape) != 3 || len(filter) != 2 || min(filter[0], filter[1]) < 1 || layer.Window.Dilation != [2]int{1, 1} {
		return p, l.refuse("a filter of %v on samples of shape %v", "export the model again", filter, p.shape)
	}
	rows, columns := layer.Window.slides()
	for i := range filter {
		if filter[i] > maxCovered/p.shape[i] {
			return p, l.refuse("a filter of %v on samples of shape %v", "use a filter no larger than the picture", filter, p.shape)
		}
	}
	for i, s := range []ops.Slide{rows, columns} {
		positions := s.Positions(p.shape[i], filter[i])
		if err := l.maps(positions*filter[i], p.shape[i], positions); err != nil {
			return p, err
		}
		p.covers[i] = s.Covers(p.shape[i], filter[i])
	}
	makes := []int{len(p.covers[0]), len(p.covers[1]), p.shape[2]}
	if !slices.Equal(layer.Shape, makes) {
		return p, l.refuse("it makes samples of shape %v, not %v", "export the model again", makes, layer.Shape)
	}
	p.value, err = l.apart(p.value)
	return p, err
}

// averagePool2D lowers the mean of the cells that each position covers. Along an
// axis whose positions cover c_p cells, with L their least common multiple,
//
//	mean = Σ_p (L/c_p)·X / L,
//
// so that one division by L of rows times that of columns, rounded half up, is
// exact wherever padding cuts a window off.
func (l *lowering) averagePool2D(layer *Layer) error {
	x, err := l.pooled(layer)
	if err != nil {
		return err
	}
	var maps []ops.AxisMap
	divisor := 1
	for i, covers := range x.covers {
		multiple := 1
		for _, cells := range covers {
			multiple = lcm(multiple, len(cells))
			if multiple > maxDivisor/divisor {
				return l.refuse("a filter of %v, cut off by padding in many ways", "use padding VALID or a smaller filter", layer.Parameters)
			}
		}
		m := ops.AxisMap{Axis: i, Size: len(covers)}
		for p, cells := range covers {
			for _, in := range cells {
				m.Entries = append(m.Entries, ops.AxisEntry{Out: p, In: in, Value: int64(multiple / len(cells))})
			}
		}
		maps, divisor = append(maps, m), divisor*multiple
	}
	y, err := l.added(l.name, x.id, divisor, maps...)
	if err != nil {
		return err
	}
	return l.activate(layer, y, layer.Shape)
}

// lcm returns the least common multiple.
func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

// maxPool2D lowers the largest of the cells that each position covers, along
// columns and then along rows: of equal cells the first one in order has the
// gradient.
func (l *lowering) maxPool2D(layer *Layer) error {
	x, err := l.pooled(layer)
	if err != nil {
		return err
	}
	y := x.id
	for _, axis := range []int{1, 0} {
		if y, err = l.largest(y, axis, x.covers[axis]); err != nil {
			return err
		}
	}
	return l.activate(layer, y, layer.Shape)
}

// largest returns the largest cell that each position of an axis covers. Windows
// that padding cuts off read their last cell more than once.
func (l *lowering) largest(x graph.TensorID, axis int, covers [][]int) (graph.TensorID, error) {
	longest := 0
	for _, cells := range covers {
		longest = max(longest, len(cells))
	}
	so := graph.None
	for k := range longest {
		m := ops.AxisMap{Axis: axis, Size: len(covers)}
		for p, cells := range covers {
			m.Entries = append(m.Entries, entry(p, cells[min(k, len(cells)-1)]))
		}
		cell, err := ops.MapAxes(l.b, l.name+" cell", x, 0, m)
		if err != nil {
			return graph.None, err
		}
		if so == graph.None {
			so = cell
		} else if so, err = l.maximumOf(so, cell); err != nil {
			return graph.None, err
		}
	}
	return so, nil
}
