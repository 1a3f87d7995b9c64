package data

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/flatbuffer"
)

// arrowColumn is a column of a file.
type arrowColumn struct {
	arrowVector
	name string
	// dictionary holds the values that the column numbers, if it does, and index is the
	// type of these numbers.
	dictionary *arrowVector
	index      arrowIndex
}

// arrowIndex is a type of whole numbers.
type arrowIndex struct {
	width  int // bytes
	signed bool
}

// takeSchema reads what columns there are.
func (f *arrowFile) takeSchema(b *flatbuffer.Buffer, schema flatbuffer.Table) error {
	bigEndian, fields := schema.Int16(0, 0) != 0, schema.Tables(1)
	switch err := b.Err(); {
	case err != nil:
		return fmt.Errorf("%s: its footer: %w", f.name, err)
	case !schema.Exists():
		return malformed(f.name, "its footer has no schema")
	case bigEndian:
		return input("%s: its numbers have their greatest byte first: write it on another machine", f.name)
	case fields.Len() == 0:
		return input("%s: no columns", f.name)
	case fields.Len() > maxColumns:
		return fmt.Errorf("%s: %d columns, at most %d are read: %w", f.name, fields.Len(), maxColumns, fault.ErrResources)
	}
	f.dictionaries = map[int64]*arrowVector{}
	for i := range fields.Len() {
		c, err := f.newColumn(fields.At(i))
		if b.Err() != nil {
			return fmt.Errorf("%s: its footer: %w", f.name, b.Err())
		}
		if err != nil {
			return fmt.Errorf("%s: column %d %s: %w", f.name, i+1, fault.Quote(c.name), err)
		}
		f.columns = append(f.columns, c)
	}
	return nil
}

// newColumn reads a field of a schema.
func (f *arrowFile) newColumn(field flatbuffer.Table) (*arrowColumn, error) {
	c := &arrowColumn{name: field.Text(0)}
	if strings.HasPrefix(c.name, pandasIndex) {
		return c, input("an index of pandas: leave it out (Table.from_pandas with preserve_index=False), or name the column by reset_index")
	}
	var err error
	if c.arrowType, err = arrowTypeOf(field.Uint8(2, 0), field.Table(3)); err != nil {
		return c, err
	}
	numbers := field.Table(4)
	if !numbers.Exists() {
		return c, nil
	}
	c.index = arrowIndex{width: 4, signed: true}
	if t := numbers.Table(1); t.Exists() {
		if c.index, err = arrowIndexOf(t); err != nil {
			return c, err
		}
	}
	id := numbers.Int64(0, 0)
	if f.dictionaries[id] == nil {
		f.dictionaries[id] = &arrowVector{arrowType: c.arrowType}
	}
	if c.dictionary = f.dictionaries[id]; c.dictionary.is != c.is {
		return c, malformed("its dictionary", "of %s, where another column has it of %s", c.is, c.dictionary.is)
	}
	return c, nil
}

// arrowIndexOf reads a type of whole numbers.
func arrowIndexOf(t flatbuffer.Table) (arrowIndex, error) {
	bits := t.Int32(0, 0)
	switch bits {
	case 8, 16, 32, 64:
		return arrowIndex{width: int(bits / 8), signed: t.Uint8(1, 0) != 0}, nil
	}
	return arrowIndex{}, malformed("its type", "whole numbers of %d bits", bits)
}
