package main

import (
	"fmt"
	"io"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/run"
)

// rowsReport is what inspect says of a file of rows.
type rowsReport struct {
	File string `json:"file"`
	data.Facts
}

// inspectRows describes a file of rows. notModel says why it is no model, which is all
// that can be said of a file that is not recognised as anything.
func (a *app) inspectRows(path string, notModel error) error {
	if err := run.FitsReading(".", &run.Config{Data: []run.DataConfig{{File: path}}}, a.memoryLimit()); err != nil {
		return err
	}
	facts, err := data.Describe(path)
	switch {
	case err != nil && (facts == nil || facts.Format == data.CSV):
		return fmt.Errorf("%s is neither a .tflite model nor an artefact of zkaudit, nor a table: %w", path, notModel)
	case err != nil:
		return fmt.Errorf("rows, of format %s: %w", facts.Format, err)
	}
	r := rowsReport{path, *facts}
	return a.result(r, r.writeText)
}

func (r *rowsReport) writeText(w io.Writer) error {
	if len(r.Columns) == 0 {
		_, err := fmt.Fprintf(w, "rows, of format %s (%s): zkaudit model and init read them by --data\n", r.Format, r.Is)
		return err
	}
	if _, err := fmt.Fprintf(w, "a table, of format %s, which zkaudit model and init read by --data: %s, %s\n", r.Format, counted(r.Rows, "row"), counted(len(r.Columns), "column")); err != nil {
		return err
	}
	for _, c := range r.Columns {
		if _, err := fmt.Fprintf(w, "  %s: %s\n", foreign.Quote(c.Name), cellsOf(&c)); err != nil {
			return err
		}
	}
	return nil
}

// cellsOf says what the cells of a column are.
func cellsOf(c *data.ColumnFacts) string {
	cells := "all missing"
	switch {
	case c.Numbers > 0 && c.Texts > 0:
		cells = fmt.Sprintf("%s and %s", counted(c.Numbers, "number"), counted(c.Texts, "text"))
	case c.Numbers > 0:
		cells = "numbers"
	case c.Texts > 0:
		cells = "texts"
	}
	if c.Missing > 0 && c.Numbers+c.Texts > 0 {
		cells += fmt.Sprintf(", %d missing", c.Missing)
	}
	return cells
}
