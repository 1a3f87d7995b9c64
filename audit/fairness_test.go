package audit

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// gap returns the largest gap between the two groups over conditions, counted
// from the outcomes.
func gap(o outcome, positive int, conditions [][]int) *big.Rat {
	largest := new(big.Rat)
	for _, truths := range conditions {
		var rate [2]*big.Rat
		for g := range 2 {
			all, hit := int64(0), int64(0)
			for _, y := range truths {
				for k := range 3 {
					all += o.count[[3]int{g, y, k}]
				}
				hit += o.count[[3]int{g, y, positive}]
			}
			rate[g] = big.NewRat(hit, all)
		}
		d := new(big.Rat).Sub(rate[0], rate[1])
		if d.Abs(d).Cmp(largest) > 0 {
			largest = d
		}
	}
	return largest
}

func TestFairness(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	for measure, conditions := range map[string][][]int{
		"demographic_parity": {{0, 1, 2}}, "equal_opportunity": {{1}}, "equalised_odds": {{0}, {1}, {2}},
	} {
		d := gap(o, 1, conditions)
		millionths := new(big.Int).Div(new(big.Int).Mul(d.Num(), big.NewInt(1e6)), d.Denom()).Int64()
		below, above := decimals(millionths, 1e6)
		c := Fairness{Model: "net", Parts: []string{"north", "south"}, Attribute: "sex", Positive: "b", Measure: measure, MinGroup: 1, AtMost: above}
		w.holds(measure, &c)
		t.Logf("%s: gap %s", measure, d.FloatString(6))
		if d.Sign() == 0 {
			t.Errorf("%s: no gap to miss", measure)
			continue
		}
		if exact := big.NewRat(millionths, 1e6); exact.Cmp(d) == 0 {
			below, _ = decimals(millionths-1, 1e6)
		}
		c.AtMost = below
		w.fails(measure, &c, "the gap between")
	}
	smallest := int64(1 << 30)
	for g := range 2 {
		n := int64(0)
		for y := range 3 {
			for k := range 3 {
				n += o.count[[3]int{g, y, k}]
			}
		}
		smallest = min(smallest, n)
	}
	c := Fairness{Model: "net", Parts: []string{"north", "south"}, Attribute: "sex", Positive: "b", Measure: "demographic_parity", MinGroup: smallest, AtMost: "0.999"}
	w.holds("smallest group", &c)
	c.MinGroup++
	w.fails("group too small", &c, "fewer than the")
}

func TestCensorship(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	items, hits := int64(0), int64(0)
	for y := range 3 {
		for k := range 3 {
			items += o.count[[3]int{1, y, k}]
		}
		hits += o.count[[3]int{1, y, 2}]
	}
	below, above := decimals(hits, items)
	c := Censorship{Model: "net", Parts: []string{"north", "south"}, Attribute: "sex", Value: "M", Class: "c", AtLeast: below, AtMost: above}
	w.holds("just within", &c)
	c.AtLeast, c.AtMost = above, ""
	w.fails("one item less", &c, "less than a share")
	c.AtLeast, c.AtMost = "", below
	w.fails("one item more", &c, "more than a share")
	c = Censorship{Model: "net", Parts: []string{"north", "south"}, Attribute: "sex", Value: "M", Class: "c", AtMost: "0.999", MinGroup: items}
	w.holds("smallest group", &c)
	c.MinGroup++
	w.fails("group too small", &c, "fewer than")
}

func TestCounterfactual(t *testing.T) {
	w, run, parts := classified(t)
	p, cells := perceptron(t, 11, 5, 6, 3, run.Program.Loss.Kind)
	other := w.train("without", p, cells)
	a, b := outcomes(t, run, parts...), outcomes(t, other, parts...)
	difference := max(a.right-b.right, b.right-a.right)
	if difference == 0 {
		t.Fatal("the two models are right on as many rows")
	}
	below, above := decimals(difference, a.rows)
	w.pair("net", "without", schedule.Range{Part: 1, From: 3, To: 5})
	c := Counterfactual{Models: []string{"net", "without"}, Without: []string{"south:3-4"}, Parts: []string{"north", "south"}, AtMost: above}
	w.holds("just within", &c)
	c.AtMost = below
	w.fails("one row more", &c, "on more rows than model")
	// The better one is the other: both signs are stated.
	w.swap("net", "without")
	w.fails("one row more, the other way round", &c, "on more rows than model")
	c.AtMost = above
	w.holds("the other way round", &c)
}

func TestCounterfactualPrediction(t *testing.T) {
	w, run, parts := classified(t)
	p, cells := perceptron(t, 11, 5, 6, 3, run.Program.Loss.Kind)
	other := w.train("without", p, cells)
	a := outputs(t, p, trained(run).Cells, parts[0], p.Loss.Prediction)[4]
	b := outputs(t, p, trained(other).Cells, parts[0], p.Loss.Prediction)[4]
	largest := int64(0)
	for j := range a {
		largest = max(largest, int64(a[j]-b[j]), int64(b[j]-a[j]))
	}
	f := int64(1) << p.Tensor(p.Loss.Prediction).Format.Fraction
	if f > 1<<20 || largest == 0 {
		t.Fatalf("outputs differ by %d of %d", largest, f)
	}
	// a millionth is finer than 2^-f: just above the difference, and just below
	reached := Decimal(fmt.Sprintf("%d.%06d", largest/f, largest%f*1000000/f+1))
	missed := Decimal(fmt.Sprintf("0.%06d", (largest*1000000-1)/f))
	if largest >= f {
		t.Fatal("the test is for differences below 1")
	}
	w.pair("net", "without", schedule.Range{Part: 0, From: 4, To: 5})
	c := Counterfactual{Models: []string{"net", "without"}, Without: []string{"north:4"}, Question: Question{Part: "north", Row: 4}, AtMost: reached}
	w.holds("just within", &c)
	c.AtMost = missed
	w.fails("one unit more", &c, "differs by more than")
	w.swap("net", "without")
	w.fails("one unit more, the other way round", &c, "differs by more than")
	c.AtMost = reached
	w.holds("the other way round", &c)
	finer := *parts[0]
	finer.FractionBits++
	w.commit("finer", &finer, run.Program.Loss.Labels)
	for says, change := range map[string]func(c *Counterfactual){
		"on parts, or on one input":                func(c *Counterfactual) { c.Parts = []string{"north"} },
		"fraction bits, model":                     func(c *Counterfactual) { c.Part = "finer" },
		"at_most = 999999999999 holds of any data": func(c *Counterfactual) { c.AtMost = "999999999999" },
	} {
		odd := c
		change(&odd)
		if _, _, err := w.prove(&odd, nil); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
