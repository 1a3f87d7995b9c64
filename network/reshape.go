package network

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// reshape changes the shape of samples, and nothing else: cells move only where
// an operator asks for axes that they do not have yet.
func (l *lowering) reshape(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, true, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	if count(layer.Shape) != count(x.shape) {
		return l.refuse("it reshapes samples of shape %v to %v", "keep the batch as axis 0 and reshape within samples", x.shape, layer.Shape)
	}
	l.set(x.id, layer.Shape)
	return nil
}

// flat returns a value with one axis for the sample.
func (l *lowering) flat(x value) (value, error) { return l.laid(x, []int{count(x.shape)}) }

// apart returns a value with an axis for each of its shape.
func (l *lowering) apart(x value) (value, error) { return l.laid(x, x.shape) }

// axesOf returns the sizes of the axes of a sample, as its tensor has them.
func (l *lowering) axesOf(x value) []int {
	var sizes []int
	for _, a := range l.b.Tensor(x.id).Axes[1:] {
		sizes = append(sizes, a.Size)
	}
	return sizes
}

// laid returns a value with axes of the given sizes for its sample, made once.
// Axes are merged and split only between those that stay.
func (l *lowering) laid(x value, to []int) (value, error) {
	id, at := x.id, 0
	for _, g := range regroup(l.axesOf(x), to) {
		var err error
		for k := g.from - 2; k >= 0; k-- { // (a, b, c) as (a, b·c), (a·b·c)
			if id, err = l.reshaped(id, at+k, 0); err != nil {
				return value{}, err
			}
		}
		for size := count(g.to); len(g.to) > 1; at++ { // (a·b·c) as (a, b·c), (a, b, c)
			size, g.to = size/g.to[0], g.to[1:]
			if id, err = l.reshaped(id, at, size); err != nil {
				return value{}, err
			}
		}
		at++
	}
	return value{id: id, shape: x.shape}, nil
}

// regrouping says that so many axes become others with as many cells.
type regrouping struct {
	from int
	to   []int
}

// regroup divides axes and others for the same cells into the smallest runs that
// have as many cells.
func regroup(from, to []int) (groups []regrouping) {
	for len(from) > 0 {
		i, j, left, right := 1, 1, from[0], to[0]
		for left != right {
			if left < right {
				left *= from[i]
				i++
			} else {
				right *= to[j]
				j++
			}
		}
		if len(from) == i || len(to) == j { // axes of size 1 at the end
			i, j = len(from), len(to)
		}
		groups = append(groups, regrouping{i, to[:j]})
		from, to = from[i:], to[j:]
	}
	return groups
}

// layout names what reshaped has made.
type layout struct {
	id         graph.TensorID
	axis, size int
}

// reshaped merges two axes of a tensor, or splits one if size is not 0; what was
// made once serves again.
func (l *lowering) reshaped(id graph.TensorID, axis, size int) (graph.TensorID, error) {
	key := layout{id, axis, size}
	if made, there := l.layouts[key]; there {
		return made, nil
	}
	out, err := ops.Append(l.b, graph.Node{
		Name: fmt.Sprintf("%s in %d axes", l.b.Tensor(id).Name, len(l.b.Tensor(id).Axes)-1), Kind: ops.KindReshape, Inputs: []graph.TensorID{id},
		Attributes: graph.Attributes{"axis": {int64(axis)}, "size": {int64(size)}},
	})
	if err != nil {
		return graph.None, err
	}
	l.layouts[key] = out[0]
	return out[0], nil
}
