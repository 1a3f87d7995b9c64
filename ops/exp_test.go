package ops_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

func TestExp(t *testing.T) {
	checkOperator(t, 1, func(t *testing.T, f graph.Fractions) *graph.Program { return activated(t, f, ops.KindExp) })
}

// Values are e^x, rounded once, as far as 16 bits hold it: up to 4.85 at 8
// fraction bits.
func TestExpStops(t *testing.T) {
	values := map[int32]int32{-1 << 15: 0, -1600: 0, -1597: 1}
	for z := int32(-1500); z <= 1242; z += 17 {
		values[z] = int32(math.RoundToEven(256 * math.Exp(float64(z)/256)))
	}
	stops(t, ops.KindExp, values, 1243, 1<<15-1)
}

// stops runs an activation on values at 8 fraction bits, and on others, which it
// refuses.
func stops(t *testing.T, kind graph.Kind, values map[int32]int32, refused ...int32) {
	t.Helper()
	p := activated(t, coarse(), kind)
	x := execute(t, p, 1, 3)
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if n.Kind != kind {
			continue
		}
		z, a := x.buffers.Small[n.Inputs[0]], x.buffers.Small[n.Outputs[0]]
		forward := func(v int32) error {
			z[0] = v
			return ops.Table()[kind].Forward(ops.StepAt(p, x.buffers, i), n)
		}
		for v, want := range values {
			if err := forward(v); err != nil || a[0] != want {
				t.Errorf("%s of %d is %d, %v; want %d", kind, v, a[0], err, want)
			}
		}
		for _, v := range refused {
			if err := forward(v); !errors.Is(err, fault.ErrOverflow) || !strings.Contains(err.Error(), "of "+string(kind)+" at ") {
				t.Errorf("%s of %d: %v", kind, v, err)
			}
		}
	}
}
