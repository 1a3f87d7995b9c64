package drift

import (
	"math"

	"gorgonia.org/gorgonia"

	"github.com/zkaudit/zkaudit/graph"
)

// loss is the sum of the batch's losses, each times the weight of its row:
//
//	softmax cross-entropy  Σ_r s_r·ln Σ_c e^z_rc − Σ_rc y_rc·z_rc
//	logistic               Σ ln(1 + e^z) − y·z
//	mean squared error     Σ (z − y)²/units
//
// s_r is the sum of a row's labels: 1, or 0 where a position has no class.
func (m *Model) loss(b *builder) *gorgonia.Node {
	z := b.operand(m.p.Loss.Logits)
	if b.err != nil {
		return nil
	}
	batch, cells := m.p.Batch, z.Shape()[1]
	classes := cells
	if positions := m.positions(); positions > 0 {
		classes = cells / positions
	}
	rows := batch * cells / classes
	m.labels, m.shown = make([]float64, batch*cells), make([]float64, batch*cells)
	z = b.shaped(z, rows, classes)
	label := b.input("label", m.labels, rows, classes)
	shown := b.input("shown", m.shown, rows, classes)
	var each *gorgonia.Node
	switch m.p.Loss.Kind {
	case graph.SoftmaxCrossEntropy:
		total := b.times(b.logOfTotal(z, classes), b.filled(1, classes, 1/float64(classes)))
		each = b.two(difference, b.two(gorgonia.HadamardProd, shown, total), b.two(gorgonia.HadamardProd, label, z))
	case graph.LogisticLoss:
		total := b.curved(z, func(v float64) float64 { return max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))) }, logistic)
		each = b.two(difference, b.two(gorgonia.HadamardProd, shown, total), b.two(gorgonia.HadamardProd, label, z))
	default:
		off := b.two(difference, z, label)
		square := b.curved(off, func(v float64) float64 { return v * v }, func(v float64) float64 { return 2 * v })
		each = b.scaled(b.two(gorgonia.HadamardProd, shown, square), 1/float64(classes))
	}
	if b.err != nil {
		return nil
	}
	return b.must(gorgonia.Sum(each))
}

// positions is how many labels a sample of a sequence has, 0 of any other.
func (m *Model) positions() int {
	if m.p.Loss.Kind == graph.SoftmaxCrossEntropy && m.p.Loss.Labels == graph.Values {
		return m.p.Tensor(m.p.Label).Units()
	}
	return 0
}

// label takes the labels of a batch.
func (m *Model) label(label []int32) {
	for i := range m.shown {
		m.shown[i] = 1
	}
	if positions := m.positions(); positions > 0 {
		classes := len(m.labels) / len(label)
		clear(m.labels)
		for r, class := range label {
			if class < 0 || int(class) >= classes {
				clear(m.shown[r*classes : (r+1)*classes])
				continue
			}
			m.labels[r*classes+int(class)] = 1
		}
		return
	}
	copy(m.labels, reals(label, m.p.Tensor(m.p.Label).Format.Fraction))
	if m.choices.Smoothing > 0 {
		off, units := math.Ldexp(float64(m.choices.Smoothing), -m.choices.Formats.Error), float64(m.p.Tensor(m.p.Label).Units())
		for i := range m.labels {
			m.labels[i] = m.labels[i]*(1-off*units) + off
		}
	}
}

// weigh multiplies the loss of each sample by what an attribute of its row says.
func (m *Model) weigh(attributes []int32) {
	w := m.choices.Weighed
	if w == nil || attributes == nil {
		return
	}
	units := len(m.shown) / m.p.Batch
	for sample := range m.p.Batch {
		by := math.Ldexp(float64(w.Weights[attributes[sample*w.Columns+w.Column]]), -w.Bits)
		for i := sample * units; i < (sample+1)*units; i++ {
			m.shown[i] *= by
			if m.p.Loss.Kind != graph.MeanSquaredError { // whose labels are no factors
				m.labels[i] *= by
			}
		}
	}
}
