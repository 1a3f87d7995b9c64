package tables

import (
	"crypto/sha256"

	"github.com/zkaudit/zkaudit/internal/encode"
)

const (
	// Rows is the number of rows of a table with one for each 16-bit input.
	Rows = 1 << 16
	// MinInput is the input z of row 0 of the tables over z.
	MinInput = -1 << 15
)

// Table is a public relation between columns: a tuple is in the table if it is
// one of its rows.
type Table struct {
	// Name is the function and its fraction bits, as in "tanh.z8.a8.g14"; equal
	// names mean equal columns.
	Name string
	// Columns holds the input first, one after the other, then its function values:
	// Rows entries each, or fewer where 16 bits do not hold every value.
	Columns [][]int32
}

// digest returns the SHA-256 of the table's encoding (package encode): its name,
// which is the domain, the number of columns, and the cells of each.
func (t Table) digest() [sha256.Size]byte {
	h := encode.NewHash(t.Name)
	h.Int(len(t.Columns))
	for _, column := range t.Columns {
		h.Cells(column)
	}
	return h.Sum()
}

// inputs returns the column first, first+1, …
func inputs(first int32) []int32 {
	column := make([]int32, Rows)
	for i := range column {
		column[i] = first + int32(i)
	}
	return column
}
