package transpile

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// tile reads samples repeated so many times along each axis.
func (r *reading) tile(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	times, err := r.ints(o, 1)
	if err != nil {
		return network.Layer{}, err
	}
	from := r.shapes[x]
	shape, fits := []int{}, len(times) == len(from)+r.lead() && (r.unbatched || times[0] == 1)
	for i := 0; fits && i < len(from); i++ {
		n := times[r.lead()+i]
		fits = n >= 1 && n <= int64(graph.MaxSize/from[i])
		shape = append(shape, from[i]*int(n))
	}
	if !fits {
		return network.Layer{}, r.refuse("it repeats samples of shape %v %v times", "keep the batch, and repeat every axis once or more", from, times)
	}
	return network.Layer{Kind: network.Tile, Inputs: []int{x}, Shape: shape}, nil
}
