package data

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// readNpy reads a table from arrays of numpy: an element of named fields is a row, as is
// a row of an array with two axes, whose columns are called c1, c2, …. The arrays of an
// npz file stand side by side, each with its name before those of its columns.
func readNpy(s *source, _ TableFormat) (*sheet, error) {
	arrays, size, err := readNumpy(s)
	if err != nil {
		return nil, err
	}
	if len(arrays) == 0 {
		return nil, input("%s: no arrays", s.name)
	}
	var columns []column
	for i := range arrays {
		a := &arrays[i]
		if a.rows() != arrays[0].rows() {
			return nil, input("%s: %d rows, the array before it has %d: write arrays of equal length to a file", a.name, a.rows(), arrays[0].rows())
		}
		some, err := a.columns(len(columns))
		if err != nil {
			return nil, err
		}
		columns = append(columns, some...)
	}
	header := arrays[0].record || arrays[0].member != ""
	return tabulate(s.name, columns, arrays[0].rows(), header, size)
}

// columns are those of the array as a table, of which others come before it.
func (a *numpyArray) columns(before int) ([]column, error) {
	across, step := 1, 0
	switch {
	case len(a.axes) == 2 && !a.record:
		across, step = a.axes[1], a.step[1]
	case len(a.axes) > 1:
		return nil, fault.Advise(input("%s: rows of %v, and a table has one axis of columns", a.name, a.axes[1:]), "pictures and the like are read as tensor by %s", "columns.format")
	}
	width := across * len(a.fields)
	if width > maxColumns-before {
		return nil, fmt.Errorf("%s: %d columns, at most %d are read: %w", a.name, before+width, maxColumns, fault.ErrResources)
	}
	columns := make([]column, 0, width)
	for i := range a.fields {
		for k := range across {
			columns = append(columns, a.column(&a.fields[i], k, k*step, across > 1))
		}
	}
	return columns, nil
}

// column is a field of the elements at so many bytes from the beginning of each row,
// number k of several.
func (a *numpyArray) column(f *numpyField, k, from int, several bool) column {
	var names []string
	for _, name := range []string{a.member, f.name} {
		if name != "" {
			names = append(names, name)
		}
	}
	if several {
		names = append(names, fmt.Sprint(k+1))
	}
	return column{name: strings.Join(names, "."), text: func(b []byte, row int) ([]byte, error) {
		return f.appendText(b, a.elements[from+row*a.step[0]:])
	}}
}

// isNpy reports whether the file at path is of numpy, and a table.
func isNpy(path string) (bool, error) {
	is, axes, err := numpyAxes(path)
	return is && axes <= 2, err
}

// numpyAxes tells a file of numpy from how it begins, and how many axes the array has
// that has most.
func numpyAxes(path string) (is bool, axes int, err error) {
	if is, err = beginsWith(path, zipMagic); is && err == nil {
		return npzAxes(path)
	}
	if is, err = beginsWith(path, npyMagic); !is || err != nil {
		return false, 0, err
	}
	_, err = readFile(path, func(r io.Reader, name string) (struct{}, error) {
		s, err := newSource(r, name, 0)
		if err == nil {
			axes = axesIn(s)
		}
		return struct{}{}, err
	})
	return true, axes, err
}

// npzAxes is numpyAxes of a zip file, which may be another one.
func npzAxes(path string) (is bool, axes int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return false, 0, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, 0, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil { // damaged, or gzip: its reader says how
		return false, 0, nil
	}
	for _, f := range archive.File[:min(len(archive.File), maxColumns)] {
		if !strings.HasSuffix(f.Name, ".npy") {
			return false, 0, nil
		}
		if r, err := f.Open(); err == nil {
			axes = max(axes, axesIn(r))
			r.Close()
		}
	}
	return len(archive.File) > 0, axes, nil
}

// axesIn counts the axes of an npy file; 0 where it is damaged, as its reader will say.
func axesIn(r io.Reader) int {
	head, err := io.ReadAll(io.LimitReader(r, maxNumpyHeader+64))
	if err != nil {
		return 0
	}
	header, _, err := numpyHeader(head, "")
	if err != nil {
		return 0
	}
	value, err := parsePython(bytes.TrimSpace(header))
	if err != nil {
		return 0
	}
	dict, _ := value.(map[string]any)
	shape, _ := dict["shape"].([]any)
	return len(shape)
}
