package ops_test

import (
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
)

func TestSoftmaxCrossEntropy(t *testing.T) {
	for _, classes := range []int{2, 5, 40} {
		t.Run(fmt.Sprint(classes), func(t *testing.T) {
			checkOperator(t, 5, func(t *testing.T, f graph.Fractions) *graph.Program {
				return regression(t, f, classes, graph.SoftmaxCrossEntropy)
			})
		})
	}
}
