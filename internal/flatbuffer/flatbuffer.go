package flatbuffer

import (
	"encoding/binary"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Buffer is a FlatBuffer, and the first thing that was wrong with it.
type Buffer struct {
	bytes []byte
	err   error
}

// New returns a buffer of these bytes, which are not copied.
func New(bytes []byte) *Buffer { return &Buffer{bytes: bytes} }

// Err returns what the first access met that led out of the buffer. It wraps
// fault.ErrMalformed.
func (b *Buffer) Err() error { return b.err }

// fails keeps the first error.
func (b *Buffer) fails(at int64, format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf("byte %d: %s: %w", at, fmt.Sprintf(format, args...), fault.ErrMalformed)
	}
}

// holds reports whether so many bytes from at on are within the buffer.
func (b *Buffer) holds(at, n int64, what string) bool {
	if b.err == nil && (at < 0 || n < 0 || at > int64(len(b.bytes)) || n > int64(len(b.bytes))-at) {
		b.fails(at, "%s of %d bytes, where the whole has %d", what, n, len(b.bytes))
	}
	return b.err == nil
}

// uint16 and uint32 read a number. Require that the buffer holds it.
func (b *Buffer) uint16(at int64) int64 { return int64(binary.LittleEndian.Uint16(b.bytes[at:])) }
func (b *Buffer) uint32(at int64) int64 { return int64(binary.LittleEndian.Uint32(b.bytes[at:])) }

// follow returns where the offset at a position leads.
func (b *Buffer) follow(at int64) int64 {
	if !b.holds(at, 4, "an offset") {
		return 0
	}
	return at + b.uint32(at)
}

// Root is the table that the buffer begins with.
func (b *Buffer) Root() Table { return b.table(b.follow(0)) }

func (b *Buffer) table(at int64) Table {
	if !b.holds(at, 4, "a table") {
		return Table{}
	}
	vtable := at - int64(int32(b.uint32(at)))
	if !b.holds(vtable, 4, "a vtable") {
		return Table{}
	}
	length, size := b.uint16(vtable), b.uint16(vtable+2)
	if length < 4 || size < 4 {
		b.fails(vtable, "a vtable of %d bytes, of a table of %d", length, size)
	}
	if !b.holds(vtable, length, "a vtable") || !b.holds(at, size, "a table") {
		return Table{}
	}
	return Table{in: b, at: at, vtable: vtable, slots: int((length - 4) / 2), size: size}
}

// Table is a table of a buffer. The zero Table has no fields.
type Table struct {
	in         *Buffer
	at, vtable int64
	slots      int
	size       int64
}

// Exists reports whether there is such a table.
func (t Table) Exists() bool { return t.in != nil }

// field returns where a field of so many bytes stands; false: it is as by default.
func (t Table) field(id int, width int64) (int64, bool) {
	if id >= t.slots || t.in.err != nil {
		return 0, false
	}
	from := t.in.uint16(t.vtable + 4 + 2*int64(id))
	if from == 0 {
		return 0, false
	}
	if from < 4 || from+width > t.size {
		t.in.fails(t.at, "field %d lies outside its table", id)
		return 0, false
	}
	return t.at + from, true
}

// Uint8 returns a field of one byte.
func (t Table) Uint8(id int, byDefault uint8) uint8 {
	if at, is := t.field(id, 1); is {
		return t.in.bytes[at]
	}
	return byDefault
}

// Int16 returns a field of two bytes.
func (t Table) Int16(id int, byDefault int16) int16 {
	if at, is := t.field(id, 2); is {
		return int16(t.in.uint16(at))
	}
	return byDefault
}

// Int32 returns a field of four bytes.
func (t Table) Int32(id int, byDefault int32) int32 {
	if at, is := t.field(id, 4); is {
		return int32(t.in.uint32(at))
	}
	return byDefault
}

// Int64 returns a field of eight bytes.
func (t Table) Int64(id int, byDefault int64) int64 {
	if at, is := t.field(id, 8); is {
		return int64(binary.LittleEndian.Uint64(t.in.bytes[at:]))
	}
	return byDefault
}

// Table returns the table that a field leads to; the zero Table if there is none.
func (t Table) Table(id int) Table {
	if at, is := t.field(id, 4); is {
		return t.in.table(t.in.follow(at))
	}
	return Table{}
}

// Text returns a string.
func (t Table) Text(id int) string { return string(t.Bytes(id, 1)) }

// Bytes returns the elements of a vector, of so many bytes each.
func (t Table) Bytes(id, width int) []byte {
	at, n := t.vector(id, int64(width))
	if n == 0 {
		return nil
	}
	return t.in.bytes[at : at+n*int64(width)]
}

// Tables returns a vector of tables.
func (t Table) Tables(id int) Tables {
	at, n := t.vector(id, 4)
	return Tables{in: t.in, at: at, n: int(n)}
}

// vector returns where the elements of a vector stand, and how many there are.
func (t Table) vector(id int, width int64) (at, n int64) {
	field, is := t.field(id, 4)
	if !is {
		return 0, 0
	}
	at = t.in.follow(field)
	if !t.in.holds(at, 4, "a vector") {
		return 0, 0
	}
	n, at = t.in.uint32(at), at+4
	if !t.in.holds(at, n*width, "a vector") {
		return 0, 0
	}
	return at, n
}

// Tables is a vector of tables.
type Tables struct {
	in *Buffer
	at int64
	n  int
}

// Len is how many there are: at most a quarter of the buffer's bytes.
func (v Tables) Len() int { return v.n }

// At returns one of them. Requires 0 <= i < v.Len().
func (v Tables) At(i int) Table { return v.in.table(v.in.follow(v.at + 4*int64(i))) }
