package ops_test

import (
	"errors"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network/networktest"
	"github.com/zkaudit/zkaudit/ops"
)

var (
	graphs = flag.Int("graphs", 0, "test properties of so many random networks, instead of a few")
	seed   = flag.Uint64("seed", 0, "from this one on: a test that fails names its own")
)

// drawn runs a test on random networks, each named by its seed.
func drawn(t *testing.T, few int, test func(t *testing.T, rng *rand.Rand, d *networktest.Training)) {
	t.Helper()
	if testing.Short() {
		few = (few + 2) / 3
	}
	if *graphs > 0 {
		few = *graphs
	}
	for i := range uint64(few) {
		t.Run(fmt.Sprint("seed ", *seed+i), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(*seed+i, 15))
			d := networktest.NewTraining(rng, networktest.Wide)
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("%+v\n%s", d.Choices(), strings.Join(d.Describe(), "\n"))
				}
			})
			test(t, rng, d)
		})
	}
}

// Executed in integers, a random network makes what it makes in rational numbers when
// every rounding is the one that the protocol states: outputs and weights of each step
// are the same, to the last bit. It stops where a value leaves its 16 bits, and only there.
func TestNetworksAreExact(t *testing.T) {
	trained, stopped := 0, 0
	drawn(t, 60, func(t *testing.T, rng *rand.Rand, d *networktest.Training) {
		if checkExact(t, rng, d) {
			trained++
		} else {
			stopped++
		}
	})
	if trained < 2*stopped {
		t.Errorf("%d networks were trained, %d left their formats: the test shows little", trained, stopped)
	}
}

// checkExact compares both; false if a value has left its format.
func checkExact(t *testing.T, rng *rand.Rand, d *networktest.Training) bool {
	t.Helper()
	p := d.Program()
	before, cells, fractions := map[graph.TensorID][]int64{}, [][]int64{}, []int{}
	for w := range d.Weights {
		id := d.Weight(w)
		f := p.Tensor(id).Format.Fraction
		var list []int64
		for range p.Tensor(id).Size() {
			list = append(list, rng.Int64N(2<<f)-1<<f)
		}
		before[id], cells, fractions = list, append(cells, list), append(fractions, f)
	}
	r := newRational(d.Network, cells)
	b, err := ops.NewBuffers(p, before, sharedTables)
	if err != nil {
		t.Fatal(err)
	}
	rate := 1 + rng.Int64N(3)
	for s := range d.Steps {
		if d.Choices().Scheduled {
			rate = 1 + rng.Int64N(3)
		}
		inputs, labels := drawBatch(rng, p, b)
		outputs := r.step(d.Shapes, inputs, labels, rate)
		err := ops.Execute(&ops.Step{Program: p, Buffers: b, Rate: rate, Index: s})
		if errors.Is(err, fault.ErrOverflow) != r.left {
			t.Errorf("step %d: a value left its format: %v; executed: %v", s, r.left, err)
		}
		if err != nil {
			return false
		}
		compareCells(t, fmt.Sprintf("step %d: outputs", s), b.Small[p.Loss.Logits], p.Tensor(p.Loss.Logits).Format.Fraction, outputs)
		if s == d.Steps-1 {
			r.decay(fractions)
			if ops.Decays(p, d.Steps) {
				b.Decay(p)
			}
		}
		for w := range d.Weights {
			compareCells(t, fmt.Sprintf("step %d: weight %d", s, w), b.Weight(d.Weight(w)), fractions[w], r.weights[w:w+1])
		}
	}
	return true
}

// drawBatch fills the buffers with random rows, and returns them as the numbers they
// stand for.
func drawBatch(rng *rand.Rand, p *graph.Program, b *ops.Buffers) (inputs, labels [][]*big.Rat) {
	in, label := p.Tensor(p.Input), p.Tensor(p.Label)
	rows := func(t *graph.Tensor, cells []int32) (list [][]*big.Rat) {
		for i := 0; i < len(cells); i += t.Units() {
			var row []*big.Rat
			for _, v := range cells[i : i+t.Units()] {
				row = append(row, ratio(int64(v), t.Format.Fraction))
			}
			list = append(list, row)
		}
		return list
	}
	for i := range b.Small[p.Input] {
		b.Small[p.Input][i] = rng.Int32N(2<<in.Format.Fraction) - 1<<in.Format.Fraction
	}
	for i := range p.Batch {
		copy(b.Small[p.Label][i*label.Units():], randomLabel(rng, p.Loss.Labels, label))
	}
	return rows(in, b.Small[p.Input]), rows(label, b.Small[p.Label])
}

// compareCells compares integers at some fraction bits with numbers.
func compareCells[N int32 | int64](t *testing.T, what string, got []N, fraction int, want [][]*big.Rat) {
	t.Helper()
	i := 0
	for _, list := range want {
		for _, w := range list {
			if v := ratio(int64(got[i]), fraction); v.Cmp(w) != 0 {
				t.Fatalf("%s, cell %d: %v, exactly %v, at %d bits", what, i, v, w, fraction)
			}
			i++
		}
	}
	if i != len(got) {
		t.Fatalf("%s: %d cells, want %d", what, len(got), i)
	}
}
