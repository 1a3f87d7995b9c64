package encode

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestReaderKeepsItsFirstError: after a field that is not there, or not
// allowed, everything reads as zero and nothing is taken, whatever there is.
func TestReaderKeepsItsFirstError(t *testing.T) {
	numbers := func(n ...int64) (b []byte) {
		for _, v := range n {
			b = Int(b, v)
		}
		return b
	}
	for name, c := range map[string]struct {
		input []byte
		read  func(r *Reader) any // of a list or a text: its length
		value any
		says  string // nothing: no error
	}{
		"a number":              {numbers(-7), func(r *Reader) any { return r.Int("n") }, int64(-7), ""},
		"a number cut short":    {numbers(7)[:7], func(r *Reader) any { return r.Int("n") }, int64(0), "n: 7 bytes left, needs 8"},
		"at the lower bound":    {numbers(3), func(r *Reader) any { return r.Bounded("n", 3, 5) }, 3, ""},
		"at the upper bound":    {numbers(5), func(r *Reader) any { return r.Bounded("n", 3, 5) }, 5, ""},
		"below its bounds":      {numbers(2), func(r *Reader) any { return r.Bounded("n", 3, 5) }, 0, "n: 2, want 3 to 5"},
		"above its bounds":      {numbers(6), func(r *Reader) any { return r.Bounded("n", 3, 5) }, 0, "n: 6, want 3 to 5"},
		"no number of bounds":   {nil, func(r *Reader) any { return r.Bounded("n", 3, 5) }, 0, "n: 0 bytes left, needs 8"},
		"a text of its limit":   {append(numbers(2), 'a', 'b'), func(r *Reader) any { return len(r.Bytes("text", 2)) }, 2, ""},
		"a text beyond it":      {append(numbers(3), 'a', 'b', 'c'), func(r *Reader) any { return len(r.Bytes("text", 2)) }, 0, "text: 3, want 0 to 2"},
		"a text cut short":      {append(numbers(3), 'a', 'b'), func(r *Reader) any { return len(r.Bytes("text", 9)) }, 0, "text: 2 bytes left, needs 3"},
		"a text of less than 0": {numbers(-1), func(r *Reader) any { return len(r.Bytes("text", 9)) }, 0, "text: -1, want 0 to "},
		"yes":                   {numbers(1), func(r *Reader) any { return r.Bool("b") }, true, ""},
		"no":                    {numbers(0), func(r *Reader) any { return r.Bool("b") }, false, ""},
		"neither":               {numbers(2), func(r *Reader) any { return r.Bool("b") }, false, "b: 2, want 0 to 1"},
		"a count":               {numbers(3)[:8], func(r *Reader) any { return r.Count("c", 9, 8) }, 0, "c: 3, want 0 to 0"},
		"a count of its limit":  {append(numbers(2), 1, 2, 3), func(r *Reader) any { n := r.Count("c", 2, 1); r.Fixed("rest", 3); return n }, 2, ""},
		"a count beyond it":     {numbers(2, 1, 1), func(r *Reader) any { return r.Count("c", 1, 8) }, 0, "c: 2, want 0 to 1"},
		"a digest":              {append(make([]byte, 31), 9), func(r *Reader) any { return r.Digest("d")[31] }, byte(9), ""},
		"a digest cut short":    {slices.Repeat([]byte{9}, 31), func(r *Reader) any { return r.Digest("d")[0] }, byte(0), "d: 31 bytes left, needs 32"},
		"a list of its limit":   {numbers(2, -4, 5), func(r *Reader) any { return [2]int64(r.Ints("list", 2)) }, [2]int64{-4, 5}, ""},
		"a list of nothing":     {numbers(0), func(r *Reader) any { return len(r.Ints("list", 2)) }, 0, ""},
		"a list beyond it":      {numbers(3, 1, 2, 3), func(r *Reader) any { return len(r.Ints("list", 2)) }, 0, "list: 3, want 0 to 2"},
		"a list cut short":      {numbers(2, 1, 2)[:23], func(r *Reader) any { return len(r.Ints("list", 9)) }, 0, "list: 15 bytes left, needs 16"},
	} {
		r := NewReader(slices.Clone(c.input))
		if got := c.read(r); got != c.value {
			t.Errorf("%s: %v, want %v", name, got, c.value)
		}
		if c.says == "" {
			if err := r.End("input"); err != nil || len(r.rest) != 0 {
				t.Errorf("%s: %v, %d bytes left", name, err, len(r.rest))
			}
			continue
		}
		left := numbers(1, 1, 1, 1, 1)
		r.rest = left
		r.Fail("later", "another error")
		if n, text, list, d := r.Bounded("n", 1, 1), r.Bytes("text", 9), r.Ints("list", 9), r.Digest("d"); n != 0 || text != nil || list != nil || d != [32]byte{} || r.Int("n") != 0 {
			t.Errorf("%s: fields after an error: %d, %q, %v, %x", name, n, text, list, d)
		}
		if err := r.End("input"); !errors.Is(err, fault.ErrMalformed) || !strings.HasPrefix(err.Error(), c.says) || len(r.rest) != len(left) {
			t.Errorf("%s: %v, want %q, %d bytes left", name, err, c.says, len(r.rest))
		}
	}
	r := NewReader([]byte{1, 2})
	if err := r.End("input"); !errors.Is(err, fault.ErrMalformed) || !strings.HasPrefix(err.Error(), "input: 2 bytes too many") {
		t.Errorf("bytes after the end: %v", err)
	}
}
