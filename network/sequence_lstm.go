package network

import (
	"fmt"
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// Gates of a recurrent layer, in the order of its weights.
const (
	inputGate = iota
	forgetGate
	cellGate
	outputGate
	gates
)

// gateNames name the weights of gates.
func gateNames() [gates]string { return [gates]string{"input", "forget", "cell", "output"} }

// maxUnrolled bounds the time steps of a recurrent layer, each of which is some
// eighty nodes with those of its gradient, of the 2^12 that a step may have.
const maxUnrolled = 48

// recurrent is a recurrent layer being unrolled.
type recurrent struct {
	*lowering
	layer *Layer
	units int
	seen  [gates]graph.TensorID // W·x_t + b at all time steps
	h, c  graph.TensorID        // the state so far; None for 0
	limit float64               // of the magnitude of c, infinite without one
	ends  [2]graph.TensorID     // constants of it and its opposite, None until they are needed
}

// sequenceLSTM lowers a recurrent layer over the time steps of a sample, the first
// of its two axes, by the operators that it is made of,
//
//	i, f, o = σ(W·x_t + b + R·h_(t−1)),   g = tanh(W·x_t + b + R·h_(t−1))
//	c_t = f ⊙ c_(t−1) + i ⊙ g,            h_t = o ⊙ tanh(c_t)
//
// with h and c 0 before the first. Each of W·x + b, R·h, and the products is rounded
// to the format of activations. Weights are W (inputs, units) of the input, forget,
// cell and output gate, R (units, units) of these, and b (units); all time steps
// read the same, so that a step changes each by the sum over them. Shape is (time
// steps, units): h of all. A constant of one cell is what c_t is clipped to.
func (l *lowering) sequenceLSTM(layer *Layer) error {
	x, err := l.operands(layer, 1, 3*gates, true, layer.Constant != nil)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	if len(x.shape) != 2 || len(w) != 2 || !slices.Equal(layer.Shape, []int{x.shape[0], w[1]}) {
		return l.refuse("weights of shape %v on samples of shape %v make %v", "give samples two axes, time steps and features", w, x.shape, layer.Shape)
	}
	times := x.shape[0]
	if times < 2 || times > maxUnrolled {
		return l.refuse("%d time steps, which are unrolled", fmt.Sprintf("use sequences of 2 to %d", maxUnrolled), times)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	r := &recurrent{lowering: l, layer: layer, units: w[1], h: graph.None, c: graph.None, limit: math.Inf(1), ends: [2]graph.TensorID{graph.None, graph.None}}
	if c := layer.Constant; c != nil {
		if r.limit = float64(c.Cells[0]); len(c.Shape) != 0 || !(r.limit > 0) {
			return l.refuse("cells clipped to %v", "clip them to one positive number, or not at all", c.Cells)
		}
	}
	for g, name := range gateNames() {
		if r.seen[g], err = r.gate(name, x.id, g, g+2*gates); err != nil {
			return err
		}
	}
	node := graph.Node{Name: l.name, Kind: ops.KindConcatenate, Attributes: graph.Attributes{"axis": {0}}}
	for t := range times {
		if err := r.step(t, times); err != nil {
			return err
		}
		node.Inputs = append(node.Inputs, r.h)
	}
	if err := l.maps(times, times, times*times); err != nil { // a map for each input
		return err
	}
	out, err := ops.Append(l.b, node)
	if err != nil {
		return err
	}
	l.set(out[0], layer.Shape)
	return nil
}

// gate appends the product of a value (positions, inputs) and a weight of the layer,
// by its place among them, with a bias unless that is 0, and its rounding.
func (r *recurrent) gate(name string, x graph.TensorID, weight, bias int) (graph.TensorID, error) {
	axes, f := r.b.Tensor(x).Axes, r.b.Tensor(x).Format.Fraction
	node := graph.Node{Name: r.name + " " + name, Kind: ops.KindFullyConnected, Attributes: ops.Positions(1), Inputs: []graph.TensorID{x}}
	id, err := r.weight(r.layer.Weights[weight], f, name+" weights", []relation.Axis{axes[len(axes)-1], ops.Units(r.units)})
	if err != nil {
		return graph.None, err
	}
	node.Inputs = append(node.Inputs, id)
	if bias > 0 {
		if id, err = r.weight(r.layer.Weights[bias], f, name+" bias", []relation.Axis{ops.Units(r.units)}); err != nil {
			return graph.None, err
		}
		node.Inputs = append(node.Inputs, id)
	}
	v, err := ops.Append(r.b, node)
	if err != nil {
		return graph.None, err
	}
	return ops.Rescale(r.b, node.Name+" rounded", v[0], r.n.choices.Formats.Activation)
}

// step appends time step t of so many: the next h and c.
func (r *recurrent) step(t, times int) error {
	var gate [gates]graph.TensorID
	for g, name := range gateNames() {
		if g == forgetGate && r.c == graph.None { // of nothing
			continue
		}
		var err error
		if gate[g], err = r.at(name, g, t, times); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("%s step %d", r.name, t)
	c, err := r.times(name+" input", gate[inputGate], gate[cellGate])
	if err != nil {
		return err
	}
	if r.c != graph.None {
		kept, err := r.times(name+" forget", gate[forgetGate], r.c)
		if err != nil {
			return err
		}
		sum, err := ops.Append(r.b, graph.Node{Name: name + " cell", Kind: ops.KindAdd, Inputs: []graph.TensorID{kept, c}})
		if err != nil {
			return err
		}
		if c, err = r.clipped(name, sum[0], t); err != nil {
			return err
		}
	}
	bounded, err := ops.Activation(r.b, ops.KindTanh, name+" cell tanh", c, r.n.choices.Formats.Activation)
	if err != nil {
		return err
	}
	h, err := r.times(name+" output", gate[outputGate], bounded)
	r.h, r.c = h, c
	return err
}

// clipped appends min(max(c, −limit), limit) of what is to be the cells of time step
// t. Gates are at most 1 in magnitude, and so is i ⊙ g: before more steps than the
// limit no cell can leave it.
func (r *recurrent) clipped(name string, c graph.TensorID, t int) (graph.TensorID, error) {
	if float64(t+1) <= r.limit {
		return c, nil
	}
	for side, kind := range []graph.Kind{ops.KindMinimum, ops.KindMaximum} {
		if r.ends[side] == graph.None {
			end := &Constant{Cells: []float32{float32(r.limit) * float32(1-2*side)}}
			var err error
			if r.ends[side], err = r.constant(end, value{id: c, shape: []int{1, r.units}}, r.b.Tensor(c).Format.Fraction); err != nil {
				return graph.None, err
			}
		}
		out, err := ops.Append(r.b, graph.Node{Name: name + " " + string(kind), Kind: kind, Inputs: []graph.TensorID{c, r.ends[side]}})
		if err != nil {
			return graph.None, err
		}
		c = out[0]
	}
	return c, nil
}

// at appends what a gate is at time step t.
func (r *recurrent) at(name string, g, t, times int) (graph.TensorID, error) {
	name = fmt.Sprintf("%s gate %d", name, t)
	if err := r.maps(1, times, 1); err != nil {
		return graph.None, err
	}
	z, err := ops.MapAxes(r.b, r.name+" "+name, r.seen[g], 0, ops.AxisMap{Axis: 0, Size: 1, Entries: []ops.AxisEntry{entry(0, t)}})
	if err != nil {
		return graph.None, err
	}
	if r.h != graph.None {
		recurrent, err := r.gate(name+" recurrent", r.h, g+gates, 0)
		if err != nil {
			return graph.None, err
		}
		sum, err := ops.Append(r.b, graph.Node{Name: r.name + " " + name + " sum", Kind: ops.KindAdd, Inputs: []graph.TensorID{z, recurrent}})
		if err != nil {
			return graph.None, err
		}
		z = sum[0]
	}
	kind := ops.KindLogistic
	if g == cellGate {
		kind = ops.KindTanh
	}
	return ops.Activation(r.b, kind, r.name+" "+name+" "+string(kind), z, r.n.choices.Formats.Activation)
}

// times appends a product of two values cell by cell, rounded.
func (r *recurrent) times(name string, x, y graph.TensorID) (graph.TensorID, error) {
	v, err := ops.Append(r.b, graph.Node{Name: name, Kind: ops.KindMul, Inputs: []graph.TensorID{x, y}})
	if err != nil {
		return graph.None, err
	}
	return ops.Rescale(r.b, name+" rounded", v[0], r.n.choices.Formats.Activation)
}
