package ops_test

import (
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestRelu(t *testing.T) {
	checkOperator(t, 1, func(t *testing.T, f graph.Fractions) *graph.Program { return activated(t, f, ops.KindRelu) })
}

// At the corners of relu the derivative is that of the side below.
func TestReluCorners(t *testing.T) {
	n := newNet(t, coarse(), 1, 5)
	n.activation(ops.KindRelu, n.Program().Input)
	p := n.Program()
	node := &p.Nodes[0]
	b := &ops.Buffers{Small: [][]int32{{-32768, -1, 0, 1, 32767}, make([]int32, 5), make([]int32, 5)}}
	runNode(t, p, b, node)
	if a, g := b.Small[1], b.Small[2]; !slices.Equal(a, []int32{0, 0, 0, 1, 32767}) || !slices.Equal(g, []int32{0, 0, 0, 1, 1}) {
		t.Errorf("values %v, derivatives %v", a, g)
	}
}
