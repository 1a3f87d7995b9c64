package data

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Mark is what stands between the thousands of numbers: a character, or AutoMark
// or NoMark. A space stands for those that do not break a line, too, and an
// apostrophe for the typographic one.
type Mark rune

const (
	// AutoMark takes the mark that the beginning of the file shows in a number that
	// has a decimal mark as well, such as 1,234.5, and none otherwise: 1,234 alone
	// may be either.
	AutoMark Mark = 0
	// NoMark: 1234.
	NoMark Mark = -1
)

// marks are those that may stand between thousands.
const marks = ",. '"

// MarkName is how messages and settings call a mark.
func MarkName(m Mark) string {
	switch m {
	case NoMark:
		return "none"
	case ',':
		return "comma"
	case '.':
		return "point"
	case ' ':
		return "space"
	case '\'':
		return "apostrophe"
	}
	return "auto"
}

// ParseMark is the mark of this name. Errors wrap fault.ErrUsage.
func ParseMark(name string) (Mark, error) {
	for _, m := range append([]Mark(marks), AutoMark, NoMark) {
		if name == MarkName(m) {
			return m, nil
		}
	}
	return 0, fmt.Errorf("%s, want auto, none, comma, point, space or apostrophe: %w", fault.Quote(name), fault.ErrUsage)
}

// decimalMark is what stands before the decimals.
func (l Layout) decimalMark() Mark {
	if l.DecimalComma {
		return ','
	}
	return '.'
}

// check refuses a mark that stands both between thousands and before decimals.
func (l Layout) check() error {
	switch {
	case l.Thousands == l.decimalMark():
		err := fmt.Errorf("a %s both between thousands and before decimals: %w", MarkName(l.Thousands), fault.ErrUsage)
		return &fault.Setting{Key: "columns.thousands", Err: err}
	case l.Thousands != NoMark && !strings.ContainsRune(marks, rune(l.Thousands)):
		return fmt.Errorf("unknown mark %d between thousands: %w", l.Thousands, fault.ErrUsage)
	}
	return nil
}

// settleMarks settles what stands between thousands and before decimals where the
// format leaves it open, from the beginning of the file.
func (l *Layout) settleMarks(f *TableFormat, sample []byte) {
	thousands, decimal := marksOf(sample, l.Separator)
	if f.Decimal == DecimalAuto {
		switch {
		case f.Thousands == ',' || f.Thousands == '.':
			l.DecimalComma = f.Thousands == '.'
		case thousands != NoMark:
			l.DecimalComma = decimal == ','
		default:
			l.DecimalComma = l.Separator != ',' && hasDecimalCommas(sample, l.Separator)
		}
	}
	if f.Thousands == AutoMark {
		if l.Thousands = NoMark; decimal == l.decimalMark() {
			l.Thousands = thousands
		}
	}
}

// marksOf returns the marks of the numbers in a sample that have one between
// thousands and one before decimals; NoMark if there are none, or they differ.
func marksOf(sample []byte, separator rune) (thousands, decimal Mark) {
	thousands, decimal = NoMark, NoMark
	for record := range records(sample, separator) {
		for _, cell := range record {
			t, d, ok := bothMarks(strings.TrimSpace(cell))
			if ok && thousands != NoMark && (t != thousands || d != decimal) {
				return NoMark, NoMark
			} else if ok {
				thousands, decimal = t, d
			}
		}
	}
	return thousands, decimal
}

// bothMarks returns what stands between the thousands and before the decimals of
// a number that has both.
func bothMarks(cell string) (thousands, decimal Mark, ok bool) {
	for _, decimal := range []Mark{'.', ','} {
		for _, thousands := range marks {
			number, ok := ungrouped(cell, Mark(thousands), decimal)
			if ok && Mark(thousands) != decimal && strings.ContainsRune(number, rune(decimal)) {
				return Mark(thousands), decimal, true
			}
		}
	}
	return NoMark, NoMark, false
}

func hasBothMarks(cell string) bool {
	_, _, ok := bothMarks(cell)
	return ok
}

// ungrouped returns a number without the marks between its thousands: groups of
// three digits after one of one to three that does not begin with 0, and maybe
// decimals. It is false for anything else, and for a number with no such mark.
func ungrouped(cell string, thousands, decimal Mark) (string, bool) {
	if thousands <= 0 {
		return cell, false
	}
	switch thousands {
	case ' ':
		cell = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(cell)
	case '\'':
		cell = strings.ReplaceAll(cell, "’", "'")
	}
	digits := cell
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		digits = digits[1:]
	}
	whole, decimals, pointed := strings.Cut(digits, string(rune(decimal)))
	groups := strings.Split(whole, string(rune(thousands)))
	if n := len(groups[0]); len(groups) < 2 || n < 1 || n > 3 || groups[0][0] == '0' || !isDigits(groups[0]) {
		return cell, false
	}
	for _, group := range groups[1:] {
		if len(group) != 3 || !isDigits(group) {
			return cell, false
		}
	}
	if pointed && (decimals == "" || !isDigits(decimals)) {
		return cell, false
	}
	return cell[:len(cell)-len(digits)] + strings.Join(groups, "") + digits[len(whole):], true
}

// isGrouped reports whether a cell is a number with its thousands set apart, as
// 1,234 or 1.234.567,8 or 1 234 or 1'234 is.
func isGrouped(cell string) bool {
	digits := strings.TrimLeft(cell, "+-")
	for _, mark := range []string{",", ".", " ", "'", "\u00a0", "\u202f", "’"} {
		groups := strings.Split(digits, mark)
		if len(groups) < 2 || len(groups[0]) < 1 || len(groups[0]) > 3 || !isDigits(groups[0]) {
			continue
		}
		last := len(groups) - 1
		if whole, decimals, ok := strings.Cut(groups[last], "."); ok && mark != "." && isDigits(decimals) {
			groups[last] = whole
		} else if whole, decimals, ok := strings.Cut(groups[last], ","); ok && mark != "," && isDigits(decimals) {
			groups[last] = whole
		}
		grouped := true
		for _, g := range groups[1:] {
			grouped = grouped && len(g) == 3 && isDigits(g)
		}
		if grouped {
			return true
		}
	}
	return false
}
