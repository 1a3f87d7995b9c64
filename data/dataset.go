package data

import (
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

const (
	// cellBits is the width of a feature or target value, sign included.
	cellBits = 16
	// DefaultFractionBits is the usual number of fraction bits of a feature.
	DefaultFractionBits = 8
	// MaxFractionBits is the largest.
	MaxFractionBits = encoding.MaxFractionBits
	// maxCells bounds the features of a dataset: 1 GiB of them.
	maxCells = 1 << 28
)

// Kind tells what a row is labelled with.
type Kind uint8

const (
	// None: rows have no labels.
	None Kind = iota
	// OneHot: one class per row.
	OneHot
	// Values: one or more numbers per row.
	Values
)

func (k Kind) String() string {
	switch k {
	case None:
		return "missing"
	case OneHot:
		return "classes"
	default:
		return "values"
	}
}

// Labels holds what the rows of a dataset are labelled with.
type Labels struct {
	Kind Kind

	Classes []string // OneHot: the vocabulary
	Class   []int32  // OneHot: index into Classes, per row

	TargetNames  []string // Values: names, or nil
	Targets      int      // Values: numbers per row
	Values       []int32  // Values: rows × Targets, row-major, 16-bit range
	FractionBits int      // Values: fraction bits
}

// Width returns the columns that the labels take when committed: classes,
// targets, or 0.
func (l Labels) Width() int {
	switch l.Kind {
	case OneHot:
		return len(l.Classes)
	case Values:
		return l.Targets
	default:
		return 0
	}
}

// Describe counts and names classes or target columns.
func (l Labels) Describe() string {
	if l.Kind == OneHot {
		return fmt.Sprintf("%d classes %s", len(l.Classes), list(l.Classes))
	}
	return fmt.Sprintf("%d target columns %s", l.Targets, list(l.TargetNames))
}

// Dataset is a table of integers. It is immutable: slices and splits of it
// share its memory.
type Dataset struct {
	Features     []int32 // rows × width, row-major, 16-bit range
	Rows, Width  int
	Shape        []int    // axes of one row, product Width: {Width} or {28, 28}
	FeatureNames []string // Width names, or nil
	FractionBits int
	Labels       Labels
	Attributes   []Attribute    // what is known about rows and no feature
	Filled       []FilledColumn // which cells of the file were missing and were filled in
	Source       Source
}

// Source says where a dataset came from and how it became integers.
type Source struct {
	Format   string    // "csv", "jsonl", "idx"
	Files    []File    // the files read
	Encoding *Encoding // tables: how cells became integers
	Remarks  []error   // tables, where the encoding was fitted: what its reader should know, and do
}

// File is a file that was read.
type File struct {
	Name   string // as given
	SHA256 string // of its bytes, hexadecimal
}

// Row returns the features of a row. Requires 0 <= row < d.Rows.
func (d *Dataset) Row(row int) []int32 {
	return d.Features[row*d.Width : (row+1)*d.Width : (row+1)*d.Width]
}

// Format returns the fixed-point format of the features.
func (d *Dataset) Format() number.Format {
	return number.Format{Bits: cellBits, Fraction: d.FractionBits}
}

// Check returns an error that names the place unless d is well formed: lengths
// that agree, cells in the 16-bit range (else fault.ErrOverflow), class indices
// in the vocabulary. Other errors wrap fault.ErrInput. The readers of this
// package return only datasets that pass.
func (d *Dataset) Check() error {
	if d.Rows < 1 || d.Width < 1 {
		return input("dataset of %d rows and %d features", d.Rows, d.Width)
	}
	if d.FractionBits < 0 || d.FractionBits > MaxFractionBits {
		return input("%d fraction bits, want 0 to %d", d.FractionBits, MaxFractionBits)
	}
	if d.Rows > math.MaxInt/d.Width || len(d.Features) != d.Rows*d.Width {
		return input("%d features for %d rows of %d", len(d.Features), d.Rows, d.Width)
	}
	product := 1
	for _, axis := range d.Shape {
		if axis < 1 || product > d.Width/axis {
			return input("row shape %v for %d features", d.Shape, d.Width)
		}
		product *= axis
	}
	if product != d.Width {
		return input("row shape %v for %d features", d.Shape, d.Width)
	}
	if d.FeatureNames != nil && len(d.FeatureNames) != d.Width {
		return input("%d names for %d features", len(d.FeatureNames), d.Width)
	}
	if err := checkRange(d.Features, d.Width, "feature"); err != nil {
		return err
	}
	if err := d.Labels.check(d.Rows); err != nil {
		return err
	}
	return d.checkAttributes()
}

func (l Labels) check(rows int) error {
	switch l.Kind {
	case None:
		return nil
	case OneHot:
		if len(l.Class) != rows {
			return input("%d labels for %d rows", len(l.Class), rows)
		}
		for row, class := range l.Class {
			if class < 0 || int(class) >= len(l.Classes) {
				return input("row %d: label %d, there are %d classes", row, class, len(l.Classes))
			}
		}
		return nil
	case Values:
		if l.Targets < 1 || rows > math.MaxInt/l.Targets || len(l.Values) != rows*l.Targets {
			return input("%d target values for %d rows of %d", len(l.Values), rows, l.Targets)
		}
		if l.TargetNames != nil && len(l.TargetNames) != l.Targets {
			return input("%d names for %d targets", len(l.TargetNames), l.Targets)
		}
		if l.FractionBits < 0 || l.FractionBits > MaxFractionBits {
			return input("%d fraction bits of targets, want 0 to %d", l.FractionBits, MaxFractionBits)
		}
		return checkRange(l.Values, l.Targets, "target")
	default:
		return input("unknown kind of labels %d", l.Kind)
	}
}

func checkRange(cells []int32, width int, what string) error {
	for i, cell := range cells {
		if cell != int32(int16(cell)) {
			return fmt.Errorf("row %d, %s %d: %d is outside the 16-bit range: %w", i/width, what, i%width, cell, fault.ErrOverflow)
		}
	}
	return nil
}

func input(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), fault.ErrInput)
}

// Digest identifies the integers and their meaning: shape, formats, features,
// labels, attributes and names, but neither the source nor which cells
// were filled in. It is a name for logs and caches and
// hides nothing; what a proof binds is the dataset's commitment.
func (d *Dataset) Digest() [32]byte {
	h := encode.NewHash("zkaudit/dataset/v2")
	h.Int(d.Rows, d.Width, d.FractionBits, len(d.Shape))
	h.Int(d.Shape...)
	h.Texts(d.FeatureNames)
	h.Cells(d.Features)
	l := d.Labels
	h.Int(int(l.Kind))
	switch l.Kind {
	case OneHot:
		h.Texts(l.Classes)
		h.Cells(l.Class)
	case Values:
		h.Int(l.Targets, l.FractionBits)
		h.Texts(l.TargetNames)
		h.Cells(l.Values)
	}
	h.Int(len(d.Attributes))
	for _, a := range d.Attributes {
		h.Text(a.Name)
		h.Texts(a.Vocabulary)
		h.Cells(a.Codes)
	}
	return h.Sum()
}
