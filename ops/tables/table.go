package tables

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

const (
	// Rows is the number of rows of every table: one per 16-bit input.
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
	// Columns holds the input first, then its function values, Rows entries each.
	Columns [][]int32
}

// Digest returns the SHA-256 of the table in this encoding, where numbers are
// little-endian of 64 bits and entries little-endian of 32:
// len(name), name, number of columns, then per column its length and entries.
func (t Table) Digest() [sha256.Size]byte {
	h := sha256.New()
	writeCount(h, len(t.Name))
	h.Write([]byte(t.Name))
	writeCount(h, len(t.Columns))
	for _, column := range t.Columns {
		writeCount(h, len(column))
		entries := make([]byte, 0, 4*len(column))
		for _, entry := range column {
			entries = binary.LittleEndian.AppendUint32(entries, uint32(entry))
		}
		h.Write(entries)
	}
	var digest [sha256.Size]byte
	h.Sum(digest[:0])
	return digest
}

func writeCount(h hash.Hash, n int) {
	var count [8]byte
	binary.LittleEndian.PutUint64(count[:], uint64(n))
	h.Write(count[:])
}

// inputs returns the column first, first+1, …
func inputs(first int32) []int32 {
	column := make([]int32, Rows)
	for i := range column {
		column[i] = first + int32(i)
	}
	return column
}
