package audit

import (
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/relation"
)

// begin commits to weights that a run started from: its final ones less what change
// says of each cell. It returns Σ (d/2^F)².
func (w *world) begin(name string, change func(fraction int) int64) *big.Rat {
	w.t.Helper()
	r := w.subjects.OwnedRuns[name]
	if r.Training == nil {
		r.Training = &Training{Schedule: schedule.Spec{Steps: 100}, Origin: bundle.Origin{Kind: bundle.Private, Bits: 31}}
	}
	start, sum := &owner.Opened{Cells: map[graph.TensorID][]int64{}}, new(big.Rat)
	ids := network.WeightTensors(r.Program)
	for _, id := range ids {
		cells, t := slices.Clone(trained(r).Cells[id]), r.Program.Tensor(id)
		for i := range cells {
			d := change(t.Format.Fraction)
			if t.Role != graph.Weight {
				d = 0
			}
			cells[i] -= d
			square := big.NewInt(d)
			square.Mul(square, square)
			sum.Add(sum, new(big.Rat).SetFrac(square, new(big.Int).Lsh(big.NewInt(1), uint(2*t.Format.Fraction))))
		}
		start.Cells[id] = cells
	}
	committed, err := owner.CommitWeights(w.setup, r.Program, ids, start.Cells, crand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Training.Initial, start.Blinding = committed.Public, committed.Blinding
	trained(r).Start = func() (*owner.Opened, error) { return start, nil }
	return sum
}

// updated is a world with a run whose weights have changed.
func updated(t testing.TB, change func(fraction int) int64) (*world, *big.Rat) {
	t.Helper()
	w := newWorld(t)
	p, cells := perceptron(t, 3, 5, 6, 3, graph.SoftmaxCrossEntropy)
	w.train("net", p, cells)
	return w, w.begin("net", change)
}

// rootAround returns decimals of so many digits next to the root of x: the largest
// whose square is below x, and the smallest whose square is not.
func rootAround(x *big.Rat, digits int64) (below, from Decimal) {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil)
	square := new(big.Rat).SetInt(new(big.Int).Mul(scale, scale))
	n := floorMul(square.Mul(square, x), big.NewInt(1))
	root := new(big.Int).Sqrt(n)
	text := func(n *big.Int) Decimal {
		return Decimal(new(big.Rat).SetFrac(n, scale).FloatString(int(digits)))
	}
	return text(root), text(new(big.Int).Add(root, big.NewInt(1)))
}

// Where no bits are rounded away a bound is met to the last digit of a unit.
func TestUpdate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	w, square := updated(t, func(int) int64 { return rng.Int64N(1<<16) - 1<<15 })
	below, from := rootAround(square, 30)
	w.holds("as much", &Update{Run: "net", AtMost: from})
	w.fails("just less", &Update{Run: "net", AtMost: below}, "the weights change by more than "+string(below)+": ")
	w.holds("far more", &Update{Run: "net", AtMost: "900"})
	w, _ = updated(t, func(int) int64 { return 0 })
	w.holds("nothing has changed", &Update{Run: "net", AtMost: "0.0001"})
}

// Where bits are rounded away, a bound is met to within √n units, and never exceeded.
func TestUpdateThatIsRounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	w, square := updated(t, func(fraction int) int64 { return rng.Int64N(2000<<fraction) - 1000<<fraction })
	below, _ := rootAround(square, 12)
	_, above := rootAround(square, 2)
	w.holds("above", &Update{Run: "net", AtMost: above})
	w.fails("below", &Update{Run: "net", AtMost: below}, "the weights change by more than "+string(below)+", or by less than ")
	w.fails("one weight alone", &Update{Run: "net", AtMost: "5"}, "does alone")
}

// A weight whose axes are full has no padding: its last cell counts as well.
func TestUpdateOfFullAxes(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	w := newWorld(t)
	p, cells := perceptron(t, 3, 4, 8, 2, graph.SoftmaxCrossEntropy)
	w.train("net", p, cells)
	square := w.begin("net", func(fraction int) int64 { return rng.Int64N(2000<<fraction) - 1000<<fraction })
	below, above := rootAround(square, 2)
	w.holds("above", &Update{Run: "net", AtMost: above})
	w.forged("below", &Update{Run: "net", AtMost: below}, nil)
}

// Every trainable weight counts, wherever it stands, and padding does not.
func TestUpdateOfOneWeight(t *testing.T) {
	w, _ := updated(t, func(int) int64 { return 0 })
	r := w.subjects.OwnedRuns["net"]
	for _, id := range network.WeightTensors(r.Program) {
		tensor := r.Program.Tensor(id)
		for _, at := range []int{0, tensor.Size() - 1} {
			cell, next := 0, 0
			for _, before := range network.WeightTensors(r.Program) {
				if before == id {
					break
				}
				cell += r.Program.Tensor(before).Size()
			}
			w.begin("net", func(fraction int) int64 {
				next++
				if next-1 == cell+at {
					return -3 << (fraction - 4) // 3/16
				}
				return 0
			})
			w.holds(fmt.Sprintf("%s cell %d", tensor.Name, at), &Update{Run: "net", AtMost: "0.1875"})
			_, _, err := w.prove(&Update{Run: "net", AtMost: "0.1874999"}, nil)
			if !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s cell %d: %v", tensor.Name, at, err)
			}
		}
	}
}

// A bound on one run is none on another, nor on one that starts elsewhere; without what
// opens the initial weights nothing is proven.
func TestUpdateOfAnotherRun(t *testing.T) {
	w, _ := updated(t, func(int) int64 { return 5 })
	c := &Update{Run: "net", AtMost: "1"}
	released, proof := w.holds("this run", c)
	r := w.subjects.OwnedRuns["net"]
	genuine := r.Training.Initial
	w.begin("net", func(int) int64 { return 5 })
	if err := w.verify(c, released, proof); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("initial weights committed again: %v", err)
	}
	r.Training.Initial = slices.Concat(genuine[1:2], genuine[1:])
	if err := w.verify(c, released, proof); err == nil {
		t.Error("another tensor in the place of the first one")
	}
	r.Training.Initial = genuine
	if err := w.verify(c, released, proof); err != nil {
		t.Errorf("after all: %v", err)
	}
	trained(r).Start = nil
	w.usage("no opening", c, "what opens its initial weights is not at hand")
	r.Training.Initial = genuine[1:]
	if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("a tensor less: %v", err)
	}
	r.Training = nil
	if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("a run of unknown beginning: %v", err)
	}
	w.usage("no run", &Update{Run: "nobody", AtMost: "1"}, `no training run is called "nobody"`)
}

// Frozen weights are no part of the sum, and their commitments none of the proof.
func TestUpdateLeavesFrozenWeights(t *testing.T) {
	w, _ := updated(t, func(int) int64 { return 0 })
	r := w.subjects.OwnedRuns["net"]
	p := *r.Program
	p.Tensors = slices.Clone(p.Tensors)
	frozen := network.WeightTensors(&p)[0]
	p.Tensors[frozen].Role = graph.Frozen
	r.Program = &p
	d, err := Derive(&w.frame, w.item(&Update{Run: "net", AtMost: "1"}), w.subjects)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range d.Sources {
		of := r.Weights
		if s.Initial {
			of = r.Training.Initial
		}
		if s.Tensor == 0 || s.Run != "net" || !slices.Equal(d.Statement.External[i], of[s.Tensor]) {
			t.Errorf("commitment %d is said to be %+v", i, s)
		}
	}
	if want := 2 * (len(r.Weights) - 1); len(d.Sources) != want {
		t.Errorf("%d commitments, want %d", len(d.Sources), want)
	}
}

// What a claim about weights tells is charged to the parts that they were learnt from.
func TestUpdateIsCharged(t *testing.T) {
	w, _ := everyClaim(t)
	c := &Update{Run: "net", AtMost: "1"}
	st, err := state(&w.frame, w.item(c), w.subjects, nil, w.tables)
	if err != nil {
		t.Fatal(err)
	}
	charges, err := st.scope.charges(&w.frame, w.item(c))
	if err != nil || len(charges) != 2 || charges[0].Bits != 1 || charges[0].Model != "net" {
		t.Errorf("%+v, %v", charges, err)
	}
}

func TestLiesAboutUpdates(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	w, square := updated(t, func(fraction int) int64 { return rng.Int64N(2000<<fraction) - 1000<<fraction })
	below, _ := rootAround(square, 3)
	c := &Update{Run: "net", AtMost: below}
	st, err := state(&w.frame, w.item(c), w.subjects, nil, w.tables)
	if err != nil {
		t.Fatal(err)
	}
	first := st.scope.moves("net")[0]
	by, err := newScale(mustRat(t, below), weighedCells(st.scope.moves("net")))
	if err != nil {
		t.Fatal(err)
	}
	k, label := by.shift(first.Format.Fraction), first.label
	if k < 1 || k > limbBits {
		t.Fatalf("%d bits are rounded away, in more than a limb", k)
	}
	top := "range of update slack 0"
	w.lie("the sum as it is", c, nil, top)
	w.lie("one weight taken for unchanged", c, func(l *liar) {
		l.witness(label + " change 0")[0], l.witness(label + " change 1")[0] = fr.Element{}, fr.Element{}
	}, "equation "+label+" rounded change")
	w.lie("a tensor left out", c, func(l *liar) {
		clear(l.witness(label + " change 0"))
		clear(l.witness(label + " change 1"))
	}, "equation "+label+" rounded change")
	w.lie("all of a change taken for what is rounded away", c, func(l *liar) {
		for cell := range l.witness(label + " change 0") {
			e := l.witness(label + " change 0")[cell]
			high, scale := relation.Pow2(limbBits), relation.Pow2(k)
			e.Add(&e, high.Mul(&high, &l.witness(label + " change 1")[cell]))
			rest := &l.witness(label + " rest 0")[cell]
			rest.Add(rest, e.Mul(&e, &scale))
			l.witness(label + " change 0")[cell], l.witness(label + " change 1")[cell] = fr.Element{}, fr.Element{}
		}
	}, "range of "+label+" rest 0")
	w.lie("rounded the other way", c, func(l *liar) {
		l.add(label+" change 0", 0, 1)
		l.add(label+" rest 0", 0, -1<<k)
	}, "range of "+label+" rest 0", top)
	w.lie("a fraction of the field that is its own rounding", c, func(l *liar) {
		inverse := relation.Pow2(-k)
		d := l.witness(label + " rest 0")[0]
		d.Mul(&d, &inverse)
		e := &l.witness(label + " change 0")[0]
		e.Add(e, &d)
		l.witness(label + " rest 0")[0] = fr.Element{}
	}, "range of "+label+" change 0", top)
	w.lie("limbs that make up a change together", c, func(l *liar) {
		l.add(label+" change 0", 0, 1<<limbBits)
		l.add(label+" change 1", 0, -1)
	}, "range of "+label+" change 0", top)
}

// A change that is too large for its limbs, on either side of 0, in a cell whose square
// would be small in the field.
func TestLiesAboutLargeChanges(t *testing.T) {
	for _, large := range []int64{1 << 46, -1 << 46} {
		changes := 0
		w, _ := updated(t, func(int) int64 {
			if changes++; changes == 1 {
				return large
			}
			return 0
		})
		c := &Update{Run: "net", AtMost: "1"}
		st, err := state(&w.frame, w.item(c), w.subjects, nil, w.tables)
		if err != nil {
			t.Fatal(err)
		}
		label := st.scope.moves("net")[0].label
		w.lie("as it is", c, nil, "range of "+label+" change 1", "range of update slack 0")
		w.fails("as it is", c, "does alone")
	}
}

// The most that any data can do is told weight by weight: a bound just below it says
// something, one that reaches it nothing.
func TestUpdateBoundOfAnyData(t *testing.T) {
	w, _ := updated(t, func(int) int64 { return 0 })
	r := w.subjects.OwnedRuns["net"]
	worst := new(big.Rat)
	largest := ops.LargestChanges(r.Program, r.Training.Origin.Bits, 100)
	for _, id := range network.WeightTensors(r.Program) {
		weight := r.Program.Tensor(id)
		for range weight.Size() {
			cell := new(big.Rat).SetFrac(largest[id], new(big.Int).Lsh(big.NewInt(1), uint(weight.Format.Fraction)))
			worst.Add(worst, cell.Mul(cell, cell))
		}
	}
	below, from := rootAround(worst, 9)
	w.holds("just below", &Update{Run: "net", AtMost: below})
	w.usage("as much", &Update{Run: "net", AtMost: from}, "holds of any data and says nothing")
}

func mustRat(t *testing.T, d Decimal) *big.Rat {
	t.Helper()
	x, err := d.rat()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Bounds that nothing exceeds, that nothing tells apart, or that nobody can compute with
// are refused by prover and verifier.
func TestUpdateBoundsNothing(t *testing.T) {
	w, _ := updated(t, func(int) int64 { return 0 })
	for bound, says := range map[Decimal]string{
		"1000000000000000000000": "holds of any data and says nothing; want less than",
		"0":                      "is less than weights of",
		"0.00000000000000000001": "is less than weights of",
		"-1":                     "is not a decimal",
		"":                       "is not a decimal",
	} {
		c := &Update{Run: "net", AtMost: bound}
		w.usage(string(bound), c, says)
		b := &Bundle{Frame: w.frame}
		if _, err := b.state(&Proven{Item: *w.item(c)}, w.subjects, w.tables); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: verifier: %v, want %q", bound, err, says)
		}
	}
	w.subjects.Runs["net"].Training.Schedule.Steps = 1 << 40 // moves far
	w.usage("a large bound", &Update{Run: "net", AtMost: "1073741824"}, "is 2^30 or more")
	w.usage("the most that is refused for its size", &Update{Run: "net", AtMost: "1073741824.5"}, "is 2^30 or more")
	w.holds("the largest bound", &Update{Run: "net", AtMost: "1073741823.9"})
}

// In zero knowledge, too.
func TestUpdateInZeroKnowledge(t *testing.T) {
	setup, err := commitments.NewTransparent(8, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldOf(t, setup)
	w.frame.Mode = mode.ZK
	p, cells := perceptron(t, 3, 5, 6, 3, graph.SoftmaxCrossEntropy)
	w.train("net", p, cells)
	rng := rand.New(rand.NewPCG(4, 4))
	square := w.begin("net", func(fraction int) int64 { return rng.Int64N(1<<fraction) - 1<<(fraction-1) })
	below, above := rootAround(square, 3)
	w.holds("above", &Update{Run: "net", AtMost: above})
	w.forged("below", &Update{Run: "net", AtMost: below}, nil)
}
