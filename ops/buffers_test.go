package ops_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// Weights that the kernels cannot hold are refused before they reach them.
func TestWeightsAreChecked(t *testing.T) {
	p := dense(t, coarse())
	x := execute(t, p, 1, 1)
	w := p.OfRole(graph.Weight)[1]
	for _, c := range []struct {
		v   int64
		err error
	}{{1<<62 - 1, nil}, {-1<<62 + 1, nil}, {1 << 62, fault.ErrOverflow}, {-1 << 62, fault.ErrOverflow}, {-1 << 63, fault.ErrOverflow}} {
		cells := append([]int64(nil), x.before[w]...)
		cells[2] = c.v
		if err := x.buffers.SetWeight(p, w, cells); !errors.Is(err, c.err) {
			t.Errorf("weight %d: %v, want %v", c.v, err, c.err)
		}
	}
	if _, err := ops.NewBuffers(p, nil, sharedTables); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no weights: %v", err)
	}
}
