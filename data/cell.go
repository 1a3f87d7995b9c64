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
	// missing is how a missing cell is called as a category.
	missing = "?"
)

type cellKind uint8

const (
	cellNumber cellKind = iota
	cellText            // anything else, numbers beyond the bounds included
	cellMissing
	cellInfinite
)

// classify tells what a trimmed cell holds.
func classify(cell string) cellKind {
	_, kind := parseNumber(cell)
	return kind
}

// parseNumber returns the exact value of a trimmed cell if it is a number.
// Missing are "", "?", "NA", and "NaN" in any case.
func parseNumber(cell string) (*apd.Decimal, cellKind) {
	if cell == "" || cell == missing || cell == "NA" || strings.EqualFold(cell, "nan") {
		return nil, cellMissing
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
	case value.Exponent > maxExponent || value.Exponent < -maxExponent:
		return nil, cellText
	}
	return value, cellNumber
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
