package ops_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

func TestDigits(t *testing.T) {
	for _, c := range []struct {
		rows int
		want []int
	}{
		{1, []int{1}}, {2, []int{2}}, {3, []int{3}}, {4, []int{4}}, {12, []int{3, 4}}, {13, []int{13}}, {65, []int{5, 13}},
		{10000, []int{16, 25, 25}}, {1 << 15, []int{32, 32, 32}}, {2053, nil}, {2 * 2053, nil}, {1 << 16, nil}, {0, nil}, {-12, nil},
	} {
		if got := ops.Digits(c.rows); !slices.Equal(got, c.want) {
			t.Errorf("%d rows: digits of %v, want %v", c.rows, got, c.want)
		}
	}
}

// The executor names what no table has.
func TestIndicesOutsideTheTable(t *testing.T) {
	p := embedded(12)(t, coarse())
	for _, index := range []int32{-1, 12, -1 << 15, 1<<15 - 1} {
		b, err := ops.NewBuffers(p, zeros(p), sharedTables)
		if err != nil {
			t.Fatal(err)
		}
		b.Small[p.Input][4] = index
		err = ops.Execute(&ops.Step{Program: p, Buffers: b, Rate: 1})
		if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "sample 1, index 1: a table of 12 has no row") {
			t.Errorf("index %d: %v", index, err)
		}
	}
}

// zeros are weights of 0.
func zeros(p *graph.Program) map[graph.TensorID][]int64 {
	w := map[graph.TensorID][]int64{}
	for _, id := range p.OfRole(graph.Weight) {
		w[id] = make([]int64, p.Tensor(id).Size())
	}
	return w
}

// Each lie satisfies all equations but one, without which it passes. The rows of the
// table are 0, 1 and 2 times one row, so that the H of the first two reads what the
// honest one reads.
func TestLiesAboutOneHots(t *testing.T) {
	type lie struct {
		equation string
		tell     func(x *executed, n *graph.Node) (moved map[int]int64) // rows that an update moves beside its own, and how often
		table    func(row, d int) int64
	}
	linear := func(row, d int) int64 { return int64(row*(d+1)) << 18 }
	for name, l := range map[string]lie{
		"other numbers than bits": {"digit 0 is bits", func(x *executed, n *graph.Node) map[int]int64 {
			h := x.buffers.Small[n.Outputs[0]]
			h[0], h[1], h[2] = h[0]+1, h[1]-2, h[2]+1
			return map[int]int64{0: 1, 1: -2, 2: 1}
		}, linear},
		"no row": {"digit 0 is one", func(x *executed, n *graph.Node) map[int]int64 {
			h := x.buffers.Small[n.Outputs[0]]
			if h[0] != 1 {
				return nil
			}
			h[0] = 0
			return map[int]int64{0: -1}
		}, linear},
		"another row": {"is the index", func(x *executed, n *graph.Node) map[int]int64 {
			index, h := x.buffers.Small[n.Inputs[0]], x.buffers.Small[n.Outputs[0]]
			h[index[0]] = 0
			index[0] = (index[0] + 1) % 3
			h[index[0]] = 1
			return map[int]int64{}
		}, linear},
	} {
		t.Run(name, func(t *testing.T) {
			p, told := embedded(3)(t, coarse()), false
			for seed := uint64(1); !told; seed++ {
				var moved map[int]int64
				x := executeLying(t, p, 1, seed, func(x *executed, n *graph.Node) {
					switch {
					case n.Kind == ops.KindOneHot:
						table := p.Nodes[p.Consumers()[n.Outputs[0]][0]].Inputs[1]
						for i := range x.before[table] {
							x.before[table][i] = l.table(i/2, i%2)
						}
						if err := x.buffers.SetWeight(p, table, x.before[table]); err != nil {
							t.Fatal(err)
						}
						moved = l.tell(x, n)
					case n.Kind == ops.KindWeightUpdate && n.Of == ops.KindGather:
						for row, times := range moved {
							for d := range 2 {
								x.buffers.Weight(n.Inputs[0])[2*row+d] -= times * x.rates[0] * int64(x.buffers.Small[n.Inputs[2]][d])
							}
						}
					}
				})
				if moved == nil {
					continue
				}
				told = true
				sys := x.sys.Relation
				if err := naive.Check(sys, x.bare()); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%v", err)
				}
				less := *sys
				less.Equations = slices.DeleteFunc(slices.Clone(sys.Equations), func(e relation.Equation) bool { return strings.HasSuffix(e.Name, l.equation) })
				if len(less.Equations) != len(sys.Equations)-1 {
					t.Fatalf("%d equations end in %q", len(sys.Equations)-len(less.Equations), l.equation)
				}
				if err := naive.Check(&less, x.bare()); err != nil {
					t.Errorf("without the equation it would pass, and is refused for another reason: %v", err)
				}
			}
		})
	}
}
