package data

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Names of formats.
const (
	CSV     = "csv"
	JSONL   = "jsonl"  // an object of JSON in each line
	IDX     = "idx"    // MNIST's format
	NPY     = "npy"    // a table in arrays of numpy
	Tensor  = "tensor" // an array of numpy, such as pictures
	Parquet = "parquet"
	Arrow   = "arrow"  // a file, not a stream
	Folder  = "folder" // of pictures
)

// Format is a way in which files hold rows. Each is a file of this package and a
// line of formats.
type Format struct {
	Name   string
	Is     string // what a file of it holds, in a few words
	Table  bool   // rows have columns, of which an Encoding makes integers; else they are arrays of one shape
	Labels LabelSource

	begins func(path string) (bool, error)                             // tells a file of it from how it begins
	sheet  func(s *source, f TableFormat) (*sheet, error)              // reads a table
	array  func(path, labels string, o ArrayOptions) (*Dataset, error) // reads arrays
	origin func(path string) ([32]byte, error)                         // see Origin
	size   func(path string) (int64, error)                            // see UnpackedBytes; nil: the file's own
}

// LabelSource says where the classes of rows come from that are arrays.
type LabelSource uint8

const (
	// NoLabelSource is that of tables, whose labels are columns.
	NoLabelSource LabelSource = iota
	// LabelsBeside: a file of their own.
	LabelsBeside
	// LabelsEither: the file of the rows, or one of their own.
	LabelsEither
	// LabelsWithin: the file of the rows, which calls them by name.
	LabelsWithin
)

// formats are all, in the order in which a file is told from how it begins. CSV
// begins as anything, and is last.
func formats() []Format {
	return []Format{
		{Name: Folder, Is: "a folder of PNG or JPEG pictures for each class, in a folder", Labels: LabelsWithin, begins: isFolder, array: LoadFolder, origin: originOfFolder, size: folderBytes},
		{Name: IDX, Is: "MNIST's format", Labels: LabelsBeside, begins: IsIDX, array: LoadIDX, origin: originOfBytes},
		{Name: NPY, Is: "a table in arrays of numpy, .npy or .npz", Table: true, begins: isNpy, sheet: readNpy, origin: originOfCells(NPY), size: numpyBytes},
		{Name: Tensor, Is: "pictures or the like in an array of numpy, .npy, or .npz with labels", Labels: LabelsEither, begins: isTensor, array: LoadTensor, origin: originOfTensor, size: numpyBytes},
		{Name: Parquet, Is: "flat columns", Table: true, begins: isParquet, sheet: readParquet, origin: originOfCells(Parquet), size: parquetBytes},
		{Name: Arrow, Is: "flat columns, as a file of Arrow, or of Feather since its version 2", Table: true, begins: isArrow, sheet: readArrow, origin: originOfCells(Arrow), size: arrowBytes},
		{Name: JSONL, Is: "an object of JSON in each line", Table: true, begins: IsJSONLines, sheet: readJSONLines, origin: originOfLines},
		{Name: CSV, Is: "cells of text", Table: true, begins: anything, sheet: readCells, origin: originOfLines},
	}
}

// DescribeFormats names all formats, and says what a file of each holds.
func DescribeFormats() string {
	var list []string
	for _, f := range formats() {
		list = append(list, fmt.Sprintf("%s (%s)", f.Name, f.Is))
	}
	return strings.Join(list, " | ")
}

// FormatNames are the names of all formats.
func FormatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.Name)
	}
	return names
}

// FormatNamed returns the format of this name. Errors wrap fault.ErrUsage.
func FormatNamed(name string) (Format, error) {
	all := formats()
	if i := slices.IndexFunc(all, func(f Format) bool { return f.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Format{}, fmt.Errorf("%s is no format of data, want one of %q: %w", fault.Quote(name), FormatNames(), fault.ErrUsage)
}

// FormatOf tells the format of the file at path from how it begins.
func FormatOf(path string) (Format, error) {
	for _, f := range formats() {
		if is, err := f.begins(path); err != nil || is {
			return f, err
		}
	}
	return Format{}, fmt.Errorf("%s: no format that is known: %w", path, fault.ErrInput)
}

func anything(string) (bool, error) { return true, nil }

// beginsWith reports whether the file at path, plain or gzip, begins with these
// bytes.
func beginsWith(path, magic string) (bool, error) {
	return readFile(path, func(r io.Reader, name string) (bool, error) {
		s, err := newSource(r, name, 0)
		if err != nil {
			return false, err
		}
		head := make([]byte, len(magic))
		if _, err := io.ReadFull(s, head); err != nil { // too short, or damaged: its reader says how
			return false, nil
		}
		return bytes.Equal(head, []byte(magic)), nil
	})
}

// LoadArrays reads the file at path, of a format of arrays, and labels from another
// where the format has them beside and the path is not empty. Errors are those of ReadIDX.
func LoadArrays(format, path, labels string, o ArrayOptions) (_ *Dataset, err error) {
	defer fault.Catch(&err, format, fault.ErrInput)
	f, err := FormatNamed(format)
	if err != nil {
		return nil, err
	}
	if f.array == nil {
		return nil, fmt.Errorf("%s: %s is a format of tables: %w", path, format, fault.ErrUsage)
	}
	return f.array(path, labels, o)
}
