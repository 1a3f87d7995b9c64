package audit

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func row64(d *data.Dataset, row int) []int64 {
	var r []int64
	for _, x := range d.Row(row) {
		r = append(r, int64(x))
	}
	return r
}

// moved is a copy of a row with one cell moved by one unit.
func moved(d *data.Dataset, row, cell int) []int64 {
	r := row64(d, row)
	r[cell]++
	return r
}

// works is a part with altered copies of rows of north.
func archive(t testing.TB) (*world, []*data.Dataset, *OwnedRun) {
	w, run, parts := classified(t)
	rng := rand.New(rand.NewPCG(8, 8))
	far := dataset(rng, 5, 3, "sex", sexes, repeat(2, 1))
	copy(far.Features[5:], parts[0].Row(12))
	far.Features[5]++ // one unit from row 12 of north
	w.commit("works", far, graph.OneHot)
	same := dataset(rng, 5, 3, "sex", sexes, repeat(1, 0))
	copy(same.Features, parts[1].Row(39))
	w.commit("subject", same, graph.OneHot)
	return w, parts, run
}

func TestNonInclusion(t *testing.T) {
	w, parts, _ := archive(t)
	both := []string{"north", "south"}
	near := [][]int64{moved(parts[0], 12, 3), moved(parts[1], 0, 0)}
	w.holds("one unit away", &NonInclusion{Parts: both, Works: Works{List: near}})
	w.holds("committed works", &NonInclusion{Parts: both, Works: Works{From: "works"}})
	w.fails("equal", &NonInclusion{Parts: both[1:], Works: Works{List: [][]int64{near[0], row64(parts[1], 39)}}}, `row 39 of part "south" equals work 1`)
	w.fails("equal and committed", &NonInclusion{Parts: both[1:], Works: Works{From: "subject"}}, "row 39")
	// a unit is 1/16: the nearest work is at distance 0.0625 exactly
	w.holds("distance", &NonInclusion{Parts: both[:1], Distance: "0.062", Works: Works{List: near[:1]}})
	w.fails("distance reached", &NonInclusion{Parts: both[:1], Distance: "0.0625", Works: Works{List: near[:1]}}, "row 12")
}

func TestMembership(t *testing.T) {
	w, parts, _ := archive(t)
	both := []string{"north", "south"}
	in := [][]int64{row64(parts[1], 39), row64(parts[0], 0), row64(parts[0], 12)}
	w.holds("public records", &Membership{Parts: both, Works: Works{List: in}})
	w.holds("the subject's own", &Membership{Parts: both, Works: Works{From: "subject"}})
	w.fails("one unit away", &Membership{Parts: both[:1], Works: Works{List: [][]int64{moved(parts[0], 0, 4)}}}, "record 0 is not in the data")
	w.fails("in the other part", &Membership{Parts: both[:1], Works: Works{From: "subject"}}, "not in the data")
	w.holds("no member", &NonMembership{Parts: both[:1], Works: Works{From: "subject"}})
	w.fails("member after all", &NonMembership{Parts: both[1:], Works: Works{From: "subject"}}, "equals")
	// a mixture of two rows: halves of each would add up to one
	forged := &Membership{Parts: both[:1], Works: Works{List: [][]int64{moved(parts[0], 0, 4)}}}
	w.forged("two rows selected", forged, func(tensor string, cells []int64) {
		if tensor == `rows of part "north" selected` {
			cells[0], cells[1], cells[2] = 1, 1, -1
		}
	})
}

func TestCosine(t *testing.T) {
	w := newWorld(t)
	d := dataset(rand.New(rand.NewPCG(1, 1)), 2, 2, "sex", sexes, repeat(2, 1))
	copy(d.Features, []int32{3, 4, 6, 8, -3, -4})
	w.commit("p", d, graph.OneHot)
	// (3,4)·(4,3) = 24 of 25: a cosine of 0.96 exactly; (−3,−4) points away
	w.holds("0.96", &NonInclusion{Parts: []string{"p"}, Cosine: "0.96", Works: Works{List: [][]int64{{4, 3}}}})
	w.fails("0.959", &NonInclusion{Parts: []string{"p"}, Cosine: "0.959", Works: Works{List: [][]int64{{4, 3}}}}, "above 0.959")
}

func TestNonInclusionByEmbedding(t *testing.T) {
	w, parts, run := archive(t)
	hiddenUnits, err := hidden(run.Program)
	if err != nil {
		t.Fatal(err)
	}
	e := outputs(t, run.Program, trained(run).Cells, parts[0], hiddenUnits)
	far := outputs(t, run.Program, trained(run).Cells, &data.Dataset{Rows: 1, Width: 5, Features: []int32{40, 41, 42, 43, 44}}, hiddenUnits)[0]
	least := int64(1 << 60)
	for _, a := range e {
		sum := int64(0)
		for k := range a {
			sum += int64(a[k]-far[k]) * int64(a[k]-far[k])
		}
		least = min(least, sum)
	}
	if least == 0 {
		t.Fatal("the network maps a row and the work to one point")
	}
	works := Works{List: [][]int64{{40, 41, 42, 43, 44}}}
	c := &NonInclusion{Parts: []string{"north"}, Model: "net", Works: works}
	w.holds("not the same point", c)
	// the square of the distance at 8 fraction bits, missed by one unit
	for _, off := range []int64{-1, 0} {
		d := rootDecimal(least + off)
		c := &NonInclusion{Parts: []string{"north"}, Model: "net", Distance: d, Works: works}
		if off < 0 {
			w.holds("squared distance above "+string(d), c)
		} else {
			w.naive("squared distance "+string(d), c, nil, false)
			if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("distance reached: %v", err)
			}
		}
	}
	w.fails("an altered copy", &NonInclusion{Parts: []string{"north"}, Model: "net", Distance: "1", Works: Works{From: "works"}}, "within distance 1")
}

// rootDecimal returns a decimal d with ⌊(d·2^8)²⌋ = n.
func rootDecimal(n int64) Decimal {
	x := new(big.Float).SetPrec(200).SetInt64(n)
	x.Sqrt(x).Quo(x, big.NewFloat(256))
	x.Add(x, big.NewFloat(5e-10)) // rounds up
	text := x.Text('f', 9)
	return Decimal(text)
}
