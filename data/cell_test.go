package data

import (
	"testing"

	"github.com/cockroachdb/apd/v3"
)

// numberTexts are cells, with the value as apd reads it unless kind says
// otherwise.
var numberTexts = map[string]cellKind{
	"0": cellNumber, "-0": cellNumber, "+0.0": cellNumber, "007": cellNumber, "12.50": cellNumber, "-.5": cellNumber, "5.": cellNumber,
	"999999999999999999": cellNumber, "-9.99999999999999999": cellNumber, "9999999999999999999": cellNumber,
	"9223372036854775808": cellNumber, "-92233720368547758080": cellNumber, "0.000000000000000001": cellNumber, "0000000000000000001": cellNumber,
	"1e3": cellNumber, "-1.5E-7": cellNumber, "1e308": cellNumber, "-1.7976931348623157e308": cellNumber, "0e400": cellNumber, "1e-400": cellNumber,
	"1e400": cellBeyond, "-1e309": cellBeyond, "1.7976931348623158e308": cellBeyond, "1e401": cellBeyond, "0e401": cellText, "1e-401": cellText, "1e99999999999": cellText,
	"": cellMissing, "?": cellMissing, "NA": cellMissing, "NaN": cellMissing, "nan": cellMissing, "NAN": cellMissing,
	"inf": cellInfinite, "-Inf": cellInfinite, "+Infinity": cellInfinite,
	".": cellText, "+": cellText, "-": cellText, "+-1": cellText, "1.2.3": cellText, "1-": cellText, "0x10": cellText, "1_000": cellText,
	"1,5": cellText, "١": cellText, "na": cellText, "sNaN": cellText, "-nan": cellText, "infinite": cellText, "1 2": cellText, "e5": cellText,
}

func TestParseNumber(t *testing.T) {
	for cell, want := range numberTexts {
		value, kind := parseNumber(cell)
		if kind != want || classify(cell) != want || (value == nil) != (want != cellNumber) {
			t.Errorf("%q: %v, kind %d or %d, want %d", cell, value, kind, classify(cell), want)
			continue
		}
		if want == cellNumber {
			if oracle, _, err := apd.NewFromString(cell); err != nil || oracle.Cmp(value) != 0 {
				t.Errorf("%q: %s, want %s, %v", cell, value, oracle, err)
			}
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for cell := range numberTexts {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		value, kind := parseNumber(cell)
		if classify(cell) != kind {
			t.Fatalf("%q: two kinds", cell)
		}
		if kind != cellNumber {
			return
		}
		if oracle, _, err := apd.NewFromString(cell); err != nil || oracle.Cmp(value) != 0 {
			t.Errorf("%q: %s, want %s, %v", cell, value, oracle, err)
		}
		back, again := parseNumber(canonicalNumber(value))
		if len(canonicalNumber(value)) <= maxNumberText && (again != cellNumber || back.Cmp(value) != 0) {
			t.Errorf("%q: canonical text %q", cell, canonicalNumber(value))
		}
	})
}

func TestCanonicalNumber(t *testing.T) {
	for cell, want := range map[string]string{"1.0": "1", "01": "1", "+1": "1", "1e2": "100", "-0.0": "0", "0.50": "0.5", "-2.5E-1": "-0.25"} {
		value, _ := parseNumber(cell)
		if got := canonicalNumber(value); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}
