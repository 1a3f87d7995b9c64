package tflite

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// smallModel is a 2-3-2 perceptron with ReLU and softmax.
func smallModel(t testing.TB) *Model {
	t.Helper()
	m, err := NewDense("small", []DenseLayer{
		{Units: 3, Activation: ActRelu, Weights: []float32{1, -2, 0.5, 3, 0, -0.25}, Bias: []float32{0.125, 0, -1}},
		{Units: 2, Weights: []float32{1, 2, 3, 4, 5, 6}, Bias: []float32{7, 8}},
	}, 2, true)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func marshal(t testing.TB, m *Model) []byte {
	t.Helper()
	data, err := Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t testing.TB, data []byte) *Model {
	t.Helper()
	m, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fixture reads a model that is not part of the project.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("ZKAUDIT_FIXTURES")
	if dir == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set: no real models to read")
	}
	data, err := os.ReadFile(filepath.Join(dir, "models", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// file assembles a FlatBuffer by hand, front to back, so that offsets can be
// anything at all.
type file struct{ bytes.Buffer }

// newFile writes the header; the caller points its offset (byte 0) at the root.
func newFile() *file {
	f := &file{}
	f.u32(0)
	f.WriteString(identifier)
	return f
}

func (f *file) u32(v ...uint32) int {
	at := f.Len()
	for _, x := range v {
		f.Write(binary.LittleEndian.AppendUint32(nil, x))
	}
	return at
}

func (f *file) u16(v ...uint16) int {
	at := f.Len()
	for _, x := range v {
		f.Write(binary.LittleEndian.AppendUint16(nil, x))
	}
	return at
}

// put overwrites four bytes.
func (f *file) put(at int, v uint32) { binary.LittleEndian.PutUint32(f.Bytes()[at:], v) }

// point makes the offset at at lead to target.
func (f *file) point(at, target int) { f.put(at, uint32(target-at)) }

// table writes a vtable and a table whose fields are offsets in the given
// slots, and returns the positions of the table and of each of those fields.
func (f *file) table(slots int, used ...int) (pos int, fields []int) {
	vtable := f.u16(uint16(4+2*slots), uint16(4+4*len(used)))
	for slot := range slots {
		var off uint16
		for i, u := range used {
			if u == slot {
				off = uint16(4 + 4*i)
			}
		}
		f.u16(off)
	}
	if f.Len()%4 != 0 {
		f.u16(0)
	}
	pos = f.Len()
	f.u32(uint32(pos - vtable))
	for range used {
		fields = append(fields, f.u32(0))
	}
	return pos, fields
}
