package network

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// Limits of an architecture. They bound what a reader of one does.
const (
	MaxLayers = 1 << 10
	maxAxes   = 6
	// maxParameters bounds those of one layer.
	maxParameters = 1 << 7
	// maxConstants bounds the constants of all layers, repeated to the shape of
	// a sample.
	maxConstants = 1 << 22
	// maxMapped bounds what the maps of axes of all layers list: their entries, and
	// the cells of the axes that they map. A reader holds a few hundred bytes for
	// each of them (ops.AxisMap), whatever the size of the file.
	maxMapped = 1 << 20
	// maxAlphas bounds the different α of LEAKY_RELU, each of which has a table of
	// 2^16 rows and three columns for whoever reads the network: 1.8 MB.
	maxAlphas = 1 << 4
)

// Architecture is the forward pass of a model: what it computes of one sample,
// given its weights.
type Architecture struct {
	Input   []int    // shape of a sample
	Weights []Weight // in the order of their first use
	Layers  []Layer  // in order; the last one makes the output
}

// Weight is a tensor that training changes, or that Choices.Frozen keeps.
type Weight struct {
	Shape []int // its operator's axes, the last one of units; (units) of a bias
}

// Layer is one operator of a model.
type Layer struct {
	Kind Kind
	// Inputs are the values it reads: 0 is the sample, i+1 what layer i makes.
	Inputs []int
	// Weights are those it reads: what it multiplies by and, if there is one, a
	// bias; of ADD what it adds, of GATHER its table, of
	// UNIDIRECTIONAL_SEQUENCE_LSTM what its lowering lists.
	Weights []int
	// Shape is that of the value it makes, where the operator states it.
	Shape []int
	// Window is how the kernel of a convolution or the filter of a pool moves; no
	// other operator has one.
	Window *Window
	// Parameters are the integers that say what it does, in the order that its
	// lowering states: of TRANSPOSE the axis of the input for each axis of a
	// sample.
	Parameters []int
	// Constant is its second operand, where that is a public constant: of
	// LEAKY_RELU α, one cell; of SUB_FROM what is subtracted from; of
	// UNIDIRECTIONAL_SEQUENCE_LSTM what its cells are clipped to, one cell.
	Constant *Constant
	// Activation is applied to what it makes: RELU, RELU6, RELU_N1_TO_1,
	// TANH, or none.
	Activation Kind
}

// Window is how a kernel moves along rows and columns.
type Window struct {
	Stride, Dilation [2]int
	Same             bool // padding SAME, otherwise VALID
}

// slides returns it for rows and for columns.
func (w *Window) slides() (rows, columns ops.Slide) {
	return ops.Slide{Stride: w.Stride[0], Dilation: w.Dilation[0], Same: w.Same}, ops.Slide{Stride: w.Stride[1], Dilation: w.Dilation[1], Same: w.Same}
}

// Valid reports whether strides and dilations are such as can be proven.
func (w *Window) Valid() bool {
	rows, columns := w.slides()
	return rows.Valid() && columns.Valid()
}

// Positions returns the rows and columns that a kernel of the given size makes
// of a picture; 0 where it does not fit. Requires Valid.
func (w *Window) Positions(picture, kernel [2]int) [2]int {
	rows, columns := w.slides()
	return [2]int{rows.Positions(picture[0], kernel[0]), columns.Positions(picture[1], kernel[1])}
}

// Constant is a public operand: the float32 cells of the model, row-major,
// broadcast over samples and to the shape of one.
type Constant struct {
	Shape []int
	Cells []float32
}

// check reports what is wrong with the references of an architecture; what an
// operator makes of its inputs is checked where it is lowered. Every layer
// must reach the output, and weights stand in the order of their first use, so
// that exporting a model again gives the same architecture. (One function may
// still be two architectures: an activation fused with its layer, or after it.)
func (a *Architecture) check() error {
	if err := checkShape(a.Input); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	if len(a.Layers) < 1 || len(a.Layers) > MaxLayers {
		return refused("%d layers, want 1 to %d", len(a.Layers), MaxLayers)
	}
	weights := 0
	for i := range a.Layers {
		l := &a.Layers[i]
		if err := a.checkLayer(i, &weights); err != nil {
			return fmt.Errorf("layer %d (%.40q): %w", i, string(l.Kind), err)
		}
	}
	if weights != len(a.Weights) {
		return refused("%d weights, layers read %d", len(a.Weights), weights)
	}
	for i, w := range a.Weights {
		if err := checkShape(w.Shape); err != nil {
			return fmt.Errorf("weight %d: %w", i, err)
		}
	}
	for i, reaches := range a.reach() {
		if !reaches {
			return refused("layer %d does not reach the output; leave it out", i)
		}
	}
	return nil
}

// checkLayer checks the references of layer i; weights counts those that are
// read so far.
func (a *Architecture) checkLayer(i int, weights *int) error {
	l := &a.Layers[i]
	if _, known := lowerings()[l.Kind]; !known {
		return refused("no such operator")
	}
	if len(l.Inputs) < 1 {
		return refused("it reads nothing")
	}
	for _, v := range l.Inputs {
		if v < 0 || v > i {
			return refused("it reads value %d, which is not there yet", v)
		}
	}
	for _, w := range l.Weights {
		if w < 0 || w > *weights || w >= len(a.Weights) {
			return refused("it reads weight %d; weights are numbered in the order of their first use", w)
		}
		*weights = max(*weights, w+1)
	}
	if l.Shape != nil {
		if err := checkShape(l.Shape); err != nil {
			return err
		}
	}
	if (l.Window != nil) != windowed()[l.Kind] || l.Window != nil && !l.Window.Valid() {
		return refused("window %+v", l.Window)
	}
	if n := len(l.Parameters); n > maxParameters || n > 0 && !parametrised()[l.Kind] {
		return refused("it has %d parameters", n)
	}
	if c := l.Constant; c != nil {
		if len(c.Shape) > maxAxes || c.cells() != len(c.Cells) {
			return refused("constant of shape %v with %d cells", c.Shape, len(c.Cells))
		}
	}
	return nil
}

// reach tells which layers the output depends on.
func (a *Architecture) reach() []bool {
	reach := make([]bool, len(a.Layers))
	reach[len(reach)-1] = true
	for i := len(reach) - 1; i > 0; i-- {
		for _, v := range a.Layers[i].Inputs {
			if reach[i] && v > 0 {
				reach[v-1] = true
			}
		}
	}
	return reach
}

// cells returns the number of cells of the shape, −1 if it has none.
func (c *Constant) cells() int {
	n := 1
	for _, d := range c.Shape {
		if d < 1 || d > maxConstants/n {
			return -1
		}
		n *= d
	}
	return n
}

// Parameters returns the number of cells of all weights.
func (a *Architecture) Parameters() int {
	n := 0
	for _, w := range a.Weights {
		n += count(w.Shape)
	}
	return n
}

// clone returns a copy that shares no memory.
func (a Architecture) clone() Architecture {
	a.Input = slices.Clone(a.Input)
	a.Weights = slices.Clone(a.Weights)
	for i := range a.Weights {
		a.Weights[i].Shape = slices.Clone(a.Weights[i].Shape)
	}
	a.Layers = slices.Clone(a.Layers)
	for i := range a.Layers {
		l := &a.Layers[i]
		l.Inputs, l.Weights, l.Shape = slices.Clone(l.Inputs), slices.Clone(l.Weights), slices.Clone(l.Shape)
		l.Parameters = slices.Clone(l.Parameters)
		if l.Window != nil {
			window := *l.Window
			l.Window = &window
		}
		if l.Constant != nil {
			l.Constant = &Constant{Shape: slices.Clone(l.Constant.Shape), Cells: slices.Clone(l.Constant.Cells)}
		}
	}
	return a
}

// checkShape refuses the shape of a tensor that a step cannot have.
func checkShape(shape []int) error {
	if len(shape) < 1 || len(shape) > maxAxes {
		return refused("shape %v, want 1 to %d axes", shape, maxAxes)
	}
	n := 1
	for _, d := range shape {
		if d < 1 || d > graph.MaxSize/n {
			return refused("shape %v", shape)
		}
		n *= d
	}
	return nil
}

func count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// refused is an architecture or a choice that no step can be made of.
func refused(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, fault.ErrUnsupported)...)
}
