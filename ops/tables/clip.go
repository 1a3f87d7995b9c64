package tables

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Clip returns the table (d, min(max(d, −c), c)). Output and input have the same
// fraction bits, whatever they are.
// It fails with fault.ErrUsage unless 1 <= c < 2^15.
func Clip(c int) (Table, error) {
	if c < 1 || c > -MinInput-1 {
		return Table{}, fmt.Errorf("clip table: limit %d, want 1 to %d: %w", c, -MinInput-1, fault.ErrUsage)
	}
	t := clamped(fmt.Sprintf("clip.c%d", c), -int32(c), int32(c))
	t.Columns = t.Columns[:2]
	return t, nil
}
