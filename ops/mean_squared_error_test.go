package ops_test

import (
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
)

// 3 outputs need a division by 3; 4 and 16 one by a power of two; 1 none.
func TestMeanSquaredError(t *testing.T) {
	for _, outputs := range []int{1, 3, 4, 16} {
		t.Run(fmt.Sprint(outputs), func(t *testing.T) {
			checkOperator(t, 5, func(t *testing.T, f graph.Fractions) *graph.Program {
				return regression(t, f, outputs, graph.MeanSquaredError)
			})
		})
	}
}

// Coarse errors against fine activations: the factor 2^(1+f_g−f_a) is below
// one, so that the division is by more than N.
func TestMeanSquaredErrorWithFewErrorBits(t *testing.T) {
	f := graph.Fractions{Feature: 10, Activation: 10, Error: 7}
	for _, outputs := range []int{3, 4} {
		attack(t, regression(t, f, outputs, graph.MeanSquaredError), 2)
	}
}
