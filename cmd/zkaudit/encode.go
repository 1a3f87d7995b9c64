package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/data"
)

// encodedRows is what zkaudit encode prints.
type encodedRows struct {
	// FractionBits: an integer n stands for n/2^FractionBits.
	FractionBits int       `json:"fraction_bits"`
	List         [][]int32 `json:"list"`
}

func encodeCommand(a *app) *cobra.Command {
	var dir string
	var rows []int
	c := &cobra.Command{
		Use:   "encode FILE [--row N] [--dir DIR]",
		Short: "Print rows as the integers that are committed, for claims about public rows",
		Long: `Encodes rows of FILE as the rows of DIR are: one integer for each feature. What it
prints goes into a claims file, as the list of works that no row may equal or be
near to, or of records that are rows.

  zkaudit encode works.csv --dir d >> claims.toml

Others get the same integers from a directory of their own with the owner's
encoding (init --encoding), so an auditor can make the list anew.`,
		Args: arguments(1, 1, "a file with rows"),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := a.open([]string{dir})
			if err != nil {
				return err
			}
			defer d.Close()
			inputs, err := d.ReadInputs(args[0], rows...)
			if err != nil {
				return err
			}
			e := newEncodedRows(inputs)
			return a.result(e, e.writeText)
		},
	}
	c.Flags().StringVar(&dir, "dir", ".", "the run directory")
	c.Flags().IntSliceVar(&rows, "row", nil, "which rows of FILE, from 0; may be repeated (default: all)")
	return c
}

func newEncodedRows(d *data.Dataset) *encodedRows {
	e := &encodedRows{FractionBits: d.FractionBits}
	for i := range d.Rows {
		e.List = append(e.List, d.Row(i))
	}
	return e
}

// writeText writes a key of a claims file.
func (e *encodedRows) writeText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# integers in units of 2^-%d\nlist = [\n", e.FractionBits)
	for _, row := range e.List {
		fmt.Fprintf(&b, "  [%s],\n", strings.ReplaceAll(strings.Trim(fmt.Sprint(row), "[]"), " ", ", "))
	}
	b.WriteString("]\n")
	_, err := io.WriteString(w, b.String())
	return err
}
