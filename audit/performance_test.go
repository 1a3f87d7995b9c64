package audit

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/relation"
)

// decimals returns k/n rounded down to 6 decimals, and a millionth more than
// k/n rounded up.
func decimals(k, n int64) (below, above Decimal) {
	return Decimal(fmt.Sprintf("%d.%06d", k/n, k%n*1000000/n)), Decimal(fmt.Sprintf("%d.%06d", k/n, k%n*1000000/n+1))
}

func TestAccuracy(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	both := []string{"north", "south"}
	below, above := decimals(o.right, o.rows)
	t.Logf("%d of %d right", o.right, o.rows)
	w.holds("just reached", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: below, AtMost: above})
	released, _ := w.holds("released", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: "0.001", MinGroup: 1, Release: Release{What: "counts", Round: 1}})
	for k, n := range released[0].Values {
		truth, guess := k/3, k%3
		if want := o.count[[3]int{0, truth, guess}] + o.count[[3]int{1, truth, guess}]; n != want {
			t.Errorf("%s: %d, counted %d", released[0].Labels[k], n, want)
		}
	}
	w.fails("one row short", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: above}, "predicted rightly")
}

func TestTopK(t *testing.T) {
	w, run, parts := classified(t)
	hits, rows := int64(0), int64(0)
	for _, d := range parts {
		for row, z := range outputs(t, run.Program, trained(run).Cells, d, run.Program.Loss.Logits) {
			y, before := d.Labels.Class[row], 0
			for c := range z {
				if z[c] > z[y] || z[c] == z[y] && c < int(y) {
					before++
				}
			}
			rows++
			if before < 2 {
				hits++
			}
		}
	}
	below, above := decimals(hits, rows)
	c := Performance{Model: "net", Parts: []string{"north", "south"}, Metric: "top_k", K: 2, AtLeast: below}
	w.holds("just reached", &c)
	c.AtLeast = above
	w.fails("one row short", &c, "predicted rightly")
}

// macroF1 is that of outcomes of three classes, exactly.
func macroF1(count func(truth, guess int) int64) *big.Rat {
	sum := new(big.Rat)
	for y := range 3 {
		d := int64(0)
		for k := range 3 {
			d += count(y, k) + count(k, y)
		}
		sum.Add(sum, big.NewRat(2*count(y, y), 3*d))
	}
	return sum
}

// around returns a number rounded down to so many decimals, and one unit more.
func around(x *big.Rat, decimals int) (below, above Decimal) {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	n := floorMul(x, scale)
	text := func(n *big.Int) Decimal { return Decimal(new(big.Rat).SetFrac(n, scale).FloatString(decimals)) }
	return text(n), text(new(big.Int).Add(n, big.NewInt(1)))
}

func TestMacroF1(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	f1 := macroF1(func(y, k int) int64 { return o.count[[3]int{0, y, k}] + o.count[[3]int{1, y, k}] })
	t.Logf("macro F1 %s", f1.FloatString(9))
	c := func(least, most Decimal) *Performance {
		return &Performance{Model: "net", Parts: []string{"north", "south"}, Metric: "macro_f1", AtLeast: least, AtMost: most}
	}
	for _, decimals := range []int{6, 40} {
		below, above := around(f1, decimals)
		w.holds("just within", c(below, above))
		w.fails("one unit more", c(above, ""), "macro F1 is below")
		w.fails("one unit less", c("", below), "macro F1 is above")
	}
}

// A macro F1 that is a bound exactly holds, on both sides, though no term of it
// has an end in base 2.
func TestMacroF1ThatIsTheBound(t *testing.T) {
	w, run, parts := classified(t)
	d := *parts[1]
	d.Features, d.Labels.Class, d.Attributes = nil, nil, nil
	for row, z := range outputs(t, run.Program, trained(run).Cells, parts[1], run.Program.Loss.Logits) {
		if z[1] > z[0] && z[1] >= z[2] && len(d.Labels.Class) < 7 {
			d.Features = append(d.Features, parts[1].Row(row)...)
			d.Labels.Class = append(d.Labels.Class, []int32{1, 0, 2, 1, 0, 2, 1}[len(d.Labels.Class)])
		}
	}
	if d.Rows = len(d.Labels.Class); d.Rows < 7 {
		t.Fatalf("%d rows are of class 1", d.Rows)
	}
	w.commit("seven", &d, graph.OneHot) // 3 of 7 predictions are right: F1 of 0, 6/10 and 0
	c := Performance{Model: "net", Parts: []string{"seven"}, Metric: "macro_f1", AtLeast: "0.2", AtMost: "0.2"}
	w.holds("the bound", &c)
	c.AtMost, c.AtLeast = "", "0.2"+Decimal(strings.Repeat("0", 30))+"1"
	w.fails("hardly more", &c, "macro F1 is below")
	c.AtLeast, c.AtMost = "", "0.1"+Decimal(strings.Repeat("9", 30))
	w.fails("hardly less", &c, "macro F1 is above")
}

// TestDigitsOfF1: so many digits are proven that two sums that differ do so in them,
// and the lower bound leaves room for all remainders.
func TestDigitsOfF1(t *testing.T) {
	w, _, _ := classified(t)
	c := &Performance{Model: "net", Parts: []string{"north", "south"}, Metric: "macro_f1", AtLeast: "0.123456"}
	st, err := state(&w.frame, w.item(c), w.subjects, nil, w.tables)
	if err != nil {
		t.Fatal(err)
	}
	sys, n := st.statement.Layout.System, 0
	var limit *big.Int
	for i := range sys.Tensors {
		switch x := &sys.Tensors[i]; x.Name {
		case "digits of F1":
			n = x.Axes[0].Size
		case "macro F1 at_least: digits":
			limit = new(big.Int)
			for _, l := range x.Source.(*relation.Values).Cells {
				limit.Add(limit.Lsh(limit, limbBits), big.NewInt(l))
			}
			limit.Rsh(limit, uint(limbBits*(x.Axes[0].Padded()-x.Axes[0].Size)))
		}
	}
	// C = 3, N = 53, 2^w = 2^7, L = (106/3)^3, t = 0.123456·3/2 = 2893.5/15625
	scale := new(big.Int).Lsh(big.NewInt(1), uint(limbBits*n))
	least := new(big.Rat).Mul(big.NewRat(3<<7*31250, 1), big.NewRat(106*106*106, 27))
	if new(big.Rat).SetInt(scale).Cmp(least) <= 0 || new(big.Rat).SetInt(new(big.Int).Rsh(scale, limbBits)).Cmp(least) > 0 {
		t.Errorf("%d digits are not the fewest that tell sums apart", n)
	}
	want := floorMul(big.NewRat(5787, 31250), scale)
	if want.Sub(want, big.NewInt(3<<7-1)); limit == nil || limit.Cmp(want) != 0 {
		t.Errorf("the sum is at least %d, want %d", limit, want)
	}
}

// Ties of logits go to the first class; a liar who takes another is rejected.
func TestTiedLogits(t *testing.T) {
	w := newWorld(t)
	p, cells := perceptron(t, 3, 5, 6, 3, graph.SoftmaxCrossEntropy)
	for _, id := range network.WeightTensors(p) { // all logits are 0
		clear(cells[id])
	}
	w.train("flat", p, cells)
	d := dataset(rand.New(rand.NewPCG(1, 1)), 5, 3, "sex", sexes, repeat(3, 4))
	for i := range d.Labels.Class {
		d.Labels.Class[i] = int32(i % 2)
	}
	w.commit("test", d, graph.OneHot)
	c := &Performance{Model: "flat", Parts: []string{"test"}, Metric: "accuracy", AtLeast: "0.571"} // 4 of 7
	w.holds("first class", c)
	c.AtLeast = "0.572"
	w.fails("first class", c, "predicted rightly")
	for _, better := range [][2]int{{4, 5}, {4, 6}} { // row 1: class 1 or 2 instead of 0
		w.forged("another maximum", c, func(name string, cells []int64) {
			if strings.HasSuffix(name, ": choice") {
				cells[better[0]], cells[better[1]] = 0, 1
			}
		})
	}
}

// regression is a world with a model of two values.
func regression(t *testing.T) (*world, int64, int64, int64) {
	t.Helper()
	w := newWorld(t)
	p, cells := perceptron(t, 4, 5, 6, 2, graph.MeanSquaredError)
	run := w.train("line", p, cells)
	rng := rand.New(rand.NewPCG(2, 2))
	var square, absolute, n int64
	for _, name := range []string{"north", "south"} {
		d := dataset(rng, 5, 3, "sex", sexes, repeat(5, 8))
		d.Labels = data.Labels{Kind: data.Values, Targets: 2, FractionBits: 3}
		for range 2 * d.Rows {
			d.Labels.Values = append(d.Labels.Values, rng.Int32N(65)-32)
		}
		w.commit(name, d, graph.Values)
		for row, y := range outputs(t, run.Program, trained(run).Cells, d, p.Loss.Prediction) {
			for j := range y {
				e := int64(y[j]) - int64(d.Labels.Values[2*row+j])<<(p.Tensor(p.Loss.Prediction).Format.Fraction-3)
				square, absolute, n = square+e*e, absolute+max(e, -e), n+1
			}
		}
	}
	return w, square, absolute, n << p.Tensor(p.Loss.Prediction).Format.Fraction
}

func TestErrors(t *testing.T) {
	w, square, absolute, n := regression(t)
	scale := big.NewRat(n, 1)
	perCell := new(big.Rat).Quo(scale, big.NewRat(52, 1)) // 2^F
	for metric, at := range map[string]*big.Rat{
		"mse": new(big.Rat).Quo(big.NewRat(square, 1), new(big.Rat).Mul(scale, perCell)),
		"mae": new(big.Rat).Quo(big.NewRat(absolute, 1), scale),
	} {
		c := Performance{Model: "line", Parts: []string{"north", "south"}, Metric: metric}
		// nine decimals are finer than one unit of the sum
		up, _ := new(big.Float).SetRat(new(big.Rat).Add(at, big.NewRat(1, 1e9))).Float64()
		c.AtMost = Decimal(fmt.Sprintf("%.9f", up))
		w.holds(metric+" just reached", &c)
		down, _ := new(big.Float).SetRat(new(big.Rat).Sub(at, big.NewRat(1, 1e9))).Float64()
		c.AtMost = Decimal(fmt.Sprintf("%.9f", down))
		w.fails(metric+" one unit more", &c, "is more than")
	}
}

// A single logit predicts the second class where it is above 0.
func TestAccuracyOfOneLogit(t *testing.T) {
	w := newWorld(t)
	p, cells := perceptron(t, 6, 5, 6, 1, graph.LogisticLoss)
	run := w.train("bit", p, cells)
	rng := rand.New(rand.NewPCG(3, 3))
	d := dataset(rng, 5, 2, "sex", sexes, repeat(9, 14))
	d.Labels = data.Labels{Kind: data.Values, Targets: 1}
	for range d.Rows {
		d.Labels.Values = append(d.Labels.Values, rng.Int32N(2))
	}
	w.commit("test", d, graph.Bits)
	right := int64(0)
	for row, z := range outputs(t, p, trained(run).Cells, d, p.Loss.Logits) {
		if (z[0] > 0) == (d.Labels.Values[row] == 1) {
			right++
		}
	}
	below, above := decimals(right, 23)
	w.holds("just reached", &Performance{Model: "bit", Parts: []string{"test"}, Metric: "accuracy", AtLeast: below})
	w.fails("one row short", &Performance{Model: "bit", Parts: []string{"test"}, Metric: "accuracy", AtLeast: above}, "predicted rightly")
}
