package audit

import (
	"fmt"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/relation"
)

// answers are what the tensors are called of a forward pass on an input.
func answers(input string) string {
	return `"1 FULLY_CONNECTED rounded/value" of ` + input + ` by model "net"`
}

const northFeatures = `part "north" features`

// wrongRow finds a row whose predicted class is not the true one.
func wrongRow(t *testing.T, run *OwnedRun, d *data.Dataset) (row, best, truth int, z []int32) {
	t.Helper()
	for row, z := range outputs(t, run.Program, trained(run).Cells, d, run.Program.Loss.Logits) {
		best := slices.Index(z, slices.Max(z))
		if truth := int(d.Labels.Class[row]); truth != best {
			return row, best, truth, z
		}
	}
	t.Fatal("all rows are predicted rightly")
	return 0, 0, 0, nil
}

// shiftOf is how many bits the rounding of the logits drops.
func shiftOf(p *graph.Program) int {
	n := &p.Nodes[p.Producers()[p.Loss.Logits]]
	return p.Tensor(n.Inputs[0]).Format.Fraction - p.Tensor(n.Outputs[0]).Format.Fraction
}

// choose moves the choice of a row of three classes.
func (l *liar) choose(row, from, to int) {
	l.witness(": choice")[4*row+from] = fr.Element{}
	l.witness(": choice")[4*row+to] = fr.One()
}

func TestLiesAboutClasses(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts[0])
	_, above := decimals(o.right, o.rows)
	c := &Performance{Model: "net", Parts: []string{"north"}, Metric: "accuracy", AtLeast: above}
	row, best, truth, z := wrongRow(t, run, parts[0])
	class := "class of part \"north\" features by model \"net\": "
	gap, one := "range of "+class+"gap", "equation "+class+"one choice"
	lie := func(name string, forge func(l *liar), by ...string) {
		t.Helper()
		w.lie(name, c, func(l *liar) { forge(l); l.recount("") }, by...)
	}
	lie("the true class chosen", func(l *liar) { l.choose(row, best, truth) }, gap)
	lie("a class of the padding chosen", func(l *liar) { l.choose(row, best, 3) }, gap, one)
	lie("both chosen", func(l *liar) { l.add(": choice", 4*row+truth, 1) }, gap, one, "range of bounds on accuracy slack 0")
	out := "tensor " + answers(northFeatures) + ": 1 FULLY_CONNECTED rounded/"
	lie("the true class lifted by its remainder", func(l *liar) {
		l.choose(row, best, truth)
		l.add(out+"remainder 0", 4*row+truth, -(int64(z[best]-z[truth])+1)<<shiftOf(run.Program))
	}, "range of "+out+"remainder 0")
	lie("a hidden unit raised", func(l *liar) {
		l.add(": 0 FULLY_CONNECTED relu/value", 8*row, 1)
	}, "range of tensor "+answers(northFeatures)+": 0 FULLY_CONNECTED rounded/value", "range of "+out+"value", gap, "range of bounds on accuracy slack 0")
	w.lie("the count moved", c, func(l *liar) { l.move("histogram of outcomes", 3*truth+best, 4*truth) }, "counts of histogram of outcomes")
}

// Integers that add up to 1 and are no bits can be a choice that no other
// relation minds, and that makes another class of a row.
func TestLiesAboutBits(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts[0])
	_, above := decimals(o.right, o.rows)
	c := &Performance{Model: "net", Parts: []string{"north"}, Metric: "accuracy", AtLeast: above}
	found := 0
	for row, z := range outputs(t, run.Program, trained(run).Cells, parts[0], run.Program.Loss.Logits) {
		truth := int64(parts[0].Labels.Class[row])
		if u, ok := mixture([3]int64{int64(z[0]), int64(z[1]), int64(z[2])}, truth); ok && int64(slices.Index(z, slices.Max(z))) != truth {
			found++
			w.lie(fmt.Sprintf("row %d: choice %d of %d", row, u, z), c, func(l *liar) {
				for k := range u {
					l.witness(": choice")[4*row+k] = relation.Int(u[k])
				}
				l.recount("")
			}, "range of class of part \"north\" features by model \"net\": choice")
		}
	}
	if found == 0 {
		t.Error("no row has such a choice")
	}
}

// mixture finds integers u with Σ u = 1, Σ c·u(c) = class and a mixture m of
// the logits that is not below any of them, by their rule; no bits.
func mixture(z [3]int64, class int64) ([3]int64, bool) {
	for u2 := int64(-9); u2 <= 9; u2++ {
		u := [3]int64{0, class - 2*u2, u2}
		u[0] = 1 - u[1] - u[2]
		m := u[0]*z[0] + u[1]*z[1] + u[2]*z[2]
		gaps := []int64{m - z[0] - u[1] - u[2], m - z[1] - u[2], m - z[2]}
		if slices.Min(gaps) >= 0 && slices.Max(gaps) < 1<<16 && slices.Min(u[:]) < 0 {
			return u, true
		}
	}
	return [3]int64{}, false
}

func TestLiesAboutOneLogit(t *testing.T) {
	w := newWorld(t)
	p, cells := perceptron(t, 6, 5, 6, 1, graph.LogisticLoss)
	for _, id := range network.WeightTensors(p) { // all logits are 0: none is above
		clear(cells[id])
	}
	w.train("net", p, cells)
	d := dataset(rand.New(rand.NewPCG(3, 3)), 5, 2, "sex", sexes, repeat(1, 4))
	d.Labels = data.Labels{Kind: data.Values, Targets: 1, Values: []int32{0, 0, 0, 0, 1}}
	w.commit("north", d, graph.Bits)
	c := &Performance{Model: "net", Parts: []string{"north"}, Metric: "accuracy", AtLeast: "0.8"}
	w.holds("a logit of 0 is below", c)
	c.AtLeast = "0.81"
	w.lie("said to be above", c, func(l *liar) {
		l.add(`class of part "north" features by model "net"`, 4, 1)
		l.recount("")
	}, `range of class of part "north" features by model "net": logit`)
}

func TestLiesAboutRanks(t *testing.T) {
	w, run, parts := classified(t)
	row, best, _, _ := wrongRow(t, run, parts[0])
	o := outcomes(t, run, parts[0])
	_, above := decimals(o.right, o.rows)
	c := &Performance{Model: "net", Parts: []string{"north"}, Metric: "top_k", K: 1, AtLeast: above}
	beats := `rank of part "north": beats`
	cell := 4*row + best
	for name, limb := range map[string]struct {
		k  int
		by int64
	}{"into the top limb": {1, 2}, "into the low limb": {0, 1 << 17}} { // 2^17 more in all
		w.lie("not beaten, "+name, c, func(l *liar) {
			for _, other := range []int{0, 1, 2} { // whatever else beats it
				if at := 4*row + other; !l.witness(beats)[at].IsZero() {
					l.witness(beats)[at] = fr.Element{}
					l.add(fmt.Sprintf("%s: limb %d", beats, limb.k), at, limb.by)
				}
			}
			if !l.witness(beats)[cell].IsZero() {
				t.Fatal("the bit is still there")
			}
			l.recount("")
		}, fmt.Sprintf("range of %s: limb %d", beats, limb.k))
	}
}

func TestLiesAboutScores(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts[0])
	count := func(y, k int) int64 { return o.count[[3]int{0, y, k}] + o.count[[3]int{1, y, k}] }
	below, above := around(macroF1(count), 6)
	raised := 0 // a class whose score is neither 0 nor 1
	for count(raised, raised) == 0 {
		raised++
	}
	d := int64(0)
	for k := range 3 {
		d += count(raised, k) + count(k, raised)
	}
	for name, x := range map[string]struct {
		c    *Performance
		sign int64
	}{
		"at_least": {&Performance{Model: "net", Parts: []string{"north"}, Metric: "macro_f1", AtLeast: above}, 1},
		"at_most":  {&Performance{Model: "net", Parts: []string{"north"}, Metric: "macro_f1", AtMost: below}, -1},
	} {
		bound := "macro F1 " + name
		w.lie(name+", as it is", x.c, nil, "range of "+bound+" slack 0")
		// the first digit moved to where the bound is kept, and all remainders with it
		w.lie(name+", a digit moved", x.c, func(l *liar) {
			l.add("digits of F1", raised, x.sign)
			by, base := relation.Int(-x.sign*d), relation.Pow2(limbBits)
			for cell := raised; cell < len(l.witness("remainders of F1"))-1; cell += 4 {
				if cell/4 < l.digits() {
					l.witness("remainders of F1")[cell].Add(&l.witness("remainders of F1")[cell], &by)
					by.Mul(&by, &base)
				}
			}
			l.add(bound+": carries", 0, 1)
			l.add(bound+": low digits", 0, -(1<<limbBits - 1))
		}, map[int64]string{1: "range of remainders slack 0", -1: "equation remainders"}[x.sign]) // more than one limb holds
		w.lie(name+", a digit moved alone", x.c, func(l *liar) {
			l.add("digits of F1", raised, x.sign)
			l.add(bound+": carries", 0, 1)
			l.add(bound+": low digits", 0, -(1<<limbBits - 1))
		}, "equation long division")
		w.lie(name+", a carry made up", x.c, func(l *liar) {
			l.add(bound+": carries", 0, 1)
			l.add(bound+": low digits", 0, -1<<limbBits)
		}, "range of "+bound+": low digits")
		w.lie(name+", a carry that nothing carries", x.c, func(l *liar) { l.add(bound+": carries", 0, 1) }, "equation "+bound+": difference")
		w.lie(name+", a digit borrowed", x.c, func(l *liar) { // that changes nothing
			l.add("digits of F1", raised, 1)
			l.add("digits of F1", 4+raised, -1<<limbBits)
			l.add("remainders of F1", raised, -d)
			l.add(bound+": carries", 1, -x.sign)
		}, "range of digits of F1", "range of remainders slack 0", "range of "+bound+" slack 0")
		// what a class of the padding scores has no weight
		w.lie(name+", a digit of the padding", x.c, func(l *liar) { l.add("digits of F1", 3, x.sign) }, "range of "+bound+" slack 0")
	}
}

// With more digits than a field element has, low digits that add up to the
// difference modulo the field's order carry nothing to the top, by carries that are
// no small integers.
func TestLiesAboutCarries(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts[0])
	below, above := around(macroF1(func(y, k int) int64 { return o.count[[3]int{0, y, k}] + o.count[[3]int{1, y, k}] }), 300)
	for name, c := range map[string]*Performance{
		"at_least": {Model: "net", Parts: []string{"north"}, Metric: "macro_f1", AtLeast: above},
		"at_most":  {Model: "net", Parts: []string{"north"}, Metric: "macro_f1", AtMost: below},
	} {
		bound := "macro F1 " + name
		w.lie(name, c, func(l *liar) {
			carries, low := l.witness(bound+": carries"), l.witness(bound+": low digits")
			n, base := l.digits(), relation.Pow2(limbBits)
			digit := make([]fr.Element, n) // of the difference: B·a(k) + z(k) − a(k+1)
			var sum fr.Element
			for k := range n {
				digit[k].Mul(&base, &carries[k]).Add(&digit[k], &low[k])
				if k+1 < n {
					digit[k].Sub(&digit[k], &carries[k+1])
				}
				sum.Mul(&sum, &base).Add(&sum, &digit[k])
			}
			rest, inverse := sum.BigInt(new(big.Int)), new(fr.Element).Inverse(&base)
			var carry fr.Element
			for k := n - 1; k >= 0; k-- {
				low[k] = relation.Int(new(big.Int).And(rest, big.NewInt(1<<limbBits-1)).Int64())
				rest.Rsh(rest, limbBits)
				carry.Add(&carry, &digit[k]).Sub(&carry, &low[k]).Mul(&carry, inverse)
				carries[k] = carry
			}
			if !carries[0].IsZero() {
				t.Error("something is carried to the top")
			}
		}, "range of "+bound+": carries")
	}
}

// digits is how many digits a macro F1 has.
func (l *liar) digits() int { return l.sys.Tensor(l.names["digits of F1"]).Axes[0].Size }

func TestLiesAboutErrors(t *testing.T) {
	w, square, absolute, n := regression(t)
	scale := n / 52
	for metric, sum := range map[string]int64{"mse": square, "mae": absolute} {
		unit := n
		if metric == "mse" {
			unit *= scale
		}
		below, _ := decimals(sum, unit) // a millionth is finer than it looks: still below
		c := &Performance{Model: "line", Parts: []string{"north", "south"}, Metric: metric, AtMost: below}
		w.lie(metric, c, nil, "range of sum of errors slack 0")
		if metric == "mse" {
			continue
		}
		bit := `not below in part "north"`
		width := 18 + bits.Len64(uint64(scale-1))
		// e + 2^w·(1 − b) = L with L = e + 2^(w−1−j): then (2b − 1)·e = e − e/2^j
		w.lie("a bit that is a fraction", c, func(l *liar) {
			low, high := l.witness(bit+": limb 0"), l.witness(bit+": limb 1")
			for cell, b := range l.witness(bit) {
				e := int64(low[cell].Uint64() + high[cell].Uint64()<<limbBits)
				if b.IsZero() || e == 0 {
					continue
				}
				j := bits.TrailingZeros64(uint64(e))
				part, x := relation.Pow2(-1-j), e+1<<(width-1-j)
				b.Sub(&b, &part)
				l.witness(bit)[cell], low[cell], high[cell] = b, relation.Int(x&(1<<limbBits-1)), relation.Int(x>>limbBits)
				return
			}
		}, "range of "+bit)
		w.lie("a positive error taken for a negative one", c, func(l *liar) {
			for cell, b := range l.witness(bit) {
				if !b.IsZero() {
					l.witness(bit)[cell] = fr.Element{}
					l.add(bit+": limb 1", cell, 1<<(width-limbBits)) // 2^(18 + F) in all
					return
				}
			}
		}, fmt.Sprintf("range of %s: limb 1", bit))
		w.lie("a negative error taken for a positive one", c, func(l *liar) {
			for cell := range l.witness(bit) {
				if cell < 26 && l.witness(bit)[cell].IsZero() { // two columns, no padding
					l.witness(bit)[cell] = fr.One()
					l.add(bit+": limb 1", cell, -1<<(width-limbBits))
					return
				}
			}
		}, fmt.Sprintf("range of %s: limb 1", bit))
	}
}

func TestLiesAboutGroups(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	fair := &Fairness{Model: "net", Parts: []string{"north", "south"}, Attribute: "sex", Positive: "b", Measure: "demographic_parity", MinGroup: 1, AtMost: "0"}
	w.lie("a gap", fair, nil, "range of gaps slack 0")
	wide := *fair
	wide.AtMost = "0.01" // two limbs
	l := w.liar(&wide)
	l.corner()
	l.lift()
	l.caught("a gap in the second limb", "range of gaps slack 1")
	small := *fair
	small.AtMost, small.MinGroup = "0.999", 23
	w.lie("a small group", &small, nil, "range of size of groups slack 0")
	w.lie("rows moved into it", &small, func(l *liar) { l.move("histogram of outcomes", firstOf(l, 9), 0) }, "counts of histogram of outcomes")
	items, hits := int64(0), int64(0)
	for y := range 3 {
		for k := range 3 {
			items += o.count[[3]int{1, y, k}]
		}
		hits += o.count[[3]int{1, y, 2}]
	}
	below, above := decimals(hits, items)
	rare := &Censorship{Model: "net", Parts: []string{"north", "south"}, Attribute: "sex", Value: "M", Class: "c", AtLeast: above}
	w.lie("one item less", rare, nil, "range of share of items slack 0")
	rare.AtLeast, rare.AtMost = "", below
	w.lie("one item more", rare, nil, "range of share of items slack 0")
	rare.AtMost, rare.MinGroup = "0.999", items+1
	w.lie("too few items", rare, nil, "range of share of items slack 0")
	p, cells := perceptron(t, 11, 5, 6, 3, run.Program.Loss.Kind)
	other := w.train("other", p, cells)
	difference := o.right - outcomes(t, other, parts...).right
	below, _ = decimals(max(difference, -difference), o.rows)
	w.pair("net", "other", schedule.Range{Part: 0, From: 4, To: 5})
	compared := &Counterfactual{Models: []string{"net", "other"}, Without: []string{"north:4"}, Parts: []string{"north", "south"}, AtMost: below}
	w.lie("one row more", compared, nil, "range of difference of accuracies slack 0")
	compared = &Counterfactual{Models: []string{"net", "other"}, Without: []string{"north:4"}, Question: Question{Part: "north", Row: 4}, AtMost: "0"}
	w.lie("outputs that differ", compared, nil, "range of difference of outputs, +1 slack 0", "range of difference of outputs, -1 slack 0")
}

// firstOf is the first key from one on that is counted.
func firstOf(l *liar, key int) int {
	counts := l.witness("histogram of outcomes count")
	for counts[key].IsZero() {
		key++
	}
	return key
}

func TestLiesAboutAnswers(t *testing.T) {
	w, run, parts := classified(t)
	z := outputs(t, run.Program, trained(run).Cells, parts[0], run.Program.Loss.Logits)[7]
	best := slices.Index(z, slices.Max(z))
	c := &Prediction{Model: "net", Question: Question{Part: "north", Row: 7}, Class: fmt.Sprint((best + 1) % 3)}
	w.lie("another class", c, nil, "equation class as stated")
	w.lie("another choice", c, func(l *liar) { l.choose(0, best, (best+1)%3) }, `range of class of row 7 of part "north" by model "net": gap`)
	y := outputs(t, run.Program, trained(run).Cells, parts[0], run.Program.Loss.Prediction)[7]
	moved := []int64{int64(y[0]), int64(y[1]), int64(y[2]) + 1}
	w.lie("an output moved", &Prediction{Model: "net", Question: Question{Input: row64(parts[0], 7)}, Outputs: moved}, nil, "equation outputs as stated")
}
