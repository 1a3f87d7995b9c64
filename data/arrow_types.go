package data

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/x448/float16"

	"github.com/zkaudit/zkaudit/internal/flatbuffer"
)

// arrowLayout is how values stand in their buffers.
type arrowLayout uint8

const (
	arrowNothing arrowLayout = iota // no buffers: all are missing
	arrowBits
	arrowFixed // width bytes each
	arrowTexts // end to end, and offsets of width bytes
	arrowViews // 16 bytes each: a short text, or where a long one stands
)

// arrowType is a type of values.
type arrowType struct {
	is     string // what messages call it; equal types have equal names
	layout arrowLayout
	width  int
	text   func(b, value []byte) []byte // appends the text of a value
}

// arrowTypeOf reads a type, of the kind that it is of in Arrow's Schema.fbs.
func arrowTypeOf(kind uint8, t flatbuffer.Table) (arrowType, error) {
	switch kind {
	case 1:
		return arrowType{is: "null"}, nil
	case 2:
		return arrowWhole(t)
	case 3:
		return arrowFloat(t.Int16(0, 0))
	case 4, 5:
		return arrowType{"text", arrowTexts, 4, appendBytes}, nil
	case 6:
		return arrowType{"bool", arrowBits, 0, func(b, value []byte) []byte { return appendBool(b, value[0] != 0) }}, nil
	case 7:
		return arrowDecimal(t.Int32(1, 0), t.Int32(2, 128))
	case 8:
		return arrowDate(t.Int16(0, 1))
	case 9: // of a day, in its unit
		return arrowSigned(t.Int32(1, 32), "time")
	case 10:
		return arrowTimestamp(t.Int16(0, 0))
	case 15:
		width := t.Int32(0, 0)
		if width <= 0 {
			return arrowType{}, malformed("its type", "values of %d bytes", width)
		}
		return arrowType{fmt.Sprintf("texts of %d bytes", width), arrowFixed, int(width), appendBytes}, nil
	case 18:
		return arrowSigned(64, "duration")
	case 19, 20:
		return arrowType{"large text", arrowTexts, 8, appendBytes}, nil
	case 23, 24:
		return arrowType{"text view", arrowViews, 16, appendBytes}, nil
	case 12, 13, 14, 16, 17, 25, 26:
		return arrowType{}, errNested()
	case 11:
		return arrowType{}, input("an interval, which is not read: write it as numbers or texts")
	case 22:
		return arrowType{}, input("encoded in runs, which is not read: write it plain or with a dictionary")
	}
	return arrowType{}, input("of type %d, which is not read: write it as numbers or texts", kind)
}

func appendBytes(b, value []byte) []byte { return append(b, value...) }

// arrowWhole reads a type of whole numbers.
func arrowWhole(t flatbuffer.Table) (arrowType, error) {
	index, err := arrowIndexOf(t)
	switch {
	case err != nil:
		return arrowType{}, err
	case index.signed:
		return arrowSigned(int32(8*index.width), "int")
	}
	return arrowType{fmt.Sprintf("uint%d", 8*index.width), arrowFixed, index.width, func(b, value []byte) []byte { return appendUint(b, littleUint(value)) }}, nil
}

// arrowSigned is a type of whole numbers, whatever they count.
func arrowSigned(bits int32, what string) (arrowType, error) {
	if bits != 8 && bits != 16 && bits != 32 && bits != 64 {
		return arrowType{}, malformed("its type", "whole numbers of %d bits", bits)
	}
	return arrowType{fmt.Sprint(what, bits), arrowFixed, int(bits / 8), func(b, value []byte) []byte { return appendInt(b, littleInt(value)) }}, nil
}

// littleUint is a whole number of 1, 2, 4 or 8 bytes, the least first.
func littleUint(value []byte) uint64 {
	switch little := binary.LittleEndian; len(value) {
	case 1:
		return uint64(value[0])
	case 2:
		return uint64(little.Uint16(value))
	case 4:
		return uint64(little.Uint32(value))
	default:
		return little.Uint64(value)
	}
}

// littleInt is littleUint of a number that may be negative.
func littleInt(value []byte) int64 {
	unused := 64 - 8*len(value)
	return int64(littleUint(value)<<unused) >> unused
}

func arrowFloat(precision int16) (arrowType, error) {
	little := binary.LittleEndian
	switch precision {
	case 0:
		return arrowType{"float16", arrowFixed, 2, func(b, value []byte) []byte { return appendFloat16(b, float16.Frombits(little.Uint16(value))) }}, nil
	case 1:
		return arrowType{"float32", arrowFixed, 4, func(b, value []byte) []byte { return appendFloat32(b, math.Float32frombits(little.Uint32(value))) }}, nil
	case 2:
		return arrowType{"float64", arrowFixed, 8, func(b, value []byte) []byte { return appendFloat64(b, math.Float64frombits(little.Uint64(value))) }}, nil
	}
	return arrowType{}, malformed("its type", "floats of precision %d", precision)
}

func arrowDecimal(scale, bits int32) (arrowType, error) {
	switch {
	case bits != 32 && bits != 64 && bits != 128 && bits != 256:
		return arrowType{}, malformed("its type", "decimals of %d bits", bits)
	case scale < -maxExponent || scale > maxExponent:
		return arrowType{}, malformed("its type", "decimals of scale %d", scale)
	}
	return arrowType{fmt.Sprintf("decimal%d of scale %d", bits, scale), arrowFixed, int(bits / 8), func(b, value []byte) []byte {
		greatestFirst := slices.Clone(value)
		slices.Reverse(greatestFirst)
		return appendDecimal(b, twosComplement(greatestFirst), scale)
	}}, nil
}

// arrowDate is a type of days, which are counted, or their milliseconds.
func arrowDate(unit int16) (arrowType, error) {
	switch unit {
	case 0:
		return arrowType{"date32", arrowFixed, 4, func(b, value []byte) []byte { return appendDate(b, littleInt(value)) }}, nil
	case 1:
		const day = 86_400_000
		return arrowType{"date64", arrowFixed, 8, func(b, value []byte) []byte {
			days, rest := littleInt(value)/day, littleInt(value)%day
			if rest < 0 {
				days--
			}
			return appendDate(b, days)
		}}, nil
	}
	return arrowType{}, malformed("its type", "dates of unit %d", unit)
}

func arrowTimestamp(unit int16) (arrowType, error) {
	units := []time.Duration{time.Second, time.Millisecond, time.Microsecond, time.Nanosecond}
	if unit < 0 || int(unit) >= len(units) {
		return arrowType{}, malformed("its type", "times of unit %d", unit)
	}
	return arrowType{fmt.Sprintf("times of unit %d", unit), arrowFixed, 8, func(b, value []byte) []byte {
		return appendTicks(b, littleInt(value), units[unit])
	}}, nil
}
