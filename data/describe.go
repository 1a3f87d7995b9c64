package data

import (
	"io"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Facts are what a file of rows has as it stands, before any choice is made of it.
type Facts struct {
	Format  string        `json:"format"`
	Is      string        `json:"is"`                // what a file of this format holds
	Rows    int           `json:"rows,omitempty"`    // of a table
	Columns []ColumnFacts `json:"columns,omitempty"` // of a table
}

// ColumnFacts say how many cells of a column are numbers, how many other texts, and how
// many are missing.
type ColumnFacts struct {
	Name    string `json:"name"`
	Numbers int    `json:"numbers"`
	Texts   int    `json:"texts"`
	Missing int    `json:"missing"`
}

// Describe says what the file at path has, told by how it begins. What looks like no
// format of rows is none of them, or a CSV file that is damaged: Facts.Format is CSV then,
// beside an error. Errors are those of reading the file.
func Describe(path string) (_ *Facts, err error) {
	defer fault.Catch(&err, "rows", fault.ErrInput)
	f, err := FormatOf(path)
	if err != nil {
		return nil, err
	}
	facts := &Facts{Format: f.Name, Is: f.Is}
	if !f.Table {
		return facts, nil
	}
	s, err := readFile(path, func(r io.Reader, name string) (*sheet, error) {
		return readSheet(r, TableFormat{Name: name, Syntax: f.Name})
	})
	if err != nil {
		return facts, err
	}
	if f.Name == CSV && s.width == 1 {
		return facts, input("%s: a text without columns", path)
	}
	facts.Rows = s.rows()
	for i, name := range s.names {
		c := ColumnFacts{Name: name}
		for row := range s.all() {
			switch classify(s.cell(row, i)) {
			case cellMissing:
				c.Missing++
			case cellText:
				c.Texts++
			default:
				c.Numbers++
			}
		}
		facts.Columns = append(facts.Columns, c)
	}
	return facts, nil
}
