package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestGelu(t *testing.T) {
	for _, kind := range []graph.Kind{ops.KindGelu, ops.KindGeluApproximate} {
		t.Run(string(kind), func(t *testing.T) {
			checkOperator(t, 1, func(t *testing.T, f graph.Fractions) *graph.Program { return activated(t, f, kind) })
		})
	}
}
