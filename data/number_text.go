package data

import (
	"math"
	"strconv"

	"github.com/x448/float16"
)

// Cells of types that are not texts, as CSV would have them. A float is the shortest
// decimal that reads back as it in its own type, a whole number all its digits, a truth
// value true or false.

func appendInt(b []byte, x int64) []byte   { return strconv.AppendInt(b, x, 10) }
func appendUint(b []byte, x uint64) []byte { return strconv.AppendUint(b, x, 10) }

func appendFloat64(b []byte, x float64) []byte { return appendFloat(b, x, 64) }

func appendFloat32(b []byte, x float32) []byte { return appendFloat(b, float64(x), 32) }

// appendFloat writes no exponent where few zeros stand instead of it.
func appendFloat(b []byte, x float64, bits int) []byte {
	form := byte('f')
	if size := math.Abs(x); size != 0 && (size < 1e-9 || size >= 1e21) {
		form = 'e'
	}
	return strconv.AppendFloat(b, x, form, -1, bits)
}

// appendFloat16 writes the fewest digits that are rounded to x; five always are.
func appendFloat16(b []byte, x float16.Float16) []byte {
	value := x.Float32()
	if x.IsNaN() || x.IsInf(0) {
		return appendFloat32(b, value)
	}
	for digits := range 5 {
		text := strconv.FormatFloat(float64(value), 'e', digits, 32)
		short, err := strconv.ParseFloat(text, 32)
		if err == nil && float16.Fromfloat32(float32(short)) == x {
			return appendFloat32(b, float32(short))
		}
	}
	return appendFloat32(b, value)
}

func appendBool(b []byte, x bool) []byte { return strconv.AppendBool(b, x) }
