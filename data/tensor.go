package data

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/x448/float16"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// ReadTensor reads an array of numpy whose first axis counts rows, from an npy file, or
// an npz file that holds it alone or with labels, and labels from another npy file unless
// that is nil. A byte b is the feature b/255, or b with ScaleNone; every other number is
// taken for what it is exactly, a truth value for 0 or 1. Labels are whole numbers of
// classes from 0.
//
// Errors are those of ReadIDX; NaN and infinities are fault.ErrInput.
func ReadTensor(rows, labels io.Reader, o ArrayOptions) (_ *Dataset, err error) {
	defer fault.Catch(&err, "numpy", fault.ErrInput)
	if err := o.check(); err != nil {
		return nil, err
	}
	src, err := newSource(rows, o.ImagesName, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	arrays, _, err := readNumpy(src)
	if err != nil {
		return nil, err
	}
	records, beside, err := divideTensor(arrays, src.name)
	if err != nil {
		return nil, err
	}
	d := &Dataset{
		Rows: records.rows(), Width: 1, Shape: records.axes[1:], FractionBits: o.FractionBits,
		Source: Source{Format: Tensor, Files: []File{src.describe()}},
	}
	for _, axis := range d.Shape {
		d.Width *= axis
	}
	if d.Width > maxCells/d.Rows {
		return nil, fmt.Errorf("%s: %d rows of %d cells, at most %d: write the rows to several files, which are committed one by one: %w", records.name, d.Rows, d.Width, maxCells, fault.ErrResources)
	}
	if err := d.takeTensor(records, o.Scaling); err != nil {
		return nil, err
	}
	if !o.Unlabelled {
		if err := d.labelTensor(labels, beside, o); err != nil {
			return nil, err
		}
	}
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", src.name, err)
	}
	return d, nil
}

// LoadTensor is ReadTensor of the files at these paths; an empty labels path means
// none beside.
func LoadTensor(path, labelsPath string, o ArrayOptions) (*Dataset, error) {
	return readFile(path, func(rows io.Reader, name string) (*Dataset, error) {
		o.ImagesName = name
		if labelsPath == "" {
			return ReadTensor(rows, nil, o)
		}
		return readFile(labelsPath, func(labels io.Reader, name string) (*Dataset, error) {
			o.LabelsName = name
			return ReadTensor(rows, labels, o)
		})
	})
}

// isTensor reports whether the file at path is of numpy, and no table.
func isTensor(path string) (bool, error) {
	is, axes, err := numpyAxes(path)
	return is && axes > 2, err
}

// divideTensor tells rows from labels: the array with most axes, two or more, and the
// one other array, if there is one.
func divideTensor(arrays []numpyArray, name string) (records, labels *numpyArray, err error) {
	for i := range arrays {
		if a := &arrays[i]; len(a.axes) > 1 && !a.record && (records == nil || len(a.axes) > len(records.axes)) {
			records = a
		}
	}
	if records == nil {
		return nil, nil, input("%s: no array of two axes or more, the first of which counts rows", name)
	}
	for i := range arrays {
		switch a := &arrays[i]; {
		case a == records:
		case len(a.axes) == len(records.axes) || labels != nil || len(arrays) > 2:
			return nil, nil, input("%s: %d arrays, where one of rows and one of their labels are read: write these two by numpy.savez", name, len(arrays))
		default:
			labels = a
		}
	}
	return records, labels, nil
}

// all yields where the elements of the array begin, the last axis fastest.
func (a *numpyArray) all() func(yield func(at int) bool) {
	return func(yield func(at int) bool) {
		at := make([]int, len(a.axes))
		for offset, axis := 0, 0; axis >= 0; {
			if !yield(offset) {
				return
			}
			for axis = len(a.axes) - 1; axis >= 0; axis-- {
				at[axis]++
				if offset += a.step[axis]; at[axis] < a.axes[axis] {
					break
				}
				offset, at[axis] = offset-at[axis]*a.step[axis], 0
			}
		}
	}
}

// takeTensor sets the features.
func (d *Dataset) takeTensor(a *numpyArray, scaling Scaling) error {
	f := &a.fields[0]
	if f.kind == 'u' && f.size == 1 && scaling == ScaleUnit {
		cells := make([]byte, 0, d.Rows*d.Width)
		for at := range a.all() {
			cells = append(cells, a.elements[at])
		}
		return d.scaleBytes(cells, a.name, scaling)
	}
	if f.kind == 'U' || f.kind == 'S' || f.kind == 'V' {
		return input("%s: texts, where numbers are read", a.name)
	}
	d.Features = make([]int32, 0, d.Rows*d.Width)
	least, most := float64(d.Format().Min()), float64(d.Format().Max())
	for at := range a.all() {
		scaled := math.RoundToEven(math.Ldexp(f.float(a.elements[at:]), d.FractionBits)) // exact but for the rounding
		if !(least <= scaled && scaled <= most) {
			return d.tensorError(a, f, at)
		}
		d.Features = append(d.Features, int32(scaled))
	}
	return nil
}

// float returns a number; a whole one that no float64 holds, which is far beyond any
// feature, nearly.
func (f *numpyField) float(element []byte) float64 {
	cell := element[f.at : f.at+f.size]
	switch {
	case f.kind == 'b' && cell[0] != 0:
		return 1
	case f.kind == 'b':
		return 0
	case f.kind == 'i':
		return float64(f.signed(cell))
	case f.kind == 'u':
		return float64(f.unsigned(cell))
	case f.size == 2:
		return float64(float16.Frombits(f.order.Uint16(cell)).Float32())
	case f.size == 4:
		return float64(math.Float32frombits(f.order.Uint32(cell)))
	}
	return math.Float64frombits(f.order.Uint64(cell))
}

// tensorError says why the next cell is no feature.
func (d *Dataset) tensorError(a *numpyArray, f *numpyField, at int) error {
	text, _ := f.appendText(nil, a.elements[at:])
	place := fmt.Sprintf("%s: record %d, cell %d", a.name, len(d.Features)/d.Width, len(d.Features)%d.Width)
	value := f.float(a.elements[at:])
	switch {
	case math.IsNaN(value):
		return input("%s: missing (%s)", place, text)
	case math.IsInf(value, 0):
		return input("%s: %s is not finite", place, text)
	case d.FractionBits == 0:
		return fault.Advise(fmt.Errorf("%s: value %s does not fit format %s: %w", place, text, d.Format(), fault.ErrOverflow), "make the numbers smaller")
	}
	return fault.Advise(fmt.Errorf("%s: value %s does not fit format %s: %w", place, text, d.Format(), fault.ErrOverflow),
		fmt.Sprintf("lower %%s below %d, or write bytes (uint8), which are scaled to [0, 1]", d.FractionBits), "formats.feature")
}

// labelTensor takes the class of every row from the array beside the rows, or from a
// file.
func (d *Dataset) labelTensor(r io.Reader, labels *numpyArray, o ArrayOptions) error {
	rows := d.Source.Files[0].Name
	if r != nil {
		if labels != nil {
			return fmt.Errorf("%s has labels, and %s are others: %w", rows, o.LabelsName, fault.ErrUsage)
		}
		src, err := newSource(r, o.LabelsName, o.MaxBytes)
		if err != nil {
			return err
		}
		arrays, _, err := readNumpy(src)
		if err != nil {
			return err
		}
		if len(arrays) != 1 {
			return input("%s: %d arrays, where one of labels is read", src.name, len(arrays))
		}
		labels = &arrays[0]
		d.Source.Files = append(d.Source.Files, src.describe())
	}
	if labels == nil {
		return fault.Advise(input("%s: no labels", rows), "give a file of them by %s, or write both arrays into one by numpy.savez", "data.labels")
	}
	return d.classify(labels, o.Classes)
}

// classify sets the classes.
func (d *Dataset) classify(labels *numpyArray, classes int) error {
	f := &labels.fields[0]
	for _, axis := range labels.axes[1:] {
		if axis != 1 {
			return input("%s: labels of %v, where one for each row is read", labels.name, labels.axes)
		}
	}
	switch {
	case labels.record || f.kind != 'i' && f.kind != 'u' && f.kind != 'b':
		return input("%s: labels are whole numbers from 0: write them by astype(int)", labels.name)
	case labels.rows() != d.Rows:
		return input("%s: %d labels for %d rows", labels.name, labels.rows(), d.Rows)
	}
	most := classes
	if most == 0 {
		most = maxArrayClasses
	}
	d.Labels = Labels{Kind: OneHot}
	for at := range labels.all() {
		class := f.float(labels.elements[at:])
		if class < 0 || class >= float64(most) {
			text, _ := f.appendText(nil, labels.elements[at:])
			return input("%s: record %d: label %s, want 0 to %d", labels.name, len(d.Labels.Class), text, most-1)
		}
		d.Labels.Class = append(d.Labels.Class, int32(class))
		classes = max(classes, int(class)+1)
	}
	for c := range classes {
		d.Labels.Classes = append(d.Labels.Classes, strconv.Itoa(c))
	}
	return nil
}

// originOfTensor is Origin of a tensor: of its elements as they are written.
func originOfTensor(path string) ([32]byte, error) {
	return readFile(path, func(r io.Reader, name string) ([32]byte, error) {
		s, err := newSource(r, name, 0)
		if err != nil {
			return [32]byte{}, err
		}
		arrays, _, err := readNumpy(s)
		if err != nil {
			return [32]byte{}, err
		}
		a, _, err := divideTensor(arrays, name)
		if err != nil {
			return [32]byte{}, err
		}
		f := &a.fields[0]
		width := len(a.elements) / a.itemBytes / a.rows()
		what := fmt.Sprintf("tensor %c%d %v", f.kind, f.size, a.axes[1:])
		return originOfRows(what, func(yield func([32]byte) bool) {
			h, n := sha256.New(), 0
			for at := range a.all() {
				cell := slices.Clone(a.elements[at : at+a.itemBytes])
				if f.order.String() == "BigEndian" {
					slices.Reverse(cell)
				}
				h.Write(cell)
				if n++; n%width == 0 {
					if !yield([32]byte(h.Sum(nil))) {
						return
					}
					h.Reset()
				}
			}
		}), nil
	})
}
