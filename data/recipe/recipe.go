package recipe

import (
	"encoding/hex"
	"fmt"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Formats of files.
const (
	CSV   = "csv"
	JSONL = "jsonl" // an object of JSON in each line
	IDX   = "idx"   // MNIST's format, plain or .gz
)

// Formats are the names of all.
func Formats() []string { return []string{CSV, JSONL, IDX} }

// FormatOf tells the format of the file at path from how it begins.
func FormatOf(path string) (string, error) {
	for _, format := range []struct {
		name string
		is   func(path string) (bool, error)
	}{{IDX, data.IsIDX}, {JSONL, data.IsJSONLines}} {
		if is, err := format.is(path); err != nil || is {
			return format.name, err
		}
	}
	return CSV, nil
}

// Recipe says how the rows of a file become the integers of a part: what its
// owner keeps beside the file, to show later that these are the committed rows.
// It is private: normalisation and the choice of rows tell of the data.
type Recipe struct {
	Format       string         `json:"format"` // one of Formats
	Layout                      // csv; what it leaves open is as the encoding says
	Encoding     *data.Encoding `json:"encoding,omitempty"`      // of a table
	FractionBits int            `json:"fraction_bits,omitempty"` // idx
	Indices      bool           `json:"indices,omitempty"`       // idx: bytes are what they are, not from 0 to 1
	Classes      int            `json:"classes,omitempty"`       // idx: of its labels, if it has a file of them
	Reconstruct  bool           `json:"reconstruct,omitempty"`   // the targets are the features
	Constants    []Constant     `json:"constants,omitempty"`
	Rows         []int          `json:"rows,omitempty"` // of the file, from 0; nil: all
}

// Constant is an attribute with one value for all rows of a part.
type Constant struct {
	Name       string   `json:"name"`
	Value      string   `json:"value"`
	Vocabulary []string `json:"vocabulary"`
}

// Read reads a part from its file, and its labels from another for idx. Errors
// are those of package data.
func (r *Recipe) Read(file, labels string) (*data.Dataset, error) {
	d, err := r.read(file, labels)
	if err != nil {
		return nil, err
	}
	return r.Finish(d)
}

func (r *Recipe) read(file, labels string) (*data.Dataset, error) {
	switch {
	case r.Format == IDX:
		o := data.ArrayOptions{FractionBits: r.FractionBits, Classes: r.Classes}
		if r.Indices {
			o.Scaling = data.ScaleNone
		}
		if (r.Classes > 0) != (labels != "") {
			return nil, fault.Advise(fmt.Errorf("%s: idx rows with classes have a file of labels, and others none: %w", file, fault.ErrUsage), "give it by %s", "data.labels")
		}
		return data.LoadIDX(file, labels, o)
	case (r.Format == CSV || r.Format == JSONL) && r.Encoding != nil:
		format, err := r.Table(file, r.Format)
		if err != nil {
			return nil, fault.Recast(err, fault.ErrMalformed)
		}
		return data.LoadTableAs(file, format, r.Encoding)
	}
	return nil, fmt.Errorf("rows of format %q without an encoding: %w", r.Format, fault.ErrMalformed)
}

// Finish makes the part from all rows of the file, as package data reads them.
func (r *Recipe) Finish(d *data.Dataset) (*data.Dataset, error) {
	if r.Reconstruct {
		d = d.Reconstruction()
	}
	var err error
	for _, c := range r.Constants {
		if d, err = d.WithConstant(c.Name, c.Value, c.Vocabulary); err != nil {
			return nil, err
		}
	}
	return d.Select(r.Rows)
}

// Of returns the recipe of some rows of the file; nil means all.
func (r *Recipe) Of(rows []int) *Recipe {
	some := *r
	some.Rows = rows
	return &some
}

// Inputs returns the recipe by which other rows, of a file laid out alike, become
// inputs as these did: features alone, without labels and attributes.
func (r *Recipe) Inputs(rows []int) *Recipe {
	in := &Recipe{Format: r.Format, FractionBits: r.FractionBits, Indices: r.Indices, Layout: r.Layout, Rows: rows}
	if r.Encoding != nil {
		features := *r.Encoding
		features.Targets, features.Attributes = nil, nil
		in.Encoding = &features
	}
	return in
}

// Origin is the digest, in hexadecimal, of what rows are read from: a file in a
// format.
func Origin(path, format string) (string, error) {
	digest, err := data.Origin(path, format != IDX)
	if err != nil {
		return "", fmt.Errorf("origin of rows: %w", err)
	}
	return hex.EncodeToString(digest[:]), nil
}
