package recipe

import (
	"encoding/hex"
	"fmt"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Recipe says how the rows of a file become the integers of a part: what its
// owner keeps beside the file, to show later that these are the committed rows.
// It is private: normalisation and the choice of rows tell of the data.
type Recipe struct {
	Format       string         `json:"format"` // the name of one
	Layout                      // csv; what it leaves open is as the encoding says
	Encoding     *data.Encoding `json:"encoding,omitempty"`      // of a table
	FractionBits int            `json:"fraction_bits,omitempty"` // arrays
	Indices      bool           `json:"indices,omitempty"`       // arrays: bytes are what they are, not from 0 to 1
	Classes      int            `json:"classes,omitempty"`       // arrays: of their labels, if they have any
	Vocabulary   []string       `json:"vocabulary,omitempty"`    // arrays whose labels have names: all classes, in order
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

// Read reads a part from its file, and its labels from another where the format has
// them beside. Errors are those of package data.
func (r *Recipe) Read(file, labels string) (*data.Dataset, error) {
	d, err := r.read(file, labels)
	if err != nil {
		return nil, err
	}
	return r.Finish(d)
}

func (r *Recipe) read(file, labels string) (*data.Dataset, error) {
	f, err := data.FormatNamed(r.Format)
	switch {
	case err != nil:
		return nil, fault.Recast(err, fault.ErrMalformed)
	case f.Table && r.Encoding == nil:
		return nil, fmt.Errorf("rows of format %q without an encoding: %w", r.Format, fault.ErrMalformed)
	case f.Table:
		format, err := r.Table(file, r.Format)
		if err != nil {
			return nil, fault.Recast(err, fault.ErrMalformed)
		}
		return data.LoadTableAs(file, format, r.Encoding)
	case f.Labels == data.LabelsBeside && (r.Classes > 0) != (labels != ""):
		return nil, fault.Advise(fmt.Errorf("%s: %s rows with classes have a file of labels, and others none: %w", file, r.Format, fault.ErrUsage), "give it by %s", "data.labels")
	}
	o := data.ArrayOptions{FractionBits: r.FractionBits, Classes: r.Classes, Vocabulary: r.Vocabulary, Unlabelled: r.Classes == 0}
	if r.Indices {
		o.Scaling = data.ScaleNone
	}
	return data.LoadArrays(r.Format, file, labels, o)
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
	digest, err := data.Origin(path, format)
	if err != nil {
		return "", fmt.Errorf("origin of rows: %w", err)
	}
	return hex.EncodeToString(digest[:]), nil
}
