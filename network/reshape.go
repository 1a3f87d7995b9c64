package network

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// reshape changes the shape of samples. Of a flat one it changes nothing.
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
	if x, err = l.flat(x); err != nil {
		return err
	}
	l.set(x.id, layer.Shape)
	return nil
}

// flat returns a value with one axis for the sample, merged from the last.
func (l *lowering) flat(x value) (value, error) { return l.laid(x, 1) }

// apart returns a value with an axis for each of its shape.
func (l *lowering) apart(x value) (value, error) { return l.laid(x, len(x.shape)) }

// laid returns a value with one axis for its sample or with one for each of its
// shape, made once.
func (l *lowering) laid(x value, axes int) (value, error) {
	if len(l.b.Tensor(x.id).Axes)-1 == axes {
		return x, nil
	}
	key := layout{x.id, axes}
	if id, made := l.layouts[key]; made {
		return value{id: id, shape: x.shape}, nil
	}
	id := x.id
	for i := 1; i < len(x.shape); i++ {
		// Split (a, b, c) as (a, bc), (a, b, c); merge it as (a, bc), (abc).
		axis, size := i-1, count(x.shape[i:])
		if axes == 1 {
			axis, size = len(x.shape)-1-i, 0
		}
		out, err := ops.Append(l.b, graph.Node{
			Name: fmt.Sprintf("%s in %d axes", l.b.Tensor(x.id).Name, axes), Kind: ops.KindReshape, Inputs: []graph.TensorID{id},
			Attributes: graph.Attributes{"axis": {int64(axis)}, "size": {int64(size)}},
		})
		if err != nil {
			return value{}, err
		}
		id = out[0]
	}
	l.layouts[key] = id
	return value{id: id, shape: x.shape}, nil
}

// layout names a tensor laid out with so many axes for a sample.
type layout struct {
	id   graph.TensorID
	axes int
}
