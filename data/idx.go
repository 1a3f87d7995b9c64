package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// ReadIDX reads a file of byte records and one of byte labels in the format of
// MNIST, each plain or gzip. Without labels (nil) the rows are unlabelled.
//
// It fails with fault.ErrMalformed for bytes that are not IDX or whose length
// is not the declared one, fault.ErrResources for declared or actual sizes over
// the limit, fault.ErrInput for labels that do not fit the records or the
// classes, fault.ErrOverflow for bytes that do not fit 16 bits at the scale,
// and fault.ErrUsage for options that make no sense.
func ReadIDX(images, labels io.Reader, o ArrayOptions) (_ *Dataset, err error) {
	defer fault.Catch(&err, "IDX", fault.ErrInput)
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Classes > 256 {
		return nil, fmt.Errorf("%d classes, labels of idx are bytes: %w", o.Classes, fault.ErrUsage)
	}
	records, err := readIDX(images, o.ImagesName, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	if len(records.axes) < 2 {
		return nil, input("%s: %d axes, want records of one axis or more", records.file.Name, len(records.axes))
	}
	d := &Dataset{
		Rows:         records.axes[0],
		Width:        len(records.cells) / records.axes[0],
		Shape:        records.axes[1:],
		FractionBits: o.FractionBits,
		Source:       Source{Format: "idx", Files: []File{records.file}},
	}
	if err := d.scaleBytes(records.cells, records.file.Name, o.Scaling); err != nil {
		return nil, err
	}
	if labels != nil {
		if err := d.labelBytes(labels, o); err != nil {
			return nil, err
		}
	}
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", records.file.Name, err)
	}
	return d, nil
}

// LoadIDX is ReadIDX of the files at these paths; an empty labels path means
// no labels.
func LoadIDX(imagesPath, labelsPath string, o ArrayOptions) (*Dataset, error) {
	return readFile(imagesPath, func(images io.Reader, name string) (*Dataset, error) {
		o.ImagesName = name
		if labelsPath == "" {
			return ReadIDX(images, nil, o)
		}
		return readFile(labelsPath, func(labels io.Reader, name string) (*Dataset, error) {
			o.LabelsName = name
			return ReadIDX(images, labels, o)
		})
	})
}

// IsIDX reports whether the file at path, plain or gzip, begins as IDX does:
// with 0, 0, a type and a number of axes.
func IsIDX(path string) (bool, error) {
	return readFile(path, func(r io.Reader, name string) (bool, error) {
		s, err := newSource(r, name, 0)
		if err != nil {
			return false, err
		}
		var magic [4]byte
		if _, err := io.ReadFull(s, magic[:]); err != nil { // too short, or damaged: its reader says how
			return false, nil
		}
		return magic[0] == 0 && magic[1] == 0 && magic[2] >= idxUnsignedByte && magic[3] >= 1 && magic[3] <= maxIDXAxes, nil
	})
}

// labelBytes reads the class of every record.
func (d *Dataset) labelBytes(r io.Reader, o ArrayOptions) error {
	labels, err := readIDX(r, o.LabelsName, o.MaxBytes)
	if err != nil {
		return err
	}
	name := labels.file.Name
	if len(labels.axes) != 1 {
		return input("%s: %d axes, want one label per record", name, len(labels.axes))
	}
	if len(labels.cells) != d.Rows {
		return input("%s: %d labels for %d records of %s", name, len(labels.cells), d.Rows, d.Source.Files[0].Name)
	}
	classes := o.Classes
	class := make([]int32, d.Rows)
	for i, b := range labels.cells {
		if o.Classes > 0 && int(b) >= o.Classes {
			return input("%s: record %d: label %d, there are %d classes", name, i, b, o.Classes)
		}
		class[i] = int32(b)
		classes = max(classes, int(b)+1)
	}
	d.Labels = Labels{Kind: OneHot, Class: class}
	for c := range classes {
		d.Labels.Classes = append(d.Labels.Classes, strconv.Itoa(c))
	}
	d.Source.Files = append(d.Source.Files, labels.file)
	return nil
}

// idx is an array of bytes with its axes, all at least 1, product len(cells).
type idx struct {
	axes  []int
	cells []byte
	file  File
}

const (
	idxUnsignedByte = 0x08
	maxIDXAxes      = 8
)

// readIDX reads 0, 0, type, number of axes, big-endian 32-bit lengths of the
// axes, and the cells. Sizes are checked before anything is allocated for
// them, and memory grows only with bytes that are there.
func readIDX(r io.Reader, name string, limit int64) (*idx, error) {
	src, err := newSource(r, name, limit)
	if err != nil {
		return nil, err
	}
	var magic [4]byte
	if err := src.readFull(magic[:]); err != nil {
		return nil, err
	}
	if magic[0] != 0 || magic[1] != 0 {
		return nil, malformed(src.name, "starts with %x, not with the magic of IDX, 0000", magic[:2])
	}
	if magic[2] != idxUnsignedByte {
		return nil, malformed(src.name, "cells of IDX type %#02x, only unsigned bytes (0x08) are read", magic[2])
	}
	if magic[3] < 1 || magic[3] > maxIDXAxes {
		return nil, malformed(src.name, "%d axes, want 1 to %d", magic[3], maxIDXAxes)
	}
	array := &idx{axes: make([]int, magic[3])}
	total := int64(1)
	for i := range array.axes {
		var length [4]byte
		if err := src.readFull(length[:]); err != nil {
			return nil, err
		}
		axis := int64(binary.BigEndian.Uint32(length[:]))
		if axis == 0 {
			return nil, malformed(src.name, "axis %d has length 0", i)
		}
		if total > src.left/axis || total*axis > maxCells {
			return nil, fmt.Errorf("%s: declares more than %d cells (axis %d of length %d): write the records to several files, which are committed one by one: %w", src.name, min(src.left, maxCells), i, axis, fault.ErrResources)
		}
		total *= axis
		array.axes[i] = int(axis)
	}
	var cells bytes.Buffer
	if got, err := io.CopyN(&cells, src, total); err == io.EOF {
		return nil, malformed(src.name, "%d cells of %d declared", got, total)
	} else if err != nil {
		return nil, err
	}
	switch n, err := io.CopyN(io.Discard, src, 1); {
	case n != 0 || errors.Is(err, fault.ErrResources):
		return nil, malformed(src.name, "bytes after the %d cells declared", total)
	case err != io.EOF:
		return nil, err
	}
	array.cells, array.file = cells.Bytes(), src.describe()
	return array, nil
}

// readFull fills p from the header.
func (s *source) readFull(p []byte) error {
	_, err := io.ReadFull(s, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return malformed(s.name, "ends within the header")
	}
	return err
}

func malformed(name, format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", name, fmt.Sprintf(format, args...), fault.ErrMalformed)
}
