package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zkaudit/zkaudit/internal/fault"
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

// readCells reads a CSV file. Empty lines are skipped; rows of another length
// than the first are refused.
func readCells(src *source, format TableFormat) (*sheet, error) {
	begun, err := text(src)
	if err != nil {
		return nil, err
	}
	format.Name = src.name
	s := &sheet{name: src.name, format: CSV}
	if s.layout, err = format.layout(begun); err != nil {
		return nil, err
	}
	reader := newCSV(&lines{Reader: begun, name: src.name, comma: []byte(string(s.layout.Separator))}, s.layout.Separator)
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
	s.text = s.building.String()
	if s.count == 0 {
		return nil, input("%s: no rows", s.name)
	}
	if err := s.takeHeader(format.Header); err != nil {
		return nil, err
	}
	if s.rows() == 0 {
		return nil, input("%s: no rows after the header", s.name)
	}
	return s, nil
}

func (s *sheet) parseError(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		return input("%s: line %d, byte %d: %v", s.name, parse.Line, parse.Column, quotesError(parse.Err))
	case errors.Is(err, fault.ErrInput), errors.Is(err, fault.ErrResources), errors.Is(err, fault.ErrMalformed):
		return err
	default: // an invalid delimiter
		return fmt.Errorf("%s: %v: %w", s.name, err, fault.ErrUsage)
	}
}

// quotesError says what to do about quotes that do not match.
func quotesError(err error) error {
	if errors.Is(err, csv.ErrBareQuote) || errors.Is(err, csv.ErrQuote) {
		return fmt.Errorf("%v: quote a whole cell, and write a quote within it twice", err)
	}
	return err
}

// add appends a row. What it refuses is refused before memory is taken for it.
func (s *sheet) add(record []string, line int) error {
	for i, cell := range record {
		if !utf8.ValidString(cell) {
			return input("%s: line %d, column %d: not UTF-8: save the file as UTF-8", s.name, line, i+1)
		}
		record[i] = strings.TrimSpace(cell)
		var err error
		if record[i], err = s.layout.plain(record[i]); err != nil {
			return fmt.Errorf("%s: line %d, column %d: %w", s.name, line, i+1, err)
		}
	}
	if len(record) == 1 && record[0] == "" {
		return nil // a line of spaces
	}
	switch {
	case len(record) > maxColumns:
		return tooWide(s.name)
	case s.count > 0 && len(record) != s.width:
		return fault.Advise(input("%s: line %d: %d cells, line %d has %d", s.name, line, len(record), s.lines[0], s.width),
			"mend the line; if "+SeparatorName(s.layout.Separator)+" does not separate cells, set %s", "columns.separator")
	case s.count == maxSheetRows || (s.count+1)*len(record) > maxSheetCells:
		return fmt.Errorf("%s: line %d: more than %d rows, or %d cells: split the table into parts, which are committed one by one: %w", s.name, line, maxSheetRows, maxSheetCells, fault.ErrResources)
	}
	for _, cell := range record {
		s.building.WriteString(cell)
		if int64(s.building.Len()) > math.MaxUint32 {
			return fmt.Errorf("%s: line %d: more than %d bytes in its cells: split the table into parts, which are committed one by one: %w", s.name, line, int64(math.MaxUint32), fault.ErrResources)
		}
		s.ends = append(s.ends, uint32(s.building.Len()))
	}
	s.lines = append(s.lines, uint32(line))
	s.width, s.count = len(record), s.count+1
	return nil
}

func tooWide(name string) error {
	return fmt.Errorf("%s: a line of more cells than the at most %d columns that are read: %w", name, maxColumns, fault.ErrResources)
}

// lines refuses a line with more delimiters than a table has columns, which a
// parser would keep as one record.
type lines struct {
	io.Reader
	name  string
	comma []byte
	cells int // delimiters in the line that has begun
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	for rest := p[:n]; ; {
		line, more, ended := bytes.Cut(rest, []byte{'\n'})
		if l.cells += bytes.Count(line, l.comma); l.cells > maxColumns {
			return 0, tooWide(l.name)
		}
		if !ended {
			return n, err
		}
		rest, l.cells = more, 0
	}
}

// takeHeader names the columns, from the first row if that is a header.
func (s *sheet) takeHeader(mode Header) error {
	switch mode {
	case HeaderYes:
		s.header = true
	case HeaderNo:
	case HeaderAuto:
		if !s.holdsNumber(0) {
			for row := 1; row < s.count && !s.header; row++ {
				s.header = s.holdsNumber(row)
			}
			if !s.header {
				if s.width == 1 {
					return s.oneColumn(input("%s: line %d: a single column of texts", s.name, s.lines[0]))
				}
				return fault.Advise(fmt.Errorf("%s: line %d: no row holds a number, so it cannot be told whether this one names the columns: %w", s.name, s.lines[0], fault.ErrUsage), "set %s to yes or no", "columns.header")
			}
		}
	default:
		return fmt.Errorf("unknown header mode %d: %w", mode, fault.ErrUsage)
	}
	s.names = make([]string, s.width)
	for i := range s.names {
		s.names[i] = "c" + strconv.Itoa(i+1)
	}
	if !s.header {
		return nil
	}
	for i := range s.width {
		cell := s.cell(0, i)
		if i == 0 { // numpy.savetxt writes "# x,y"
			cell = strings.TrimSpace(strings.TrimPrefix(cell, "#"))
		}
		if len(cell) > maxColumnName {
			return input("%s: line %d: column %d has a name of %d bytes, at most %d", s.name, s.lines[0], i+1, len(cell), maxColumnName)
		}
		if cell != "" {
			s.names[i] = cell
		}
	}
	first := map[string]int{}
	for i, name := range s.names { // an unnamed column may be called as another is named
		if j, ok := first[name]; ok {
			return input("%s: line %d: columns %d and %d are both called %s: rename one", s.name, s.lines[0], j+1, i+1, fault.Quote(name))
		}
		first[name] = i
	}
	s.first = 1
	return nil
}

// oneColumn adds to an error about a table of one column what may be wrong.
func (s *sheet) oneColumn(err error) error {
	if s.format != CSV {
		return err
	}
	return fault.Advise(err, "cells are separated by "+SeparatorName(s.layout.Separator)+" here; if something else separates them, set %s", "columns.separator")
}

func (s *sheet) holdsNumber(row int) bool {
	for i := range s.width {
		if kind := classify(s.cell(row, i)); kind == cellNumber || kind == cellBeyond {
			return true
		}
	}
	return false
}
