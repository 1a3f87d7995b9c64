package schedule

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// maxRanges bounds how many ranges of rows a schedule leaves out.
const maxRanges = 1 << 16

// Range holds neighbouring rows of a part: From, …, To−1.
type Range struct {
	Part     int // index of the part
	From, To int // rows of that part, from 0
}

// Len returns the number of rows.
func (r Range) Len() int { return r.To - r.From }

// String writes the range with the number of its part: "0:5" or "1:10-19".
func (r Range) String() string { return r.text(strconv.Itoa(r.Part)) }

// text writes the range in the notation of ParseRows.
func (r Range) text(part string) string {
	if r.Len() == 1 {
		return fmt.Sprintf("%s:%d", part, r.From)
	}
	return fmt.Sprintf("%s:%d-%d", part, r.From, r.To-1)
}

// Rows counts the rows of ranges.
func Rows(list []Range) int {
	total := 0
	for _, r := range list {
		total += r.Len()
	}
	return total
}

// Merge returns the union of ranges in the one form that a Spec allows: sorted,
// with a row between any two of a part. It fails with fault.ErrUsage where a row
// is in two of them.
func Merge(list []Range) ([]Range, error) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Range) int {
		if a.Part != b.Part {
			return a.Part - b.Part
		}
		return a.From - b.From
	})
	var out []Range
	for _, r := range list {
		last := len(out) - 1
		switch {
		case last < 0 || out[last].Part != r.Part || out[last].To < r.From:
			out = append(out, r)
		case out[last].To > r.From:
			return nil, usage("row %d of part %d is left out twice", r.From, r.Part)
		default:
			out[last].To = r.To
		}
	}
	return out, nil
}

// ParseRows reads rows of parts by name, numbered from 0 as they are committed:
//
//	"north:5"        one row
//	"south:10-19"    neighbouring rows, the last one included
//	"west"           all rows of a part
//
// find returns the index of a part and its number of rows. The result is in the
// form of Merge. Errors wrap fault.ErrUsage: a text of another form, a row that
// does not exist, a row named twice; or are those of find.
func ParseRows(texts []string, find func(name string) (part, rows int, err error)) ([]Range, error) {
	var list []Range
	for _, text := range texts {
		name, numbers := text, ""
		if i := strings.LastIndexByte(text, ':'); i >= 0 {
			name, numbers = text[:i], text[i+1:]
		}
		part, rows, err := find(name)
		if err != nil {
			return nil, fmt.Errorf("rows %q: %w", text, err)
		}
		r := Range{Part: part, To: rows}
		if name != text {
			if r.From, r.To, err = parseNumbers(numbers); err != nil {
				return nil, fmt.Errorf("rows %q: %v, want PART, PART:ROW or PART:FIRST-LAST: %w", text, fault.Text(err, nil), fault.ErrUsage)
			}
		}
		if r.To > rows {
			return nil, fmt.Errorf("rows %q: the part has %d rows, numbered from 0: %w", text, rows, fault.ErrUsage)
		}
		list = append(list, r)
	}
	merged, err := Merge(list)
	if err != nil {
		return nil, err
	}
	if len(merged) > maxRanges {
		return nil, usage("%d ranges of rows, at most %d", len(merged), maxRanges)
	}
	return merged, nil
}

// parseNumbers reads "5" or "10-19" as a half-open range that is not empty.
func parseNumbers(text string) (from, to int, err error) {
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	a, err := strconv.ParseUint(first, 10, 31)
	if err != nil {
		return 0, 0, fmt.Errorf("%q is no number of a row", first)
	}
	b, err := strconv.ParseUint(last, 10, 31)
	if err != nil {
		return 0, 0, fmt.Errorf("%q is no number of a row", last)
	}
	if b < a {
		return 0, 0, fmt.Errorf("the last row is before the first")
	}
	return int(a), int(b) + 1, nil
}

// checkWithout checks the rows left out. Requires parts that check accepts.
func (s Spec) checkWithout() error {
	if len(s.Without) > maxRanges {
		return usage("%d ranges of rows left out, at most %d", len(s.Without), maxRanges)
	}
	for i, r := range s.Without {
		switch {
		case r.Part < 0 || r.Part >= len(s.Parts):
			return usage("rows left out of part %d, there are %d parts", r.Part, len(s.Parts))
		case r.From < 0 || r.From >= r.To || r.To > s.Parts[r.Part]:
			return usage("rows %d to %d left out of part %d, which has %d rows", r.From, r.To-1, r.Part, s.Parts[r.Part])
		}
		if i > 0 {
			if before := s.Without[i-1]; r.Part < before.Part || r.Part == before.Part && r.From <= before.To {
				return usage("ranges %v and %v of rows left out: want them in order, with a row between them", before, r)
			}
		}
	}
	return nil
}

// gap holds neighbouring row numbers, of all parts, that are left out.
type gap struct {
	from, to int64
	read     int64 // rows in front of it that are read
}

// gaps are the rows left out, by number.
type gaps []gap

// gapsOf numbers the ranges, given the number of each part's first row.
func gapsOf(list []Range, starts []int64) gaps {
	var out gaps
	skipped := int64(0)
	for _, r := range list {
		g := gap{from: starts[r.Part] + int64(r.From), to: starts[r.Part] + int64(r.To)}
		g.read = g.from - skipped
		skipped += g.to - g.from
		out = append(out, g)
	}
	return out
}

// has tells whether the row with this number is left out.
func (g gaps) has(number int64) bool {
	i := sort.Search(len(g), func(i int) bool { return g[i].from > number })
	return i > 0 && number < g[i-1].to
}

// nth returns the number of the row that comes n-th, from 0, among those read
// in committed order.
func (g gaps) nth(n int64) int64 {
	i := sort.Search(len(g), func(i int) bool { return g[i].read > n })
	if i == 0 {
		return n
	}
	return g[i-1].to + n - g[i-1].read
}
