package transpile

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/tflite"
)

// Weight says which constant of the model a weight of the program is.
type Weight struct {
	Tensor graph.TensorID // graph.None until there is a program
	Index  int            // tensor of the model's main subgraph
	// Transposed says that the model holds units on the first axis and the
	// program on the last, as [units, inputs] and (inputs, units).
	Transposed bool
}

// Initial returns the model's weights as integers, rounded half-even at each
// weight's fraction bits, by tensor of the program. Errors name the weight and
// wrap fault.ErrOverflow beyond 62 bits, fault.ErrInput for NaN and infinity.
func (r *Result) Initial(m *tflite.Model) (map[graph.TensorID][]int64, error) {
	initial := map[graph.TensorID][]int64{}
	for k, w := range r.Weights {
		t, units := r.Program.Tensor(w.Tensor), r.units(k)
		from := &m.Subgraphs[0].Tensors[w.Index]
		floats, err := m.Floats(from)
		if err != nil {
			return nil, err
		}
		cells := make([]int64, len(floats))
		for i, v := range floats {
			at := i
			if w.Transposed {
				at = transposed(units, len(cells), i)
			}
			if cells[at], err = number.RoundFloat64(float64(v), t.Format.Fraction); err != nil {
				return nil, fmt.Errorf("weight %q, cell %d: %w", from.Name, i, err)
			}
			if !(number.Format{Bits: 62}).Contains(cells[at]) {
				return nil, fmt.Errorf("weight %q, cell %d: %v at %d fraction bits needs more than 62 bits; lower the fraction bits or raise the learning rate: %w",
					from.Name, i, v, t.Format.Fraction, fault.ErrOverflow)
			}
		}
		initial[w.Tensor] = cells
	}
	return initial, nil
}

// units is the last axis of a weight of the network, which its tensor may have as several.
func (r *Result) units(weight int) int {
	shape := r.Network.Architecture().Weights[weight].Shape
	return shape[len(shape)-1]
}

// transposed returns the program's cell for cell i of so many of the model's tensor,
// which has the axis of units first.
func transposed(units, cells, i int) int {
	inputs := cells / units
	return i%inputs*units + i/inputs
}

// Export returns weights of the program in the model's layout, for
// tflite.ReplaceWeights, in the order of the model's tensors' use.
func (r *Result) Export(m *tflite.Model, weights map[graph.TensorID][]int64) ([]tflite.ExactTensor, error) {
	var out []tflite.ExactTensor
	for k, w := range r.Weights {
		t, from, units := r.Program.Tensor(w.Tensor), &m.Subgraphs[0].Tensors[w.Index], r.units(k)
		cells := weights[w.Tensor]
		if len(cells) != t.Size() {
			return nil, fmt.Errorf("%d cells for weight %q of %d: %w", len(cells), t.Name, t.Size(), fault.ErrMalformed)
		}
		exact := tflite.ExactTensor{
			Tensor: w.Index, Name: from.Name, Shape: from.Shape, FractionBits: t.Format.Fraction, Cells: make([]int64, len(cells)),
		}
		for i := range cells {
			at := i
			if w.Transposed {
				at = transposed(units, len(cells), i)
			}
			exact.Cells[i] = cells[at]
		}
		out = append(out, exact)
	}
	return out, nil
}
