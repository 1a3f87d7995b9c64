package tflite

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Floats returns a copy of the cells of a float32 constant, row-major. Errors
// wrap fault.ErrUnsupported for another type and fault.ErrInput for a tensor
// without data.
func (m *Model) Floats(t *Tensor) ([]float32, error) {
	data, err := m.cells(t, 4, Float32)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(data)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return out, nil
}

// Ints returns a copy of the cells of an int32 or int64 constant (axes, shapes,
// paddings). A constant shape without elements gives none. Errors are those of
// Floats.
func (m *Model) Ints(t *Tensor) ([]int64, error) {
	if n, ok := t.Shape.Elements(); ok && n == 0 {
		return nil, nil
	}
	if t.Type == Int64 {
		data, err := m.cells(t, 8, Int64)
		return list(len(data)/8, func(i int) int64 { return int64(binary.LittleEndian.Uint64(data[8*i:])) }), err
	}
	data, err := m.cells(t, 4, Int32)
	return list(len(data)/4, func(i int) int64 { return int64(int32(binary.LittleEndian.Uint32(data[4*i:]))) }), err
}

// cells returns the bytes of a dense constant of the given type.
func (m *Model) cells(t *Tensor, size int64, want DType) ([]byte, error) {
	data := m.Data(t)
	n, ok := t.Shape.Elements()
	switch {
	case t.Type != want || t.Sparse:
		return nil, fmt.Errorf("tflite: %w: tensor %s is %v, want %v", fault.ErrUnsupported, foreign.Quote(t.Name), t.Type, want)
	case len(data) == 0 || !ok || int64(len(data)) != n*size:
		return nil, fmt.Errorf("tflite: %w: tensor %s of shape %v has %d bytes of constant data", fault.ErrInput, foreign.Quote(t.Name), t.Shape, len(data))
	}
	return data, nil
}
