package encode

import "encoding/binary"

// integer is a type whose values are all in int64.
type integer interface {
	~int | ~int8 | ~int32 | ~int64 | ~uint8
}

// Int appends a number.
func Int[N integer](b []byte, n N) []byte {
	return binary.LittleEndian.AppendUint64(b, uint64(int64(n)))
}

// Bool appends 1 or 0.
func Bool(b []byte, v bool) []byte {
	if v {
		return Int(b, 1)
	}
	return Int(b, 0)
}

// Bytes appends a field of any length.
func Bytes(b, field []byte) []byte { return append(Int(b, len(field)), field...) }

// Text appends a text.
func Text[S ~string](b []byte, s S) []byte { return append(Int(b, len(s)), s...) }

// Ints appends a list of numbers.
func Ints[N integer](b []byte, list []N) []byte {
	b = Int(b, len(list))
	for _, n := range list {
		b = Int(b, n)
	}
	return b
}

// Texts appends a list of texts.
func Texts[S ~string](b []byte, list []S) []byte {
	b = Int(b, len(list))
	for _, s := range list {
		b = Text(b, s)
	}
	return b
}

// cells appends a list of numbers of 32 bits.
func cells(b []byte, list []int32) []byte {
	b = Int(b, len(list))
	for _, v := range list {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// Domain begins the encoding of what is hashed: its kind and version.
func Domain(name string) []byte { return Text(nil, name) }
