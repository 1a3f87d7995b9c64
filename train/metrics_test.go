package train

import (
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// lossProgram has logits, prediction and label of 2 rows and 3 units.
func lossProgram(loss graph.LossKind, labels graph.LabelKind, labelFraction int) *graph.Program {
	axes := []relation.Axis{{Name: "batch", Size: 2}, {Name: "unit", Size: 3}}
	return &graph.Program{
		Tensors: []graph.Tensor{
			{Name: "logits", Axes: axes, Format: number.Format{Bits: 16, Fraction: 8}},
			{Name: "prediction", Axes: axes, Format: number.Format{Bits: 16, Fraction: 10}},
			{Name: "label", Axes: axes, Format: number.Format{Bits: 16, Fraction: labelFraction}},
		},
		Label: 2,
		Loss:  graph.Loss{Kind: loss, Labels: labels, Logits: 0, Prediction: 1},
	}
}

func TestMetrics(t *testing.T) {
	logits := []int32{256, 512, -256, 0, 0, 2560} // (1, 2, −1), (0, 0, 10)
	softmax := func(z ...float64) float64 {
		sum := 0.0
		for _, v := range z {
			sum += math.Exp(v)
		}
		return math.Log(sum)
	}
	logistic := func(z, y float64) float64 {
		if y == 0 {
			z = -z
		}
		return math.Log(1 + math.Exp(-z))
	}
	for _, test := range []struct {
		name   string
		p      *graph.Program
		output []int32
		label  []int32
		rows   int
		want   Metrics
	}{
		{"softmax", lossProgram(graph.SoftmaxCrossEntropy, graph.OneHot, 0), nil, []int32{1, 0, 0, 0, 0, 1}, 2,
			Metrics{(softmax(1, 2, -1) - 1 + softmax(0, 0, 10) - 10) / 2, 0.5}},
		{"first row only", lossProgram(graph.SoftmaxCrossEntropy, graph.OneHot, 0), nil, []int32{0, 1, 0, 9, 9, 9}, 1,
			Metrics{softmax(1, 2, -1) - 2, 1}},
		{"logistic", lossProgram(graph.LogisticLoss, graph.Bits, 0), nil, []int32{1, 1, 1, 0, 0, 1}, 2,
			Metrics{(logistic(1, 1) + logistic(2, 1) + logistic(-1, 1) + 2*math.Log(2) + logistic(10, 1)) / 2, 5.0 / 6}},
		{"squares", lossProgram(graph.MeanSquaredError, graph.Values, 4), []int32{1024, 0, 512, 0, 0, 0}, []int32{16, 8, 8, 0, 16, 0}, 2,
			Metrics{(0.25/3 + 1.0/3) / 2, math.NaN()}},
		{"squares of classes", lossProgram(graph.MeanSquaredError, graph.OneHot, 0), []int32{1024, 0, 0, 0, 512, 0}, []int32{1, 0, 0, 1, 0, 0}, 2,
			Metrics{(1.25 / 3) / 2, 0.5}},
		{"squares of bits", lossProgram(graph.MeanSquaredError, graph.Bits, 0), []int32{513, 512, 511, 0, 0, 0}, []int32{1, 1, 0, 0, 0, 0}, 2,
			Metrics{((511*511 + 512*512 + 511*511) / (1024.0 * 1024) / 3) / 2, 5.0 / 6}},
	} {
		cells := map[graph.TensorID][]int32{0: logits, 1: test.output, 2: test.label}
		var m meter
		m.add(test.p, func(id graph.TensorID) []int32 { return cells[id] }, test.rows)
		got := m.metrics()
		same := func(a, b float64) bool { return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12 }
		if !same(got.Loss, test.want.Loss) || !same(got.Accuracy, test.want.Accuracy) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// Of a sequence every position counts that has a label.
func TestMetricsOfSequences(t *testing.T) {
	p := lossProgram(graph.SoftmaxCrossEntropy, graph.Values, 0)
	p.Tensors[2].Axes = []relation.Axis{{Name: "batch", Size: 2}, {Name: "positions", Size: 3}}
	p.Tensors[0].Axes = []relation.Axis{{Name: "batch", Size: 2}, {Name: "unit", Size: 6}} // 2 classes
	cells := map[graph.TensorID][]int32{
		p.Loss.Logits: {256, 0, 0, 256, 0, 0, 512, 0, 256, 0, 0, 256},
		p.Label:       {0, 0, -1, 0, 1, -1},
	}
	var m meter
	m.add(p, func(id graph.TensorID) []int32 { return cells[id] }, 2)
	right, wrong := math.Log(1+math.Exp(-1)), math.Log(1+math.E)
	want := (right + wrong + math.Log(1+math.Exp(-2)) + wrong) / 2
	if got := m.metrics(); math.Abs(got.Loss-want) > 1e-12 || got.Accuracy != 0.5 {
		t.Errorf("%+v, want a loss of %v", got, want)
	}
}
