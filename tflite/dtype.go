package tflite

import "fmt"

// DType is the type of a tensor's elements (TensorType of the format).
type DType int8

// The element types that have a name in the format and matter here.
const (
	Float32    DType = 0
	Float16    DType = 1
	Int32      DType = 2
	Uint8      DType = 3
	Int64      DType = 4
	StringType DType = 5
	Bool       DType = 6
	Int16      DType = 7
	Complex64  DType = 8
	Int8       DType = 9
	Float64    DType = 10
	Complex128 DType = 11
	Uint64     DType = 12
	Resource   DType = 13
	Variant    DType = 14
	Uint32     DType = 15
	Uint16     DType = 16
	Int4       DType = 17
	BFloat16   DType = 18
)

// Size returns the bytes of one element; false for types without a fixed number
// of whole bytes (strings, resources, packed 4-bit integers, unknown types).
func (t DType) Size() (int64, bool) {
	switch t {
	case Uint8, Bool, Int8:
		return 1, true
	case Float16, Int16, Uint16, BFloat16:
		return 2, true
	case Float32, Int32, Uint32:
		return 4, true
	case Int64, Complex64, Float64, Uint64:
		return 8, true
	case Complex128:
		return 16, true
	default:
		return 0, false
	}
}

// String returns the name of the type in lower case.
func (t DType) String() string {
	names := [...]string{"float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16",
		"complex64", "int8", "float64", "complex128", "uint64", "resource", "variant", "uint32",
		"uint16", "int4", "bfloat16", "int2", "uint4", "float8_e4m3fn", "float8_e5m2"}
	if t >= 0 && int(t) < len(names) {
		return names[t]
	}
	return fmt.Sprintf("type(%d)", int8(t))
}

// MarshalText writes the name.
func (t DType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
