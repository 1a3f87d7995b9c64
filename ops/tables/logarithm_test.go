package tables

import (
	"errors"
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Every row begins where the one before it ends, and the logarithms of its ends, and
// of no integer next to these, round to it.
func TestLogarithm(t *testing.T) {
	for _, c := range [][3]int{{8, 11, 10}, {0, 15, 2}, {12, 14, 1 << 16}, {4, 0, 3}, {11, 14, 1000}, {0, 14, 1 << 16}} {
		f, fe, n := c[0], c[1], c[2]
		table := must(t)(Logarithm(f, fe, n))
		rounded := func(d int32) int32 {
			return int32(math.Floor(math.Ldexp(math.Log(math.Ldexp(float64(d), -fe)), f) + 0.5))
		}
		y, least, largest := table.Columns[0], table.Columns[1], table.Columns[2]
		if len(y) != len(least) || len(y) != len(largest) || least[0] != 1<<fe || largest[len(y)-1] != int32(n<<fe) {
			t.Fatalf("%v: %d, %d and %d cells", c, len(y), len(least), len(largest))
		}
		for i := range y {
			if i > 0 && least[i] != largest[i-1]+1 || y[i] != int32(i) {
				t.Fatalf("%v, row %d: %d from %d on", c, i, y[i], least[i])
			}
			if least[i] <= largest[i] && (rounded(least[i]) != y[i] || rounded(largest[i]) != y[i]) {
				t.Fatalf("%v, row %d: of %d to %d", c, i, least[i], largest[i])
			}
		}
	}
	for _, c := range [][3]int{{-1, 8, 2}, {13, 8, 2}, {8, -1, 2}, {8, 16, 2}, {8, 8, 1}, {8, 8, 1<<16 + 1}, {8, 15, 1 << 16}} {
		if _, err := Logarithm(c[0], c[1], c[2]); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
