package relation_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// TestBuilderKeepsErrors builds what makes no sense: names and sizes come from
// models and claims of strangers, so that Build returns an error, and nothing
// panics or takes memory.
func TestBuilderKeepsErrors(t *testing.T) {
	row := relation.Axis{Name: "row", Size: 4}
	for _, c := range []struct {
		name, want string
		build      func(b *relation.Builder)
	}{
		{"one name for two witnesses", `called "w"`, func(b *relation.Builder) {
			b.Witness("w", row)
			if id := b.External("w", row); b.System().Tensor(id).Kind != relation.External {
				t.Error("the second tensor of a name is not there to go on with")
			}
		}},
		{"a name that is no text", `called "w\x1b[2K"`, func(b *relation.Builder) {
			b.Witness("w\x1b[2K", row)
			b.Witness("w\x1b[2K", row)
		}},
		{"a witness called as a mask", `built again as a different`, func(b *relation.Builder) {
			b.Witness("mask 4/4", row)
			b.Mask(row)
		}},
		{"a witness called as the counts of a table", `called "range 0+2^3 count"`, func(b *relation.Builder) {
			b.Unsigned(b.Witness("range 0+2^3 count", row), 3)
		}},
		{"a table without rows", "table \"t\" of 0 rows", func(b *relation.Builder) { b.Table("t", 0, 0) }},
		{"a table of less than no rows", "table \"t\" of -5 rows", func(b *relation.Builder) { b.Table("t", 0, -5) }},
		{"a table of all rows", "table \"t\" of 9223372036854775807 rows", func(b *relation.Builder) { b.Table("t", 0, math.MaxInt) }},
		{"a range of no bits", "a range of 0 bits", func(b *relation.Builder) { b.Signed(b.Witness("w", row), 0) }},
		{"a range of a bit too many", "a range of 19 bits", func(b *relation.Builder) { b.Unsigned(b.Witness("w", row), 19) }},
		{"a range of too many bits", "a range of 40 bits", func(b *relation.Builder) { b.Unsigned(b.Witness("w", row), 40) }},
		{"fewer labels than axes", "1 labels for 2 axes", func(b *relation.Builder) { b.Masks([]relation.Axis{row, row}, []relation.Label{"i"}) }},
		{"a mask of an axis without cells", "axis cell has size 0", func(b *relation.Builder) { b.Mask(relation.Axis{Name: "none"}) }},
	} {
		b := relation.NewBuilder("test")
		c.build(b)
		_, err := b.Build()
		if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
