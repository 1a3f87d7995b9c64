package segment

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// WeightsCertificate is the relation of the initial weights' certificate.
type WeightsCertificate struct {
	Relation *relation.System
	Bits     int // b0
	Weights  []CertifiedWeight
}

// CertifiedWeight names the tensors of one weight in the certificate.
type CertifiedWeight struct {
	Tensor graph.TensorID
	ID     relation.ID
	Limbs  relation.Limbs // empty where the weight equals public cells
	axes   []relation.Axis
}

// MaxInitialBits bounds b0: weights are below 2^b0 in magnitude.
const MaxInitialBits = 61

// NewWeightsCertificate states, about every committed weight W of a program
// (trainable and frozen), that its padding is 0 and that
//
//	W in [−2^b0, 2^b0):  W = Σ_{i<h} 2^(16i)·L_i + 2^(16h)·L_h,
//
// with b0 + 1 = 16h + w, L_i in [0, 2^16) and L_h in [−2^(w−1), 2^(w−1)).
// A weight that has cells in public (unpadded) is instead claimed to equal
// them: a published model, or weights drawn from a public seed.
// Protocol, section 7.
func NewWeightsCertificate(p *graph.Program, bits int, public map[graph.TensorID][]int64) (*WeightsCertificate, error) {
	if bits < 1 || bits > MaxInitialBits {
		return nil, fmt.Errorf("initial weights of %d bits, want 1 to %d: %w", bits, MaxInitialBits, fault.ErrUsage)
	}
	b := relation.NewBuilder("initial weights certificate of " + p.Name)
	c := &WeightsCertificate{Bits: bits}
	for i := range p.Tensors {
		t := &p.Tensors[i]
		if t.Role != graph.Weight && t.Role != graph.Frozen {
			continue
		}
		id := b.ExternalWide("weight "+t.Name, t.Axes...)
		c.Weights = append(c.Weights, CertifiedWeight{Tensor: graph.TensorID(i), ID: id, axes: t.Axes})
	}
	for i := range c.Weights {
		w := &c.Weights[i]
		t := p.Tensor(w.Tensor)
		cells, ok := public[w.Tensor]
		if !ok {
			w.bound(b, "weight "+t.Name, bits)
			continue
		}
		if err := w.equal(b, t, bits, cells); err != nil {
			return nil, err
		}
	}
	sys, err := b.Build()
	c.Relation = sys
	return c, err
}

// labels are one for each axis, of which there are graph.MaxAxes at most.
func (w *CertifiedWeight) labels() []relation.Label {
	return []relation.Label{"u", "v", "w", "x", "y", "z"}[:len(w.axes)]
}

// bound adds the limbs of a weight and their ranges.
// Protocol, section 7.
func (w *CertifiedWeight) bound(b *relation.Builder, name string, bits int) {
	zeroPadding(b, w.ID)
	for i := range relation.LimbsOf(bits + 1) {
		w.Limbs = append(w.Limbs, b.Witness(fmt.Sprintf("%s limb %d", name, i), w.axes...))
	}
	b.SignedLimbs(w.Limbs, bits+1)
	labels := w.labels()
	cell := relation.Times(relation.Int(1), relation.At(w.ID, labels...))
	b.Equation(name+" limbs", w.axes, labels, append([]relation.Term{cell}, w.Limbs.Terms(relation.Int(-1), labels...)...)...)
}

// equal adds the claim that a weight has the given public cells, padding
// included (protocol, section 7).
func (w *CertifiedWeight) equal(b *relation.Builder, t *graph.Tensor, bits int, cells []int64) error {
	if len(cells) != t.Size() {
		return fmt.Errorf("%d public cells for weight %q of %d: %w", len(cells), t.Name, t.Size(), fault.ErrInput)
	}
	for i, v := range cells {
		if v < -1<<bits || v >= 1<<bits {
			return fmt.Errorf("public cell %d of weight %q is %d, outside %d bits: %w", i, t.Name, v, bits, fault.ErrInput)
		}
	}
	labels := w.labels()
	values := b.Public("public "+t.Name, &relation.Values{Cells: ops.Pad(t.Axes, cells)}, t.Axes...)
	b.Equation("weight "+t.Name+" origin", t.Axes, labels,
		relation.Times(relation.Int(1), relation.At(w.ID, labels...)),
		relation.Times(relation.Int(-1), relation.At(values, labels...)))
	return nil
}

// Assign gives the certificate's tensors their cells, from the unpadded cells
// of the weights. It fails with fault.ErrOverflow, naming the weight, if one
// is outside the certified range.
func (c *WeightsCertificate) Assign(weights map[graph.TensorID][]int64) (relation.Assignment, error) {
	a := relation.NewAssignment(c.Relation)
	for i := range c.Weights {
		w := &c.Weights[i]
		if err := w.assign(c.Relation, a, c.Bits, weights[w.Tensor]); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// assign gives a weight and its limbs their cells.
func (w *CertifiedWeight) assign(sys *relation.System, a relation.Assignment, bits int, cells []int64) error {
	name := sys.Tensor(w.ID).Name
	if padded := ops.PaddedSize(w.axes); len(cells) == 0 || len(cells) > padded {
		return fmt.Errorf("%d cells for weight %q: %w", len(cells), name, fault.ErrMalformed)
	}
	for i, v := range cells {
		if v < -1<<bits || v >= 1<<bits {
			return fmt.Errorf("%q, cell %d: %d is outside %d bits: %w", name, i, v, bits, fault.ErrOverflow)
		}
	}
	a[w.ID] = relation.Cells{Large: ops.Pad(w.axes, cells)}
	for k, limb := range w.Limbs {
		a[limb] = relation.Cells{Small: ops.Pad(w.axes, limbOf(cells, k, k == len(w.Limbs)-1))}
	}
	return nil
}

// limbOf returns limb k of every cell; the top one keeps the sign.
func limbOf(cells []int64, k int, top bool) []int32 {
	out := make([]int32, len(cells))
	for i, v := range cells {
		if top {
			out[i] = int32(number.TopLimb(v, k))
		} else {
			out[i] = int32(number.Limb(v, k))
		}
	}
	return out
}
