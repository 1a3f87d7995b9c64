package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/ops"
)

// dZ is D where the gate is open and 0 elsewhere, and both occur.
func TestGate(t *testing.T) {
	p := activated(t, coarse(), ops.KindRelu)
	x := execute(t, p, 1, 1)
	open, closed := 0, 0
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if n.Kind != ops.KindGate {
			continue
		}
		g, d, dz := x.buffers.Small[n.Inputs[0]], x.buffers.Small[n.Inputs[1]], x.buffers.Small[n.Outputs[0]]
		for c := range dz {
			want := int32(0)
			if g[c] == 1 {
				want, open = d[c], open+1
			} else {
				closed++
			}
			if dz[c] != want {
				t.Errorf("cell %d: %d, want %d", c, dz[c], want)
			}
		}
	}
	if open == 0 || closed == 0 {
		t.Errorf("%d open gates, %d closed", open, closed)
	}
}
