package audit

import (
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

func TestDisjointness(t *testing.T) {
	w, _, _ := archive(t)
	w.holds("two parts", &Disjointness{Parts: []string{"north"}, From: []string{"south"}})
	w.holds("one against two", &Disjointness{Parts: []string{"works"}, From: []string{"north", "south"}})
	w.fails("one row shared", &Disjointness{Parts: []string{"subject", "works"}, From: []string{"north", "south"}}, `row 39 of part "south" equals row 0 of part "subject"`)
}

// A liar who hides a shared row in another bucket, or says that it is chosen
// where it is not, is rejected.
func TestDisjointnessForged(t *testing.T) {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(4, 4))
	a, b := dataset(rng, 5, 2, "sex", sexes, repeat(3, 4)), dataset(rng, 5, 2, "sex", sexes, repeat(5, 8))
	copy(b.Features[5*6:5*7], a.Row(2)) // row 6 of b is row 2 of a
	w.commit("a", a, graph.OneHot)
	w.commit("b", b, graph.OneHot)
	c := &Disjointness{Parts: []string{"a"}, From: []string{"b"}}
	w.fails("shared row", c, "equals row 2")
	st, _ := w.cells(c, nil)
	for _, tensor := range st.scope.b.System().Tensors {
		if tensor.Kind != relation.Witness {
			continue
		}
		for _, row := range []int{2, 6} {
			for _, by := range []int64{128, -128} { // the number of buckets
				change := func(name string, cells []int64) {
					if name == tensor.Name && row < len(cells) {
						cells[row] += by
					}
				}
				w.naive(tensor.Name, c, &cheat{change}, false)
			}
		}
	}
}
