package data

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// arrowVector is values of one type, in parts: a column's of each batch of rows, or a
// dictionary's.
type arrowVector struct {
	arrowType
	parts []arrowValues
	ends  []int // rows up to the end of each part
	last  int   // part that was asked for
	begun bool  // a batch of a dictionary was read
}

// arrowValues are values in a batch.
type arrowValues struct {
	valid []byte // a bit for each; nil: none is missing
	at    func(i int) ([]byte, error)
}

func (v *arrowVector) add(values arrowValues, rows int) {
	if rows > 0 {
		v.parts, v.ends = append(v.parts, values), append(v.ends, v.rows()+rows)
	}
}

func (v *arrowVector) rows() int {
	if len(v.ends) == 0 {
		return 0
	}
	return v.ends[len(v.ends)-1]
}

// value returns the bytes of a value, nil if it is missing. Requires 0 <= row < v.rows().
func (v *arrowVector) value(row int) ([]byte, error) {
	start := func() int {
		if v.last == 0 {
			return 0
		}
		return v.ends[v.last-1]
	}
	if row < start() || row >= v.ends[v.last] {
		v.last, _ = slices.BinarySearch(v.ends, row+1)
	}
	part, i := &v.parts[v.last], row-start()
	if part.valid != nil && part.valid[i>>3]>>(i&7)&1 == 0 {
		return nil, nil
	}
	return part.at(i)
}

// nothing are values that are all missing.
func nothing(int) ([]byte, error) { return nil, nil }

// bitsOf are values of one bit.
func bitsOf(bits []byte) func(i int) ([]byte, error) {
	values := []byte{0, 1}
	return func(i int) ([]byte, error) {
		bit := bits[i>>3] >> (i & 7) & 1
		return values[bit : bit+1], nil
	}
}

// fixedOf are values of so many bytes.
func fixedOf(all []byte, width int) func(i int) ([]byte, error) {
	return func(i int) ([]byte, error) { return all[i*width : (i+1)*width : (i+1)*width], nil }
}

// textsOf are texts that stand end to end, by where each begins and the last ends.
func textsOf(offsets, texts []byte, width int) func(i int) ([]byte, error) {
	offset := func(i int) int64 { return littleInt(offsets[i*width : (i+1)*width]) }
	return func(i int) ([]byte, error) {
		from, to := offset(i), offset(i+1)
		if from < 0 || from > to || to > int64(len(texts)) {
			return nil, malformed("a text", "from byte %d to %d of %d", from, to, len(texts))
		}
		return texts[from:to:to], nil
	}
}

// viewsOf are texts of up to 12 bytes in their views, and longer ones by their first four
// bytes, buffer, and beginning.
func viewsOf(views []byte, buffers [][]byte) func(i int) ([]byte, error) {
	little := binary.LittleEndian
	return func(i int) ([]byte, error) {
		view := views[16*i : 16*(i+1) : 16*(i+1)]
		length := int64(int32(little.Uint32(view)))
		if 0 <= length && length <= 12 {
			return view[4 : 4+length], nil
		}
		buffer, from := int64(int32(little.Uint32(view[8:]))), int64(int32(little.Uint32(view[12:])))
		if length < 0 || buffer < 0 || buffer >= int64(len(buffers)) || from < 0 || from+length > int64(len(buffers[buffer])) {
			return nil, malformed("a text", "%d bytes at %d of buffer %d", length, from, buffer)
		}
		text := buffers[buffer][from : from+length : from+length]
		if !bytes.Equal(text[:4], view[4:8]) {
			return nil, malformed("a text", "it does not begin as its view says")
		}
		return text, nil
	}
}

// numbered are values of a dictionary by their numbers.
func numbered(numbers []byte, index arrowIndex, dictionary *arrowVector) func(i int) ([]byte, error) {
	return func(i int) ([]byte, error) {
		number := numbers[i*index.width : (i+1)*index.width]
		n := littleUint(number)
		if index.signed && littleInt(number) < 0 || n >= uint64(dictionary.rows()) {
			return nil, malformed("a value", "number %d of a dictionary of %d", littleInt(number), dictionary.rows())
		}
		return dictionary.value(int(n))
	}
}
