package network

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// spaceToDepth lowers blocks of b × b cells, b its one parameter, as channels of
// one:
//
//	Y(h, w, (i·b + j)·C + c) = X(b·h + i, b·w + j, c)
func (l *lowering) spaceToDepth(layer *Layer) error {
	x, b, err := l.blocks(layer)
	if err != nil {
		return err
	}
	if x.shape[0]%b != 0 || x.shape[1]%b != 0 {
		return l.refuse("blocks of %d on samples of shape %v", "pad the picture first", b, x.shape)
	}
	h, w, c := x.shape[0]/b, x.shape[1]/b, x.shape[2]
	return l.exchanged(layer, x, []int{h, b, w, b, c}, []int{h, w, b * b * c})
}

// depthToSpace lowers the other way: channels as blocks of b × b cells,
//
//	Y(b·h + i, b·w + j, c) = X(h, w, (i·b + j)·C + c)
func (l *lowering) depthToSpace(layer *Layer) error {
	x, b, err := l.blocks(layer)
	if err != nil {
		return err
	}
	if x.shape[2]%(b*b) != 0 {
		return l.refuse("blocks of %d from samples of shape %v", "give it a multiple of the block's cells as channels", b, x.shape)
	}
	h, w, c := x.shape[0], x.shape[1], x.shape[2]/(b*b)
	return l.exchanged(layer, x, []int{h, w, b, b, c}, []int{h * b, w * b, c})
}

// blocks checks a layer that moves blocks of a picture.
func (l *lowering) blocks(layer *Layer) (x value, b int, err error) {
	if x, err = l.operands(layer, 1, 0, true, false); err != nil {
		return x, 0, err
	}
	if err := l.plain(layer); err != nil {
		return x, 0, err
	}
	if len(layer.Parameters) != 1 || len(x.shape) != 3 || layer.Parameters[0] < 1 || layer.Parameters[0] > graph.MaxBatch {
		return x, 0, l.refuse("blocks of %v on samples of shape %v", "export the model again", layer.Parameters, x.shape)
	}
	return x, layer.Parameters[0], nil
}

// exchanged takes samples apart, exchanges their second and third axes, or third
// and second of the same, and gives them another shape.
func (l *lowering) exchanged(layer *Layer, x value, apart, shape []int) error {
	x, err := l.laid(x, apart)
	if err != nil {
		return err
	}
	out, err := ops.Append(l.b, graph.Node{
		Name: l.name, Kind: ops.KindPermute, Inputs: []graph.TensorID{x.id}, Attributes: graph.Attributes{"order": {0, 2, 1, 3, 4}},
	})
	if err != nil {
		return err
	}
	return l.made(layer, value{id: out[0], shape: shape})
}
