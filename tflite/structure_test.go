package tflite

import (
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite/schema"
)

func TestParseTruncated(t *testing.T) {
	data := marshal(t, smallModel(t))
	for n := range data {
		if _, err := Parse(data[:n]); !errors.Is(err, fault.ErrMalformed) {
			t.Fatalf("first %d of %d bytes: %v, want malformed", n, len(data), err)
		}
	}
}

// TestParseMutated changes every byte of a model to several values. Whatever
// Parse accepts must be readable throughout.
func TestParseMutated(t *testing.T) {
	data := marshal(t, smallModel(t))
	refused := 0
	for i := range data {
		for _, x := range []byte{0x01, 0x02, 0x04, 0x80, 0xff} {
			mutant := append([]byte(nil), data...)
			mutant[i] ^= x
			if !exercise(t, mutant) {
				refused++
			}
		}
	}
	if refused < len(data) {
		t.Errorf("only %d of %d mutants were refused", refused, 5*len(data))
	}
}

// exercise runs everything that reads a model on data, and reports whether it
// parsed. It fails the test for an error without a named kind.
func exercise(t *testing.T, data []byte) bool {
	t.Helper()
	m, err := Parse(data)
	if err != nil {
		if !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrUnsupported) {
			t.Fatalf("error of no kind: %v", err)
		}
		return false
	}
	if err := Check(m, CheckOptions{}).Err(); err != nil && !errors.Is(err, fault.ErrUnsupported) && !errors.Is(err, fault.ErrInput) {
		t.Fatalf("finding of no kind: %v", err)
	}
	s := Describe(m, CheckOptions{})
	if err := s.WriteText(&strings.Builder{}); err != nil {
		t.Fatal(err)
	}
	for _, g := range m.Subgraphs {
		for i := range g.Tensors {
			if _, err := m.Floats(&g.Tensors[i]); err == nil && !m.IsConstant(&g.Tensors[i]) {
				t.Fatalf("tensor %d gave cells without data", i)
			}
		}
	}
	if _, err := ExactWeights(m); err == nil && !s.ExactWeights {
		t.Fatal("exact weights out of nothing")
	}
	return true
}

// TestParseHeader covers bytes that are no .tflite file at all.
func TestParseHeader(t *testing.T) {
	good := marshal(t, smallModel(t))
	other := append([]byte(nil), good...)
	copy(other[4:], "TFL2")
	for name, data := range map[string][]byte{
		"empty":            nil,
		"seven bytes":      good[:7],
		"identifier TFL2":  other,
		"text":             []byte("this is not a model, but a line of text\n"),
		"zeros":            make([]byte, 1024),
		"header alone":     []byte("\x08\x00\x00\x00TFL3"),
		"PNG":              append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64)...),
		"root into itself": []byte("\x00\x00\x00\x00TFL3\x00\x00\x00\x00"),
	} {
		if _, err := Parse(data); !errors.Is(err, fault.ErrMalformed) || fault.ExitCode(err) != fault.ExitInput {
			t.Errorf("%s: %v, want malformed (exit 3)", name, err)
		}
	}
}

// TestParsePatched breaks one number of a good model at a known place.
func TestParsePatched(t *testing.T) {
	good := marshal(t, smallModel(t))
	root := int(schema.GetRootAsModel(good, 0).Table().Pos)
	vtable := root - int(int32(binary.LittleEndian.Uint32(good[root:])))
	field := func(slot int) int { return root + int(binary.LittleEndian.Uint16(good[vtable+4+2*slot:])) }
	follow := func(at int) int { return at + int(binary.LittleEndian.Uint32(good[at:])) }
	codes, description := field(1), field(3)
	minusOne := uint32(math.MaxUint32)
	cases := []struct {
		name string
		at   int
		bits int
		v    uint32
		want string
	}{
		{"root outside", 0, 32, uint32(len(good)), "offset of root"},
		{"root beyond 2^31", 0, 32, 1 << 31, "offset of root"},
		{"root 2^32-1", 0, 32, minusOne, "offset of root"},
		{"vtable before the file", root, 32, uint32(root + 1), "vtable of Model"},
		{"vtable after the file", root, 32, -uint32(len(good)), "vtable of Model"},
		{"vtable most negative", root, 32, 1 << 31, "vtable of Model"},
		{"vtable too short", vtable, 16, 2, "has length 2"},
		{"vtable odd", vtable, 16, 7, "has length 7"},
		{"vtable too long", vtable, 16, 0xfffe, "has length 65534"},
		{"table too small", vtable + 2, 16, 3, "does not fit"},
		{"table too large", vtable + 2, 16, 0xffff, "does not fit"},
		{"field in the vtable offset", vtable + 4, 16, 2, "outside its table"},
		{"field after the table", vtable + 4, 16, 0x7fff, "outside its table"},
		{"vector offset 2^32-1", codes, 32, minusOne, "offset of Model.operator_codes"},
		{"vector offset zero", codes, 32, 0, "offset of Model.operator_codes"},
		{"vector length 2^32-1", follow(codes), 32, minusOne, "4294967295 elements"},
		{"vector length 2^30", follow(codes), 32, 1 << 30, "elements does not fit"},
		{"string length 2^32-1", follow(description), 32, minusOne, "4294967295 bytes"},
		{"string up to the end of the file", follow(description), 32, uint32(len(good) - follow(description) - 4), "does not fit the file"},
		{"string without its zero", follow(description), 32, 2, "zero byte"},
		{"buffers' length 2^32-1", follow(field(4)), 32, minusOne, "Model.buffers"},
		{"subgraph offset outside", follow(field(2)) + 4, 32, uint32(len(good)), "offset of Model.subgraphs"},
	}
	for _, c := range cases {
		data := append([]byte(nil), good...)
		if c.bits == 16 {
			binary.LittleEndian.PutUint16(data[c.at:], uint16(c.v))
		} else {
			binary.LittleEndian.PutUint32(data[c.at:], c.v)
		}
		_, err := Parse(data)
		if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want malformed with %q", c.name, err, c.want)
		}
	}
}

// TestParseSharedOffsets builds files in which few bytes are referenced very
// often: they must be refused for little memory.
func TestParseSharedOffsets(t *testing.T) {
	tensorWithShape := func(f *file, cells int) int {
		pos, fields := f.table(1, 0)
		f.point(fields[0], f.Len())
		f.u32(uint32(cells))
		f.Write(make([]byte, 4*cells))
		return pos
	}
	// build points the root at one subgraph list over one tensor list.
	build := func(subgraphs, tensors, cells int) []byte {
		f := newFile()
		root, lists := f.table(3, 2)
		f.point(0, root)
		f.point(lists[0], f.Len())
		vector := f.u32(uint32(subgraphs))
		for range subgraphs {
			f.u32(0)
		}
		graph, inner := f.table(1, 0)
		for i := range subgraphs {
			f.point(vector+4+4*i, graph)
		}
		f.point(inner[0], f.Len())
		list := f.u32(uint32(tensors))
		for range tensors {
			f.u32(0)
		}
		tensor := tensorWithShape(f, cells)
		for i := range tensors {
			f.point(list+4+4*i, tensor)
		}
		return f.Bytes()
	}
	for _, c := range []struct {
		name                      string
		subgraphs, tensors, cells int
		want                      error
	}{
		{"tensors with one shape", 1, 100_000, 10_000, fault.ErrMalformed},
		{"subgraphs times tensors", 3_000, 3_000, 0, fault.ErrMalformed},
		{"more tables than the limit", 1, maxTables + 1, 0, fault.ErrUnsupported},
	} {
		data := build(c.subgraphs, c.tensors, c.cells)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse(data)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
			t.Errorf("%s: took %d MiB for a file of %d KiB", c.name, took>>20, len(data)>>10)
		}
	}
	// The same builder makes a file that is accepted, so the refusals above
	// are about sharing.
	if _, err := Parse(build(2, 3, 4)); err != nil {
		t.Errorf("modest sharing: %v", err)
	}
}

func TestParseTooManyOperators(t *testing.T) {
	m := smallModel(t)
	m.Subgraphs[0].Operators = make([]Operator, maxOperators+1)
	if _, err := Parse(marshal(t, m)); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("%v, want unsupported", err)
	}
}

func TestParseTooManyOperands(t *testing.T) {
	m := smallModel(t)
	m.Subgraphs[0].Operators[0].Inputs = make([]int32, maxOperands)
	if _, err := Parse(marshal(t, m)); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "operands") {
		t.Errorf("%v, want unsupported", err)
	}
}

func TestParseTooMuchStructure(t *testing.T) {
	m := smallModel(t)
	m.Description = strings.Repeat("x", maxStructure)
	if _, err := Parse(marshal(t, m)); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "besides constants") {
		t.Errorf("%v, want unsupported", err)
	}
}

func TestParseTooLarge(t *testing.T) {
	data := make([]byte, MaxFileSize+1)
	copy(data, marshal(t, smallModel(t)))
	if _, err := Parse(data); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("%v, want unsupported", err)
	}
}

// TestParseUnknownField adds a slot that the schema subset does not have: it is
// not followed, and reported.
func TestParseUnknownField(t *testing.T) {
	f := newFile()
	root, fields := f.table(40, 2, 39)
	f.point(0, root)
	f.put(fields[1], math.MaxUint32) // would be an offset outside the file
	f.point(fields[0], f.Len())
	f.u32(0)
	m := parse(t, f.Bytes())
	if len(m.Opaque) != 1 || m.Opaque[0] != "Model: field 39" {
		t.Errorf("opaque contents %q", m.Opaque)
	}
	if _, err := Marshal(m); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("writing would lose the field: %v", err)
	}
	m.Subgraphs = smallModel(t).Subgraphs
	m.Codes, m.Buffers = smallModel(t).Codes, smallModel(t).Buffers
	if fs := Check(m, CheckOptions{}); !fs.Has(ProblemUnread) {
		t.Errorf("findings %v", fs)
	}
}
