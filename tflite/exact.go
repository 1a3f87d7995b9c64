package tflite

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// ExactMetadata names the metadata entry that carries the exact integers of
// trained weights beside their float32 roundings. Its buffer holds, all numbers
// little endian and nothing before, between or after:
//
//	8 bytes  "ZKAEXACT"
//	uint32   layout version, 1
//	uint32   number of tensors, each of them:
//	  uint32   index in the main subgraph, strictly ascending
//	  uint32   length of the tensor's name, and its bytes
//	  uint32   rank, and a uint32 size, at least 1, per axis
//	  uint32   fraction bits f
//	  int64    per cell, row-major: the cell is X·2^−f
const ExactMetadata = "zkaudit.exact_weights"

const (
	exactMagic   = "ZKAEXACT"
	exactVersion = 1
	// maxFractionBits bounds the fraction bits of exact weights, so that the
	// float32 of every cell but 0 is a normal number.
	maxFractionBits = 120
)

// ExactTensor is a trained weight tensor in the integers of its training.
type ExactTensor struct {
	Tensor       int // index in the main subgraph
	Name         string
	Shape        Shape
	FractionBits int // cell values are Cells[i]·2^−FractionBits
	Cells        []int64
}

// Floats returns the nearest float32 of each cell, ties to even. Requires 0 <=
// FractionBits <= maxFractionBits.
func (t *ExactTensor) Floats() []float32 {
	out := make([]float32, len(t.Cells))
	for i, x := range t.Cells {
		// The conversion rounds once; the scaling is exact, since the result
		// is a normal number.
		out[i] = float32(math.Ldexp(float64(float32(x)), -t.FractionBits))
	}
	return out
}

// check reports a tensor that the layout cannot hold.
func (t *ExactTensor) check() error {
	n, ok := t.Shape.Elements()
	if !ok || n == 0 || n != int64(len(t.Cells)) || len(t.Shape) > maxRank {
		return fmt.Errorf("tflite: %w: exact weights of tensor %d (%s): shape %v with %d cells",
			fault.ErrMalformed, t.Tensor, foreign.Quote(t.Name), t.Shape, len(t.Cells))
	}
	if t.FractionBits < 0 || t.FractionBits > maxFractionBits {
		return fmt.Errorf("tflite: %w: exact weights of tensor %d (%s): %d fraction bits, limit %d",
			fault.ErrMalformed, t.Tensor, foreign.Quote(t.Name), t.FractionBits, maxFractionBits)
	}
	return nil
}

// EncodeExact writes tensors in the layout of ExactMetadata. Requires ascending
// tensor indices.
func EncodeExact(tensors []ExactTensor) ([]byte, error) {
	le := binary.LittleEndian
	out := append([]byte(exactMagic), make([]byte, 0, 64)...)
	out = le.AppendUint32(out, exactVersion)
	out = le.AppendUint32(out, uint32(len(tensors)))
	for i := range tensors {
		t := &tensors[i]
		if err := t.check(); err != nil {
			return nil, err
		}
		if t.Tensor < 0 || t.Tensor > math.MaxInt32 || i > 0 && t.Tensor <= tensors[i-1].Tensor {
			return nil, fmt.Errorf("tflite: %w: exact weights: tensor %d out of order", fault.ErrMalformed, t.Tensor)
		}
		out = le.AppendUint32(out, uint32(t.Tensor))
		out = le.AppendUint32(out, uint32(len(t.Name)))
		out = append(out, t.Name...)
		out = le.AppendUint32(out, uint32(len(t.Shape)))
		for _, d := range t.Shape {
			out = le.AppendUint32(out, uint32(d))
		}
		out = le.AppendUint32(out, uint32(t.FractionBits))
		for _, x := range t.Cells {
			out = le.AppendUint64(out, uint64(x))
		}
	}
	return out, nil
}

// DecodeExact reads what EncodeExact wrote, and nothing else: each list of
// tensors has one encoding. Errors wrap fault.ErrMalformed, or fault.ErrVersion
// for a layout version other than 1.
func DecodeExact(data []byte) (_ []ExactTensor, err error) {
	defer fault.Catch(&err, "exact weights", fault.ErrMalformed)
	rest, ok := bytes.CutPrefix(data, []byte(exactMagic))
	if !ok {
		return nil, fmt.Errorf("tflite: %w: exact weights do not start with %q", fault.ErrMalformed, exactMagic)
	}
	d := &exactDecoder{data: data, rest: rest}
	if v := d.uint32(); d.err == nil && v != exactVersion {
		return nil, fmt.Errorf("tflite: %w: exact weights of layout %d, want %d", fault.ErrVersion, v, exactVersion)
	}
	count := d.uint32()
	var out []ExactTensor
	// Memory follows the bytes read, not the count announced.
	for i := uint32(0); i < count && d.err == nil; i++ {
		t := d.tensor()
		if d.err == nil && len(out) > 0 && t.Tensor <= out[len(out)-1].Tensor {
			d.fail("tensor %d out of order", t.Tensor)
		}
		out = append(out, t)
	}
	if d.err == nil && len(d.rest) > 0 {
		d.fail("%d bytes left over", len(d.rest))
	}
	if d.err != nil {
		return nil, d.err
	}
	return out, nil
}

// exactDecoder reads numbers from rest until the first error.
type exactDecoder struct {
	data, rest []byte
	err        error
}

func (d *exactDecoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("tflite: %w: exact weights, byte %d: %s", fault.ErrMalformed, len(d.data)-len(d.rest), fmt.Sprintf(format, args...))
	}
}

// take returns the next n bytes, nil after an error.
func (d *exactDecoder) take(n int64) []byte {
	if d.err == nil && n > int64(len(d.rest)) {
		d.fail("%d bytes wanted, %d left", n, len(d.rest))
	}
	if d.err != nil {
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *exactDecoder) uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// tensor reads one entry; its contents are meaningless once err is set.
func (d *exactDecoder) tensor() ExactTensor {
	t := ExactTensor{Tensor: int(d.uint32())}
	t.Name = string(d.take(int64(d.uint32())))
	rank := d.uint32()
	if rank > maxRank {
		d.fail("rank %d, limit %d", rank, maxRank)
		return t
	}
	for range rank {
		size := d.uint32()
		if d.err == nil && (size == 0 || size > math.MaxInt32) {
			d.fail("axis of size %d", size)
		}
		t.Shape = append(t.Shape, int32(size))
	}
	bits := d.uint32()
	if bits > maxFractionBits {
		d.fail("%d fraction bits, limit %d", bits, maxFractionBits)
	}
	n, ok := t.Shape.Elements()
	if d.err == nil && (!ok || n > int64(len(d.rest))/8) {
		d.fail("shape %v has more cells than bytes follow", t.Shape)
	}
	if d.err != nil {
		return t
	}
	t.FractionBits = int(bits)
	cells := d.take(8 * n)
	t.Cells = make([]int64, n)
	for i := range t.Cells {
		t.Cells[i] = int64(binary.LittleEndian.Uint64(cells[8*i:]))
	}
	return t
}
