package number

import (
	"errors"
	"fmt"
	"math/big"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestParseRate(t *testing.T) {
	tests := []struct {
		text      string
		batch     int
		want      Rate
		effective string
	}{
		{"0.125", 64, Rate{1, 9}, "0.125"},
		{"0.1", 64, Rate{205, 17}, "0.10009765625"},
		{"1e-3", 32, Rate{131, 22}, "0.00099945068359375"},
		{"3", 1, Rate{3, 0}, "3"},
		{"255", 1, Rate{255, 0}, "255"},
		{"255.4999", 1, Rate{255, 0}, "255"},
		{"100", 1, Rate{100, 0}, "100"},
		{"0.2549", 1, Rate{131, 9}, "0.255859375"}, // 130.5088 → 131; 261 would not fit
		{"127.75", 1, Rate{128, 0}, "128"},         // tie 255.5 at k=1 leaves 8 bits: even
		{"0.00000000000000355271367880050092935562133789062", 1, Rate{1, 48}, "0.000000000000003552713678800500929355621337890625"},
	}
	for _, tt := range tests {
		got, effective, err := ParseRate(tt.text, tt.batch)
		if err != nil || got != tt.want {
			t.Errorf("%s/%d: %v, %v; want %v", tt.text, tt.batch, got, err, tt.want)
			continue
		}
		if effective != tt.effective {
			t.Errorf("%s/%d: effective %s, want %s", tt.text, tt.batch, effective, tt.effective)
		}
		gotRat, _ := new(big.Rat).SetString(effective)
		wantRat := new(big.Rat).SetFrac(big.NewInt(int64(got.N)*int64(tt.batch)), new(big.Int).Lsh(big.NewInt(1), uint(got.K)))
		if gotRat == nil || gotRat.Cmp(wantRat) != 0 {
			t.Errorf("%s/%d: effective %s is not %s", tt.text, tt.batch, effective, wantRat)
		}
	}
}

// TestParseRateNearest tries every n/2^k against the one returned.
func TestParseRateNearest(t *testing.T) {
	for _, text := range []string{"0.1", "0.01", "0.3", "0.0007", "1", "2.718281828", "0.05"} {
		for _, batch := range []int{1, 3, 10, 64, 100} {
			got, _, err := ParseRate(text, batch)
			if err != nil {
				t.Fatal(err)
			}
			exact, _ := new(big.Rat).SetString(text)
			exact.Quo(exact, new(big.Rat).SetInt64(int64(batch)))
			distance := func(n int64, k uint) *big.Rat {
				r := new(big.Rat).SetFrac(big.NewInt(n), new(big.Int).Lsh(big.NewInt(1), k))
				return r.Abs(r.Sub(r, exact))
			}
			best := distance(int64(got.N), uint(got.K))
			for k := range uint(30) {
				for n := int64(1); n <= MaxNumerator; n++ {
					if distance(n, k).Cmp(best) < 0 {
						t.Fatalf("%s/%d: %d/2^%d is nearer than %v", text, batch, n, k, got)
					}
				}
			}
		}
	}
}

func TestParseRates(t *testing.T) {
	got, effective, err := ParseRates([]string{"0.01", "0.1", "0.05"}, 64)
	want := []Rate{{20, 17}, {205, 17}, {102, 17}}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%v, %v; want %v", got, err, want)
	}
	if effective[1] != "0.10009765625" || len(effective) != 3 {
		t.Errorf("effective %v", effective)
	}
	got, _, err = ParseRates([]string{"0.5", "0.125"}, 4)
	if err != nil || fmt.Sprint(got) != fmt.Sprint([]Rate{{4, 5}, {1, 5}}) {
		t.Errorf("not in lowest common terms: %v, %v", got, err)
	}
}

func TestParseRateErrors(t *testing.T) {
	tests := map[string]struct {
		texts []string
		batch int
	}{
		"zero":              {[]string{"0"}, 1},
		"zero, exponent":    {[]string{"0e10"}, 1},
		"negative":          {[]string{"-0.1"}, 1},
		"NaN":               {[]string{"NaN"}, 1},
		"infinite":          {[]string{"Inf"}, 1},
		"not a number":      {[]string{"fast"}, 1},
		"empty text":        {[]string{""}, 1},
		"no entry":          {nil, 1},
		"batch zero":        {[]string{"0.1"}, 0},
		"batch negative":    {[]string{"0.1"}, -4},
		"too large":         {[]string{"255.5"}, 1},
		"far too large":     {[]string{"1e99999"}, 1},
		"too small":         {[]string{"1e-15"}, 1},
		"far too small":     {[]string{"1e-99999"}, 1},
		"spread over 1:511": {[]string{"0.5", "0.0005"}, 1},
		"long text":         {[]string{"0." + fmt.Sprintf("%0100d", 1)}, 1},
	}
	for name, tt := range tests {
		if got, _, err := ParseRates(tt.texts, tt.batch); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestParseFraction: a decimal between 0 and 1 becomes the nearest n/2^k of 8 bits,
// in lowest terms, and nothing that is 0 or 1.
func TestParseFraction(t *testing.T) {
	for text, want := range map[string]Rate{
		"0.5": {1, 1}, "0.25": {1, 2}, "0.01": {41, 12}, "0.99": {253, 8}, "0.996": {255, 8}, "1e-6": {67, 26}, "0.0000001": {215, 31},
		"3.6e-15": {1, 48}, "0.1": {205, 11},
	} {
		if got, err := ParseFraction(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"0", "-0.5", "1", "0.999", "1.5", "256", "1e9", "1e-15", "NaN", "Inf", "", "half", "0.1%"} {
		if got, err := ParseFraction(text); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func ExampleParseRate() {
	rate, effective, err := ParseRate("0.01", 32)
	fmt.Println(rate, effective, err)
	// Output: 41/2^17 0.010009765625 <nil>
}
