package relation

import (
	"bytes"
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// shapes are those of systems with every kind of source, in tables and elsewhere.
func shapes(t *testing.T) map[string]*System {
	t.Helper()
	b := NewBuilder("tables")
	p, k, i := Axis{"p", 3}, Axis{"k", 2}, Axis{"i", 4}
	b.Public("window", Window{Positions: 3, Offsets: 2, Stride: 2, Dilation: 3, Before: 1, Size: 4}, p, k, i)
	x := b.Virtual("x", []Axis{p}, []Label{"p"}, Times(Int(3), At(b.Mask(p), "p")))
	b.LookUp(b.Table("rectifier", -4, 8, Rectifier{}, Rectifier{Gate: true}), x, x, x)
	b.LookUp(b.Table("function", 3, 6, &Values{Cells: []int64{9, 8, 7, 6, 5, 4, 9, 9}}), x, x)
	b.Public("none", &Selection{Batch: 1}, p, k, Axis{"rows", 1 << 30})
	tables, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*System{
		"shaped": shaped(t, nil), "tables": tables,
		"with a response": shaped(t, func(s *spec) { s.response, s.restart = []int64{2, 1}, 2 }),
	}
}

// TestShapeIsRead: what is read of a shape has that shape, and nothing of the
// contents that are left out.
func TestShapeIsRead(t *testing.T) {
	for name, s := range shapes(t) {
		shape := s.Shape()
		again, err := ReadShape(shape, 1<<10)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(again.Shape(), shape) || again.ShapeDigest() != s.ShapeDigest() {
			t.Errorf("%s: another shape", name)
		}
		if again.Digest() == s.Digest() {
			t.Errorf("%s: contents are in the shape", name)
		}
		if _, err := ReadShape(shape, 3); !errors.Is(err, fault.ErrResources) {
			t.Errorf("%s, of 3 cells: %v", name, err)
		}
	}
}

// TestShapesThatAreNone: truncated anywhere, or with a byte changed anywhere, a
// shape is refused or is another one.
func TestShapesThatAreNone(t *testing.T) {
	for name, s := range shapes(t) {
		shape := s.Shape()
		for n := range shape {
			if _, err := ReadShape(shape[:n], 1<<10); !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) {
				t.Fatalf("%s: %d of %d bytes: %v", name, n, len(shape), err)
			}
		}
		if _, err := ReadShape(append(bytes.Clone(shape), 0), 1<<10); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: a byte more: %v", name, err)
		}
		for i := range shape {
			for _, bit := range []byte{1, 0x80} {
				changed := bytes.Clone(shape)
				changed[i] ^= bit
				again, err := ReadShape(changed, 1<<10)
				switch {
				case errors.Is(err, fault.ErrPanic):
					t.Errorf("%s, byte %d: %v", name, i, err)
				case err == nil && !bytes.Equal(again.Shape(), changed):
					t.Errorf("%s, byte %d: read as another shape", name, i)
				}
			}
		}
	}
}

// FuzzReadShape: whatever is read has one encoding, and takes bounded time.
func FuzzReadShape(f *testing.F) {
	b := NewBuilder("fuzzed")
	a := Axis{"a", 3}
	x := b.Witness("x", a)
	b.Equation("e", []Axis{a}, []Label{"i"}, Times(Int(2), At(x, "i"), At(b.Mask(a), "i")))
	b.LookUp(b.Table("table", -4, 8, &Values{Cells: make([]int64, 8)}), x, x)
	sys, err := b.Build()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sys.Shape())
	f.Fuzz(func(t *testing.T, shape []byte) {
		s, err := ReadShape(shape, 1<<12)
		if errors.Is(err, fault.ErrPanic) {
			t.Error(err)
		}
		if err == nil && !bytes.Equal(s.Shape(), shape) {
			t.Error("read as another shape")
		}
	})
}
