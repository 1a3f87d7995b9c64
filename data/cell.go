package data

import (
	"strings"

	"github.com/cockroachdb/apd/v3"
)

const (
	// maxNumberText (characters) and maxExponent (of ten) bound what is read as a
	// number, so that exact sums of squares stay small. Every float64 is within.
	maxNumberText = 400
	maxExponent   = 400
	// maxMagnitude is the power of ten of maxFloat64, the largest float64.
	maxMagnitude = 308
	maxFloat64   = "1.7976931348623157e308"
	// missing is the name of the category of missing cells.
	missing = "?"
)

type cellKind uint8

const (
	cellNumber cellKind = iota
	cellText            // anything else, numbers beyond the bounds included
	cellMissing
	cellInfinite
	cellBeyond // a number that no float64 holds: not a measurement
)

// classify tells what a trimmed cell holds.
func classify(cell string) cellKind {
	if _, _, ok := shortDecimal(cell); ok {
		return cellNumber
	}
	_, kind := parseNumber(cell)
	return kind
}

// parseNumber returns the exact value of a trimmed cell if it is a number.
// Missing are "", "?", "NA", and "NaN" in any case.
func parseNumber(cell string) (*apd.Decimal, cellKind) {
	if cell == "" || cell == missing || cell == "NA" || strings.EqualFold(cell, "nan") {
		return nil, cellMissing
	}
	if coefficient, exponent, ok := shortDecimal(cell); ok {
		return apd.New(coefficient, exponent), cellNumber
	}
	if len(cell) > maxNumberText || !strings.ContainsAny(cell[:1], "+-.0123456789iI") {
		return nil, cellText
	}
	value, _, err := apd.NewFromString(cell)
	switch {
	case err != nil || value.Form == apd.NaN || value.Form == apd.NaNSignaling:
		return nil, cellText
	case value.Form == apd.Infinite:
		return nil, cellInfinite
	}
	// The power of ten of its first digit, which a float64 has up to 308.
	switch magnitude := int64(value.Exponent) + value.NumDigits() - 1; {
	case !value.IsZero() && magnitude >= maxMagnitude && beyondFloat64(value, magnitude):
		return nil, cellBeyond
	case value.Exponent > maxExponent || value.Exponent < -maxExponent:
		return nil, cellText
	}
	return value, cellNumber
}

// beyondFloat64 reports whether |value| is above every float64. Requires its
// magnitude to be maxMagnitude or more.
func beyondFloat64(value *apd.Decimal, magnitude int64) bool {
	if magnitude > maxMagnitude {
		return true
	}
	most, _, _ := apd.NewFromString(maxFloat64)
	return new(apd.Decimal).Abs(value).Cmp(most) > 0
}

// shortDecimal returns a number of at most 18 digits without exponent, as nearly
// all are, as coefficient·10^exponent; false for anything else.
func shortDecimal(cell string) (coefficient int64, exponent int32, ok bool) {
	digits := cell
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	if len(digits) > 19 {
		return 0, 0, false
	}
	count, point := 0, -1
	for i := range len(digits) {
		switch c := digits[i]; {
		case '0' <= c && c <= '9':
			coefficient = 10*coefficient + int64(c-'0')
			count++
		case c == '.' && point < 0:
			point = i
		default:
			return 0, 0, false
		}
	}
	if point >= 0 {
		exponent = int32(point + 1 - len(digits))
	}
	if cell != "" && cell[0] == '-' {
		coefficient = -coefficient
	}
	return coefficient, exponent, 1 <= count && count <= 18
}

// canonicalNumber returns the one text of a number's value: no exponent, no
// leading or trailing zeros, no "-0".
func canonicalNumber(value *apd.Decimal) string {
	if value.IsZero() {
		return "0"
	}
	reduced, _ := new(apd.Decimal).Reduce(value)
	return reduced.Text('f')
}
