package network

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// stridedSlice lowers a part of samples: of axis i the cells b, b + s, b + 2s, …,
// as many as Shape has there. Parameters are b and s of every axis; s may be
// negative.
func (l *lowering) stridedSlice(layer *Layer) error {
	x, err := l.alone(layer, len(layer.Parameters))
	if err != nil {
		return err
	}
	p := layer.Parameters
	if len(p) != 2*len(x.shape) || len(layer.Shape) != len(x.shape) {
		return l.refuse("parameters %v and shape %v on samples of shape %v", "export the model again", p, layer.Shape, x.shape)
	}
	var maps []ops.AxisMap
	for i, size := range x.shape {
		begin, stride, m := p[2*i], p[2*i+1], ops.AxisMap{Axis: i, Size: layer.Shape[i]}
		last := begin + (m.Size-1)*stride
		if stride > size || stride < -size || begin < 0 || begin >= size || last < 0 || last >= size {
			return l.refuse("cells %d, %d, … of an axis of %d", "export the model again", begin, begin+stride, size)
		}
		if begin == 0 && stride == 1 && m.Size == size {
			continue
		}
		if err := l.maps(m.Size, size, m.Size); err != nil {
			return err
		}
		for o := range m.Size {
			m.Entries = append(m.Entries, entry(o, begin+o*stride))
		}
		maps = append(maps, m)
	}
	return l.selected(layer, x, maps)
}

// padding reads the parameters of a padding layer: so many cells before and after
// each axis. after lists further parameters.
func (l *lowering) padding(layer *Layer, further int) (x value, before []int, err error) {
	p := layer.Parameters
	if x, err = l.apart(l.values[layer.Inputs[0]]); err != nil {
		return x, nil, err
	}
	if len(p) != 2*len(x.shape)+further || len(layer.Shape) != len(x.shape) {
		return x, nil, l.refuse("parameters %v on samples of shape %v", "export the model again", p, x.shape)
	}
	for i, size := range x.shape {
		if p[2*i] < 0 || p[2*i+1] < 0 || p[2*i] > graph.MaxSize || p[2*i+1] > graph.MaxSize || layer.Shape[i] != p[2*i]+size+p[2*i+1] {
			return x, nil, l.refuse("it puts %d and %d cells around an axis of %d", "export the model again", p[2*i], p[2*i+1], size)
		}
		before = append(before, p[2*i])
	}
	return x, before, nil
}

// pad lowers cells around samples: 0, or its constant of one cell. Parameters are
// the cells before and after each axis.
func (l *lowering) pad(layer *Layer) error {
	if _, err := l.operands(layer, 1, 0, true, layer.Constant != nil); err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	x, before, err := l.padding(layer, 0)
	if err != nil {
		return err
	}
	var maps []ops.AxisMap
	for i, size := range x.shape {
		if layer.Shape[i] == size {
			continue
		}
		if err := l.maps(size, size, layer.Shape[i]); err != nil {
			return err
		}
		m := ops.AxisMap{Axis: i, Size: layer.Shape[i]}
		for j := range size {
			m.Entries = append(m.Entries, entry(before[i]+j, j))
		}
		maps = append(maps, m)
	}
	c := layer.Constant
	if c == nil || len(maps) == 0 {
		return l.selected(layer, x, maps)
	}
	if len(c.Cells) != 1 {
		return l.refuse("it pads with %d values", "pad with one", len(c.Cells))
	}
	y, err := ops.MapAxes(l.b, l.name, x.id, 0, maps...)
	if err != nil {
		return err
	}
	if cells := count(layer.Shape); cells > maxConstants-l.constants {
		return l.refuse("constants of more than %d cells", "use smaller ones", maxConstants)
	}
	around := &Constant{Shape: layer.Shape, Cells: outside(x.shape, before, layer.Shape, c.Cells[0])}
	k, err := l.constant(around, value{id: y, shape: layer.Shape}, l.b.Tensor(y).Format.Fraction)
	if err != nil {
		return err
	}
	out, err := ops.Append(l.b, graph.Node{Name: l.name + " around", Kind: ops.KindAdd, Inputs: []graph.TensorID{y, k}})
	if err != nil {
		return err
	}
	return l.made(layer, value{id: out[0], shape: layer.Shape})
}

// outside returns a sample that is v around a part of the given shape, and 0 in
// it.
func outside(part, before, shape []int, v float32) []float32 {
	cells := make([]float32, count(shape))
	for i := range cells {
		rest, in := i, true
		for k := len(shape) - 1; k >= 0; k-- {
			at := rest%shape[k] - before[k]
			rest /= shape[k]
			in = in && at >= 0 && at < part[k]
		}
		if !in {
			cells[i] = v
		}
	}
	return cells
}

// mirrorPad lowers cells around samples that mirror those inside. Parameters are
// the cells before and after each axis, then 1 if the border itself is repeated
// (SYMMETRIC), 0 if it is the mirror (REFLECT).
func (l *lowering) mirrorPad(layer *Layer) error {
	if _, err := l.alone(layer, len(layer.Parameters)); err != nil {
		return err
	}
	x, before, err := l.padding(layer, 1)
	if err != nil {
		return err
	}
	border := layer.Parameters[len(layer.Parameters)-1]
	if border != 0 && border != 1 {
		return l.refuse("mode %d", "mirror in mode REFLECT or SYMMETRIC", border)
	}
	var maps []ops.AxisMap
	for i, size := range x.shape {
		if layer.Shape[i] == size {
			continue
		}
		if most := size - 1 + border; before[i] > most || layer.Shape[i]-size-before[i] > most {
			return l.refuse("it mirrors %d cells before an axis of %d and %d after it", "mirror fewer cells than there are",
				before[i], size, layer.Shape[i]-size-before[i])
		}
		if err := l.maps(layer.Shape[i], size, layer.Shape[i]); err != nil {
			return err
		}
		m := ops.AxisMap{Axis: i, Size: layer.Shape[i]}
		for o := range m.Size {
			in := o - before[i]
			if in < 0 {
				in = -in - border
			}
			if in >= size {
				in = 2*(size-1) + border - in
			}
			m.Entries = append(m.Entries, entry(o, in))
		}
		maps = append(maps, m)
	}
	return l.selected(layer, x, maps)
}

// reverse lowers samples with the axes of its parameters the other way round.
func (l *lowering) reverse(layer *Layer) error {
	x, err := l.alone(layer, len(layer.Parameters))
	if err != nil {
		return err
	}
	if len(layer.Parameters) == 0 {
		return l.refuse("it reverses no axis", "leave it out")
	}
	for i, axis := range layer.Parameters {
		if axis < 0 || axis >= len(x.shape) || i > 0 && axis <= layer.Parameters[i-1] {
			return l.refuse("axes %v of samples of shape %v", "name axes after the batch, ascending", layer.Parameters, x.shape)
		}
		if err := l.maps(x.shape[axis], x.shape[axis], x.shape[axis]); err != nil {
			return err
		}
		out, err := ops.Append(l.b, graph.Node{
			Name: l.name, Kind: ops.KindReflect, Inputs: []graph.TensorID{x.id}, Attributes: graph.Attributes{"axis": {int64(axis)}},
		})
		if err != nil {
			return err
		}
		x.id = out[0]
	}
	return l.made(layer, x)
}

// broadcastTo lowers samples repeated along axes of size 1, which may be missing
// in front.
func (l *lowering) broadcastTo(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, true, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	shape := x.shape
	for len(shape) > len(layer.Shape) && shape[0] == 1 {
		shape = shape[1:]
	}
	for len(shape) < len(layer.Shape) {
		shape = append([]int{1}, shape...)
	}
	if x, err = l.apart(value{id: x.id, shape: shape}); err != nil {
		return err
	}
	var maps []ops.AxisMap
	for i, size := range shape {
		if i >= len(layer.Shape) || size != layer.Shape[i] && size != 1 {
			return l.refuse("samples of shape %v cannot be repeated to shape %v", "export the model again", x.shape, layer.Shape)
		}
		if size == layer.Shape[i] {
			continue
		}
		if err := l.maps(layer.Shape[i], size, layer.Shape[i]); err != nil {
			return err
		}
		m := ops.AxisMap{Axis: i, Size: layer.Shape[i]}
		for o := range m.Size {
			m.Entries = append(m.Entries, entry(o, 0))
		}
		maps = append(maps, m)
	}
	return l.selected(layer, x, maps)
}
