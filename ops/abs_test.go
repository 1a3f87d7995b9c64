package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestAbs(t *testing.T) {
	checkOperator(t, 1, func(t *testing.T, f graph.Fractions) *graph.Program { return activated(t, f, ops.KindAbs) })
}

func TestAbsOfTheLeastStops(t *testing.T) {
	stops(t, ops.KindAbs, map[int32]int32{-1<<15 + 1: 1<<15 - 1, 0: 0, 1<<15 - 1: 1<<15 - 1}, -1<<15)
}
