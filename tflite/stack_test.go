package tflite

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestNewStack: the operators and shapes of networks of each kind, and as many weights
// as Cells says.
func TestNewStack(t *testing.T) {
	for name, test := range map[string]struct {
		stack     Stack
		operators []Builtin
		weights   map[string]Shape
	}{
		"dense": {
			Stack{Input: []int{4}, Units: []int{5}, Outputs: 3, Activation: "relu", Softmax: true},
			[]Builtin{OpFullyConnected, OpFullyConnected, OpSoftmax},
			map[string]Shape{"m/dense_0/weights": {5, 4}, "m/dense_0/bias": {5}, "m/dense_1/weights": {3, 5}, "m/dense_1/bias": {3}},
		},
		"linear": {
			Stack{Input: []int{4}, Outputs: 1, Activation: "relu"},
			[]Builtin{OpFullyConnected},
			map[string]Shape{"m/dense_0/weights": {1, 4}, "m/dense_0/bias": {1}},
		},
		"an activation that is an operator": {
			Stack{Input: []int{4}, Units: []int{5}, Outputs: 1, Activation: "gelu"},
			[]Builtin{OpFullyConnected, OpGelu, OpFullyConnected},
			map[string]Shape{"m/dense_0/weights": {5, 4}, "m/dense_0/bias": {5}, "m/dense_1/weights": {1, 5}, "m/dense_1/bias": {1}},
		},
		"dense on pictures": {
			Stack{Input: []int{2, 3, 2}, Outputs: 2, Activation: "relu"},
			[]Builtin{OpReshape, OpFullyConnected},
			map[string]Shape{"m/dense_0/weights": {2, 12}, "m/dense_0/bias": {2}},
		},
		"convolutions, the last on a picture of one row": {
			Stack{Input: []int{3, 9, 1}, Filters: []int{4, 6}, Units: []int{5}, Outputs: 2, Activation: "tanh", Softmax: true},
			[]Builtin{OpConv2D, OpTanh, OpMaxPool2D, OpConv2D, OpTanh, OpReshape, OpFullyConnected, OpTanh, OpFullyConnected, OpSoftmax},
			map[string]Shape{
				"m/conv_0/weights": {4, 3, 3, 1}, "m/conv_0/bias": {4}, "m/conv_1/weights": {6, 3, 3, 4}, "m/conv_1/bias": {6},
				"m/dense_0/weights": {5, 1 * 4 * 6}, "m/dense_0/bias": {5}, "m/dense_1/weights": {2, 5}, "m/dense_1/bias": {2},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			made, cells := map[string]Shape{}, 0
			m, err := NewStack("m", test.stack, func(name string, s Shape) []float32 {
				n, _ := s.Elements()
				made[name], cells = s, cells+int(n)
				return make([]float32, n)
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(m, parse(t, marshal(t, m))); diff != "" {
				t.Error(diff)
			}
			if f := Check(m, CheckOptions{}); len(f) > 0 {
				t.Errorf("findings: %v", f)
			}
			var operators []Builtin
			for _, o := range m.Subgraphs[0].Operators {
				operators = append(operators, m.Codes[o.Code].Builtin)
			}
			if diff := cmp.Diff(test.operators, operators); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.weights, made); diff != "" {
				t.Error(diff)
			}
			if said := test.stack.cells(1 << 30); said != cells {
				t.Errorf("%d weights, said %d", cells, said)
			}
		})
	}
}

func TestNewStackRefuses(t *testing.T) {
	fine := Stack{Input: []int{8, 8, 1}, Filters: []int{2}, Units: []int{3}, Outputs: 2, Activation: "relu"}
	for name, change := range map[string]func(*Stack){
		"no axes":                      func(s *Stack) { s.Input = nil },
		"two axes":                     func(s *Stack) { s.Input = []int{8, 8} },
		"convolutions of a row":        func(s *Stack) { s.Input = []int{64} },
		"a size of 0":                  func(s *Stack) { s.Input = []int{8, 0, 1} },
		"large samples":                func(s *Stack) { s.Input = []int{1 << 12, 1 << 12, 3} },
		"no filters in a convolution":  func(s *Stack) { s.Filters = []int{0} },
		"a negative number of units":   func(s *Stack) { s.Units = []int{-1} },
		"no outputs":                   func(s *Stack) { s.Outputs = 0 },
		"too many outputs":             func(s *Stack) { s.Outputs = 1<<20 + 1 },
		"too many weights":             func(s *Stack) { s.Units = []int{1 << 20, 1 << 20, 1 << 20} },
		"too many filters":             func(s *Stack) { s.Filters = []int{1 << 20, 1 << 20} },
		"an activation that is none":   func(s *Stack) { s.Activation = "softplus" },
		"an activation without a name": func(s *Stack) { s.Activation = "" },
	} {
		s := fine
		change(&s)
		if _, err := NewStack("m", s, nil); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
