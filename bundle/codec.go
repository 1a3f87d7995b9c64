package bundle

import (
	"encoding/binary"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Encodings are injective: numbers have 8 bytes, texts and lists stand behind
// their length.

func appendInt(b []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(n)) }

func appendBytes(b, field []byte) []byte { return append(appendInt(b, int64(len(field))), field...) }

func appendTexts(b []byte, texts []string) []byte {
	b = appendInt(b, int64(len(texts)))
	for _, text := range texts {
		b = appendBytes(b, []byte(text))
	}
	return b
}

func appendInts(b []byte, numbers []int64) []byte {
	b = appendInt(b, int64(len(numbers)))
	for _, n := range numbers {
		b = appendInt(b, n)
	}
	return b
}

// reader takes fields off the front of rest. The first field that is not
// there, or is longer than allowed, is kept as the error; what follows reads
// as zero.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(what string, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %s: %w", what, fmt.Sprintf(format, args...), fault.ErrMalformed)
	}
}

// take returns the next n bytes, shared with the input.
func (r *reader) take(what string, n int) []byte {
	if r.err != nil {
		return nil
	}
	if n > len(r.rest) {
		r.fail(what, "%d bytes left, needs %d", len(r.rest), n)
		return nil
	}
	field := r.rest[:n:n]
	r.rest = r.rest[n:]
	return field
}

func (r *reader) int(what string) int64 {
	if field := r.take(what, 8); field != nil {
		return int64(binary.LittleEndian.Uint64(field))
	}
	return 0
}

// bounded reads a number in [low, high].
func (r *reader) bounded(what string, low, high int64) int {
	n := r.int(what)
	if r.err == nil && (n < low || n > high) {
		r.fail(what, "%d, want %d to %d", n, low, high)
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}

// bytes reads a field behind its length, at most limit bytes.
func (r *reader) bytes(what string, limit int) []byte {
	return r.take(what, r.bounded(what, 0, int64(min(limit, len(r.rest)))))
}

func (r *reader) digest(what string) (d [32]byte) {
	copy(d[:], r.take(what, len(d)))
	return d
}

// ints reads a list of numbers, at most limit.
func (r *reader) ints(what string, limit int) []int64 {
	n := r.bounded(what, 0, int64(min(limit, len(r.rest)/8)))
	field := r.take(what, 8*n)
	if field == nil {
		return nil
	}
	numbers := make([]int64, n)
	for i := range numbers {
		numbers[i] = int64(binary.LittleEndian.Uint64(field[8*i:]))
	}
	return numbers
}

// end refuses bytes behind the last field.
func (r *reader) end(what string) error {
	if r.err == nil && len(r.rest) != 0 {
		r.fail(what, "%d bytes too many", len(r.rest))
	}
	return r.err
}
