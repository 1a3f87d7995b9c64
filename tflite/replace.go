package tflite

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// ReplaceWeights returns the .tflite file original with trained weights: each
// tensor of weights becomes the nearest float32 of its integers, and the
// integers themselves go into the metadata entry ExactMetadata (an earlier entry
// is replaced). The rest of the model is written anew with the same contents;
// where something cannot be kept the call fails with fault.ErrUnsupported rather
// than lose it. Only bytes that nothing in the file refers to are dropped.
//
// Requires distinct tensors, each a float32 constant of the main subgraph with
// the shape and name given. Constants that shared their bytes with a replaced
// one keep their own values.
func ReplaceWeights(original []byte, weights []ExactTensor) ([]byte, error) {
	m, err := Parse(original)
	if err != nil {
		return nil, err
	}
	weights = slices.Clone(weights)
	slices.SortFunc(weights, func(a, b ExactTensor) int { return a.Tensor - b.Tensor })
	exact, err := EncodeExact(weights)
	if err != nil {
		return nil, err
	}
	users := m.bufferUsers()
	for i := range weights {
		t, err := m.weightTensor(&weights[i])
		if err != nil {
			return nil, err
		}
		data := floatBytes(weights[i].Floats())
		if users[t.Buffer] == 1 {
			m.Buffers[t.Buffer].Data = data
			continue
		}
		users[t.Buffer]--
		t.Buffer = uint32(len(m.Buffers))
		m.Buffers = append(m.Buffers, Buffer{Data: data})
		users = append(users, 1)
	}
	if err := m.setExact(exact, users); err != nil {
		return nil, err
	}
	out, err := Marshal(m)
	if err != nil {
		return nil, err
	}
	// What is handed out is what can be read back.
	written, err := Parse(out)
	if err != nil {
		return nil, fmt.Errorf("file as written: %w", err)
	}
	if _, err := ExactWeights(written); err != nil {
		return nil, fmt.Errorf("file as written: %w", err)
	}
	return out, nil
}

// ExactWeights returns the exact integers that a file from ReplaceWeights
// carries. Each float32 of the tensors concerned must be the rounding of its
// integer, bit for bit, else the error wraps fault.ErrRejected. A model without
// exact weights gives fault.ErrInput, a damaged entry fault.ErrMalformed.
func ExactWeights(m *Model) ([]ExactTensor, error) {
	at, err := m.exactEntry()
	if err != nil {
		return nil, err
	}
	if at < 0 {
		return nil, fmt.Errorf("tflite: %w: the model carries no exact weights (metadata %q)", fault.ErrInput, ExactMetadata)
	}
	weights, err := DecodeExact(m.Buffers[m.Metadata[at].Buffer].Data)
	if err != nil {
		return nil, err
	}
	for i := range weights {
		w := &weights[i]
		t, err := m.weightTensor(w)
		if err != nil {
			return nil, err
		}
		data := m.Data(t)
		for j, f := range w.Floats() {
			if have := binary.LittleEndian.Uint32(data[4*j:]); have != math.Float32bits(f) {
				return nil, fmt.Errorf("tflite: %w: tensor %d (%s) cell %d is %v, and its exact integer %d·2^-%d rounds to %v",
					fault.ErrRejected, w.Tensor, foreign.Quote(w.Name), j, math.Float32frombits(have), w.Cells[j], w.FractionBits, f)
			}
		}
	}
	return weights, nil
}

// weightTensor returns the float32 constant of the main subgraph that w is
// about.
func (m *Model) weightTensor(w *ExactTensor) (*Tensor, error) {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("tflite: %w: exact weights of tensor %d (%s): %s",
			fault.ErrMalformed, w.Tensor, foreign.Quote(w.Name), fmt.Sprintf(format, args...))
	}
	if len(m.Subgraphs) == 0 || w.Tensor < 0 || w.Tensor >= len(m.Subgraphs[0].Tensors) {
		return nil, bad("no such tensor in the model")
	}
	t := &m.Subgraphs[0].Tensors[w.Tensor]
	switch {
	case t.Name != w.Name:
		return nil, bad("the model's tensor is called %s", foreign.Quote(t.Name))
	case t.Type != Float32 || !m.IsConstant(t) || t.Sparse:
		return nil, bad("the model's tensor is no float32 constant")
	case !slices.Equal(t.Shape, w.Shape):
		return nil, bad("shape %v, and %v in the model", w.Shape, t.Shape)
	case len(m.Data(t)) != 4*len(w.Cells):
		return nil, bad("%d cells for %d bytes in the model", len(w.Cells), len(m.Data(t)))
	}
	return t, nil
}

// bufferUsers counts the tensors and metadata entries that refer to each buffer.
func (m *Model) bufferUsers() []int {
	users := make([]int, len(m.Buffers))
	for _, g := range m.Subgraphs {
		for _, t := range g.Tensors {
			if int64(t.Buffer) < int64(len(users)) {
				users[t.Buffer]++
			}
		}
	}
	for _, e := range m.Metadata {
		users[e.Buffer]++
	}
	for _, b := range m.MetadataBuffers {
		if b >= 0 && int64(b) < int64(len(users)) {
			users[b]++
		}
	}
	return users
}

// exactEntry returns the index of the metadata entry with exact weights, −1 for
// none.
func (m *Model) exactEntry() (int, error) {
	at := -1
	for i, e := range m.Metadata {
		if e.Name != ExactMetadata {
			continue
		}
		if at >= 0 {
			return 0, fmt.Errorf("tflite: %w: metadata %q occurs twice", fault.ErrMalformed, ExactMetadata)
		}
		at = i
	}
	return at, nil
}

// setExact makes data the exact weights of the model.
func (m *Model) setExact(data []byte, users []int) error {
	at, err := m.exactEntry()
	if err != nil {
		return err
	}
	if at < 0 {
		at = len(m.Metadata)
		m.Metadata = append(m.Metadata, Metadata{Name: ExactMetadata})
	} else if b := m.Metadata[at].Buffer; users[b] == 1 {
		m.Buffers[b].Data = data
		return nil
	}
	m.Metadata[at].Buffer = uint32(len(m.Buffers))
	m.Buffers = append(m.Buffers, Buffer{Data: data})
	return nil
}

func floatBytes(v []float32) []byte {
	out := make([]byte, 0, 4*len(v))
	for _, f := range v {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(f))
	}
	return out
}
