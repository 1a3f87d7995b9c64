package network

import (
	"math"

	"github.com/zkaudit/zkaudit/ops"
)

// interpolation is at how many fraction bits the weights of RESIZE_BILINEAR are,
// along each axis, rounded to the nearest: exact where the size grows by a power
// of two.
const interpolation = 12

// resizing is how one axis of a picture is resized. Its arithmetic is that of
// TensorFlow Lite, in float32.
type resizing struct {
	from, to      int
	align, center bool // align_corners, half_pixel_centers
}

// scale is the distance between positions in cells of the input.
func (r *resizing) scale() float32 {
	if r.align && r.to > 1 {
		return float32(r.from-1) / float32(r.to-1)
	}
	return float32(r.from) / float32(r.to)
}

// nearest is the cell that position o shows.
func (r *resizing) nearest(o int) int {
	at := float32(o)
	if r.center {
		at += 0.5
	}
	at = float32(at * r.scale())
	in := int(math.Floor(float64(at)))
	if r.align {
		in = int(math.Round(float64(at)))
	}
	return max(0, min(in, r.from-1))
}

// linear are the two cells around position o, and the weight of the second one in
// units of 2^-interpolation.
func (r *resizing) linear(o int) (lower, upper int, weight int64) {
	at := float32(o)
	if r.center {
		at = float32(float32(at+0.5)*r.scale()) - 0.5
	} else {
		at = float32(at * r.scale())
	}
	lower = max(int(math.Floor(float64(at))), 0)
	upper = min(int(math.Ceil(float64(at))), r.from-1)
	fraction := float64(float32(at - float32(lower)))
	return lower, upper, int64(math.RoundToEven(math.Ldexp(fraction, interpolation)))
}

// resizeNearest lowers a picture of another size, each of whose cells is one of
// the picture's. Parameters are 1 or 0 for align_corners and for
// half_pixel_centers.
func (l *lowering) resizeNearest(layer *Layer) error {
	x, axes, err := l.resized(layer)
	if err != nil {
		return err
	}
	var maps []ops.AxisMap
	for i, r := range axes {
		if err := l.maps(r.to, r.from, r.to); err != nil {
			return err
		}
		m := ops.AxisMap{Axis: i, Size: r.to}
		for o := range r.to {
			m.Entries = append(m.Entries, entry(o, r.nearest(o)))
		}
		maps = append(maps, m)
	}
	return l.selected(layer, x, maps)
}

// resizeBilinear lowers a picture of another size, each of whose cells is
// interpolated between the four around it, rounded once. Parameters are those of
// resizeNearest.
func (l *lowering) resizeBilinear(layer *Layer) error {
	x, axes, err := l.resized(layer)
	if err != nil {
		return err
	}
	var maps []ops.AxisMap
	for i, r := range axes {
		if err := l.maps(2*r.to, r.from, r.to); err != nil {
			return err
		}
		m := ops.AxisMap{Axis: i, Size: r.to}
		for o := range r.to {
			lower, upper, weight := r.linear(o)
			m.Entries = append(m.Entries, ops.AxisEntry{Out: o, In: lower, Value: 1<<interpolation - weight})
			if weight != 0 {
				m.Entries = append(m.Entries, ops.AxisEntry{Out: o, In: upper, Value: weight})
			}
		}
		maps = append(maps, m)
	}
	fraction := l.b.Tensor(x.id).Format.Fraction
	v, err := ops.MapAxes(l.b, l.name, x.id, 2*interpolation, maps...)
	if err != nil {
		return err
	}
	y, err := ops.Rescale(l.b, l.name+" rounded", v, fraction)
	if err != nil {
		return err
	}
	return l.made(layer, value{id: y, shape: l.axesOf(value{id: y})})
}

// resized checks a layer that resizes pictures.
func (l *lowering) resized(layer *Layer) (x value, axes [2]resizing, err error) {
	if x, err = l.alone(layer, 2); err != nil {
		return x, axes, err
	}
	p := layer.Parameters
	if len(x.shape) != 3 || len(layer.Shape) != 3 || min(p[0], p[1]) < 0 || max(p[0], p[1]) > 1 || p[0]+p[1] > 1 {
		return x, axes, l.refuse("parameters %v and shape %v on samples of shape %v", "export the model again", p, layer.Shape, x.shape)
	}
	for i := range axes {
		axes[i] = resizing{x.shape[i], layer.Shape[i], p[0] == 1, p[1] == 1}
	}
	return x, axes, nil
}
