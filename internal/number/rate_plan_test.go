package number

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// plan returns the numerators of a plan over some steps of one epoch each.
func plan(t *testing.T, text RateText, batch, steps int) ([]int64, int) {
	t.Helper()
	p, err := ParseRatePlan(text, batch)
	if err != nil {
		t.Fatalf("%+v: %v", text, err)
	}
	numerators := make([]int64, steps)
	for s := range numerators {
		if numerators[s], err = p.At(s, steps, s); err != nil {
			t.Fatalf("%+v, step %d: %v", text, s, err)
		}
	}
	return numerators, p.Shift
}

func TestRatePlans(t *testing.T) {
	for name, c := range map[string]struct {
		text  RateText
		steps int
		want  string
		shift int
	}{
		"constant":             {RateText{Rate: "0.5"}, 3, "[1 1 1]", 1},
		"by epoch":             {RateText{Rates: []string{"0.5", "0.125"}}, 3, "[4 1 1]", 3},
		"a precision":          {RateText{Rate: "0.5", Shift: 4}, 2, "[8 8]", 4},
		"a coarse precision":   {RateText{Rate: "0.3", Shift: 2}, 2, "[1 1]", 2},
		"the largest":          {RateText{Rate: "255", Shift: 0}, 1, "[255]", 0},
		"by epoch, as fine":    {RateText{Rates: []string{"0.5", "0.125"}, Shift: 5}, 3, "[16 4 4]", 5},
		"warm-up, as fine":     {RateText{Rate: "1", WarmUp: 4, Shift: 6}, 6, "[16 32 48 64 64 64]", 6},
		"warm-up":              {RateText{Rate: "1", WarmUp: 4}, 6, "[32 64 96 128 128 128]", 7},
		"warm-up of one":       {RateText{Rate: "1", WarmUp: 1}, 2, "[128 128]", 7},
		"warm-up in thirds":    {RateText{Rate: "1", WarmUp: 3}, 3 + 1, "[43 85 128 128]", 7},
		"warm-up of epochs":    {RateText{Rates: []string{"1", "0.5", "0.25"}, WarmUp: 2, Decay: NoDecay}, 4, "[64 64 32 32]", 7},
		"step decay":           {RateText{Rate: "1", Decay: StepDecay, Every: 2, Factor: "0.5"}, 7, "[128 128 64 64 32 32 16]", 7},
		"step decay after":     {RateText{Rate: "1", WarmUp: 2, Decay: StepDecay, Every: 1, Factor: "0.1"}, 5, "[64 128 128 13 1]", 7},
		"ties to even":         {RateText{Rate: "255", Decay: StepDecay, Every: 1, Factor: "0.5"}, 4, "[255 128 64 32]", 0},
		"a decay that is none": {RateText{Rate: "1", Decay: StepDecay, Every: 1, Factor: "1"}, 3, "[128 128 128]", 7},
		// cos 0, π/3, π/2, 2π/3, π are rational.
		"cosine":            {RateText{Rate: "1", Decay: CosineDecay, Floor: "0.125"}, 7, "[128 120 100 72 44 24 16]", 7},
		"cosine after":      {RateText{Rate: "1", WarmUp: 1, Decay: CosineDecay, Floor: "0.5"}, 4, "[128 128 96 64]", 7},
		"cosine of a point": {RateText{Rate: "1", Decay: CosineDecay, Floor: "0.5"}, 1, "[128]", 7},
	} {
		got, shift := plan(t, c.text, 1, c.steps)
		if fmt.Sprint(got) != c.want || shift != c.shift {
			t.Errorf("%s: %v at 2^-%d, want %s at 2^-%d", name, got, shift, c.want, c.shift)
		}
	}
}

// TestCosineDecay compares with float64, away from ties.
func TestCosineDecay(t *testing.T) {
	for _, steps := range []int{2, 3, 37, 1000} {
		got, shift := plan(t, RateText{Rate: "0.1", WarmUp: 1, Decay: CosineDecay, Floor: "0.003"}, 32, steps)
		for s := 1; s < steps; s++ {
			rate := 0.003 + 0.097*(1+math.Cos(math.Pi*float64(s-1)/float64(max(1, steps-2))))/2
			if want := rate / 32 * math.Exp2(float64(shift)); math.Abs(float64(got[s])-want) > 0.5+1e-9 {
				t.Errorf("step %d of %d: %d, want %v", s, steps, got[s], want)
			}
		}
	}
}

// TestCosine compares bounds with float64 and, by cos 2x = 2cos²x − 1, with each
// other at a precision that float64 has not.
func TestCosine(t *testing.T) {
	rat := func(f fraction) *big.Rat { return new(big.Rat).SetFrac(f.num, f.den) }
	tolerance := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), cosineBits-14))
	for q := int64(1); q < 60; q++ {
		for p := int64(0); 2*p <= q; p++ {
			low, high := cosine(p, q)
			if rat(low).Cmp(rat(high)) > 0 {
				t.Fatalf("cos π·%d/%d: bounds in the wrong order", p, q)
			}
			if got, _ := rat(low).Float64(); math.Abs(got-math.Cos(math.Pi*float64(p)/float64(q))) > 1e-14 {
				t.Fatalf("cos π·%d/%d = %v", p, q, got)
			}
			double, _ := cosine(2*p, q)
			square := new(big.Rat).Mul(rat(low), rat(low))
			square.Add(square, square).Sub(square, big.NewRat(1, 1)).Sub(square, rat(double))
			if square.Abs(square).Cmp(tolerance) > 0 {
				t.Fatalf("cos 2π·%d/%d is off by more than 2^%d", p, q, 14-cosineBits)
			}
		}
	}
}

func TestRatePlanErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text RateText
		want string
	}{
		"too fine":            {RateText{Rate: "1", Shift: 8}, "is no n/2^8 with n from 1 to 255: in this precision rates go from 0.00390625 to 0.99609375"},
		"too coarse":          {RateText{Rates: []string{"1", "0.1"}, Shift: 2}, "learning rate 1: 0.1 with batches of 1 is no n/2^2"},
		"no precision":        {RateText{Rate: "1", Shift: -1}, "a precision of 1/2^-1, want 1 to 48"},
		"beyond all":          {RateText{Rate: "1", Shift: 49}, "a precision of 1/2^49, want 1 to 48"},
		"unknown decay":       {RateText{Rate: "1", Decay: "linear"}, `decay "linear"`},
		"negative warm-up":    {RateText{Rate: "1", WarmUp: -1}, "warm-up of -1"},
		"long warm-up":        {RateText{Rate: "1", WarmUp: 8}, "a warm-up of 8 steps in a run of 8"},
		"no factor":           {RateText{Rate: "1", Decay: StepDecay, Every: 1}, "factor"},
		"a factor above 1":    {RateText{Rate: "1", Decay: StepDecay, Every: 1, Factor: "1.5"}, "at most 1"},
		"never":               {RateText{Rate: "1", Decay: StepDecay, Factor: "0.5"}, "every 0 steps"},
		"a floor of steps":    {RateText{Rate: "1", Decay: StepDecay, Every: 1, Factor: "0.5", Floor: "0.1"}, "a floor goes with"},
		"no floor":            {RateText{Rate: "1", Decay: CosineDecay}, "floor"},
		"a floor above":       {RateText{Rate: "1", Decay: CosineDecay, Floor: "2"}, "to a floor of 2"},
		"a factor of cosine":  {RateText{Rate: "1", Decay: CosineDecay, Floor: "0.1", Factor: "0.5"}, "every and factor go with"},
		"a factor of nothing": {RateText{Rate: "1", Factor: "0.5"}, "every and factor go with"},
		"a floor of nothing":  {RateText{Rate: "1", WarmUp: 1, Floor: "0.5"}, "a floor goes with"},
		"decay of epochs":     {RateText{Rates: []string{"1", "0.5"}, Decay: CosineDecay, Floor: "0.1"}, "rates by epoch, and a decay"},
		"far exponents":       {RateText{Rate: "1", Decay: CosineDecay, Floor: "1e-90000"}, "exponent beyond"},
		"falls to zero":       {RateText{Rate: "1", Decay: StepDecay, Every: 1, Factor: "0.1"}, "step 3 divided by batch size 1 rounds to 0/2^7"},
		"a floor of zero":     {RateText{Rate: "1", Decay: CosineDecay, Floor: "0.0001"}, "step 7"},
		"digits to a power":   {RateText{Rate: "1", Decay: StepDecay, Every: 1, Factor: "0." + strings.Repeat("9", 60)}, ""},
	} {
		p, err := ParseRatePlan(c.text, 1)
		for s := 0; s < 8 && err == nil; s++ {
			_, err = p.At(s, 8, 0)
		}
		if c.want == "" && err == nil {
			continue
		}
		if !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	p, err := ParseRatePlan(RateText{Rate: "1", Decay: StepDecay, Every: 1, Factor: "0." + strings.Repeat("9", 60)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.At(1<<20, 1<<21, 0); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "fewer digits") {
		t.Errorf("a long power: %v", err)
	}
}

func TestDescribeRates(t *testing.T) {
	for want, rates := range map[string][]int64{
		"0.5 in every step": {4, 4, 4},
		"0.125, rising to 0.5 in step 3, falling to 0.25 in step 5": {1, 2, 2, 4, 4, 2, 2},
		"0.5, falling to 0.125 in step 2":                           {4, 2, 1},
		"0.125, rising to 0.25 in step 1, falling to 0.125 in step 2, rising to 0.25 in step 3, falling to 0.125 in step 4, " +
			"rising to 0.25 in step 5, falling to 0.125 in step 6, rising to 0.25 in step 7, falling to 0.125 in step 8, and 2 turns more": {1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1},
	} {
		if got := DescribeRates(rates, 3, 1); got != want {
			t.Errorf("%v: %q, want %q", rates, got, want)
		}
	}
}
