package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/ops"
)

// What nothing bounds stays so: an end that wrapped would bound it.
func TestUnlimitedEndsStay(t *testing.T) {
	const u = ops.Unlimited
	all, positive, most := ops.Interval{Low: -u, High: u}, ops.Interval{Low: 1, High: u}, ops.Interval{Low: -u + 1, High: u - 1}
	for name, c := range map[string]struct{ got, want ops.Interval }{
		"sum":                   {all.Plus(all), all},
		"sum of half intervals": {positive.Plus(positive), ops.Interval{Low: 2, High: u}},
		"sum of the largest":    {most.Plus(most), all},
		"product":               {all.Times(all), all},
		"square of the largest": {most.Times(most), all},
		"negative":              {positive.Times(ops.Interval{Low: -1, High: -1}), ops.Interval{Low: -u, High: -1}},
		"nothing of it":         {all.Times(ops.Interval{}), ops.Interval{}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}
