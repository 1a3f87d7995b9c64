package memory

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	// Default is what a verification may take unless its user says otherwise.
	Default = 4 << 30
	// Base is what any verification takes: code, tables of functions, what a
	// proof of the usual size and its public values need.
	Base = 256 << 20
	// process is what a process of ours takes without any work: code, tables of
	// functions.
	process = 48 << 20
)

// Need is how much memory some work takes, by what takes it. The zero Need is
// empty.
type Need struct{ items []item }

type item struct {
	what  string
	bytes int64
}

// Add counts n times size bytes for something. Requires both not to be negative.
func (n *Need) Add(what string, count, size int64) {
	bytes := int64(math.MaxInt64)
	if size == 0 || count <= bytes/size {
		bytes = count * size
	}
	n.items = append(n.items, item{what, bytes})
}

// Bytes is the sum, at most 2^63 − 1.
func (n *Need) Bytes() int64 {
	total := int64(Base)
	for _, i := range n.items {
		if total += i.bytes; total < 0 {
			return math.MaxInt64
		}
	}
	return total
}

// Typical is what a process with this need is expected to take at most of the time: Bytes
// leaves more room.
func (n *Need) Typical() int64 { return n.Bytes() - Base + process }

// Check returns fault.ErrResources, with the need, the limit and the way out,
// if the need is more than limit. Work is what needs it: "verifying".
func (n *Need) Check(work string, limit int64) error {
	total := n.Bytes()
	if total <= limit {
		return nil
	}
	return fmt.Errorf("%s takes about %s of memory (%s), more than the %s it may take: on a machine that has them, allow more with --max-memory: %w",
		work, Format(total), n.largest(), Format(limit), fault.ErrResources)
}

// largest lists the three largest items.
func (n *Need) largest() string {
	largest := slices.Clone(n.items)
	slices.SortStableFunc(largest, func(a, b item) int { return int(max(-1, min(1, b.bytes-a.bytes))) })
	var parts []string
	for _, i := range largest[:min(3, len(largest))] {
		parts = append(parts, fmt.Sprintf("%s for %s", Format(i.bytes), i.what))
	}
	return strings.Join(parts, ", ")
}

// Format writes a number of bytes for people.
func Format(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// Parse reads an amount of memory: "4GiB", "512MiB", "3.5 GiB", or bytes. Errors wrap
// fault.ErrUsage.
func Parse(text string) (int64, error) {
	number, unit := strings.TrimSpace(text), 1.0
	for suffix, bytes := range map[string]float64{"GiB": 1 << 30, "MiB": 1 << 20, "G": 1 << 30, "M": 1 << 20} {
		if rest, ok := strings.CutSuffix(number, suffix); ok && unit == 1 {
			number, unit = strings.TrimSpace(rest), bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n > 0) || n*unit > 1<<60 || strings.ContainsAny(number, "xXpPnN_") {
		return 0, fmt.Errorf("%s is no amount of memory such as 4GiB or 512MiB: %w", fault.Quote(text), fault.ErrUsage)
	}
	return int64(n * unit), nil
}
