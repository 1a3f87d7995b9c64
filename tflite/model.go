package tflite

import (
	"fmt"
	"math"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Model is the contents of a .tflite file. A Model from Parse shares the bytes
// of buffers and custom options with the file it was read from.
type Model struct {
	Version     uint32 // of the schema: 3
	Description string
	Codes       []OperatorCode
	Subgraphs   []Subgraph // the first is the main one
	Buffers     []Buffer   // the first is empty, for tensors without constant data
	Metadata    []Metadata
	Signatures  []Signature
	// MetadataBuffers is the deprecated form of Metadata: buffer indices.
	MetadataBuffers []int32
	// Opaque names what the file holds beyond these types: fields newer than
	// this package, sparsity, options of unread operators. Marshal refuses a
	// model with any, since writing it would lose them.
	Opaque []string
}

// OperatorCode is a kind of operator that the model uses.
type OperatorCode struct {
	// Builtin is the larger of the two fields that hold it.
	Builtin Builtin
	Custom  string // name, where Builtin is OpCustom
	Version int32
}

// String returns the operator's name; custom operators carry theirs.
func (c OperatorCode) String() string {
	if c.Builtin == OpCustom {
		return fmt.Sprintf("CUSTOM(%s)", foreign.Quote(c.Custom))
	}
	return c.Builtin.String()
}

// Subgraph is a list of tensors and the operators between them, in execution
// order. Inputs and Outputs are indices of Tensors.
type Subgraph struct {
	Name            string
	Tensors         []Tensor
	Inputs, Outputs []int32
	Operators       []Operator
	DebugIndex      int32 // −1: none
}

// Shape is the size of each axis of a tensor, outermost first.
type Shape []int32

// Elements returns the product of the sizes (1 for a scalar); false where a size
// is negative or the product exceeds 2^63 − 1.
func (s Shape) Elements() (int64, bool) {
	n, zero := int64(1), false
	for _, d := range s {
		switch {
		case d < 0:
			return 0, false
		case d == 0:
			zero = true
		case n > math.MaxInt64/int64(d):
			return 0, false
		default:
			n *= int64(d)
		}
	}
	if zero {
		return 0, true
	}
	return n, true
}

// String returns the sizes as [2×3]; a size of −1, known at run time, as ?.
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = fmt.Sprint(d)
		if d == -1 {
			parts[i] = "?"
		}
	}
	return "[" + strings.Join(parts, "×") + "]"
}

// Tensor is a value of a subgraph: a constant if its buffer holds data.
type Tensor struct {
	Name  string
	Shape Shape
	// Signature is the shape with −1 for sizes known at run time; empty where
	// the file does not say.
	Signature    Shape
	Type         DType
	Buffer       uint32 // index into Model.Buffers
	Quantization *Quantization
	Variable     bool // keeps its value between runs
	HasRank      bool // tells a scalar from a tensor of unknown rank
	Sparse       bool // stored sparsely (not read)
	// ExternalBuffer, where not 0, says that the data is in another file.
	ExternalBuffer uint32
}

// Quantization maps stored integers q to values Scale·(q − ZeroPoint), per
// tensor or per slice of the axis Axis. Min and Max are informative.
type Quantization struct {
	Min, Max, Scale []float32
	ZeroPoint       []int64
	Details         uint8 // another scheme, by its tag; not read
	Axis            int32
}

// quantises reports whether the parameters describe an integer encoding. Many
// float32 tensors carry empty ones, or observed ranges.
func (q *Quantization) quantises() bool { return q != nil && (len(q.Scale) > 0 || q.Details != 0) }

// Operator is one step of a subgraph.
type Operator struct {
	Code    int     // index into Model.Codes
	Options Options // nil where the file has none
	// Inputs are tensor indices, −1 for an optional input left out.
	Inputs, Outputs, Intermediates []int32
	Mutating                       []bool // inputs that the operator changes
	CustomOptions                  []byte
	CustomFormat                   int8
	// LargeOffset and LargeSize place custom options after the FlatBuffer.
	LargeOffset, LargeSize uint64
	Options2               uint8 // tag of a second options table; not read
	DebugIndex             int32 // −1: none
}

// Buffer holds the bytes of a constant, or of a metadata entry.
type Buffer struct {
	Data []byte
	// Offset and Size, where Offset > 1, place the data after the FlatBuffer
	// (models beyond 2 GB).
	Offset, Size uint64
}

// Metadata names a buffer.
type Metadata struct {
	Name   string
	Buffer uint32
}

// Signature is a named entry point: names for the inputs and outputs of one
// subgraph.
type Signature struct {
	Key             string
	Inputs, Outputs []NamedTensor
	Subgraph        uint32
	DeprecatedTag   string
}

// NamedTensor gives a tensor of a subgraph a name.
type NamedTensor struct {
	Name   string
	Tensor uint32
}

// IsConstant reports whether tensor t of the model has its data in the file.
func (m *Model) IsConstant(t *Tensor) bool { return len(m.Data(t)) > 0 }

// Data returns the bytes of a constant tensor, shared with the model; nil for
// any other tensor.
func (m *Model) Data(t *Tensor) []byte {
	if int64(t.Buffer) >= int64(len(m.Buffers)) {
		return nil
	}
	return m.Buffers[t.Buffer].Data
}
