package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestReluN1To1(t *testing.T) {
	checkOperator(t, 1, func(t *testing.T, f graph.Fractions) *graph.Program { return activated(t, f, ops.KindReluN1To1) })
}
