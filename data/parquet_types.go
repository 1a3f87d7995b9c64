package data

import (
	"encoding/binary"
	"math"
	"math/big"
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
	"github.com/x448/float16"
)

// textOf returns what makes texts of the column's values.
func (c *parquetColumn) textOf() (func(b, value []byte) ([]byte, error), error) {
	if _, err := c.width(); err != nil && c.Type.V != format.Boolean {
		return nil, err
	}
	little := binary.LittleEndian
	whole := func(value []byte) int64 {
		if len(value) == 4 {
			return int64(int32(little.Uint32(value)))
		}
		return int64(little.Uint64(value))
	}
	switch c.Type.V {
	case format.Boolean:
		return sure(func(b, value []byte) []byte { return appendBool(b, value[0] != 0) }), nil
	case format.Float:
		return sure(func(b, value []byte) []byte { return appendFloat32(b, math.Float32frombits(little.Uint32(value))) }), nil
	case format.Double:
		return sure(func(b, value []byte) []byte { return appendFloat64(b, math.Float64frombits(little.Uint64(value))) }), nil
	case format.Int96: // nanoseconds of a day, and its Julian number
		return sure(func(b, value []byte) []byte {
			const epoch = 2440588 // 1970-01-01
			days := int64(int32(little.Uint32(value[8:]))) - epoch
			return appendTime(b, time.Unix(days*86400, 0).Add(time.Duration(little.Uint64(value))))
		}), nil
	}
	if scale, is := c.decimalScale(); is {
		if scale < 0 || scale > maxExponent {
			return nil, malformed("its type", "decimals of scale %d", scale)
		}
		return sure(func(b, value []byte) []byte {
			if c.Type.V == format.Int32 || c.Type.V == format.Int64 {
				return appendDecimal(b, big.NewInt(whole(value)), scale)
			}
			return appendDecimal(b, twosComplement(value), scale)
		}), nil
	}
	if c.Type.V == format.Int32 || c.Type.V == format.Int64 {
		return c.textOfWhole(whole)
	}
	switch c.LogicalType.Value.(type) {
	case *format.Float16Type:
		if c.TypeLength.V != 2 {
			return nil, malformed("its type", "float16 of %d bytes", c.TypeLength.V)
		}
		return sure(func(b, value []byte) []byte { return appendFloat16(b, float16.Frombits(little.Uint16(value))) }), nil
	case nil, *format.StringType, *format.EnumType, *format.JsonType:
		return sure(func(b, value []byte) []byte { return append(b, value...) }), nil
	}
	return nil, input("of type %s, which is not read: write it as numbers or texts", &c.LogicalType)
}

func sure(text func(b, value []byte) []byte) func(b, value []byte) ([]byte, error) {
	return func(b, value []byte) ([]byte, error) { return text(b, value), nil }
}

// textOfWhole is textOf of whole numbers, which may count days or parts of a second.
func (c *parquetColumn) textOfWhole(whole func(value []byte) int64) (func(b, value []byte) ([]byte, error), error) {
	unit := time.Duration(0)
	switch t := c.LogicalType.Value.(type) {
	case *format.DateType:
		return sure(func(b, value []byte) []byte { return appendDate(b, whole(value)) }), nil
	case *format.TimestampType:
		if t.Unit.Value != nil {
			unit = t.Unit.Value.Duration()
		}
	case *format.IntType:
		if !t.IsSigned {
			return c.unsigned(whole), nil
		}
	case nil:
		switch c.ConvertedType.V {
		case deprecated.Date:
			return sure(func(b, value []byte) []byte { return appendDate(b, whole(value)) }), nil
		case deprecated.TimestampMillis:
			unit = time.Millisecond
		case deprecated.TimestampMicros:
			unit = time.Microsecond
		case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
			return c.unsigned(whole), nil
		}
	}
	if unit > 0 {
		return sure(func(b, value []byte) []byte { return appendTicks(b, whole(value), unit) }), nil
	}
	return sure(func(b, value []byte) []byte { return appendInt(b, whole(value)) }), nil
}

func (c *parquetColumn) unsigned(whole func(value []byte) int64) func(b, value []byte) ([]byte, error) {
	mask := uint64(math.MaxUint64)
	if c.Type.V == format.Int32 {
		mask = math.MaxUint32
	}
	return sure(func(b, value []byte) []byte { return appendUint(b, uint64(whole(value))&mask) })
}

// decimalScale returns the decimals of numbers that are decimals.
func (c *parquetColumn) decimalScale() (int32, bool) {
	if t, is := c.LogicalType.Value.(*format.DecimalType); is {
		return t.Scale, true
	}
	return c.Scale.V, c.LogicalType.Value == nil && c.ConvertedType.Valid && c.ConvertedType.V == deprecated.Decimal
}

// twosComplement is a whole number from its bytes, the greatest first.
func twosComplement(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

// appendDecimal writes n/10^scale, exactly.
func appendDecimal(b []byte, n *big.Int, scale int32) []byte {
	d := apd.Decimal{Exponent: -scale, Negative: n.Sign() < 0}
	d.Coeff.SetMathBigInt(new(big.Int).Abs(n))
	return append(b, d.Text('f')...)
}

// appendDate writes a day, counted from 1970-01-01.
func appendDate(b []byte, days int64) []byte {
	const most = 1 << 31
	return time.Unix(max(-most, min(most, days))*86400, 0).UTC().AppendFormat(b, time.DateOnly)
}

// appendTicks writes a time, counted in units from 1970-01-01, of which a second has a
// whole number.
func appendTicks(b []byte, ticks int64, unit time.Duration) []byte {
	perSecond := int64(time.Second / unit)
	return appendTime(b, time.Unix(ticks/perSecond, ticks%perSecond*int64(unit)))
}

func appendTime(b []byte, t time.Time) []byte { return t.UTC().AppendFormat(b, time.RFC3339Nano) }
