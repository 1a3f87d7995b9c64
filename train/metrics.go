package train

import (
	"math"

	"github.com/zkaudit/zkaudit/graph"
)

// Metrics are floats for people to look at.
type Metrics struct {
	// Loss is the mean loss of the rows.
	Loss float64
	// Accuracy is the share of rows (of independent bits, of positions) predicted
	// right, or NaN where labels are values.
	Accuracy float64
}

// meter sums up the metrics of rows.
type meter struct {
	loss, right, judged float64
	rows                int
}

func (m *meter) metrics() Metrics {
	return Metrics{Loss: m.loss / float64(m.rows), Accuracy: m.right / m.judged}
}

// add takes in the first rows of a batch, given the cells of logits, prediction and
// label.
func (m *meter) add(p *graph.Program, cells func(graph.TensorID) []int32, rows int) {
	logits, label := reals(p, p.Loss.Logits, cells, rows), reals(p, p.Label, cells, rows)
	prediction := logits
	if p.Loss.Kind == graph.MeanSquaredError {
		prediction = reals(p, p.Loss.Prediction, cells, rows)
	}
	m.addReals(p.Loss, logits, prediction, label, rows)
}

// Measure returns the metrics of rows from the real numbers that a model makes of them
// and their labels, row by row.
func Measure(loss graph.Loss, logits, label []float64, rows int) Metrics {
	var m meter
	m.addReals(loss, logits, logits, label, rows)
	return m.metrics()
}

// addReals takes in rows. Losses are those of the real logits, computed in floats:
//
//	softmax cross-entropy  log Σ_c exp z_c − z_y
//	logistic               Σ_c log(1 + exp z_c) − y_c·z_c
//	mean squared error     mean_c (prediction_c − y_c)²
//
// Of the softmax cross-entropy with numbers of classes they are summed over positions.
func (m *meter) addReals(loss graph.Loss, logits, prediction, label []float64, rows int) {
	if loss.Kind == graph.SoftmaxCrossEntropy && loss.Labels == graph.Values {
		m.addPositions(logits, label)
		m.rows += rows
		return
	}
	units := len(label) / rows
	for r := range rows {
		z, y, out := logits[r*units:(r+1)*units], label[r*units:(r+1)*units], prediction[r*units:(r+1)*units]
		switch loss.Kind {
		case graph.SoftmaxCrossEntropy:
			m.loss += crossEntropy(z, y)
		case graph.LogisticLoss:
			for c := range z {
				m.loss += max(z[c], 0) + math.Log1p(math.Exp(-math.Abs(z[c]))) - y[c]*z[c]
			}
		case graph.MeanSquaredError:
			for c := range out {
				m.loss += (out[c] - y[c]) * (out[c] - y[c]) / float64(units)
			}
		}
		m.judge(loss, out, y)
	}
	m.rows += rows
}

// addPositions takes in positions, with a class each or none.
func (m *meter) addPositions(logits, label []float64) {
	classes := len(logits) / len(label)
	for t, class := range label {
		z := logits[t*classes : (t+1)*classes]
		if class < 0 || int(class) >= classes {
			continue
		}
		y := make([]float64, classes)
		y[int(class)] = 1
		m.loss += crossEntropy(z, y)
		m.judged++
		if largest(z) == int(class) {
			m.right++
		}
	}
}

// judge counts the predictions that are right. A logit and a predicted bit
// have different thresholds.
func (m *meter) judge(loss graph.Loss, out, y []float64) {
	switch loss.Labels {
	case graph.OneHot:
		m.judged++
		if largest(out) == largest(y) {
			m.right++
		}
	case graph.Bits:
		threshold := 0.0
		if loss.Kind == graph.MeanSquaredError {
			threshold = 0.5
		}
		for c := range out {
			m.judged++
			if (out[c] > threshold) == (y[c] > 0.5) {
				m.right++
			}
		}
	}
}

func crossEntropy(z, y []float64) float64 {
	top := z[largest(z)]
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum) - z[largest(y)]
}

// largest returns the index of the first maximum.
func largest(v []float64) int {
	best := 0
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}

// reals returns the real values of the first rows of a tensor.
func reals(p *graph.Program, id graph.TensorID, cells func(graph.TensorID) []int32, rows int) []float64 {
	t := p.Tensor(id)
	values := make([]float64, rows*t.Units())
	for i := range values {
		values[i] = math.Ldexp(float64(cells(id)[i]), -t.Format.Fraction)
	}
	return values
}
