package network

import "github.com/zkaudit/zkaudit/ops"

// tile lowers samples repeated whole along axes: of an axis of n cells cell o is the
// one at o mod n.
func (l *lowering) tile(layer *Layer) error {
	x, err := l.alone(layer, 0)
	if err != nil {
		return err
	}
	if len(layer.Shape) != len(x.shape) {
		return l.refuse("samples of shape %v cannot be repeated to shape %v", "export the model again", x.shape, layer.Shape)
	}
	var maps []ops.AxisMap
	for i, size := range x.shape {
		if layer.Shape[i]%size != 0 {
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
			m.Entries = append(m.Entries, entry(o, o%size))
		}
		maps = append(maps, m)
	}
	return l.selected(layer, x, maps)
}
