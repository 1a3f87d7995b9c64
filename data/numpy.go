package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/x448/float16"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	npyMagic = "\x93NUMPY"
	zipMagic = "PK\x03\x04"
	// maxNumpyHeader bounds the bytes of an array's header.
	maxNumpyHeader = 1 << 20
	// maxNumpyAxes bounds the axes of an array, the first of which counts rows.
	maxNumpyAxes = 8
)

// numpyArray is an array of a file of numpy: its elements, one after the other.
type numpyArray struct {
	name      string // of its file, and in it
	member    string // what the array is called in an npz file; "": the file is the array
	fields    []numpyField
	record    bool  // its elements have named fields; else fields is one of no name
	axes      []int // none of them 0
	step      []int // bytes from one element to the next along each axis
	elements  []byte
	itemBytes int
}

// numpyField is a part of each element: bytes from at, of a type.
type numpyField struct {
	name  string
	at    int
	kind  byte // b, i, u, f, U or S as numpy calls them
	size  int  // bytes
	order binary.ByteOrder
}

// rows is the length of the first axis.
func (a *numpyArray) rows() int { return a.axes[0] }

// readNumpy reads all arrays of an npy or npz file.
func readNumpy(s *source) ([]numpyArray, int64, error) {
	file, err := io.ReadAll(s)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case bytes.HasPrefix(file, []byte(npyMagic)):
		a, err := parseNumpy(file, s.name, "")
		return []numpyArray{a}, int64(len(file)), err
	case bytes.HasPrefix(file, []byte(zipMagic)):
		arrays, err := readNumpyMembers(file, s.name, s.limit)
		return arrays, int64(len(file)), err
	}
	return nil, 0, malformed(s.name, "begins neither as npy nor as npz does")
}

// readNumpyMembers reads the arrays of an npz file, in its order.
func readNumpyMembers(file []byte, name string, limit int64) ([]numpyArray, error) {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, malformed(name, "%v", err)
	}
	if len(archive.File) > maxColumns {
		return nil, fmt.Errorf("%s: %d arrays, at most %d are read: %w", name, len(archive.File), maxColumns, fault.ErrResources)
	}
	left := min(limit, unfoldFree+unfoldTimes*int64(len(file)))
	var arrays []numpyArray
	for _, f := range archive.File {
		member, isArray := strings.CutSuffix(f.Name, ".npy")
		if !isArray {
			return nil, input("%s holds %s, which is no array of numpy", name, fault.Quote(f.Name))
		}
		unzipped, err := readMember(f, left)
		if err != nil {
			return nil, fmt.Errorf("%s: array %s: %w", name, fault.Quote(member), err)
		}
		left -= int64(len(unzipped))
		a, err := parseNumpy(unzipped, name+": array "+fault.Quote(member), member)
		if err != nil {
			return nil, err
		}
		arrays = append(arrays, a)
	}
	return arrays, nil
}

// readMember unzips a member of at most so many bytes.
func readMember(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", err, fault.ErrMalformed)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case int64(len(b)) > most:
		return nil, fmt.Errorf("unfolds to more than a file of its size may: %w", fault.ErrResources)
	case err != nil:
		return nil, fmt.Errorf("%v: %w", err, fault.ErrMalformed)
	}
	return b, nil
}

// numpyHeader splits an npy file into its header and its elements.
func numpyHeader(file []byte, name string) (header, elements []byte, err error) {
	const prefix = len(npyMagic) + 2 // and the version
	if len(file) < prefix+2 || !bytes.HasPrefix(file, []byte(npyMagic)) {
		return nil, nil, malformed(name, "no header of npy")
	}
	rest, length := file[prefix+2:], int64(binary.LittleEndian.Uint16(file[prefix:]))
	switch version := file[prefix-2]; {
	case version < 1 || version > 3:
		return nil, nil, malformed(name, "version %d of npy, 1 to 3 are read", version)
	case version > 1:
		if len(file) < prefix+4 {
			return nil, nil, malformed(name, "ends within the header")
		}
		rest, length = file[prefix+4:], int64(binary.LittleEndian.Uint32(file[prefix:]))
	}
	if length > maxNumpyHeader {
		return nil, nil, fmt.Errorf("%s: a header of %d bytes, at most %d: %w", name, length, maxNumpyHeader, fault.ErrResources)
	}
	if length > int64(len(rest)) {
		return nil, nil, malformed(name, "ends within the header")
	}
	return rest[:length], rest[length:], nil
}

// parseNumpy reads an npy file, whose length must be what its header says.
func parseNumpy(file []byte, name, member string) (numpyArray, error) {
	a := numpyArray{name: name, member: member}
	header, elements, err := numpyHeader(file, name)
	if err != nil {
		return a, err
	}
	dict, err := parsePython(header)
	if err != nil {
		return a, malformed(name, "header: %v", err)
	}
	columnsFirst, axes, err := a.describe(dict)
	if err != nil {
		return a, err
	}
	a.elements = elements
	total := int64(a.itemBytes)
	for _, axis := range axes {
		if axis == 0 {
			return a, input("%s: no elements", name)
		}
		if axis > int64(len(elements)) || total > int64(len(elements))/axis {
			return a, malformed(name, "%d bytes of elements, fewer than an array of %v has", len(elements), axes)
		}
		total *= axis
		a.axes = append(a.axes, int(axis))
	}
	if total != int64(len(elements)) {
		return a, malformed(name, "%d bytes of elements, an array of %v has %d", len(elements), axes, total)
	}
	a.step = make([]int, len(a.axes))
	step := a.itemBytes
	for i := range a.axes {
		axis := i
		if !columnsFirst {
			axis = len(a.axes) - 1 - i
		}
		a.step[axis], step = step, step*a.axes[axis]
	}
	return a, nil
}

// describe takes type and shape from the header.
func (a *numpyArray) describe(header any) (columnsFirst bool, axes []int64, err error) {
	dict, _ := header.(map[string]any)
	columnsFirst, isBool := dict["fortran_order"].(bool)
	shape, isTuple := dict["shape"].([]any)
	if !isBool || !isTuple || dict["descr"] == nil {
		return false, nil, malformed(a.name, "header without descr, fortran_order and shape")
	}
	for _, length := range shape {
		n, isInt := length.(int64)
		if !isInt || n < 0 {
			return false, nil, malformed(a.name, "shape %v", shape)
		}
		axes = append(axes, n)
	}
	switch {
	case len(axes) == 0:
		return false, nil, input("%s: a single value, where rows are read: leave it out", a.name)
	case len(axes) > maxNumpyAxes:
		return false, nil, malformed(a.name, "%d axes, at most %d", len(axes), maxNumpyAxes)
	}
	fields := []any{[]any{"", dict["descr"]}}
	if list, isList := dict["descr"].([]any); isList {
		fields, a.record = list, true
	}
	if len(fields) > maxColumns {
		return false, nil, fmt.Errorf("%s: %d fields, at most %d: %w", a.name, len(fields), maxColumns, fault.ErrResources)
	}
	for _, one := range fields {
		if err := a.addField(one); err != nil {
			return false, nil, err
		}
	}
	return columnsFirst, axes, nil
}

// addField adds a field: its name and type.
func (a *numpyArray) addField(described any) error {
	pair, _ := described.([]any)
	if len(pair) > 2 {
		return input("%s: fields that are arrays: write each of their elements as a field", a.name)
	}
	if len(pair) < 2 {
		return malformed(a.name, "a field without name and type")
	}
	name, isText := pair[0].(string)
	if titled, both := pair[0].([]any); both && len(titled) == 2 { // (title, name)
		name, isText = titled[1].(string)
	}
	descr, isType := pair[1].(string)
	if !isText {
		return malformed(a.name, "a field without a name")
	}
	if !isType {
		return input("%s: fields within fields: write them side by side", a.name)
	}
	f := numpyField{name: name, at: a.itemBytes}
	if err := f.setType(descr); err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	if f.size > math.MaxInt32-a.itemBytes {
		return malformed(a.name, "elements of more than %d bytes", math.MaxInt32)
	}
	if a.itemBytes += f.size; f.kind != 'V' || f.name != "" { // unnamed bytes pad
		a.fields = append(a.fields, f)
	}
	return nil
}

// setType reads a type such as "<f8": order of bytes, kind, bytes (of U: characters).
func (f *numpyField) setType(descr string) error {
	if len(descr) < 2 {
		return fmt.Errorf("type %s: %w", fault.Quote(descr), fault.ErrMalformed)
	}
	f.order = binary.LittleEndian
	if descr[0] == '>' {
		f.order = binary.BigEndian
	}
	if f.kind = descr[1]; strings.IndexByte("<>|=", descr[0]) < 0 {
		return fmt.Errorf("type %s: %w", fault.Quote(descr), fault.ErrMalformed)
	}
	size, err := strconv.Atoi(descr[2:])
	switch {
	case f.kind == 'O':
		return input("it holds objects of Python, which only Python reads: write numbers by astype(float) and texts by astype(str)")
	case f.kind == 'M' || f.kind == 'm':
		return input("it holds times: write them as numbers by astype(int) or as texts by astype(str)")
	case err != nil || size < 0 || size > math.MaxInt32/4:
		return fmt.Errorf("type %s: %w", fault.Quote(descr), fault.ErrMalformed)
	}
	sizes := map[byte][]int{'b': {1}, 'i': {1, 2, 4, 8}, 'u': {1, 2, 4, 8}, 'f': {2, 4, 8}}
	switch f.size = size; f.kind {
	case 'U':
		f.size = 4 * size
		return nil
	case 'S', 'V':
		return nil
	}
	for _, known := range sizes[f.kind] {
		if size == known {
			return nil
		}
	}
	return input("type %s is not read: write numbers as float64 or int64, by astype", fault.Quote(descr))
}

// appendText appends the field of an element as CSV would have it.
func (f *numpyField) appendText(b, element []byte) ([]byte, error) {
	cell := element[f.at : f.at+f.size]
	switch f.kind {
	case 'b':
		return appendBool(b, cell[0] != 0), nil
	case 'i':
		return appendInt(b, f.signed(cell)), nil
	case 'u':
		return appendUint(b, f.unsigned(cell)), nil
	case 'f':
		switch f.size {
		case 2:
			return appendFloat16(b, float16.Frombits(f.order.Uint16(cell))), nil
		case 4:
			return appendFloat32(b, math.Float32frombits(f.order.Uint32(cell))), nil
		}
		return appendFloat64(b, math.Float64frombits(f.order.Uint64(cell))), nil
	case 'S':
		return append(b, bytes.TrimRight(cell, "\x00")...), nil
	case 'U':
		for ; len(cell) > 0; cell = cell[4:] {
			r := f.order.Uint32(cell)
			if r > utf8.MaxRune || r >= 0xd800 && r < 0xe000 {
				return b, input("%#x is no character", r)
			}
			b = utf8.AppendRune(b, rune(r))
		}
		return bytes.TrimRight(b, "\x00"), nil
	}
	return b, input("bytes without a type")
}

func (f *numpyField) unsigned(cell []byte) uint64 {
	switch f.size {
	case 1:
		return uint64(cell[0])
	case 2:
		return uint64(f.order.Uint16(cell))
	case 4:
		return uint64(f.order.Uint32(cell))
	}
	return f.order.Uint64(cell)
}

func (f *numpyField) signed(cell []byte) int64 {
	shift := 64 - 8*f.size
	return int64(f.unsigned(cell)<<shift) >> shift
}
