package ops_test

import (
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
)

func TestLogisticLoss(t *testing.T) {
	for _, outputs := range []int{1, 3} {
		t.Run(fmt.Sprint(outputs), func(t *testing.T) {
			checkOperator(t, 5, func(t *testing.T, f graph.Fractions) *graph.Program {
				return regression(t, f, outputs, graph.LogisticLoss)
			})
		})
	}
}
