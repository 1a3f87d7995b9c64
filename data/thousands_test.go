package data

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestThousands: numbers with marks between their thousands are those without.
func TestThousands(t *testing.T) {
	const plain = "a,b\n1234.5,1\n-1234567,2\n999,3\n1000,4\n"
	want := readTable(t, plain, TableOptions{Columns: []string{"a"}, Normalise: NormaliseMinMax, FractionBits: 8, Task: Regression})
	for name, c := range map[string]struct {
		text      string
		thousands Mark // as said
		recorded  string
	}{
		"commas, told":                {"a,b\n\"1,234.5\",1\n\"-1,234,567\",2\n999,3\n\"1,000\",4\n", AutoMark, "comma"},
		"commas, said":                {"a,b\n1234.5,1\n\"-1,234,567\",2\n999,3\n\"1,000\",4\n", ',', "comma"},
		"points between commas, told": {"a,b\n\"1.234,5\",1\n-1.234.567,2\n999,3\n1.000,4\n", AutoMark, "point"},
		"points, semicolons, told":    {"a;b\n1.234,5;1\n-1.234.567;2\n999;3\n1.000;4\n", AutoMark, "point"},
		"points, semicolons, said":    {"a;b\n1234,5;1\n-1.234.567;2\n999;3\n1.000;4\n", '.', "point"},
		"spaces, told":                {"a;b\n1 234,5;1\n-1 234 567;2\n999;3\n1\u00a0000;4\n", AutoMark, "space"},
		"apostrophes, told":           {"a,b\n1'234.5,1\n-1’234’567,2\n999,3\n1000,4\n", AutoMark, "apostrophe"},
	} {
		o := TableOptions{TableFormat: TableFormat{Thousands: c.thousands}, Columns: []string{"a"}, Normalise: NormaliseMinMax, FractionBits: 8, Task: Regression}
		d, err := ReadTable(strings.NewReader(c.text), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.Digest() != want.Digest() {
			t.Errorf("%s: %v, want %v", name, d.Features, want.Features)
		}
		e := d.Source.Encoding
		if e.Thousands != c.recorded {
			t.Errorf("%s: recorded as %q", name, e.Thousands)
		}
		if again, err := ReadTableAs(strings.NewReader(c.text), TableFormat{}, e); err != nil || again.Digest() != want.Digest() {
			t.Errorf("%s: read again as recorded: %v", name, err)
		}
		if _, err := ReadTableAs(strings.NewReader(c.text), TableFormat{Thousands: NoMark}, e); !errors.Is(err, fault.ErrInput) && !errors.Is(err, fault.ErrOverflow) {
			t.Errorf("%s: without marks: %v", name, err)
		}
	}
}

// TestThousandsRefused: what is no number with the mark stays none, and what a
// file says twice is not guessed.
func TestThousandsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    TableFormat
		says string
	}{
		"two digits":             {"a,b\n\"12,34\",1\n", TableFormat{Thousands: ','}, `"12,34" is not a number`},
		"a group short":          {"a,b\n5,1\n6,1\n\"1,234,56\",1\n", TableFormat{Thousands: ','}, `"1,234,56" is not a number`},
		"four digits first":      {"a,b\n\"1234,567\",1\n", TableFormat{Thousands: ','}, `"1234,567" is not a number`},
		"zero first":             {"a,b\n\"0,123\",1\n", TableFormat{Thousands: ','}, `"0,123" is not a number`},
		"nothing first":          {"a,b\n\",123\",1\n", TableFormat{Thousands: ','}, `",123" is not a number`},
		"no decimals":            {"a,b\n\"1,234.\",1\n", TableFormat{Thousands: ','}, `"1,234." is not a number`},
		"letters":                {"a,b\n5,1\n6,1\n\"1,2x4\",1\n", TableFormat{Thousands: ','}, `"1,2x4" is not a number`},
		"alone, not told":        {"a,b\n\"1,234\",1\n", TableFormat{}, "say by columns.thousands"},
		"told otherwise":         {"a,b\n\"1,234.5\",1\n", TableFormat{Thousands: NoMark}, `"1,234.5" is not a number`},
		"both ways":              {"a;b\n1,234.5;1\n1.234,5;2\n", TableFormat{}, "is not a number"},
		"both of one mark":       {"a;b\n1;2\n", TableFormat{Thousands: '.', Decimal: DecimalPoint}, "a point both between thousands and before decimals"},
		"a point for both":       {"a;b\n1.234,5;1\n1.5;2\n", TableFormat{}, `line 3, column 1: "1.5" has a decimal point`},
		"a mark that is no mark": {"a;b\n1;2\n", TableFormat{Thousands: 'x', Separator: ';', Decimal: DecimalPoint}, "unknown mark"},
	} {
		_, err := ReadTable(strings.NewReader(c.text), TableOptions{TableFormat: c.o, Task: Regression})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
	e := readTable(t, "1,2\n3,4\n", TableOptions{Task: Regression}).Source.Encoding
	for _, mark := range []string{"auto", "point", "x"} {
		e.Thousands = mark
		if _, err := ReadTableAs(strings.NewReader("1,2\n"), TableFormat{}, e); !errors.Is(err, fault.ErrInput) {
			t.Errorf("recorded as %q: %v", mark, err)
		}
	}
}

func TestParseMark(t *testing.T) {
	for _, m := range append([]Mark(marks), AutoMark, NoMark) {
		if got, err := ParseMark(MarkName(m)); err != nil || got != m {
			t.Errorf("%d: %d, %v", m, got, err)
		}
	}
	for _, name := range []string{"", "commas", ","} {
		if m, err := ParseMark(name); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%q: %d, %v", name, m, err)
		}
	}
}
