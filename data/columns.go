package data

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// binaryFree is what a table that is not written as text may unfold to, besides
// unfoldTimes as many bytes as its file has: 4 bytes for each cell, and its text.
const binaryFree = 256 << 20

// pandasIndex is what names begin with of columns that are an index of pandas.
const pandasIndex = "__index_level_"

func errNested() error {
	return input("a list or a structure, where numbers and texts are read: write its parts as columns of their own")
}

// column is a column of a table that is not written as text.
type column struct {
	name string
	// text appends the text of the cell in a row: what a CSV file would have there, of
	// which a number's is the shortest that reads back as it; nothing where it is missing.
	text func(b []byte, row int) ([]byte, error)
}

// checkTable refuses a table that is larger than a sheet, or whose file is so small
// (in bytes) that it unfolds suspiciously.
func checkTable(name string, rows, width int, file int64) error {
	switch {
	case width == 0:
		return input("%s: no columns", name)
	case rows == 0:
		return input("%s: no rows", name)
	case width > maxColumns:
		return fmt.Errorf("%s: %d columns, at most %d are read: %w", name, width, maxColumns, fault.ErrResources)
	case rows < 0 || rows > maxSheetRows || rows > maxSheetCells/width:
		return fmt.Errorf("%s: %d rows of %d columns, at most %d rows and %d cells are read: split the table into parts, which are committed one by one: %w", name, rows, width, maxSheetRows, maxSheetCells, fault.ErrResources)
	case int64(rows)*int64(width)*4 > binaryFree+unfoldTimes*file:
		return tooFolded(name)
	}
	return nil
}

func tooFolded(name string) error {
	return fmt.Errorf("%s: unfolds to more than %d bytes and %d times its size: write it as CSV if it is meant to: %w", name, binaryFree, unfoldTimes, fault.ErrResources)
}

// tabulate lays out columns of so many rows, of a file of so many bytes. The columns
// have names, unless header is false: then they are called c1, c2, ….
func tabulate(name string, columns []column, rows int, header bool, file int64) (*sheet, error) {
	if err := checkTable(name, rows, len(columns), file); err != nil {
		return nil, err
	}
	s := &sheet{name: name, layout: Layout{Separator: ',', Thousands: NoMark}, header: header, width: len(columns), count: rows}
	if err := s.takeNames(columns); err != nil {
		return nil, err
	}
	s.ends = make([]uint32, 0, rows*len(columns))
	most := min(math.MaxUint32, binaryFree+unfoldTimes*file-4*int64(cap(s.ends)))
	var cell []byte
	for row := range rows {
		for i, column := range columns {
			var err error
			if cell, err = column.text(cell[:0], row); err != nil {
				return nil, s.cellError(row, i, err)
			}
			trimmed := bytes.TrimSpace(cell)
			switch {
			case !utf8.Valid(trimmed):
				return nil, s.cellError(row, i, input("not UTF-8"))
			case int64(s.building.Len()+len(trimmed)) > most:
				return nil, tooFolded(name)
			}
			s.building.Write(trimmed)
			s.ends = append(s.ends, uint32(s.building.Len()))
		}
	}
	s.text = s.building.String()
	return s, nil
}

// takeNames names the columns of a table that is not written as text.
func (s *sheet) takeNames(columns []column) error {
	first := map[string]int{}
	for i, column := range columns {
		name := strings.TrimSpace(column.name)
		j, twice := first[name]
		switch {
		case !s.header:
			name = fmt.Sprintf("c%d", i+1)
		case name == "":
			return input("%s: column %d has no name", s.name, i+1)
		case len(name) > maxColumnName:
			return input("%s: column %d has a name of %d bytes, at most %d", s.name, i+1, len(name), maxColumnName)
		case !utf8.ValidString(name):
			return input("%s: the name of column %d is not UTF-8", s.name, i+1)
		case twice:
			return input("%s: columns %d and %d are both called %s: rename one", s.name, j+1, i+1, fault.Quote(name))
		}
		first[name] = i
		s.names = append(s.names, name)
	}
	return nil
}
