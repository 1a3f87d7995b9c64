package data

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TableFormat says how the bytes of a table are laid out.
type TableFormat struct {
	Name      string // in messages and in the Source
	Syntax    string // a format of tables; "": CSV
	Header    Header
	Separator rune // between cells; 0: told from the file's beginning
	Decimal   Decimal
	Thousands Mark  // between thousands
	MaxBytes  int64 // limit after decompression; 0: DefaultMaxBytes
}

// Limits of a table. A dataset that is larger is committed in parts.
const (
	maxColumns    = 1 << 16
	maxSheetRows  = 1 << 26
	maxSheetCells = 1 << 28
	maxColumnName = 1000 // bytes: every category of a column repeats its name
)

// sheet is a rectangular table of trimmed cells: their text end to end, and 4
// bytes for each cell and row.
type sheet struct {
	name   string
	format string
	layout Layout
	header bool
	names  []string // one per column
	width  int
	count  int // rows, the header included while it is one of them
	first  int // row that is row 0: after the header
	file   File

	building strings.Builder
	text     string
	ends     []uint32 // of each cell in the text, row by row
	lines    []uint32 // line of each row in the file, from 1; nil: it has no lines
}

// rows is the number of rows of data.
func (s *sheet) rows() int { return s.count - s.first }

// all are the rows of data, in order.
func (s *sheet) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for row := range s.rows() {
			if !yield(row) {
				return
			}
		}
	}
}

// cell returns a cell of a row of data.
func (s *sheet) cell(row, column int) string {
	i := (s.first+row)*s.width + column
	start := uint32(0)
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.text[start:s.ends[i]]
}

// line names a row of data: its line in the file, from 1, or its number, from 0, where
// it is not written as text.
func (s *sheet) line(row int) string {
	if s.lines == nil {
		return fmt.Sprintf("row %d", row)
	}
	return fmt.Sprintf("line %d", s.lines[s.first+row])
}

// readSheet reads a table, plain or gzip.
func readSheet(r io.Reader, format TableFormat) (*sheet, error) {
	f, err := FormatNamed(cmp.Or(format.Syntax, CSV))
	if err != nil {
		return nil, err
	}
	if !f.Table {
		return nil, fmt.Errorf("%s: %s is no format of tables: %w", format.Name, f.Name, fault.ErrUsage)
	}
	src, err := newSource(r, format.Name, format.MaxBytes)
	if err != nil {
		return nil, err
	}
	s, err := f.sheet(src, format)
	if err != nil {
		return nil, err
	}
	s.format, s.file = f.Name, src.describe()
	return s, nil
}

// find returns the column with this name, or else with this number from 1.
func (s *sheet) find(selector string) (int, error) {
	if i := slices.Index(s.names, selector); i >= 0 {
		return i, nil
	}
	if n, err := strconv.Atoi(selector); err == nil && 1 <= n && n <= len(s.names) {
		return n - 1, nil
	}
	return 0, fmt.Errorf("%s: no column %s; there are %d columns, from %s to %s: %w",
		s.name, fault.Quote(selector), len(s.names), fault.Quote(s.names[0]), fault.Quote(s.names[len(s.names)-1]), fault.ErrUsage)
}

// place names a cell for an error message.
func (s *sheet) place(row, column int) string {
	if !s.header {
		return fmt.Sprintf("%s: %s, column %d", s.name, s.line(row), column+1)
	}
	return fmt.Sprintf("%s: %s, column %d %s", s.name, s.line(row), column+1, fault.Quote(s.names[column]))
}
