package bundle

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestReaderKeepsItsFirstError: behind a field that is not there, or not
// allowed, everything reads as zero and nothing is taken, whatever there is.
func TestReaderKeepsItsFirstError(t *testing.T) {
	numbers := func(n ...int64) (b []byte) {
		for _, v := range n {
			b = appendInt(b, v)
		}
		return b
	}
	for name, c := range map[string]struct {
		input []byte
		read  func(r *reader) any // of a list or a text: its length
		value any
		says  string // nothing: no error
	}{
		"a number":              {numbers(-7), func(r *reader) any { return r.int("n") }, int64(-7), ""},
		"a number cut short":    {numbers(7)[:7], func(r *reader) any { return r.int("n") }, int64(0), "n: 7 bytes left, needs 8"},
		"at the lower bound":    {numbers(3), func(r *reader) any { return r.bounded("n", 3, 5) }, 3, ""},
		"at the upper bound":    {numbers(5), func(r *reader) any { return r.bounded("n", 3, 5) }, 5, ""},
		"below its bounds":      {numbers(2), func(r *reader) any { return r.bounded("n", 3, 5) }, 0, "n: 2, want 3 to 5"},
		"above its bounds":      {numbers(6), func(r *reader) any { return r.bounded("n", 3, 5) }, 0, "n: 6, want 3 to 5"},
		"no number of bounds":   {nil, func(r *reader) any { return r.bounded("n", 3, 5) }, 0, "n: 0 bytes left, needs 8"},
		"a text of its limit":   {append(numbers(2), 'a', 'b'), func(r *reader) any { return len(r.bytes("text", 2)) }, 2, ""},
		"a text beyond it":      {append(numbers(3), 'a', 'b', 'c'), func(r *reader) any { return len(r.bytes("text", 2)) }, 0, "text: 3, want 0 to 2"},
		"a text cut short":      {append(numbers(3), 'a', 'b'), func(r *reader) any { return len(r.bytes("text", 9)) }, 0, "text: 2 bytes left, needs 3"},
		"a text of less than 0": {numbers(-1), func(r *reader) any { return len(r.bytes("text", 9)) }, 0, "text: -1, want 0 to "},
		"a digest":              {append(make([]byte, 31), 9), func(r *reader) any { return r.digest("d")[31] }, byte(9), ""},
		"a digest cut short":    {slices.Repeat([]byte{9}, 31), func(r *reader) any { return r.digest("d")[0] }, byte(0), "d: 31 bytes left, needs 32"},
		"a list of its limit":   {numbers(2, -4, 5), func(r *reader) any { return [2]int64(r.ints("list", 2)) }, [2]int64{-4, 5}, ""},
		"a list of nothing":     {numbers(0), func(r *reader) any { return len(r.ints("list", 2)) }, 0, ""},
		"a list beyond it":      {numbers(3, 1, 2, 3), func(r *reader) any { return len(r.ints("list", 2)) }, 0, "list: 3, want 0 to 2"},
		"a list cut short":      {numbers(2, 1, 2)[:23], func(r *reader) any { return len(r.ints("list", 9)) }, 0, "list: 15 bytes left, needs 16"},
	} {
		r := &reader{rest: slices.Clone(c.input)}
		if got := c.read(r); got != c.value {
			t.Errorf("%s: %v, want %v", name, got, c.value)
		}
		if c.says == "" {
			if err := r.end("input"); err != nil || len(r.rest) != 0 {
				t.Errorf("%s: %v, %d bytes left", name, err, len(r.rest))
			}
			continue
		}
		left := numbers(1, 1, 1, 1, 1)
		r.rest = left
		r.fail("later", "another error")
		if n, text, list, d := r.bounded("n", 1, 1), r.bytes("text", 9), r.ints("list", 9), r.digest("d"); n != 0 || text != nil || list != nil || d != [32]byte{} || r.int("n") != 0 {
			t.Errorf("%s: fields behind an error: %d, %q, %v, %x", name, n, text, list, d)
		}
		if err := r.end("input"); !errors.Is(err, fault.ErrMalformed) || !strings.HasPrefix(err.Error(), c.says) || len(r.rest) != len(left) {
			t.Errorf("%s: %v, want %q, %d bytes left", name, err, c.says, len(r.rest))
		}
	}
	r := &reader{rest: []byte{1, 2}}
	if err := r.end("input"); !errors.Is(err, fault.ErrMalformed) || !strings.HasPrefix(err.Error(), "input: 2 bytes too many") {
		t.Errorf("bytes behind the end: %v", err)
	}
}
