package rowtest

import (
	"encoding/binary"
	"math"
	"slices"
)

// ArrowOptions say how a table is written as a file of Arrow.
type ArrowOptions struct {
	Codec      ArrowCodec
	BatchRows  int  // 0: all in one
	Dictionary bool // texts are numbered
	Views      bool // texts are views
	Large      bool // offsets of texts have 8 bytes
}

// Arrow returns the table as a file of Arrow.
func (t *Table) Arrow(o ArrowOptions) *ArrowFile {
	f := &ArrowFile{Codec: o.Codec}
	for column, name := range t.Names {
		field := ArrowField{Name: name}
		switch t.Kind(column) {
		case Whole:
			field.Kind, field.Type = 2, []any{int32(64), true}
		case Number:
			field.Kind, field.Type = 3, []any{int16(2)}
		case Truth:
			field.Kind = 6
		default:
			field.Kind = o.textKind()
			if o.Dictionary {
				field.Index = &ArrowIndex{ID: int64(column), Bits: 16}
				f.Entries = append(f.Entries, ArrowBatch{ID: int64(column), Rows: int64(len(t.texts(column))), Arrays: []ArrowArray{o.texts(nil, t.texts(column))}})
			}
		}
		f.Fields = append(f.Fields, field)
	}
	each := o.BatchRows
	if each == 0 {
		each = len(t.Rows)
	}
	for from := 0; from < len(t.Rows); from += each {
		to := min(from+each, len(t.Rows))
		batch := ArrowBatch{Rows: int64(to - from)}
		for column := range t.Names {
			batch.Arrays = append(batch.Arrays, t.arrowArray(o, column, from, to))
		}
		f.Batches = append(f.Batches, batch)
	}
	return f
}

func (o *ArrowOptions) textKind() byte {
	switch {
	case o.Views:
		return 24
	case o.Large:
		return 20
	}
	return 5
}

// texts are the different ones in a column.
func (t *Table) texts(column int) []string {
	var list []string
	for _, row := range t.Rows {
		if row[column] != "" {
			list = append(list, row[column])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// arrowArray returns the cells of a column in some rows.
func (t *Table) arrowArray(o ArrowOptions, column, from, to int) ArrowArray {
	kind := t.Kind(column)
	valid, missing := make([]byte, (to-from+7)/8), int64(0)
	truths := make([]byte, (to-from+7)/8)
	var values []byte
	var texts []string
	for i := range to - from {
		value := t.Value(from+i, column)
		if value == nil {
			missing++
		} else {
			valid[i/8] |= 1 << (i % 8)
		}
		switch kind {
		case Whole:
			n, _ := value.(int64)
			values = binary.LittleEndian.AppendUint64(values, uint64(n))
		case Number:
			x, _ := value.(float64)
			values = binary.LittleEndian.AppendUint64(values, math.Float64bits(x))
		case Truth:
			if value == true {
				truths[i/8] |= 1 << (i % 8)
			}
		default:
			text, _ := value.(string)
			texts = append(texts, text)
		}
	}
	if missing == 0 {
		valid = nil
	}
	switch {
	case kind == Truth:
		return ArrowArray{Nulls: missing, Buffers: [][]byte{valid, truths}}
	case kind != Text:
		return ArrowArray{Nulls: missing, Buffers: [][]byte{valid, values}}
	case o.Dictionary:
		list := t.texts(column)
		for _, text := range texts {
			at, _ := slices.BinarySearch(list, text)
			values = binary.LittleEndian.AppendUint16(values, uint16(at))
		}
		return ArrowArray{Nulls: missing, Buffers: [][]byte{valid, values}}
	}
	array := o.texts(valid, texts)
	array.Nulls = missing
	return array
}

// texts returns texts, of which some may be missing.
func (o *ArrowOptions) texts(valid []byte, texts []string) ArrowArray {
	if o.Views {
		return viewsOf(valid, texts)
	}
	var all, offsets []byte
	offset := func() {
		if o.Large {
			offsets = binary.LittleEndian.AppendUint64(offsets, uint64(len(all)))
		} else {
			offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(all)))
		}
	}
	offset()
	for _, text := range texts {
		all = append(all, text...)
		offset()
	}
	return ArrowArray{Buffers: [][]byte{valid, offsets, all}}
}

// viewsOf returns texts, of which long ones stand in two buffers by turns.
func viewsOf(valid []byte, texts []string) ArrowArray {
	var views []byte
	var buffers [2][]byte
	for i, text := range texts {
		view := make([]byte, 16)
		binary.LittleEndian.PutUint32(view, uint32(len(text)))
		if copy(view[4:], text); len(text) > 12 {
			binary.LittleEndian.PutUint32(view[8:], uint32(i%2))
			binary.LittleEndian.PutUint32(view[12:], uint32(len(buffers[i%2])))
			buffers[i%2] = append(buffers[i%2], text...)
		}
		views = append(views, view...)
	}
	return ArrowArray{Views: true, Buffers: [][]byte{valid, views, buffers[0], buffers[1]}}
}
