package exact

import (
	"math/rand/v2"
	"testing"
)

// Products of several matrices, either way round, of sizes around those of tiles,
// against their definition; at the bounds of what they may add up.
func TestMatrices(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for _, m := range []Matrices{
		{1, 1, 1, false, false}, {3, 2, 5, false, false}, {64, 3, 130, false, false}, {65, 70, 129, false, false}, {130, 1, 2, false, false}, {2, MaxInner, 1, false, false},
	} {
		for way := range 4 {
			m.AdjointX, m.AdjointY = way&1 == 1, way>>1 == 1
			for _, count := range []int{1, 3} {
				if m.Inner == MaxInner && (count > 1 || way > 0) {
					continue
				}
				x, y := make([]int32, count*m.Rows*m.Inner), make([]int32, count*m.Inner*m.Cols)
				for _, cells := range [][]int32{x, y} {
					for i := range cells {
						if cells[i] = rng.Int32N(2*MaxInput+1) - MaxInput; m.Inner == MaxInner {
							cells[i] = -MaxInput
						}
					}
				}
				v := make([]int64, count*m.Rows*m.Cols)
				m.Multiply(v, x, y)
				for at, got := range v {
					pair, i, j := at/(m.Rows*m.Cols), at/m.Cols%m.Rows, at%m.Cols
					want := int64(0)
					for k := range m.Inner {
						a, b := i*m.Inner+k, k*m.Cols+j
						if m.AdjointX {
							a = k*m.Rows + i
						}
						if m.AdjointY {
							b = j*m.Inner + k
						}
						want += int64(x[pair*m.Rows*m.Inner+a]) * int64(y[pair*m.Inner*m.Cols+b])
					}
					if got != want {
						t.Fatalf("%+v, cell %d: %d, want %d", m, at, got, want)
					}
				}
			}
		}
	}
}

// Operands that are too large, and shapes that fit no cells, are refused loudly.
func TestMatricesRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		m       Matrices
		v, x, y int
		cell    int32
	}{
		"magnitude": {Matrices{1, 1, 1, false, false}, 1, 1, 1, MaxInput + 1},
		"x":         {Matrices{1, 2, 1, false, false}, 1, 1, 2, 1},
		"y":         {Matrices{1, 2, 1, false, false}, 1, 2, 1, 1},
		"v":         {Matrices{2, 1, 1, false, false}, 3, 3, 1, 1},
		"inner":     {Matrices{1, MaxInner + 1, 1, false, false}, 1, MaxInner + 1, MaxInner + 1, 1},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			x, y := make([]int32, c.x), make([]int32, c.y)
			x[0] = c.cell
			c.m.Multiply(make([]int64, c.v), x, y)
		}()
	}
}
