package tflite

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// structure walks the tables of a file along their layouts and checks every
// position that the generated accessors will later use without looking.
//
// Work is bounded whatever the offsets say: many offsets may point at one table
// or vector (writers share equal strings and shapes), so tables and the bytes
// that the reader copies are counted per visit, not per place in the file.
type structure struct {
	data []byte
	// tables and bytes are what may still be visited.
	tables, operators, bytes int
	// unread collects what the file holds and the reader leaves out.
	unread map[string]bool
}

// checkStructure accepts data only if every access of the reader stays inside
// it. It returns the names of fields that are present and not read, sorted.
func checkStructure(data []byte) ([]string, error) {
	if len(data) > MaxFileSize {
		return nil, fmt.Errorf("%w: file of %d bytes, limit %d", fault.ErrUnsupported, len(data), MaxFileSize)
	}
	if len(data) < 8 {
		return nil, fmt.Errorf("%w: not a .tflite file: %d bytes are too few for a header", fault.ErrMalformed, len(data))
	}
	if !Recognised(data) {
		return nil, fmt.Errorf("%w: not a .tflite file: identifier %q at byte 4, want %q", fault.ErrMalformed, data[4:8], identifier)
	}
	s := &structure{
		data:      data,
		tables:    maxTables,
		operators: maxOperators,
		// An honest writer shares short strings and shapes; eight times the
		// file is far beyond what sharing saves in practice.
		bytes:  min(8*len(data)+1<<16, maxStructure),
		unread: map[string]bool{},
	}
	root, err := s.follow(0, "root")
	if err != nil {
		return nil, err
	}
	if err := s.table(root, modelLayout(), 0); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(s.unread)), nil
}

// Recognised reports whether a file calls itself a .tflite model.
func Recognised(data []byte) bool { return len(data) >= 8 && string(data[4:8]) == identifier }

// uint32At reads four bytes. Requires 0 <= at <= len(data)-4.
func (s *structure) uint32At(at int) uint32 { return binary.LittleEndian.Uint32(s.data[at:]) }

// uint16At reads two bytes. Requires 0 <= at <= len(data)-2.
func (s *structure) uint16At(at int) int { return int(binary.LittleEndian.Uint16(s.data[at:])) }

// follow returns the position that the offset stored at at points to; four
// bytes can be read there. Requires 0 <= at <= len(data)-4.
func (s *structure) follow(at int, what string) (int, error) {
	target := int64(at) + int64(s.uint32At(at))
	if target < int64(at)+4 || target > int64(len(s.data)-4) {
		return 0, malformed(at, "offset of %s leads to byte %d of %d", what, target, len(s.data))
	}
	return int(target), nil
}

// table checks the table at pos and all it leads to. Requires 0 <= pos <=
// len(data)-4.
func (s *structure) table(pos int, t layout, depth int) error {
	if depth > maxDepth {
		return malformed(pos, "tables nest deeper than %d", maxDepth)
	}
	if s.tables--; s.tables < 0 {
		return fmt.Errorf("%w: more than %d tables (a shared-offset bomb, or a model far beyond this system)", fault.ErrUnsupported, maxTables)
	}
	vtable, slots, size, err := s.vtable(pos, t.name)
	if err != nil {
		return err
	}
	if err := s.spend(pos, 2*slots+4); err != nil {
		return err
	}
	for id := range slots {
		off := s.uint16At(vtable + 4 + 2*id)
		if off == 0 {
			continue
		}
		if id >= len(t.fields) {
			// A field that newer writers know. Its type, and with it its
			// size, is unknown: it is not followed.
			s.unread[fmt.Sprintf("%s: field %d", t.name, id)] = true
			continue
		}
		f := t.fields[id]
		width := 4
		if f.kind == scalar {
			width = f.size
		}
		if off < 4 || off+width > size {
			return malformed(pos, "%s.%s lies outside its table", t.name, f.name)
		}
		if f.kind == scalar {
			continue
		}
		tag := s.tagBefore(pos, vtable, id, slots)
		if err := s.reference(pos+off, t.name, f, tag, depth); err != nil {
			return err
		}
	}
	return nil
}

// vtable checks the vtable of the table at pos: its position, the number of its
// slots, and the size of the table's inline part.
func (s *structure) vtable(pos int, name string) (at, slots, size int, err error) {
	signed := int64(int32(s.uint32At(pos)))
	at64 := int64(pos) - signed
	if at64 < 0 || at64 > int64(len(s.data)-4) {
		return 0, 0, 0, malformed(pos, "vtable of %s at byte %d of %d", name, at64, len(s.data))
	}
	at = int(at64)
	length := s.uint16At(at)
	size = s.uint16At(at + 2)
	if length < 4 || length%2 != 0 || length > len(s.data)-at {
		return 0, 0, 0, malformed(at, "vtable of %s has length %d", name, length)
	}
	if size < 4 || size > len(s.data)-pos {
		return 0, 0, 0, malformed(pos, "%s of %d bytes does not fit the file", name, size)
	}
	return at, (length - 4) / 2, size, nil
}

// tagBefore returns the byte stored in the slot before id: for a choice, the
// tag of its table. The slot was checked in its turn, as the scalar it is.
func (s *structure) tagBefore(pos, vtable, id, slots int) byte {
	if id == 0 || id >= slots {
		return 0
	}
	if off := s.uint16At(vtable + 4 + 2*(id-1)); off != 0 && pos+off < len(s.data) {
		return s.data[pos+off]
	}
	return 0
}

// reference checks what the offset at at leads to.
func (s *structure) reference(at int, owner string, f field, tag byte, depth int) error {
	what := owner + "." + f.name
	target, err := s.follow(at, what)
	if err != nil {
		return err
	}
	switch f.kind {
	case text:
		return s.text(target, what)
	case vector, blob:
		return s.vector(target, f, what)
	case tables:
		return s.tableVector(target, f, what, depth)
	case child:
		return s.table(target, f.table, depth+1)
	case choice:
		if t, ok := f.pick(tag); ok {
			return s.table(target, t, depth+1)
		}
		if tag != 0 {
			s.unread[fmt.Sprintf("%s of type %d", what, tag)] = true
		}
		return nil
	default: // unread
		s.unread[what] = true
		return nil
	}
}

// text checks a string: its bytes and the zero after them.
func (s *structure) text(at int, what string) error {
	n := int64(s.uint32At(at))
	if n >= int64(len(s.data)-at-4) {
		return malformed(at, "%s of %d bytes does not fit the file", what, n)
	}
	if s.data[at+4+int(n)] != 0 {
		return malformed(at, "%s does not end in a zero byte", what)
	}
	return s.spend(at, int(n)+1)
}

// vector checks a vector of scalars. What the reader copies is counted.
func (s *structure) vector(at int, f field, what string) error {
	n := int64(s.uint32At(at))
	if n > int64(len(s.data)-at-4)/int64(f.size) {
		return malformed(at, "%s of %d elements does not fit the file", what, n)
	}
	if f.kind == blob {
		return s.spend(at, 4)
	}
	return s.spend(at, 4+int(n)*f.size)
}

// tableVector checks a vector of offsets and the tables they lead to.
func (s *structure) tableVector(at int, f field, what string, depth int) error {
	n := int64(s.uint32At(at))
	if n > int64(len(s.data)-at-4)/4 {
		return malformed(at, "%s of %d elements does not fit the file", what, n)
	}
	if f.table.name == "Operator" {
		if s.operators -= int(n); s.operators < 0 {
			return fmt.Errorf("%w: more than %d operators", fault.ErrUnsupported, maxOperators)
		}
	}
	for i := range int(n) {
		target, err := s.follow(at+4+4*i, what)
		if err != nil {
			return err
		}
		if err := s.table(target, f.table, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// spend counts n visited bytes.
func (s *structure) spend(at, n int) error {
	if s.bytes -= n; s.bytes < 0 {
		if len(s.data) > maxStructure {
			return fmt.Errorf("%w: more than %d bytes besides constants", fault.ErrUnsupported, maxStructure)
		}
		return malformed(at, "the same bytes are referenced over and over (a shared-offset bomb)")
	}
	return nil
}

// malformed reports damage at a byte of the file.
func malformed(at int, format string, args ...any) error {
	return fmt.Errorf("%w: byte %d: %s", fault.ErrMalformed, at, fmt.Sprintf(format, args...))
}
