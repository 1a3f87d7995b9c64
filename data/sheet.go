package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zkaudit/zkaudit/fault"
)

// Header tells whether the first row of a CSV file names the columns.
type Header uint8

const (
	// HeaderAuto takes the first row for names if it holds no number and a later
	// row does, for data if it holds a number, and refuses to guess otherwise.
	HeaderAuto Header = iota
	// HeaderYes: the first row names the columns.
	HeaderYes
	// HeaderNo: the first row is data; columns are called c1, c2, ….
	HeaderNo
)

// CSVFormat says how the bytes of a CSV file are laid out.
type CSVFormat struct {
	Name     string // in messages and in the Source
	Header   Header
	Comma    rune  // 0: ','
	MaxBytes int64 // limit after decompression; 0: DefaultMaxBytes
}

// sheet is a rectangular table of trimmed cells.
type sheet struct {
	name   string
	header bool
	names  []string   // one per column
	rows   [][]string // at least one
	lines  []int      // line of each row in the file, from 1
	file   File
}

// readSheet reads a CSV file, plain or gzip. Empty lines are skipped; rows of
// another length than the first are refused.
func readSheet(r io.Reader, format CSVFormat) (*sheet, error) {
	src, err := newSource(r, format.Name, format.MaxBytes)
	if err != nil {
		return nil, err
	}
	reader := csv.NewReader(src)
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	if format.Comma != 0 {
		reader.Comma = format.Comma
	}
	s := &sheet{name: src.name}
	for {
		record, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, s.parseError(err)
		}
		line, _ := reader.FieldPos(0)
		if err := s.add(record, line); err != nil {
			return nil, err
		}
	}
	s.file = src.describe()
	if len(s.rows) == 0 {
		return nil, input("%s: no rows", s.name)
	}
	if err := s.takeHeader(format.Header); err != nil {
		return nil, err
	}
	if len(s.rows) == 0 {
		return nil, input("%s: no rows after the header", s.name)
	}
	return s, nil
}

func (s *sheet) parseError(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		return input("%s: line %d, byte %d: %v", s.name, parse.Line, parse.Column, parse.Err)
	case errors.Is(err, fault.ErrInput), errors.Is(err, fault.ErrResources), errors.Is(err, fault.ErrMalformed):
		return err
	default: // an invalid delimiter
		return fmt.Errorf("%s: %v: %w", s.name, err, fault.ErrUsage)
	}
}

func (s *sheet) add(record []string, line int) error {
	for i, cell := range record {
		if len(s.rows) == 0 && i == 0 {
			cell = strings.TrimPrefix(cell, "\ufeff") // byte order mark
		}
		if !utf8.ValidString(cell) {
			return input("%s: line %d, column %d: not UTF-8", s.name, line, i+1)
		}
		record[i] = strings.TrimSpace(cell)
	}
	if len(record) == 1 && record[0] == "" {
		return nil // a line of spaces
	}
	if len(s.rows) > 0 && len(record) != len(s.rows[0]) {
		return input("%s: line %d: %d cells, line %d has %d", s.name, line, len(record), s.lines[0], len(s.rows[0]))
	}
	s.rows = append(s.rows, record)
	s.lines = append(s.lines, line)
	return nil
}

// takeHeader names the columns, from the first row if that is a header.
func (s *sheet) takeHeader(mode Header) error {
	switch mode {
	case HeaderYes:
		s.header = true
	case HeaderNo:
	case HeaderAuto:
		isNumber := func(cell string) bool { return classify(cell) == cellNumber }
		if !slices.ContainsFunc(s.rows[0], isNumber) {
			s.header = slices.ContainsFunc(s.rows[1:], func(row []string) bool { return slices.ContainsFunc(row, isNumber) })
			if !s.header {
				return fmt.Errorf("%s: line %d: no row holds a number, so it cannot be told whether this one names the columns: say so: %w", s.name, s.lines[0], fault.ErrUsage)
			}
		}
	default:
		return fmt.Errorf("unknown header mode %d: %w", mode, fault.ErrUsage)
	}
	s.names = make([]string, len(s.rows[0]))
	for i := range s.names {
		s.names[i] = "c" + strconv.Itoa(i+1)
	}
	if !s.header {
		return nil
	}
	for i, cell := range s.rows[0] {
		if i == 0 { // numpy.savetxt writes "# x,y"
			cell = strings.TrimSpace(strings.TrimPrefix(cell, "#"))
		}
		if cell != "" {
			s.names[i] = cell
		}
	}
	first := map[string]int{}
	for i, name := range s.names { // an unnamed column may be called as another is named
		if j, ok := first[name]; ok {
			return input("%s: line %d: columns %d and %d are both called %q", s.name, s.lines[0], j+1, i+1, name)
		}
		first[name] = i
	}
	s.rows, s.lines = s.rows[1:], s.lines[1:]
	return nil
}

// find returns the column with this name, or else with this number from 1.
func (s *sheet) find(selector string) (int, error) {
	if i := slices.Index(s.names, selector); i >= 0 {
		return i, nil
	}
	if n, err := strconv.Atoi(selector); err == nil && 1 <= n && n <= len(s.names) {
		return n - 1, nil
	}
	return 0, fmt.Errorf("%s: no column %q; there are %d columns, from %q to %q: %w",
		s.name, selector, len(s.names), s.names[0], s.names[len(s.names)-1], fault.ErrUsage)
}

// place names a cell for an error message.
func (s *sheet) place(row, column int) string {
	if !s.header {
		return fmt.Sprintf("%s: line %d, column %d", s.name, s.lines[row], column+1)
	}
	return fmt.Sprintf("%s: line %d, column %d %q", s.name, s.lines[row], column+1, s.names[column])
}
