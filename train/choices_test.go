package train

import (
	"context"
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// realRun is training in float64: three layers with tanh between, and whatever a
// choice adds, as its textbook has it.
type realRun struct {
	w        [6][]float64 // kernels (inputs × units) and biases in turn
	velocity [6][]float64
	frozen   int // layers
	clip     float64
	smooth   float64
	mu       float64
	nesterov bool
	restart  int
	decay    float64   // after every 10 steps
	weights  []float64 // of rows, by row modulo their number
	weight   []float64 // of the rows of a batch; nil: 1
}

var realSizes = [4]int{2, 8, 8, 2}

// step takes one step of a batch at a rate for the sum over it.
func (r *realRun) step(step int, input, label []float64, rate float64) {
	var g [6][]float64
	for i := range g {
		g[i] = make([]float64, len(r.w[i]))
	}
	for b := range len(label) / 2 {
		a := [4][]float64{input[2*b : 2*b+2]}
		for l := range 3 {
			a[l+1] = make([]float64, realSizes[l+1])
			for j := range a[l+1] {
				a[l+1][j] = r.w[2*l+1][j]
				for k, x := range a[l] {
					a[l+1][j] += x * r.w[2*l][k*realSizes[l+1]+j]
				}
				if l < 2 {
					a[l+1][j] = math.Tanh(a[l+1][j])
				}
			}
		}
		p0 := 1 / (1 + math.Exp(a[3][1]-a[3][0]))
		d := []float64{p0, 1 - p0}
		for c := range d {
			d[c] -= (1-r.smooth)*label[2*b+c] + r.smooth/2
			if r.weight != nil {
				d[c] *= r.weight[b]
			}
		}
		for l := 2; l >= r.frozen; l-- {
			back := make([]float64, realSizes[l])
			for j := range d {
				if r.clip > 0 {
					d[j] = min(max(d[j], -r.clip), r.clip)
				}
				g[2*l+1][j] += d[j]
				for k, x := range a[l] {
					g[2*l][k*len(d)+j] += x * d[j]
					back[k] += d[j] * r.w[2*l][k*len(d)+j]
				}
			}
			for k, x := range a[l] {
				back[k] *= 1 - x*x
			}
			d = back
		}
	}
	for i := 2 * r.frozen; i < 6; i++ {
		if r.velocity[i] == nil || step%r.restart == 0 {
			r.velocity[i] = make([]float64, len(r.w[i]))
		}
		for k, v := range g[i] {
			r.velocity[i][k] = r.mu*r.velocity[i][k] + v
			if update := r.velocity[i][k]; r.nesterov {
				r.w[i][k] -= rate * (v + r.mu*update)
			} else {
				r.w[i][k] -= rate * update
			}
			if (step+1)%10 == 0 {
				r.w[i][k] -= r.decay * r.w[i][k]
			}
		}
	}
}

// TestChoicesInFloat compares runs of every choice with such in float64, from the
// same weights over the same rows.
func TestChoicesInFloat(t *testing.T) {
	cosine := number.RateText{Rate: "0.5", WarmUp: 4, Decay: number.CosineDecay, Floor: "0.05"}
	decay := number.RateText{Rate: "0.5", Decay: number.StepDecay, Every: 10, Factor: "0.5"}
	for name, c := range map[string]struct {
		rate number.RateText
		real realRun
	}{
		"constant":       {number.RateText{Rate: "0.5"}, realRun{}},
		"cosine":         {cosine, realRun{}},
		"step decay":     {decay, realRun{}},
		"frozen":         {number.RateText{Rate: "0.5"}, realRun{frozen: 2}},
		"one frozen":     {number.RateText{Rate: "0.5"}, realRun{frozen: 1}},
		"clipped":        {number.RateText{Rate: "0.5"}, realRun{clip: 0.125}},
		"smoothed":       {number.RateText{Rate: "0.5"}, realRun{smooth: 0.25}},
		"momentum":       {number.RateText{Rate: "0.1"}, realRun{mu: 0.75}},
		"Nesterov's":     {number.RateText{Rate: "0.1"}, realRun{mu: 0.75, nesterov: true}},
		"restarted":      {number.RateText{Rate: "0.1"}, realRun{mu: 0.75, restart: 5}},
		"weighed":        {number.RateText{Rate: "0.5"}, realRun{weights: []float64{1, 0, 0.5, 0.875}}},
		"weight decay":   {number.RateText{Rate: "0.5"}, realRun{decay: 0.125}},
		"all of it":      {cosine, realRun{frozen: 1, clip: 0.25, smooth: 0.125, mu: 0.5, nesterov: true, restart: 10, decay: 0.03125}},
		"all of it else": {decay, realRun{frozen: 0, clip: 0.25, smooth: 0.125, mu: 0.5, restart: 5, decay: 0.0625}},
	} {
		t.Run(name, func(t *testing.T) { checkChoice(t, c.rate, &c.real) })
	}
}

func checkChoice(t *testing.T, rate number.RateText, real *realRun) {
	t.Helper()
	const steps, batch, rows = 40, 16, 300
	if real.restart == 0 {
		real.restart = steps
	}
	plan, err := number.ParseRatePlan(rate, batch)
	if err != nil {
		t.Fatal(err)
	}
	a := network.Architecture{Input: []int{2}}
	for l := range 3 {
		layer := network.Layer{Kind: network.FullyConnected, Inputs: []int{l}, Weights: []int{2 * l, 2*l + 1}, Shape: []int{realSizes[l+1]}}
		if l < 2 {
			layer.Activation = network.Tanh
		}
		a.Weights = append(a.Weights, network.Weight{Shape: []int{realSizes[l], realSizes[l+1]}}, network.Weight{Shape: []int{realSizes[l+1]}})
		a.Layers = append(a.Layers, layer)
	}
	f := network.Formats{Feature: testFractions.Feature, Activation: 12, Error: 13}
	c := network.Choices{Batch: batch, Formats: f, RateShift: plan.Shift, Scheduled: !plan.Constant(), Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot,
		Clip: int(math.Ldexp(real.clip, f.Error)), Smoothing: int(math.Ldexp(real.smooth/2, f.Error))}
	for i := range 2 * real.frozen {
		c.Frozen = append(c.Frozen, i)
	}
	if real.mu > 0 {
		c.Momentum = &network.Momentum{Bits: 12, Restart: real.restart}
		if c.Momentum.Response, err = number.ParseResponse(number.Decimal(int64(real.mu*4), 2), real.nesterov, 12, steps*2); err != nil {
			t.Fatal(err)
		}
	}
	if real.decay > 0 {
		c.Decay = &graph.Decay{N: int64(real.decay * 32), Shift: 5, Every: 10}
	}
	if real.weights != nil {
		c.Weighed = &ops.Weighed{Columns: 1, Bits: 8}
		for _, w := range real.weights {
			c.Weighed.Weights = append(c.Weighed.Weights, int64(w*256))
		}
	}
	n, err := network.New(a, c)
	if err != nil {
		t.Fatal(err)
	}
	run := &Run{Program: n.Program(), Segment: steps}
	if c.Decay != nil {
		run.Segment = c.Decay.Every
	}
	if run.Initial, err = network.Random(n.Program(), []byte("choices"), network.Glorot); err != nil {
		t.Fatal(err)
	}
	order, err := schedule.New(schedule.Spec{Parts: schedule.Parts{rows}, Batch: batch, Steps: steps, Tail: schedule.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	set := moons(rows, 3)
	var codes []int32
	if real.weights != nil {
		codes = make([]int32, batch)
		set.Attributes = []data.Attribute{{Name: "weight", Codes: make([]int32, rows)}}
		for row := range rows {
			set.Attributes[0].Codes[row] = int32(row % len(real.weights))
		}
	}
	if run.Rows, err = NewScheduledRows(n.Program(), order, set); err != nil {
		t.Fatal(err)
	}
	value := func(w Weights, i int) (cells []float64) {
		for _, v := range w[n.Weight(i)] {
			cells = append(cells, math.Ldexp(float64(v), -n.Program().Tensor(n.Weight(i)).Format.Fraction))
		}
		return cells
	}
	for i := range real.w {
		real.w[i] = value(run.Initial, i)
	}
	input, label := make([]int32, 2*batch), make([]int32, 2*batch)
	for s := range steps {
		numerator, err := plan.At(s, steps, order.Epoch(s))
		if err != nil {
			t.Fatal(err)
		}
		run.Rates = append(run.Rates, numerator)
		if err := run.Rows.Read(s, input, label, codes); err != nil {
			t.Fatal(err)
		}
		real.weight = nil
		for _, code := range codes {
			real.weight = append(real.weight, real.weights[code])
		}
		in, out := make([]float64, len(input)), make([]float64, len(label))
		for i := range input {
			in[i], out[i] = math.Ldexp(float64(input[i]), -f.Feature), float64(label[i])
		}
		real.step(s, in, out, math.Ldexp(float64(numerator), -plan.Shift))
	}
	trainer, err := New(run, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	w, err := trainer.Train(context.Background(), NewCheckpoints(t.TempDir(), run), nil)
	if err != nil {
		t.Fatal(err)
	}
	moved := 0.0
	for i := range real.w {
		before := value(run.Initial, i)
		for k, got := range value(w, i) {
			moved = max(moved, math.Abs(got-before[k]))
			if math.Abs(got-real.w[i][k]) > 0.004 {
				t.Fatalf("weight %d, cell %d: %v, in float64 %v, at first %v", i, k, got, real.w[i][k], before[k])
			}
		}
	}
	if moved < 0.1 {
		t.Errorf("no weight moved by more than %v: the test shows little", moved)
	}
}
