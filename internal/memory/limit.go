package memory

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Limit is how much memory a process may take, and what says so.
type Limit struct {
	Bytes int64
	By    string // "--max-memory", "the memory limit of the control group"
}

// Lowest returns the lowest of what the machine gives a process and what is
// asked for, in bytes; asked 0 asks for nothing.
func Lowest(asked int64) Limit {
	lowest := Limit{Bytes: 1<<63 - 1, By: "the address space"}
	if asked > 0 {
		lowest = Limit{Bytes: asked, By: "--max-memory"}
	}
	for _, l := range machine() {
		if l.Bytes < lowest.Bytes {
			lowest = l
		}
	}
	return lowest
}

// Within returns fault.ErrResources unless work of a need fits: the need, the
// limit, and what would fit, if anything is said of it. The zero Limit is none.
func (n *Need) Within(work string, limit Limit, fits string) error {
	total := n.Bytes()
	if limit.Bytes == 0 || total <= limit.Bytes {
		return nil
	}
	if fits != "" {
		fits = ": " + fits
	}
	return fmt.Errorf("%s takes about %s of memory (%s), more than the %s that %s leaves%s: %w",
		work, Format(total), n.largest(), Format(limit.Bytes), limit.By, fits, fault.ErrResources)
}
