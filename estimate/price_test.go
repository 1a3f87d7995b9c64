package estimate

import (
	"math"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/proof/prover"
)

// sampled is a reference that took so many seconds for each unit of every phase.
func sampled(leaves int64, perUnit float64) *sample {
	s := &sample{
		work:    &prover.Work{RowLog: 4, Messages: 7, Committed: 100, Rows: 3, Looked: leaves, Leaves: leaves, Folded: 20, Summed: 30, Evaluated: 5, EvaluatedWide: 6, EvaluatedVirtual: 8, Groups: 2, Reduced: 11, ReducedWide: 12},
		times:   new(prover.Durations),
		weights: 10, commit: 20 * time.Second,
	}
	for phase := range prover.Phases() {
		s.times.Of[phase] = time.Duration(perUnit * units(s.work, phase) * float64(time.Second))
	}
	s.verify = time.Duration(3 * checked(s.work) * float64(time.Second))
	return s
}

// What a sample took is what the prices that follow from it say of its work.
func TestPricesSayWhatWasMeasured(t *testing.T) {
	a, b := sampled(1000, 2), sampled(1000, 2)
	p := pricesOf([]*sample{a, b})
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6*want {
			t.Errorf("%s: %g, measured %g", what, got, want)
		}
	}
	near("proving", p.Prove(a.work), a.times.Total().Seconds())
	near("verifying", p.Verify(a.work), a.verify.Seconds())
	near("two in a batch", p.Verify(a.work, a.work)-p.Verify(a.work), 3*(checked(a.work)-3000))
	near("weights", p.Commit(0, 10), a.commit.Seconds())
	near("cells", p.Commit(10, 0), 20)
}

// Every count of the work adds to the time, that of a phase to this phase.
func TestAllWorkCounts(t *testing.T) {
	p := pricesOf([]*sample{sampled(1000, 2), sampled(1000, 2)})
	base := sampled(1000, 2).work
	for name, more := range map[string]func(*prover.Work){
		"messages": func(w *prover.Work) { w.Messages++ }, "committed": func(w *prover.Work) { w.Committed++ },
		"looked up": func(w *prover.Work) { w.Looked++ }, "ragged": func(w *prover.Work) { w.Ragged++ }, "leaves": func(w *prover.Work) { w.Leaves++ },
		"folded": func(w *prover.Work) { w.Folded++ }, "summed": func(w *prover.Work) { w.Summed++ },
		"evaluated": func(w *prover.Work) { w.Evaluated++ }, "evaluated, wide": func(w *prover.Work) { w.EvaluatedWide++ },
		"evaluated, virtual": func(w *prover.Work) { w.EvaluatedVirtual++ }, "groups": func(w *prover.Work) { w.Groups++ },
		"reduced": func(w *prover.Work) { w.Reduced++ }, "reduced, wide": func(w *prover.Work) { w.ReducedWide++ },
		"longer rows": func(w *prover.Work) { w.RowLog++ },
	} {
		w := *base
		more(&w)
		if !(p.Prove(&w) > p.Prove(base)) {
			t.Errorf("%s: more of it takes no more time", name)
		}
	}
}

// Between few and many leaves the price of one is in between, and beyond them it is that
// of the nearer end.
func TestLeavesOfLargeTreesCostMore(t *testing.T) {
	p := &Prices{Few: Price{Units: 100, Seconds: 1}, Many: Price{Units: 10000, Seconds: 3}}
	for leaves, want := range map[float64]float64{1: 1, 100: 1, 1000: 2, 10000: 3, 1e9: 3} {
		if got := p.leaf(leaves); math.Abs(got-want) > 1e-9 {
			t.Errorf("one of %g leaves costs %g, want %g", leaves, got, want)
		}
	}
}

// Prices that are not all there are not taken.
func TestPricesAreAllThere(t *testing.T) {
	all := func() *Prices { return pricesOf([]*sample{sampled(1000, 2), sampled(9000, 2)}) }
	if !all().valid() {
		t.Fatalf("%+v", all())
	}
	for name, spoil := range map[string]func(*Prices){
		"a phase": func(p *Prices) { delete(p.Phases, prover.Sums.String()) }, "not a number": func(p *Prices) { p.Phases[prover.Sums.String()] = math.NaN() },
		"few": func(p *Prices) { p.Few.Seconds = 0 }, "many": func(p *Prices) { p.Many.Seconds = 0 }, "as many": func(p *Prices) { p.Many.Units = p.Few.Units },
		"none": func(p *Prices) { p.Few.Units = 0 }, "weight": func(p *Prices) { p.Weight = -1 }, "check": func(p *Prices) { p.Check = 0 },
	} {
		p := all()
		if spoil(p); p.valid() {
			t.Errorf("%s: taken", name)
		}
	}
}

// Of two runs of the same reference the shorter time of each phase is taken.
func TestLeastOfTwo(t *testing.T) {
	a, b := sampled(1000, 2), sampled(1000, 3)
	a.times.Of[prover.Sums], b.verify = time.Hour, time.Nanosecond
	least := a.least(b)
	if least.times.Of[prover.Sums] != time.Duration(3*units(b.work, prover.Sums)*float64(time.Second)) || least.verify != time.Nanosecond ||
		least.times.Of[prover.Tables] != time.Duration(2*units(a.work, prover.Tables)*float64(time.Second)) {
		t.Errorf("%+v", least)
	}
	if one := b.least(nil); one != b {
		t.Error("the first is not the least")
	}
}
