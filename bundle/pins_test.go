package bundle_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
)

// essential is an expectation of what decides the run and nothing else.
func essential(f *bundle.Facts) bundle.Expectation {
	without := append([]string{}, f.Without...)
	return bundle.Expectation{
		Program: &f.Program, Dataset: &f.Dataset, Order: &f.Order, Seed: &f.Seed, Tail: &f.Tail, Without: &without,
		Steps: &f.Steps, Origin: &f.Origin, OriginSeed: &f.OriginSeed, OriginScheme: &f.OriginScheme, Rate: &f.Rate,
	}
}

// A verdict stands by itself only if program, data, order, origin, length and
// rate were compared: each value that decides them, left out, is missed.
func TestWhatDecidesARunIsPinned(t *testing.T) {
	m := first(t)
	b := decode(t, m)
	f, err := b.Facts()
	if err != nil {
		t.Fatal(err)
	}
	architecture := b.Statement.Network.Architecture()
	frozen, rates := []int{}, number.RatesByEpoch(number.Rate{N: uint8(b.Statement.Rates[0]), K: b.Statement.Network.Choices().RateShift})
	stated := func(e *bundle.Expectation) {
		e.Program = nil
		e.Architecture, e.Loss, e.Labels, e.Batch, e.Formats, e.Frozen, e.Clip, e.Smoothing, e.Momentum, e.WeightDecay, e.SampleWeight, e.Rate = &f.Architecture, &f.Loss, &f.Labels, &f.Batch, &f.Formats, &frozen, &f.Clip, &f.Smoothing, &f.Momentum, &f.WeightDecay, &f.SampleWeight, &f.Rate
	}
	for name, c := range map[string]struct {
		change func(e *bundle.Expectation)
		open   []string
	}{
		"all":                      {func(*bundle.Expectation) {}, nil},
		"nothing":                  {func(e *bundle.Expectation) { *e = bundle.Expectation{} }, []string{"the program", "the data", "the order of its rows", "the origin of the initial weights", "the number of steps", "the learning rate"}},
		"program":                  {func(e *bundle.Expectation) { e.Program = nil }, []string{"the program"}},
		"dataset":                  {func(e *bundle.Expectation) { e.Dataset = nil }, []string{"the data"}},
		"order":                    {func(e *bundle.Expectation) { e.Order = nil }, []string{"the order of its rows"}},
		"seed":                     {func(e *bundle.Expectation) { e.Seed = nil }, []string{"the order of its rows"}},
		"tail":                     {func(e *bundle.Expectation) { e.Tail = nil }, []string{"the order of its rows"}},
		"rows left out":            {func(e *bundle.Expectation) { e.Without = nil }, []string{"the order of its rows"}},
		"steps":                    {func(e *bundle.Expectation) { e.Steps = nil }, []string{"the number of steps"}},
		"origin":                   {func(e *bundle.Expectation) { e.Origin = nil }, []string{"the origin of the initial weights"}},
		"origin seed":              {func(e *bundle.Expectation) { e.OriginSeed = nil }, []string{"the origin of the initial weights"}},
		"origin scheme":            {func(e *bundle.Expectation) { e.OriginScheme = nil }, []string{"the origin of the initial weights"}},
		"rate":                     {func(e *bundle.Expectation) { e.Rate = nil }, []string{"the learning rate"}},
		"rates in hand":            {func(e *bundle.Expectation) { e.Rate, e.Rates = nil, rates }, nil},
		"a network":                {func(e *bundle.Expectation) { e.Program = nil; e.Network = b.Statement.Network }, nil},
		"choices stated":           {stated, nil},
		"choices of a model":       {func(e *bundle.Expectation) { stated(e); e.Architecture, e.Forward = nil, &architecture }, nil},
		"a model and no choices":   {func(e *bundle.Expectation) { e.Program = nil; e.Forward = &architecture }, []string{"the program"}},
		"choices but architecture": {func(e *bundle.Expectation) { stated(e); e.Architecture = nil }, []string{"the program"}},
		"choices but loss":         {func(e *bundle.Expectation) { stated(e); e.Loss = nil }, []string{"the program"}},
		"choices but labels":       {func(e *bundle.Expectation) { stated(e); e.Labels = nil }, []string{"the program"}},
		"choices but batch":        {func(e *bundle.Expectation) { stated(e); e.Batch = nil }, []string{"the program"}},
		"choices but formats":      {func(e *bundle.Expectation) { stated(e); e.Formats = nil }, []string{"the program"}},
		"choices but frozen":       {func(e *bundle.Expectation) { stated(e); e.Frozen = nil }, []string{"the program"}},
		"choices but clip":         {func(e *bundle.Expectation) { stated(e); e.Clip = nil }, []string{"the program"}},
		"choices but smoothing":    {func(e *bundle.Expectation) { stated(e); e.Smoothing = nil }, []string{"the program"}},
		"choices but momentum":     {func(e *bundle.Expectation) { stated(e); e.Momentum = nil }, []string{"the program"}},
		"choices but rate":         {func(e *bundle.Expectation) { stated(e); e.Rate = nil }, []string{"the program", "the learning rate"}},
	} {
		e := essential(f)
		c.change(&e)
		r, err := verify(b, e, m.setup)
		if err != nil || !slices.Equal(r.Unpinned, append([]string{}, c.open...)) {
			t.Errorf("%s: %v, unpinned %q, want %q", name, err, r.Unpinned, c.open)
			continue
		}
		var text strings.Builder
		if err := r.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		if verified := strings.HasPrefix(text.String(), "VERIFIED"); verified != (c.open == nil) {
			t.Errorf("%s: the report begins with %.60q", name, text.String())
		}
		if encoded, err := json.Marshal(r); err != nil || !bytes.HasPrefix(encoded, fmt.Appendf(nil, `{"verdict":%q,"facts":{`, bundle.Verdict(c.open == nil))) {
			t.Errorf("%s: the JSON begins with %.60q: %v", name, encoded, err)
		}
	}
}

// A network or an architecture in hand that is another one is refused, with
// the difference.
func TestAnotherNetworkIsRefused(t *testing.T) {
	m := first(t)
	b := decode(t, m)
	architecture := b.Statement.Network.Architecture()
	for name, c := range map[string]struct {
		change func(a *network.Architecture, c *network.Choices)
		says   string
	}{
		"activation": {func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Activation = network.Tanh }, "layer 0"},
		"loss": {func(_ *network.Architecture, c *network.Choices) {
			c.Loss, c.Labels = graph.MeanSquaredError, graph.Values
		}, "loss mean_squared_error"},
		"batch":     {func(_ *network.Architecture, c *network.Choices) { c.Batch++ }, "batch 5, not 4"},
		"formats":   {func(_ *network.Architecture, c *network.Choices) { c.Formats.Error-- }, "errors 9, not 10"},
		"clip":      {func(_ *network.Architecture, c *network.Choices) { c.Clip = 512 }, "errors clipped to (in units of their format) 512, not 0"},
		"smoothing": {func(_ *network.Architecture, c *network.Choices) { c.Smoothing = 51 }, "labels smoothed by (for each class, in units of the errors' format) 51, not 0"},
		"momentum": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{2, 1}, Bits: 1, Restart: 4}
		}, "momentum a gradient counts [2 1]/2^1 in the updates of its step and those after it, and nothing beyond a multiple of 4 steps, not "},
		"frozen": {func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{0} }, "frozen weights [0], not []"},
	} {
		other := decode(t, m)
		rebuilt(c.change)(other)
		if _, err := verify(b, bundle.Expectation{Network: other.Statement.Network}, m.setup); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		forward := other.Statement.Network.Architecture()
		_, err := verify(b, bundle.Expectation{Forward: &forward}, m.setup)
		if same := forward.Digest() == architecture.Digest(); same != (err == nil) || !same && !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: its architecture: %v", name, err)
		}
	}
	file := "m.tflite"
	if _, err := verify(b, bundle.Expectation{Model: &file}, m.setup); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a model that nobody has read: %v", err)
	}
}

// The choices in hand name a rate, or one for each epoch: a program with the
// same precision leaves each step a numerator from 1 to 255, and with it how
// much the rows of the step count.
func TestRatesInHand(t *testing.T) {
	m := first(t)
	k := decode(t, m).Statement.Network.Choices().RateShift
	rate := func(n uint8) number.Rate { return number.Rate{N: n, K: k} }
	// 12 steps of 4 rows
	scheduled := func(change func(rates []int64)) *bundle.Bundle {
		b := decode(t, m)
		rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Scheduled = true })(b)
		order, err := schedule.New(b.Statement.Schedule)
		if err != nil {
			t.Fatal(err)
		}
		b.Statement.Rates = make([]int64, b.Statement.Steps())
		for i := range b.Statement.Rates {
			b.Statement.Rates[i] = []int64{200, 100}[min(order.Epoch(i), 1)]
		}
		change(b.Statement.Rates)
		return b
	}
	asTheyAre := func([]int64) {}
	for name, c := range map[string]struct {
		b     *bundle.Bundle
		rates []number.Rate
		says  string // "certificate": rates agree, and proofs are about another program
	}{
		"one rate":                {decode(t, m), []number.Rate{rate(uint8(decode(t, m).Statement.Rates[0]))}, ""},
		"rates for one":           {decode(t, m), []number.Rate{rate(uint8(decode(t, m).Statement.Rates[0])), rate(1)}, "that change"},
		"another rate":            {decode(t, m), []number.Rate{rate(7)}, "expected learning rate 7/2^"},
		"another precision":       {decode(t, m), []number.Rate{{N: uint8(decode(t, m).Statement.Rates[0]), K: k + 1}}, "expected learning rate"},
		"rates by epoch":          {scheduled(asTheyAre), []number.Rate{rate(200), rate(100)}, "certificate"},
		"one for all epochs":      {scheduled(asTheyAre), []number.Rate{rate(200)}, "in step"},
		"a step that counts more": {scheduled(func(r []int64) { r[1] = 255 }), []number.Rate{rate(200), rate(100)}, "in step 1, the bundle has 255/2^"},
		"the last step":           {scheduled(func(r []int64) { r[11]++ }), []number.Rate{rate(200), rate(100)}, "in step 11, the bundle has 101/2^"},
	} {
		_, err := verify(c.b, bundle.Expectation{Rates: number.RatesByEpoch(c.rates...)}, m.setup)
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// TestRatesByStepInHand: a formula is compared in every step, and one that a run
// of so many steps cannot have is none.
func TestRatesByStepInHand(t *testing.T) {
	m := first(t)
	plan := func(warmUp int) *number.RatePlan {
		p, err := number.ParseRatePlan(number.RateText{Rate: "0.5", WarmUp: warmUp}, 4)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	stated := func(change func(rates []int64)) *bundle.Bundle {
		b := decode(t, m)
		rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Scheduled, c.RateShift = true, plan(3).Shift })(b)
		b.Statement.Rates = []int64{43, 85, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128}
		change(b.Statement.Rates)
		return b
	}
	for name, c := range map[string]struct {
		b    *bundle.Bundle
		plan *number.RatePlan
		says string
	}{
		"as stated":        {stated(func([]int64) {}), plan(3), "certificate"},
		"the first step":   {stated(func(r []int64) { r[0]-- }), plan(3), "expected learning rate 43/2^10 in step 0"},
		"the last step":    {stated(func(r []int64) { r[11]-- }), plan(3), "expected learning rate 128/2^10 in step 11"},
		"a longer warm-up": {stated(func([]int64) {}), plan(4), "in step 0"},
		"the whole run":    {stated(func([]int64) {}), plan(12), "a run of 12 steps cannot have: a warm-up of 12 steps"},
		"one rate":         {decode(t, m), plan(3), "that change"},
	} {
		_, err := verify(c.b, bundle.Expectation{Rates: c.plan}, m.setup)
		if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// Where all choices are stated the program is not printed NOT CHECKED. A rate
// that is not in lowest terms is the same rate, of another program.
func TestRateNamesItsPrecision(t *testing.T) {
	m := first(t)
	b := decode(t, m)
	f, err := b.Facts()
	if err != nil {
		t.Fatal(err)
	}
	if b.Statement.Rates[0] > 127 {
		b.Statement.Rates[0] = 127 // twice as much is a numerator, too
	}
	lowest, err := b.Facts()
	if err != nil {
		t.Fatal(err)
	}
	b.Statement.Rates[0] *= 2
	rebuilt(func(_ *network.Architecture, c *network.Choices) { c.RateShift++ })(b)
	finer, err := b.Facts()
	if err != nil {
		t.Fatal(err)
	}
	if finer.Rate == lowest.Rate || !strings.HasPrefix(finer.Rate, lowest.Rate+" (as ") || finer.Program == f.Program {
		t.Errorf("%q and %q", lowest.Rate, finer.Rate)
	}
}

// TestRatesByStepAreNamed: where each step has a rate of its own, a digest
// stands for all of them and their precision.
func TestRatesByStepAreNamed(t *testing.T) {
	b := decode(t, first(t))
	rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Scheduled = true })(b)
	b.Statement.Rates = []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	f, err := b.Facts()
	if err != nil {
		t.Fatal(err)
	}
	e := (&encoding{}).number(b.Statement.Network.Choices().RateShift, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	if want := fmt.Sprintf("%s; 12 rates, sha256:%x", number.DescribeRates(b.Statement.Rates, b.Statement.Network.Choices().RateShift, b.Statement.Network.Choices().Batch), sha256.Sum256(e.Bytes())); f.Rate != want {
		t.Errorf("rates %q, want %q", f.Rate, want)
	}
}
