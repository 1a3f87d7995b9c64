package number

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestParseResponse(t *testing.T) {
	for _, c := range []struct {
		text     string
		nesterov bool
		fraction int
		want     string
	}{
		{"0.5", false, 3, "[8 4 2 1]"}, // 1/2 is a tie, to even
		{"0.5", true, 3, "[12 2 1]"},
		{"0.9", false, 2, "[4 4 3 3 3 2 2 2 2 2 1 1 1 1 1 1 1 1 1 1]"},
		{"0.001", false, 8, "[256]"},
	} {
		got, err := ParseResponse(c.text, c.nesterov, c.fraction, 64)
		if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%s, Nesterov %t, at %d: %v, %v", c.text, c.nesterov, c.fraction, got, err)
		}
	}
	got, err := ParseResponse("0.9", false, 8, 64)
	if err != nil || len(got) != 60 {
		t.Fatalf("%d taps, %v", len(got), err)
	}
	for d, n := range got {
		if math.Abs(float64(n)-256*math.Pow(0.9, float64(d))) > 0.5+1e-9 {
			t.Errorf("tap %d: %d", d, n)
		}
	}
	for _, text := range []string{"0", "1", "1.5", "-0.5", "", "x", "NaN", "0.99", "1e-90000"} {
		if got, err := ParseResponse(text, false, 8, 64); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
