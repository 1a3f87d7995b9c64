package memory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
)

// A need that does not fit names itself, the limit and what would fit.
func TestWithin(t *testing.T) {
	var need memory.Need
	need.Add("tables", 3, 1<<30)
	need.Add("rows", 1, 1<<20)
	if err := need.Within("committing", memory.Limit{}, ""); err != nil {
		t.Errorf("no limit: %v", err)
	}
	if err := need.Within("committing", memory.Limit{Bytes: need.Bytes(), By: "x"}, ""); err != nil {
		t.Errorf("as much as is needed: %v", err)
	}
	err := need.Within("committing", memory.Limit{Bytes: need.Bytes() - 1, By: "--max-memory"}, "10 rows fit")
	if !errors.Is(err, fault.ErrResources) {
		t.Fatal(err)
	}
	for _, want := range []string{"committing takes about 3.3 GiB", "3.0 GiB for tables", "--max-memory", "10 rows fit"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not say %q", err, want)
		}
	}
	if l := memory.Lowest(1); l.Bytes != 1 || l.By != "--max-memory" {
		t.Errorf("one byte asked for: %+v", l)
	}
	if l := memory.Lowest(1 << 62); l.Bytes > 1<<62 {
		t.Errorf("more than there is: %+v", l)
	}
}
