package data

import (
	"encoding/binary"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	// maxThriftItems bounds the items of all lists in a structure of Thrift, which its
	// reader takes memory for at once.
	maxThriftItems = 1 << 20
	maxThriftDepth = 16
)

// thriftLength returns how many bytes the structure at the beginning of b has, in
// Thrift's compact protocol. Its reader takes lengths of lists on trust: they are
// compared with the bytes that are there first.
func thriftLength(b []byte) (int, error) {
	t := thriftBounds{b: b, left: maxThriftItems}
	err := t.structure(0)
	return t.at, err
}

type thriftBounds struct {
	b    []byte
	at   int
	left int // items that lists may still have
}

func errThrift(what string) error { return malformed("its description", "%s", what) }

func (t *thriftBounds) byte() (byte, error) {
	if t.at >= len(t.b) {
		return 0, errThrift("it ends early")
	}
	t.at++
	return t.b[t.at-1], nil
}

func (t *thriftBounds) uvarint() (uint64, error) {
	x, n := binary.Uvarint(t.b[t.at:])
	if n <= 0 {
		return 0, errThrift("it ends within a number")
	}
	t.at += n
	return x, nil
}

func (t *thriftBounds) skip(n uint64) error {
	if n > uint64(len(t.b)-t.at) {
		return errThrift("it ends early")
	}
	t.at += int(n)
	return nil
}

// structure walks fields up to the one of type 0.
func (t *thriftBounds) structure(depth int) error {
	if depth > maxThriftDepth {
		return errThrift("structures within structures")
	}
	for {
		head, err := t.byte()
		if err != nil || head&15 == 0 {
			return err
		}
		if head>>4 == 0 { // the number of the field
			if _, err := t.uvarint(); err != nil {
				return err
			}
		}
		if head&15 > 2 { // 1 and 2 are true and false
			err = t.value(head&15, depth)
		}
		if err != nil {
			return err
		}
	}
}

func (t *thriftBounds) value(kind byte, depth int) error {
	switch kind {
	case 1, 2, 3:
		return t.skip(1)
	case 4, 5, 6:
		_, err := t.uvarint()
		return err
	case 7:
		return t.skip(8)
	case 8:
		n, err := t.uvarint()
		if err != nil {
			return err
		}
		return t.skip(n)
	case 9, 10:
		return t.list(depth)
	case 12:
		return t.structure(depth + 1)
	}
	return errThrift("a field of another type than Parquet has") // maps, too
}

func (t *thriftBounds) list(depth int) error {
	head, err := t.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = t.uvarint(); err != nil {
			return err
		}
	}
	if n > uint64(len(t.b)-t.at) {
		return errThrift("a list that is longer than the file")
	}
	if t.left -= int(n); t.left < 0 {
		return fault.Recast(errThrift("more columns and groups of rows than are read"), fault.ErrResources)
	}
	for range n {
		if err := t.value(head&15, depth+1); err != nil {
			return err
		}
	}
	return nil
}
