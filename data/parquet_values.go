package data

import (
	"encoding/binary"
	"math"

	"github.com/parquet-go/parquet-go/format"
)

func errFewer() error { return malformed("a page", "fewer values than it says") }

// width returns the bytes of a value, 0 where each has its length before it.
func (c *parquetColumn) width() (int, error) {
	switch c.Type.V {
	case format.Int32, format.Float:
		return 4, nil
	case format.Int64, format.Double:
		return 8, nil
	case format.Int96:
		return 12, nil
	case format.FixedLenByteArray:
		if n := c.TypeLength.V; n > 0 {
			return int(n), nil
		}
		return 0, malformed("its type", "values of %d bytes", c.TypeLength.V)
	case format.ByteArray:
		return 0, nil
	}
	return 0, malformed("its type", "%d", c.Type.V)
}

// plain reads values that stand one after the other: truth values as bits, others as
// bytes.
func (c *parquetColumn) plain(values []byte) (func() ([]byte, error), error) {
	if c.Type.V == format.Boolean {
		at := 0
		return func() ([]byte, error) {
			if at>>3 >= len(values) {
				return nil, errFewer()
			}
			bit := values[at>>3] >> (at & 7) & 1
			at++
			return []byte{bit}, nil
		}, nil
	}
	width, err := c.width()
	if err != nil {
		return nil, err
	}
	if width == 0 {
		return func() (those []byte, err error) {
			those, values, err = prefixed(values)
			return those, err
		}, nil
	}
	return func() ([]byte, error) {
		if len(values) < width {
			return nil, errFewer()
		}
		those := values[:width:width]
		values = values[width:]
		return those, nil
	}, nil
}

// split reads values whose first bytes stand before all second ones, and so on.
func (c *parquetColumn) split(values []byte) (func() ([]byte, error), error) {
	width, err := c.width()
	if err != nil {
		return nil, err
	}
	if width == 0 || len(values)%width != 0 {
		return nil, malformed("a page", "%d bytes in streams of %d", len(values), width)
	}
	n, at := len(values)/width, 0
	return func() ([]byte, error) {
		if at == n {
			return nil, errFewer()
		}
		value := make([]byte, width)
		for i := range value {
			value[i] = values[i*n+at]
		}
		at++
		return value, nil
	}, nil
}

// runLengths reads numbers of some bits: runs of one number, and runs of packed ones.
type runLengths struct {
	rest  []byte
	width int // bits of a number

	run    int64  // numbers left in the run
	number uint32 // of all of them, unless they are packed
	packed []byte
	at     int // bit
}

func (r *runLengths) next() (uint32, error) {
	for r.run == 0 {
		if err := r.begin(); err != nil {
			return 0, err
		}
	}
	r.run--
	if r.packed == nil {
		return r.number, nil
	}
	number := uint32(0)
	for i := range r.width {
		number |= uint32(r.packed[r.at>>3]>>(r.at&7)&1) << i
		r.at++
	}
	return number, nil
}

// begin reads the beginning of a run.
func (r *runLengths) begin() error {
	head, n := binary.Uvarint(r.rest)
	if n <= 0 || head > math.MaxUint32 {
		return errFewer()
	}
	r.rest = r.rest[n:]
	if head&1 == 1 { // groups of 8; of the last, bytes may be left out
		bytes := min(int64(head>>1)*int64(r.width), int64(len(r.rest)))
		r.run = int64(head>>1) * 8
		if r.width > 0 {
			r.run = min(r.run, bytes*8/int64(r.width))
		}
		r.packed, r.at = r.rest[:bytes:bytes], 0
		if r.rest = r.rest[bytes:]; r.width == 0 {
			r.packed, r.number = nil, 0
		}
		return nil
	}
	bytes := (r.width + 7) / 8
	if len(r.rest) < bytes {
		return errFewer()
	}
	var number [4]byte
	copy(number[:], r.rest[:bytes])
	r.run, r.packed, r.number, r.rest = int64(head>>1), nil, binary.LittleEndian.Uint32(number[:]), r.rest[bytes:]
	return nil
}

// deltas reads whole numbers by their differences.
func (c *parquetColumn) deltas(values []byte) (func() ([]byte, error), error) {
	width, err := c.width()
	if err != nil || c.Type.V != format.Int32 && c.Type.V != format.Int64 {
		return nil, malformed("a page", "differences of values that are not whole numbers")
	}
	d, err := newDifferences(values)
	if err != nil {
		return nil, err
	}
	return func() ([]byte, error) {
		value, err := d.next()
		return binary.LittleEndian.AppendUint64(nil, uint64(value))[:width], err
	}, nil
}

// lengthsFirst reads texts whose lengths stand before them all and, with prefixes, before
// these how many bytes each has in common with the one before it. There are at most
// so many.
func (c *parquetColumn) lengthsFirst(values []byte, most int, prefixes bool) (func() ([]byte, error), error) {
	if c.Type.V != format.ByteArray && (c.Type.V != format.FixedLenByteArray || !prefixes) {
		return nil, malformed("a page", "lengths of values that are not texts")
	}
	var common, lengths []int64
	var err error
	if prefixes {
		if common, values, err = allDifferences(values, most); err != nil {
			return nil, err
		}
	}
	if lengths, values, err = allDifferences(values, most); err != nil {
		return nil, err
	}
	if prefixes && len(common) != len(lengths) {
		return nil, malformed("a page", "%d and %d lengths", len(common), len(lengths))
	}
	width, _ := c.width()
	var before []byte
	at := 0
	return func() ([]byte, error) {
		if at == len(lengths) || lengths[at] < 0 || lengths[at] > int64(len(values)) || prefixes && (common[at] < 0 || common[at] > int64(len(before))) {
			return nil, errFewer()
		}
		value := values[:lengths[at]:lengths[at]]
		values = values[lengths[at]:]
		if prefixes {
			value = append(before[:common[at]:common[at]], value...)
			before = value
		}
		if at++; width > 0 && len(value) != width {
			return nil, malformed("a page", "a value of %d bytes, where all have %d", len(value), width)
		}
		return value, nil
	}, nil
}

// allDifferences reads all of at most so many whole numbers, and returns what stands
// after them.
func allDifferences(values []byte, most int) (numbers []int64, rest []byte, err error) {
	d, err := newDifferences(values)
	if err != nil {
		return nil, nil, err
	}
	if d.left > uint64(most) {
		return nil, nil, malformed("a page", "%d lengths of %d values", d.left, most)
	}
	for d.left > 0 {
		n, err := d.next()
		if err != nil {
			return nil, nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, d.rest, nil
}

// newDifferences begins to read whole numbers, in blocks of packed differences.
func newDifferences(values []byte) (*differences, error) {
	d := &differences{rest: values}
	var head [3]uint64 // numbers in a block, parts of it, numbers in all
	var err error
	for i := range head {
		if head[i], err = d.uvarint(); err != nil {
			return nil, err
		}
	}
	if d.value, err = d.varint(); err != nil {
		return nil, err
	}
	if head[1] == 0 || head[0] == 0 || head[0] > 1<<20 || head[0]%head[1] != 0 || head[0]/head[1]%8 != 0 {
		return nil, malformed("a page", "blocks of %d numbers in %d parts", head[0], head[1])
	}
	d.parts, d.part, d.left = int(head[1]), int(head[0]/head[1]), head[2]
	return d, nil
}

// differences reads whole numbers.
type differences struct {
	rest        []byte
	parts, part int    // of a block, and numbers in each
	left        uint64 // numbers
	value       int64  // the next one
	least       int64  // difference in this block
	widths      []byte // of the block's parts that are left
	bits        runLengths
}

func (d *differences) uvarint() (uint64, error) {
	x, n := binary.Uvarint(d.rest)
	if n <= 0 {
		return 0, errFewer()
	}
	d.rest = d.rest[n:]
	return x, nil
}

func (d *differences) varint() (int64, error) {
	x, n := binary.Varint(d.rest)
	if n <= 0 {
		return 0, errFewer()
	}
	d.rest = d.rest[n:]
	return x, nil
}

func (d *differences) next() (int64, error) {
	if d.left == 0 {
		return 0, errFewer()
	}
	value := d.value
	if d.left--; d.left == 0 {
		return value, nil
	}
	if d.bits.run == 0 {
		if err := d.begin(); err != nil {
			return 0, err
		}
	}
	d.bits.run--
	difference := uint64(0)
	for i := range d.bits.width {
		if d.bits.at>>3 >= len(d.bits.packed) {
			return 0, errFewer()
		}
		difference |= uint64(d.bits.packed[d.bits.at>>3]>>(d.bits.at&7)&1) << i
		d.bits.at++
	}
	d.value += d.least + int64(difference)
	return value, nil
}

// begin reads the beginning of a part, and of a block before the first.
func (d *differences) begin() (err error) {
	if len(d.widths) == 0 {
		if d.least, err = d.varint(); err != nil {
			return err
		}
		if len(d.rest) < d.parts {
			return errFewer()
		}
		d.widths, d.rest = d.rest[:d.parts], d.rest[d.parts:]
	}
	width := int(d.widths[0])
	if d.widths = d.widths[1:]; width > 64 {
		return malformed("a page", "differences of %d bits", width)
	}
	bytes := min(d.part/8*width, len(d.rest))
	d.bits = runLengths{run: int64(d.part), width: width, packed: d.rest[:bytes]}
	d.rest = d.rest[bytes:]
	return nil
}
