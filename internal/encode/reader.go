package encode

import (
	"encoding/binary"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Reader takes fields off the front of an encoding. The first field that is not
// there, or not allowed, is kept as the error, fault.ErrMalformed, which says
// what was to be read; whatever is read after it is zero. No memory is taken for
// more than is there.
type Reader struct {
	rest []byte
	err  error
}

// NewReader reads an encoding, which is shared with what it returns.
func NewReader(encoding []byte) *Reader { return &Reader{rest: encoding} }

// Err returns the first error.
func (r *Reader) Err() error { return r.err }

// Left returns how many bytes are still to be read.
func (r *Reader) Left() int { return len(r.rest) }

// Keep keeps an error, unless there is one.
func (r *Reader) Keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Fail keeps the error that something read is not allowed.
func (r *Reader) Fail(what string, format string, args ...any) {
	r.Keep(fmt.Errorf("%s: %s: %w", what, fmt.Sprintf(format, args...), fault.ErrMalformed))
}

// Fixed returns the next n bytes, shared with the input.
func (r *Reader) Fixed(what string, n int) []byte {
	if r.err != nil {
		return nil
	}
	if n > len(r.rest) {
		r.Fail(what, "%d bytes left, needs %d", len(r.rest), n)
		return nil
	}
	field := r.rest[:n:n]
	r.rest = r.rest[n:]
	return field
}

// Int reads a number.
func (r *Reader) Int(what string) int64 {
	if field := r.Fixed(what, 8); field != nil {
		return int64(binary.LittleEndian.Uint64(field))
	}
	return 0
}

// Bounded reads a number in [low, high].
func (r *Reader) Bounded(what string, low, high int64) int {
	n := r.Int(what)
	if r.err == nil && (n < low || n > high) {
		r.Fail(what, "%d, want %d to %d", n, low, high)
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}

// Bytes reads a field of at most limit bytes.
func (r *Reader) Bytes(what string, limit int) []byte {
	return r.Fixed(what, r.Bounded(what, 0, int64(min(limit, len(r.rest)))))
}

// Bool reads 0 or 1.
func (r *Reader) Bool(what string) bool { return r.Bounded(what, 0, 1) == 1 }

// Count reads the length of a list of at most limit entries, which take at
// least size bytes each.
func (r *Reader) Count(what string, limit, size int) int {
	n := r.Int(what)
	if most := min(limit, len(r.rest)/size); r.err == nil && (n < 0 || n > int64(most)) {
		r.Fail(what, "%d, want 0 to %d", n, most)
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}

// Digest reads 32 bytes.
func (r *Reader) Digest(what string) (d [32]byte) {
	copy(d[:], r.Fixed(what, len(d)))
	return d
}

// Ints reads a list of numbers, at most limit.
func (r *Reader) Ints(what string, limit int) []int64 {
	n := r.Bounded(what, 0, int64(min(limit, len(r.rest)/8)))
	field := r.Fixed(what, 8*n)
	if field == nil {
		return nil
	}
	numbers := make([]int64, n)
	for i := range numbers {
		numbers[i] = int64(binary.LittleEndian.Uint64(field[8*i:]))
	}
	return numbers
}

// End refuses bytes after the last field.
func (r *Reader) End(what string) error {
	if r.err == nil && len(r.rest) != 0 {
		r.Fail(what, "%d bytes too many", len(r.rest))
	}
	return r.err
}
