package aggregate_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
)

// TestShare: what two contributions have alike is held once, and nothing else changes.
func TestShare(t *testing.T) {
	list := contributions(t, three(t))
	for _, alike := range []bool{true, false} {
		first, c := *list[1], *list[2]
		run, other := *first.Run, *c.Run
		first.Run, c.Run = &run, &other
		run.Origin.Cells = [][]int64{{1, 2}, {3}}
		other.Origin.Cells, other.Rates = [][]int64{{1, 2}, {3}}, slices.Clone(other.Rates)
		if !alike {
			other.Origin.Cells[1][0], other.Rates[0] = 4, other.Rates[0]+1
		}
		c.Share(&first)
		if !slices.EqualFunc(other.Origin.Cells, [][]int64{{1, 2}, {map[bool]int64{true: 3, false: 4}[alike]}}, slices.Equal[[]int64]) {
			t.Errorf("alike %v: cells %v", alike, other.Origin.Cells)
		}
		if (&other.Origin.Cells[0][0] == &run.Origin.Cells[0][0]) != alike || (&other.Rates[0] == &run.Rates[0]) != alike || other.Network != run.Network {
			t.Errorf("alike %v: not held once, or others' cells and rates taken over", alike)
		}
		if other.RunID == run.RunID || &other.Parts[0].Features[0] == &run.Parts[0].Features[0] {
			t.Errorf("alike %v: what is a run's own is shared", alike)
		}
	}
}

// TestContributionsAreKept: contributions that are held at once take no more memory than
// they are said to, and not much less.
func TestContributionsAreKept(t *testing.T) {
	file, err := three(t)[0].bundle.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	live := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	const many = 200
	list := make([]*aggregate.Contribution, 0, many)
	var said int64
	before := live()
	for range many {
		b, err := bundle.Unmarshal(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := aggregate.ContributionOf(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) > 0 {
			c.Share(list[0])
		}
		list, said = append(list, c), said+c.Result.Bytes()+c.Run.Bytes()
	}
	took := live() - before
	if took > said || took < said/16 {
		t.Errorf("%d contributions hold %d bytes, said to be %d", many, took, said)
	}
	runtime.KeepAlive(list)
}
