// Package rowtest writes rows in the formats of data, for tests: files as other
// programs write them.
package rowtest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// Table is what a file of rows holds: texts, which become whole numbers, numbers,
// truth values or texts as all in a column allow. An empty one is missing.
type Table struct {
	Names []string
	Rows  [][]string
}

// FromCSV is the table of a CSV file with a header.
func FromCSV(text string) (*Table, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("%d rows: %w", len(rows), err)
	}
	return &Table{Names: rows[0], Rows: rows[1:]}, nil
}

// Kind is what the cells of a column are.
type Kind string

// Kinds of columns.
const (
	Whole  Kind = "whole"
	Number Kind = "number"
	Truth  Kind = "truth"
	Text   Kind = "text"
)

// Kind returns what the cells of a column are.
func (t *Table) Kind(column int) Kind {
	all := func(is func(string) bool) bool {
		for _, row := range t.Rows {
			if row[column] != "" && !is(row[column]) {
				return false
			}
		}
		return true
	}
	switch {
	case all(func(s string) bool { _, err := strconv.ParseInt(s, 10, 64); return err == nil }):
		return Whole
	case all(func(s string) bool { _, err := strconv.ParseFloat(s, 64); return err == nil }):
		return Number
	case all(func(s string) bool { return s == "true" || s == "false" }):
		return Truth
	}
	return Text
}

// Value returns a cell as an int64, float64, bool or string; nil where it is missing.
func (t *Table) Value(row, column int) any {
	cell := t.Rows[row][column]
	if cell == "" {
		return nil
	}
	switch t.Kind(column) {
	case Whole:
		n, _ := strconv.ParseInt(cell, 10, 64)
		return n
	case Number:
		x, _ := strconv.ParseFloat(cell, 64)
		return x
	case Truth:
		return cell == "true"
	}
	return cell
}

// Write writes the table to a file of the format that its name ends with: .csv, .jsonl,
// .npy, .npz, .parquet or .arrow.
func (t *Table) Write(path string) error {
	writers := map[string]func() ([]byte, error){
		".csv": t.csv, ".jsonl": t.jsonLines, ".npy": t.npy, ".npz": t.npz,
		".arrow":   t.Arrow(ArrowOptions{Codec: ArrowZstd, BatchRows: 100, Dictionary: true}).Bytes,
		".parquet": func() ([]byte, error) { return t.Parquet("", parquet.Compression(&parquet.Snappy)) },
	}
	write := writers[filepath.Ext(path)]
	if write == nil {
		return fmt.Errorf("%s: no format that is written", path)
	}
	file, err := write()
	if err != nil {
		return err
	}
	return os.WriteFile(path, file, 0o600)
}

func (t *Table) csv() ([]byte, error) {
	var b bytes.Buffer
	err := csv.NewWriter(&b).WriteAll(append([][]string{t.Names}, t.Rows...))
	return b.Bytes(), err
}

func (t *Table) jsonLines() ([]byte, error) {
	var b bytes.Buffer
	for row := range t.Rows {
		b.WriteByte('{')
		for column, name := range t.Names {
			if column > 0 {
				b.WriteByte(',')
			}
			key, _ := json.Marshal(name)
			value, err := json.Marshal(t.Value(row, column))
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "%s:%s", key, value)
		}
		b.WriteString("}\n")
	}
	return b.Bytes(), nil
}

// npy writes an array of named fields.
func (t *Table) npy() ([]byte, error) {
	var fields []string
	var elements bytes.Buffer
	for column, name := range t.Names {
		fields = append(fields, fmt.Sprintf("('%s', '%s')", name, t.numpyType(column)))
	}
	for row := range t.Rows {
		for column := range t.Names {
			elements.Write(t.numpyElement(row, column))
		}
	}
	return Npy("["+strings.Join(fields, ", ")+"]", []int{len(t.Rows)}, elements.Bytes()), nil
}

// npz writes an array for each column.
func (t *Table) npz() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for column, name := range t.Names {
		var elements bytes.Buffer
		for row := range t.Rows {
			elements.Write(t.numpyElement(row, column))
		}
		f, err := w.Create(name + ".npy")
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(Npy("'"+t.numpyType(column)+"'", []int{len(t.Rows)}, elements.Bytes())); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

func (t *Table) numpyType(column int) string {
	kind, longest := t.Kind(column), 1
	missing := false
	for _, row := range t.Rows {
		longest, missing = max(longest, len([]rune(row[column]))), missing || row[column] == ""
	}
	switch {
	case kind == Whole && !missing:
		return "<i8"
	case kind == Whole || kind == Number: // NaN is what is missing
		return "<f8"
	case kind == Truth:
		return "|b1"
	}
	return fmt.Sprintf("<U%d", longest)
}

func (t *Table) numpyElement(row, column int) []byte {
	value, descr := t.Value(row, column), t.numpyType(column)
	if descr == "<f8" {
		x := math.NaN()
		switch value := value.(type) {
		case int64:
			x = float64(value)
		case float64:
			x = value
		}
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(x))
	}
	switch value := value.(type) {
	case int64:
		return binary.LittleEndian.AppendUint64(nil, uint64(value))
	case bool:
		if value {
			return []byte{1}
		}
		return []byte{0}
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(descr, "<U"))
	text := make([]byte, 4*n)
	for i, r := range []rune(t.Rows[row][column]) {
		binary.LittleEndian.PutUint32(text[4*i:], uint32(r))
	}
	return text
}

// Npy returns an npy file: type as its header has it, axes, and elements.
func Npy(descr string, axes []int, elements []byte) []byte {
	shape := strings.ReplaceAll(strings.Trim(fmt.Sprint(axes), "[]"), " ", ", ")
	header := fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': (%s,), }", descr, shape)
	header += strings.Repeat(" ", (64-(len(header)+11)%64)%64) + "\n"
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	return append(append(b, header...), elements...)
}

// Idx returns a file of IDX of bytes.
func Idx(axes []int, cells []byte) []byte {
	b := []byte{0, 0, 8, byte(len(axes))}
	for _, axis := range axes {
		b = binary.BigEndian.AppendUint32(b, uint32(axis))
	}
	return append(b, cells...)
}
