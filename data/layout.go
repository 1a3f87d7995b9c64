package data

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Decimal tells which mark stands before the decimals of numbers.
type Decimal uint8

const (
	// DecimalAuto takes the comma if it separates no cells and the beginning of
	// the file holds numbers that only make sense so, and the point otherwise.
	DecimalAuto Decimal = iota
	// DecimalPoint: 1.5.
	DecimalPoint
	// DecimalComma: 1,5.
	DecimalComma
)

// Layout says how the cells and numbers of a table are written.
type Layout struct {
	Separator    rune // between cells
	DecimalComma bool
	Thousands    Mark // taken out between thousands; NoMark or one that is named
}

// separators are those that are looked for.
const separators = ",;\t|"

// maxSample bounds the beginning of a file that its layout is told from.
const maxSample = 1 << 16

// SeparatorName is how messages and settings call a separator.
func SeparatorName(r rune) string {
	switch r {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "bar"
	case ' ':
		return "space"
	}
	return string(r)
}

// ParseSeparator is the separator of this name, or that is this one character.
// Errors wrap fault.ErrUsage.
func ParseSeparator(name string) (rune, error) {
	for _, r := range separators + " " {
		if name == SeparatorName(r) {
			return r, nil
		}
	}
	r, size := utf8.DecodeRuneInString(name)
	if size != len(name) || r == utf8.RuneError || strings.ContainsRune("\r\n\"", r) {
		return 0, fmt.Errorf("%s, want comma, semicolon, tab, bar, space or one other character: %w", fault.Quote(name), fault.ErrUsage)
	}
	return r, nil
}

func (l Layout) String() string {
	mark := "point"
	if l.DecimalComma {
		mark = "comma"
	}
	text := fmt.Sprintf("cells separated by %s, numbers with a decimal %s", SeparatorName(l.Separator), mark)
	if l.Thousands != NoMark {
		text += fmt.Sprintf(" and %s between thousands", MarkName(l.Thousands))
	}
	return text
}

// text skips a byte-order mark, and refuses what is no text in UTF-8 but a file
// that a table may be kept in.
func text(s *source) (*bufio.Reader, error) {
	r := bufio.NewReaderSize(s, maxSample)
	head, err := r.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, other := range []struct{ magic, is, remedy string }{
		{"\xff\xfe", "text in UTF-16", "save it as UTF-8"},
		{"\xfe\xff", "text in UTF-16", "save it as UTF-8"},
		{"PK\x03\x04", "a spreadsheet or another zip file", "export the table as CSV"},
		{parquetMagic, "a Parquet file", "all files of a run have one format: this one's is parquet"},
		{arrowMagic, "an Arrow file", "all files of a run have one format: this one's is arrow"},
		{"\xff\xff\xff\xff", "a stream of Arrow", "write it as an Arrow file (pyarrow: ipc.new_file instead of new_stream) or as Parquet"},
		{"FEA1", "a Feather file of version 1", "write it as version 2, which is an Arrow file, or as Parquet"},
		{"\x89PNG", "a picture", "give the folder that has a folder of pictures for each class"},
		{"\xff\xd8\xff", "a picture", "give the folder that has a folder of pictures for each class"},
		{npyMagic, "an array of numpy", "all files of a run have one format: this one's is npy or tensor"},
	} {
		if bytes.HasPrefix(head, []byte(other.magic)) {
			return nil, input("%s is %s: %s", s.name, other.is, other.remedy)
		}
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		_, err = r.Discard(len("\ufeff"))
		return r, err
	}
	return r, nil
}

// layout settles what the format leaves open from the beginning of the file.
func (f *TableFormat) layout(r *bufio.Reader) (Layout, error) {
	l := Layout{Separator: f.Separator, DecimalComma: f.Decimal == DecimalComma, Thousands: f.Thousands}
	if f.Decimal > DecimalComma {
		return l, fmt.Errorf("unknown decimal mark %d: %w", f.Decimal, fault.ErrUsage)
	}
	if f.Separator != 0 && f.Decimal != DecimalAuto && f.Thousands != AutoMark {
		return l, l.check()
	}
	sample, err := r.Peek(maxSample)
	if err != nil && !errors.Is(err, io.EOF) {
		return l, err
	}
	if err == nil { // the last line may go on
		sample = sample[:bytes.LastIndexByte(sample, '\n')+1]
	}
	if f.Separator == 0 {
		if l.Separator, err = separatorOf(sample, f.Name); err != nil {
			return l, err
		}
	}
	l.settleMarks(f, sample)
	return l, l.check()
}

// trial is what a sample looks like with one separator.
type trial struct {
	separator rune
	width     int  // cells of the first row
	regular   bool // all rows have as many
	numbers   int  // in a thousand cells
}

func try(sample []byte, separator rune) trial {
	t, cells, numbers := trial{separator: separator, regular: true}, 0, 0
	for record := range records(sample, separator) {
		if t.width == 0 {
			t.width = len(record)
		}
		t.regular = t.regular && len(record) == t.width
		for _, cell := range record {
			cells++
			if cell = strings.TrimSpace(cell); classify(cell) == cellNumber || separator != ',' && isDecimalComma(cell) || hasBothMarks(cell) {
				numbers++
			}
		}
	}
	t.numbers = 1000 * numbers / max(1, cells)
	return t
}

// separatorOf is the separator with which all rows have as many cells as the
// first, two or more; of several the one that leaves most cells numbers; a comma
// where there is none. Where two are as good the reader has to say.
func separatorOf(sample []byte, name string) (rune, error) {
	best, again := trial{separator: ',', width: 1}, false
	for _, separator := range separators {
		t := try(sample, separator)
		switch better := t.against(best); {
		case t.width < 2 || better < 0:
		case better == 0:
			again = t.regular
		default:
			best, again = t, false
		}
	}
	if again {
		return 0, fault.Advise(input("%s: its cells may be separated by %s or by something else: no telling which", name, SeparatorName(best.separator)), "say so by %s", "columns.separator")
	}
	return best.separator, nil
}

// against is above 0 if t looks more like a table than u.
func (t trial) against(u trial) int {
	switch {
	case u.width < 2:
		return 1
	case t.regular != u.regular:
		if t.regular {
			return 1
		}
		return -1
	case !t.regular:
		return t.width - u.width
	}
	return t.numbers - u.numbers
}

// records yields the rows of a sample, as far as they can be read.
func records(sample []byte, separator rune) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for r := newCSV(bytes.NewReader(sample), separator); ; {
			record, err := r.Read()
			if err != nil || !yield(record) {
				return
			}
		}
	}
}

// newCSV returns a reader of rows of any length.
func newCSV(r io.Reader, separator rune) *csv.Reader {
	reader := csv.NewReader(r)
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = separator != '\t' && separator != ' ' // it takes empty cells for space
	reader.ReuseRecord = true
	reader.Comma = separator
	return reader
}

// hasDecimalCommas reports whether a sample holds a number that only makes sense
// with a decimal comma, and none with a decimal point.
func hasDecimalCommas(sample []byte, separator rune) bool {
	found := false
	for record := range records(sample, separator) {
		for _, cell := range record {
			cell = strings.TrimSpace(cell)
			if strings.Contains(cell, ".") && classify(cell) == cellNumber {
				return false
			}
			found = found || isDecimalComma(cell) && !isGrouped(cell)
		}
	}
	return found
}

// isDecimalComma reports whether a cell is a number once its one comma is a
// point.
func isDecimalComma(cell string) bool {
	return strings.Count(cell, ",") == 1 && !strings.Contains(cell, ".") && classify(strings.Replace(cell, ",", ".", 1)) == cellNumber
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// plain returns a cell with no mark between thousands and with a decimal point,
// if it is a number as the layout says that numbers are written.
func (l Layout) plain(cell string) (string, error) {
	if whole, ok := ungrouped(cell, l.Thousands, l.decimalMark()); ok {
		cell = whole
	}
	if l.DecimalComma {
		return decimal(cell)
	}
	return cell, nil
}

// decimal returns a cell of a table with decimal commas as one with points.
// A number with a point would be another one there, and is refused.
func decimal(cell string) (string, error) {
	switch {
	case isDecimalComma(cell):
		return strings.Replace(cell, ",", ".", 1), nil
	case strings.Contains(cell, ".") && classify(cell) == cellNumber:
		return cell, fault.Advise(input("%s has a decimal point, and other numbers of the table have decimal commas", fault.Quote(cell)),
			"write all numbers alike, or set %s to no", "columns.decimal_comma")
	}
	return cell, nil
}

// notNumber says that a cell is none, and what it may be meant for.
func notNumber(cell string) error {
	err := input("%s is not a number", fault.Quote(cell))
	switch {
	case isGrouped(cell):
		return fault.Advise(input("%s is not a number that can be read", fault.Quote(cell)), "say by %s what stands between thousands; if its comma is a decimal one, set %s to yes", "columns.thousands", "columns.decimal_comma")
	case isDecimalComma(cell):
		return fault.Advise(err, "if its comma is a decimal one, set %s to yes", "columns.decimal_comma")
	}
	return err
}
