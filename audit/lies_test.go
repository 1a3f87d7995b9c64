package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// The tests of this file forge with all cells at once: a lie is made so that
// all relations hold but one, which is then what the claim's soundness is.

// move takes a row from one count to another.
func (l *liar) move(table string, from, to int) {
	l.add(table+" count", from, -1)
	l.add(table+" count", to, 1)
}

// lie forges a claim, gives its bounds whatever makes them hold, and checks
// which relations are violated.
func (w *world) lie(name string, c Claim, forge func(l *liar), by ...string) {
	w.t.Helper()
	l := w.liar(c)
	if forge != nil {
		forge(l)
	}
	l.corner()
	l.caught(name, by...)
}

func TestLiesAboutCounts(t *testing.T) {
	w := people(t)
	both := []string{"north", "south"}
	lie := w.lie
	groups := func(l *liar) { l.move("histogram of groups", 1, 0) }
	short := &Diversity{Parts: both, Attributes: []string{"sex"}, Groups: []string{"F"}, MinCount: 26}
	lie("one row short", short, nil, "range of bounds on groups slack 0")
	lie("a row moved", short, groups, "counts of histogram of groups")
	lie("half a row moved", short, func(l *liar) {
		for row, sign := range map[int]int64{0: 1, 1: -1} {
			half := relation.Pow2(-1)
			sum, by := &l.witness("histogram of groups count")[row], relation.Int(sign)
			half.Mul(&half, &by)
			sum.Add(sum, &half)
		}
	}, "counts of histogram of groups", "range of bounds on groups slack 0")
	lie("one row over", &Diversity{Parts: both, Attributes: []string{"race"}, Groups: []string{"A"}, AtMost: "0.566"}, nil, "range of bounds on groups slack 0")
	// a count beyond the vocabulary takes what is too much
	lie("a row hidden beyond the vocabulary", &Diversity{Parts: both, Attributes: []string{"race"}, Groups: []string{"A"}, AtMost: "0.566"},
		func(l *liar) { l.move("histogram of groups", 0, 3) }, "counts of histogram of groups", "equation groups outside the vocabulary")
	lie("entropy", &Diversity{Parts: both, Attributes: []string{"race"}, Entropy: "1.265"}, nil, "range of entropy slack 0")
	lie("a tag moved", &Licence{Parts: both, Attribute: "race", Allowed: []string{"A", "B"}}, func(l *liar) {
		counts := l.witness("histogram of tags count")
		counts[0].Add(&counts[0], &counts[2])
		counts[2] = fr.Element{}
	}, "counts of histogram of tags")
	w.owned("north").Cells[attributeTensor].Small[1] = 3 // race of row 0, a woman: F & 3 has the key of M & A
	w.recommit("north")
	lie("a code that stands for another pair", &Diversity{Parts: both, Attributes: []string{"sex", "race"}, MinCount: 1, Groups: []string{"M & A"}}, nil,
		`range of part "north" attribute "race"`)
	lie("a code in the copies of row 0", &WellFormed{Parts: both}, nil, `range of part "north" attribute "race"`)
	lie("a code beyond the vocabulary", &Licence{Parts: both, Attribute: "race", Allowed: races}, nil, "equation tags outside the vocabulary")
}

// The entropy bound is missed by the smallest step there is: Σ m² one more
// than the limit.
func TestEntropyBySquares(t *testing.T) {
	w := newWorld(t)
	d := smallDataset() // 1 and 3 of 4: Σ m² = 10 = 16/2^h at h = log2 1.6 = 0.678071905…
	w.commit("p", d, graph.OneHot)
	c := &Diversity{Parts: []string{"p"}, Attributes: []string{"sex"}, Entropy: "0.678071905"}
	w.holds("at the limit", c)
	c.Entropy = "0.678071906"
	w.fails("a billionth above", c, "bits of entropy")
	// integers are exact: four groups of four have two bits, and no more
	even := dataset(rand.New(rand.NewPCG(1, 1)), 2, 2, "race", []string{"A", "B", "C", "D"}, repeat(4, 4, 4, 4))
	w.commit("even", even, graph.OneHot)
	w.holds("two bits", &Diversity{Parts: []string{"even"}, Attributes: []string{"race"}, Entropy: "2"})
	w.fails("a billionth above two bits", &Diversity{Parts: []string{"even"}, Attributes: []string{"race"}, Entropy: "2.000000001"}, "bits of entropy")
}

func TestLiesAboutRows(t *testing.T) {
	w, parts, _ := archive(t)
	lie := w.lie
	lie("equal", &NonInclusion{Parts: []string{"south"}, Works: Works{From: "subject"}}, nil, `range of distances of part "south" slack 0`)
	lie("a member", &NonMembership{Parts: []string{"south"}, Works: Works{From: "subject"}}, nil, `range of distances of part "south" slack 0`)
	near := Works{List: [][]int64{moved(parts[0], 12, 3)}}
	lie("one unit away", &NonInclusion{Parts: []string{"north"}, Distance: "0.0625", Works: near}, nil, `range of distances of part "north" slack 0`)
	select1 := func(at ...int) func(l *liar) {
		return func(l *liar) {
			u := l.witness(`rows of part "north" selected`)
			clear(u)
			for _, i := range at {
				u[i] = relation.Int(int64(len(at)))
				u[i].Inverse(&u[i])
			}
			l.recount("")
		}
	}
	// the padding holds rows of zeros
	zeros := &Membership{Parts: []string{"north"}, Works: Works{List: [][]int64{{0, 0, 0, 0, 0}}}}
	lie("a row of the padding", zeros, select1(13), "equation one row per record")
	lie("no row", zeros, select1(), "equation one row per record")
	middle := make([]int64, 5)
	for k := range middle {
		middle[k] = int64(parts[0].Row(0)[k] + parts[0].Row(1)[k])
	}
	lie("the sum of two rows", &Membership{Parts: []string{"north"}, Works: Works{List: [][]int64{middle}}}, func(l *liar) {
		select1(0)(l)
		l.witness(`rows of part "north" selected`)[1] = fr.One()
		l.recount("")
	}, "equation one row per record")
	mean := make([]int64, 5)
	d := parts[0]
	for k := range mean { // two rows whose mean is of integers
		d.Features[5+k] = d.Features[k]&^1 + 2*int32(k)
		d.Features[k] &^= 1
		mean[k] = int64(d.Features[k]+d.Features[5+k]) / 2
	}
	w.commit("north", d, graph.OneHot)
	lie("half of two rows each", &Membership{Parts: []string{"north"}, Works: Works{List: [][]int64{mean}}}, select1(0, 1),
		`range of rows of part "north" selected`)
}

func TestLiesAboutCosines(t *testing.T) {
	w := newWorld(t)
	d := dataset(rand.New(rand.NewPCG(1, 1)), 2, 2, "sex", sexes, repeat(2, 1))
	copy(d.Features, []int32{3, 4, 6, 8, -3, -4})
	w.commit("p", d, graph.OneHot)
	c := &NonInclusion{Parts: []string{"p"}, Cosine: "0.959", Works: Works{List: [][]int64{{4, 3}}}}
	for name, change := range map[string]struct {
		by   [3]int64 // of the bounds t of the three rows
		from []string
	}{
		"as they are":         {[3]int64{}, []string{`range of similarities of part "p" slack 0`}},
		"bounds too low":      {[3]int64{-1, -1}, []string{`range of products of part "p" slack 0`}},
		"one bound too low":   {[3]int64{-1}, []string{`range of products of part "p" slack 0`, `range of similarities of part "p" slack 0`}},
		"bounds too high":     {[3]int64{1, 1, 1}, []string{`range of similarities of part "p" slack 0`}},
		"bounds of minus 24":  {[3]int64{-48, -96}, []string{`range of cosines of part "p": limb 0`, `range of products of part "p" slack 0`, `range of similarities of part "p" slack 0`}},
		"a bound far too low": {[3]int64{-24, -48}, []string{`range of products of part "p" slack 0`}},
	} {
		l := w.liar(c)
		for row, by := range change.by {
			l.add(": limb 0", row, by) // a single work: cell = row
		}
		l.corner()
		l.caught(name, change.from...)
	}
}

// A row shared by both sides: whatever bucket is given to it, one relation says
// no.
func TestLiesAboutBuckets(t *testing.T) {
	w := newWorld(t)
	w.rng = rand.NewChaCha8([32]byte{2}) // the salt depends on the parts' digests
	rng := rand.New(rand.NewPCG(4, 4))
	a, b := dataset(rng, 5, 2, "sex", sexes, repeat(3, 4)), dataset(rng, 5, 2, "sex", sexes, repeat(5, 8))
	copy(b.Features[5*6:5*7], a.Row(2)) // row 6 of b is row 2 of a
	w.commit("a", a, graph.OneHot)
	w.commit("b", b, graph.OneHot)
	c := &Disjointness{Parts: []string{"a"}, From: []string{"b"}}
	honest := w.liar(c)
	honest.caught("as it is", `range of further ways of part "b"`)
	const buckets = 64
	// rekey moves the key of a row by whole rounds, quotient and gate with it
	rekey := func(l *liar, hash string, row int, by int64, gate bool) {
		l.add(hash+": key", row, by*buckets)
		low := l.witness(hash + ": quotient 0")[row]
		if q := int64(low.Uint64()) - by; q < 0 || q >= 1<<limbBits {
			l.add(hash+": quotient 0", row, by<<limbBits) // carry
			l.add(hash+": quotient 1", row, -by)
		}
		l.add(hash+": quotient 0", row, -by)
		if gate {
			l.witness(hash + ": chosen")[row] = relation.Int(by) // by is 1
		}
		l.recount("")
	}
	l := w.liar(c)
	rekey(l, `hash 0 of part "b"`, 6, 1, true)
	l.caught("chosen in its own bucket", "equation buckets 0: shared keys")
	l = w.liar(c)
	rekey(l, `hash 0 of part "b"`, 6, 1, true)
	rekey(l, `hash 0 of part "a"`, 2, -1, false)
	l.caught("its like made negative", "equation buckets 0: negative keys")
	l = w.liar(c)
	l.witness(`hash 0 of part "b": chosen`)[6] = fr.One()
	l.recount("")
	l.caught("chosen and negative", `range of hash 0 of part "b": key`)
	l = w.liar(c) // the next bucket, as if the remainder were negative
	rekey(l, `hash 0 of part "b"`, 6, 1, true)
	l.add(`hash 0 of part "b": key`, 6, 1)
	l.recount("")
	if got := l.violated(); !slices.Contains(got, `range of hash 0 of part "b": rest`) {
		t.Errorf("another bucket: violated %q", got)
	}
	for limb, log := range []int{6, 22} { // 2^6 buckets; a quotient that is a fraction
		l = w.liar(c)
		rekey(l, `hash 0 of part "b"`, 6, 1, true)
		l.add(`hash 0 of part "b": key`, 6, 1)
		part, quotient := relation.Pow2(-log), fmt.Sprintf(`hash 0 of part "b": quotient %d`, limb)
		x := &l.witness(quotient)[6]
		x.Sub(x, &part)
		l.recount("")
		l.caught("another bucket", "range of "+quotient)
	}
	l = w.liar(c)
	rekey(l, `hash 0 of part "b"`, 6, 1, true)
	at := -1
	for row, n := range l.witness("buckets 0, smaller side count") {
		if m := l.witness("buckets 0, larger side count")[row]; !n.IsZero() && !m.IsZero() {
			at = row
		}
	}
	if at < 0 {
		t.Fatal("the shared row is in bucket 0, which is never chosen: draw other rows")
	}
	l.witness("buckets 0, smaller side count")[at] = fr.Element{}
	l.caught("not counted", "counts of buckets 0, smaller side")
}
