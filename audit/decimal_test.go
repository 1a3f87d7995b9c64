package audit

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestNeighbours compares with all fractions of small denominators.
func TestNeighbours(t *testing.T) {
	for _, text := range []Decimal{"0", "1", "0.5", "0.333", "0.3333333333333333333333333333", "0.66667", "0.0001", "0.9999", "0.41421356237309504880168872420969807", "0.0123456789012345678901234567890", "2.71828182845904523536"} {
		x, err := text.rat()
		if err != nil {
			t.Fatal(err)
		}
		for limit := int64(1); limit <= 40; limit++ {
			below, above := neighbours(x, big.NewInt(limit))
			low, high := big.NewRat(0, 1), big.NewRat(3, 1)
			for q := int64(1); q <= limit; q++ {
				for _, y := range []*big.Rat{new(big.Rat).SetFrac(floorMul(x, big.NewInt(q)), big.NewInt(q)), new(big.Rat).SetFrac(ceilMul(x, big.NewInt(q)), big.NewInt(q))} {
					if y.Cmp(x) <= 0 && y.Cmp(low) > 0 {
						low = y
					}
					if y.Cmp(x) >= 0 && y.Cmp(high) < 0 {
						high = y
					}
				}
			}
			if x.Denom().Cmp(big.NewInt(limit)) <= 0 {
				low, high = x, x
			}
			if below.Cmp(low) != 0 || above.Cmp(high) != 0 {
				t.Errorf("%s, denominators up to %d: %s and %s, want %s and %s", text, limit, below, above, low, high)
			}
		}
	}
}

func TestDecimalsOfAnyLength(t *testing.T) {
	for _, d := range []Decimal{"0", "00.50", "123456789012345678901234567890", "0." + Decimal(strings.Repeat("3", maxDecimal-2))} {
		if r, err := d.rat(); err != nil || r.Sign() < 0 {
			t.Errorf("%s: %v", d, err)
		}
	}
	for _, d := range []Decimal{"", ".5", "1.", "-1", "1e3", "0x1", " 1", "1/2", "0." + Decimal(strings.Repeat("3", maxDecimal-1))} {
		if _, err := d.rat(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", d, err)
		}
	}
}

// Thresholds that differ from what is counted in a far decimal hold on one side and
// fail on the other.
func TestBoundsInFarDecimals(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	both := []string{"north", "south"}
	items, hits := int64(0), int64(0)
	for y := range 3 {
		for k := range 3 {
			items += o.count[[3]int{1, y, k}]
		}
		hits += o.count[[3]int{1, y, 2}]
	}
	if hits == 0 {
		t.Fatal("nothing is classified so")
	}
	const far = 400
	below, above := around(big.NewRat(hits, items), far)
	share := Censorship{Model: "net", Parts: both, Attribute: "sex", Value: "M", Class: "c", AtLeast: below, AtMost: above}
	w.holds("share", &share)
	share.AtLeast, share.AtMost = above, ""
	w.fails("share", &share, "less than a share")
	share.AtLeast, share.AtMost = "", below
	w.fails("share", &share, "more than a share")

	d := gap(o, 1, [][]int{{0, 1, 2}})
	below, above = around(d, far)
	fair := Fairness{Model: "net", Parts: both, Attribute: "sex", Positive: "b", Measure: "demographic_parity", MinGroup: 1, AtMost: above}
	w.holds("gap", &fair)
	fair.AtMost = below
	w.fails("gap", &fair, "the gap between")

	below, above = around(big.NewRat(o.right, o.rows), far)
	w.holds("accuracy", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: below, AtMost: above})
	w.fails("accuracy", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: above}, "predicted rightly")
}

// 3·4 + 4·3 of rows of length 5 are a cosine of 0.96.
func TestCosineInFarDecimals(t *testing.T) {
	w := newWorld(t)
	d := smallDataset()
	for i := range d.Features {
		d.Features[i] = []int32{3, 4}[i%2]
	}
	w.commit("p", d, "one_hot")
	zeros := Decimal(strings.Repeat("0", 60))
	c := NonInclusion{Parts: []string{"p"}, Cosine: "0.96" + zeros, Works: Works{List: [][]int64{{4, 3}}}}
	w.holds("not above", &c)
	c.Cosine = "0.96" + zeros + "1"
	w.holds("not above what is more", &c)
	c.Cosine = "0.95" + Decimal(strings.ReplaceAll(string(zeros), "0", "9"))
	w.fails("hardly above", &c, "cosine similarity above")
}

// Entropy bounds near a whole number of bits: N²/2^h of 100 rows.
func TestEntropyInFarDecimals(t *testing.T) {
	for h, want := range map[Decimal]int64{
		"1": 5000, "1." + Decimal(strings.Repeat("0", 500)) + "1": 4999, "0." + Decimal(strings.Repeat("9", 500)): 5000, "0." + Decimal(strings.Repeat("9", 30)): 5000,
	} {
		if n, err := collisionLimit(h, 100); err != nil || n != want {
			t.Errorf("%.40s: %d, %v, want %d", h, n, err, want)
		}
	}
}
