package number

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestParseExact(t *testing.T) {
	for _, c := range []struct {
		text     string
		fraction int
		want     int64
	}{
		{"0.5", 10, 512}, {"1", 10, 1024}, {"0.0009765625", 10, 1}, {"31.9990234375", 10, 32767}, {"5e-1", 1, 1}, {"2", 0, 2},
		{"0.0009765626", 10, 0}, {"0.1", 10, 0}, {"0.5", 0, 0}, {"0", 10, 0}, {"-1", 10, 0}, {"", 10, 0}, {"NaN", 10, 0}, {"1e65", 0, 0}, {"1e-65", 62, 0}, {"2147484", 10, 0},
	} {
		got, err := ParseExact(c.text, c.fraction)
		if c.want == 0 && !errors.Is(err, fault.ErrUsage) || c.want != 0 && (err != nil || got != c.want) {
			t.Errorf("%s at %d: %d, %v", c.text, c.fraction, got, err)
			continue
		}
		if again, err := ParseExact(Decimal(c.want, c.fraction), c.fraction); c.want != 0 && (err != nil || again != c.want) {
			t.Errorf("%s at %d, written %s and read again: %d, %v", c.text, c.fraction, Decimal(c.want, c.fraction), again, err)
		}
	}
}

func TestParseShare(t *testing.T) {
	for _, c := range []struct {
		text     string
		parts    int
		fraction int
		want     int64
	}{
		{"0.1", 10, 10, 10}, {"0.1", 2, 10, 51}, {"0.5", 2, 2, 1}, {"0.99", 3, 14, 5407}, {"0.375", 1, 2, 2}, {"0.125", 1, 2, 0}, // a tie, to even
		{"1", 2, 10, 0}, {"1.5", 2, 10, 0}, {"0.001", 10, 10, 0}, {"0", 2, 10, 0}, {"-0.1", 2, 10, 0}, {"x", 2, 10, 0}, {"1e-90000", 2, 10, 0},
	} {
		got, err := ParseShare(c.text, c.parts, c.fraction)
		if c.want == 0 && !errors.Is(err, fault.ErrUsage) || c.want != 0 && (err != nil || got != c.want) {
			t.Errorf("%s of %d parts at %d: %d, %v", c.text, c.parts, c.fraction, got, err)
		}
	}
}

// TestParseWeight: a decimal of 0 or more becomes the nearest multiple, if it has
// 15 bits and is not 0 by rounding.
func TestParseWeight(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "0.00": 0, "1": 256, "0.5": 128, "0.3": 77, "2.5e1": 6400, "127.99": 32765, "0.002": 1} {
		if got, err := ParseWeight(text, 8); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"-1", "-0", "128", "1e9", "0.001", "one", "", "NaN", "Inf"} {
		if got, err := ParseWeight(text, 8); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}
