package audit

import (
	"fmt"
	"testing"
)

// decimals returns k/n rounded down to 6 decimals, and a millionth more than
// k/n rounded up.
func decimals(k, n int64) (below, above Decimal) {
	return Decimal(fmt.Sprintf("%d.%06d", k/n, k%n*1000000/n)), Decimal(fmt.Sprintf("%d.%06d", k/n, k%n*1000000/n+1))
}

func TestAccuracy(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	both := []string{"north", "south"}
	below, above := decimals(o.right, o.rows)
	t.Logf("%d of %d right", o.right, o.rows)
	w.holds("just reached", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: below, AtMost: above})
	released, _ := w.holds("released", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: "0", Release: Release{What: "counts", Round: 1}})
	for k, n := range released[0].Values {
		truth, guess := k/3, k%3
		if want := o.count[[3]int{0, truth, guess}] + o.count[[3]int{1, truth, guess}]; n != want {
			t.Errorf("%s: %d, counted %d", released[0].Labels[k], n, want)
		}
	}
	w.fails("one row short", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: above}, "predicted rightly")
}
