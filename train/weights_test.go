package train

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// weightProgram has weights and nothing else.
func weightProgram() (p *graph.Program, kernel, bias, frozen graph.TensorID) {
	b := graph.NewBuilder("weights", 2, graph.Fractions{Feature: 8, Activation: 8, Error: 10})
	add := func(name string, role graph.Role, fraction int, sizes ...int) graph.TensorID {
		t := graph.Tensor{Name: name, Role: role, Format: number.Format{Bits: 63, Fraction: fraction}}
		for _, n := range sizes {
			t.Axes = append(t.Axes, relation.Axis{Name: "axis", Size: n})
		}
		return b.Add(t)
	}
	kernel, bias, frozen = add("kernel", graph.Weight, 34, 30, 70), add("bias", graph.Weight, 34, 70), add("frozen", graph.Frozen, 20, 4, 5)
	return b.Program(), kernel, bias, frozen
}

// weightsOf returns some weights of a program.
func weightsOf(p *graph.Program) Weights {
	w := Weights{}
	for i := range p.Tensors {
		cells := make([]int64, p.Tensors[i].Size())
		for k := range cells {
			cells[k] = int64(i+1) << 30 * int64(k%7-3)
		}
		w[graph.TensorID(i)] = cells
	}
	return w
}

func TestWeightsDigest(t *testing.T) {
	p, kernel, _, frozen := weightProgram()
	w := weightsOf(p)
	digest := w.Digest(p)
	for _, id := range []graph.TensorID{kernel, frozen} {
		other := w.Clone()
		other[id][len(other[id])-1]++
		if other.Digest(p) == digest {
			t.Errorf("a change in %q leaves the digest", p.Tensor(id).Name)
		}
	}
	if w.Clone().Digest(p) != digest {
		t.Error("a copy has another digest")
	}
}
