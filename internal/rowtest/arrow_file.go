package rowtest

import (
	"bytes"
	"encoding/binary"
	"fmt"

	flatbuffers "github.com/google/flatbuffers/go"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// ArrowFile is what a file of Arrow says, true or not.
type ArrowFile struct {
	Fields    []ArrowField
	Entries   []ArrowBatch // of dictionaries
	Batches   []ArrowBatch
	Codec     ArrowCodec
	Version   int16 // of its metadata; 0: 5, else one more than this
	BigEndian bool
	// Blocks changes what the footer says of where batches stand: offset, length of the
	// description, and length of the body.
	Blocks func(dictionaries, batches [][3]int64)
}

// ArrowCodec is how buffers are packed.
type ArrowCodec int

// Codecs. Negative ones are as Arrow has them, less one.
const (
	ArrowPlain ArrowCodec = iota
	ArrowLZ4
	ArrowZstd
)

// ArrowField is a column: its type by kind (Schema.fbs) and the fields of its type's
// table, which are a bool, int16 or int32; nil: by default.
type ArrowField struct {
	Name  string
	Kind  byte
	Type  []any
	Index *ArrowIndex
}

// ArrowIndex says that a column numbers the values of a dictionary.
type ArrowIndex struct {
	ID       int64
	Bits     int32 // of a number; 0: not said, which means 32
	Unsigned bool
}

// ArrowBatch is a batch of rows, or values of a dictionary.
type ArrowBatch struct {
	ID     int64
	Delta  bool
	Rows   int64
	Arrays []ArrowArray
}

// ArrowArray is the values of a column in a batch: how many are missing, and its buffers,
// of which the first tells which.
type ArrowArray struct {
	Nulls   int64
	Buffers [][]byte
	Views   bool // the buffers after the second are texts of views
}

// Bytes returns the file.
func (f *ArrowFile) Bytes() ([]byte, error) {
	file := bytes.NewBufferString("ARROW1\x00\x00")
	write := func(batches []ArrowBatch, kind byte) (blocks [][3]int64, err error) {
		for i := range batches {
			message, body, err := f.message(&batches[i], kind)
			if err != nil {
				return nil, err
			}
			block := [3]int64{int64(file.Len()), int64(8 + len(message)), int64(len(body))}
			file.Write([]byte{0xff, 0xff, 0xff, 0xff})
			file.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(message))))
			file.Write(message)
			file.Write(body)
			blocks = append(blocks, block)
		}
		return blocks, nil
	}
	dictionaries, err := write(f.Entries, 2)
	if err != nil {
		return nil, err
	}
	batches, err := write(f.Batches, 3)
	if err != nil {
		return nil, err
	}
	if f.Blocks != nil {
		f.Blocks(dictionaries, batches)
	}
	footer := f.footer(dictionaries, batches)
	file.Write(footer)
	file.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(footer))))
	file.WriteString("ARROW1")
	return file.Bytes(), nil
}

// padded returns bytes up to a multiple of eight.
func padded(b []byte) []byte { return append(b, make([]byte, (8-len(b)%8)%8)...) }

// message returns a message of a batch, and its body.
func (f *ArrowFile) message(batch *ArrowBatch, kind byte) (message, body []byte, err error) {
	var nodes, buffers [][]int64
	var views []int64
	for i := range batch.Arrays {
		array := &batch.Arrays[i]
		nodes = append(nodes, []int64{batch.Rows, array.Nulls})
		if array.Views {
			views = append(views, int64(len(array.Buffers)-2))
		}
		for _, buffer := range array.Buffers {
			packed, err := f.pack(buffer)
			if err != nil {
				return nil, nil, err
			}
			buffers = append(buffers, []int64{int64(len(body)), int64(len(packed))})
			body = padded(append(body, packed...))
		}
	}
	b := flatbuffers.NewBuilder(0)
	nodesAt, buffersAt := structs(b, nodes), structs(b, buffers)
	viewsAt := flatbuffers.UOffsetT(0)
	if views != nil {
		b.StartVector(8, len(views), 8)
		for i := range views {
			b.PrependInt64(views[len(views)-1-i])
		}
		viewsAt = b.EndVector(len(views))
	}
	packing := flatbuffers.UOffsetT(0)
	if f.Codec != ArrowPlain {
		b.StartObject(2)
		b.PrependByteSlot(0, byte(f.Codec-1), 0)
		packing = b.EndObject()
	}
	b.StartObject(5)
	b.PrependInt64Slot(0, batch.Rows, 0)
	b.PrependUOffsetTSlot(1, nodesAt, 0)
	b.PrependUOffsetTSlot(2, buffersAt, 0)
	b.PrependUOffsetTSlot(3, packing, 0)
	b.PrependUOffsetTSlot(4, viewsAt, 0)
	header := b.EndObject()
	if kind == 2 {
		b.StartObject(3)
		b.PrependInt64Slot(0, batch.ID, 0)
		b.PrependUOffsetTSlot(1, header, 0)
		b.PrependBoolSlot(2, batch.Delta, false)
		header = b.EndObject()
	}
	b.StartObject(5)
	b.PrependInt16Slot(0, f.version(), 0)
	b.PrependByteSlot(1, kind, 0)
	b.PrependUOffsetTSlot(2, header, 0)
	b.PrependInt64Slot(3, int64(len(body)), 0)
	b.Finish(b.EndObject())
	return padded(b.FinishedBytes()), body, nil
}

func (f *ArrowFile) version() int16 {
	if f.Version == 0 {
		return 4
	}
	return f.Version
}

// structs writes a vector of structures of numbers of 8 bytes.
func structs(b *flatbuffers.Builder, list [][]int64) flatbuffers.UOffsetT {
	b.StartVector(16, len(list), 8)
	for i := range list {
		s := list[len(list)-1-i]
		for k := range s {
			b.PrependInt64(s[len(s)-1-k])
		}
	}
	return b.EndVector(len(list))
}

// pack packs a buffer, after its length.
func (f *ArrowFile) pack(buffer []byte) ([]byte, error) {
	if f.Codec == ArrowPlain || len(buffer) == 0 {
		return buffer, nil
	}
	packed := bytes.NewBuffer(binary.LittleEndian.AppendUint64(nil, uint64(len(buffer))))
	if f.Codec == ArrowLZ4 {
		w := lz4.NewWriter(packed)
		if err := w.Apply(lz4.BlockSizeOption(lz4.Block64Kb)); err != nil {
			return nil, err
		}
		if _, err := w.Write(buffer); err != nil {
			return nil, err
		}
		err := w.Close()
		return packed.Bytes(), err
	}
	w, err := zstd.NewWriter(packed, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstd.MinWindowSize))
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(buffer); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

// footer returns the description of a file.
func (f *ArrowFile) footer(dictionaries, batches [][3]int64) []byte {
	b := flatbuffers.NewBuilder(0)
	var fields []flatbuffers.UOffsetT
	for i := range f.Fields {
		fields = append(fields, f.Fields[i].table(b))
	}
	b.StartVector(4, len(fields), 4)
	for i := range fields {
		b.PrependUOffsetT(fields[len(fields)-1-i])
	}
	list := b.EndVector(len(fields))
	b.StartObject(4)
	if f.BigEndian {
		b.PrependInt16Slot(0, 1, 0)
	}
	b.PrependUOffsetTSlot(1, list, 0)
	schema := b.EndObject()
	blocks := func(list [][3]int64) flatbuffers.UOffsetT {
		b.StartVector(24, len(list), 8)
		for i := range list {
			block := list[len(list)-1-i]
			b.PrependInt64(block[2])
			b.PrependInt32(0)
			b.PrependInt32(int32(block[1]))
			b.PrependInt64(block[0])
		}
		return b.EndVector(len(list))
	}
	dictionariesAt, batchesAt := blocks(dictionaries), blocks(batches)
	b.StartObject(5)
	b.PrependInt16Slot(0, f.version(), 0)
	b.PrependUOffsetTSlot(1, schema, 0)
	b.PrependUOffsetTSlot(2, dictionariesAt, 0)
	b.PrependUOffsetTSlot(3, batchesAt, 0)
	b.Finish(b.EndObject())
	return b.FinishedBytes()
}

func (f *ArrowField) table(b *flatbuffers.Builder) flatbuffers.UOffsetT {
	name, kind := b.CreateString(f.Name), typeTable(b, f.Type)
	index := flatbuffers.UOffsetT(0)
	if f.Index != nil {
		numbers := flatbuffers.UOffsetT(0)
		if f.Index.Bits != 0 {
			numbers = typeTable(b, []any{f.Index.Bits, !f.Index.Unsigned})
		}
		b.StartObject(4)
		b.PrependInt64Slot(0, f.Index.ID, 0)
		b.PrependUOffsetTSlot(1, numbers, 0)
		index = b.EndObject()
	}
	b.StartObject(7)
	b.PrependUOffsetTSlot(0, name, 0)
	b.PrependBoolSlot(1, true, false)
	b.PrependByteSlot(2, f.Kind, 0)
	b.PrependUOffsetTSlot(3, kind, 0)
	b.PrependUOffsetTSlot(4, index, 0)
	return b.EndObject()
}

// typeTable writes the table of a type.
func typeTable(b *flatbuffers.Builder, fields []any) flatbuffers.UOffsetT {
	b.StartObject(len(fields))
	for i, field := range fields {
		switch field := field.(type) {
		case nil:
		case bool:
			b.PrependBool(field)
			b.Slot(i)
		case int16:
			b.PrependInt16(field)
			b.Slot(i)
		case int32:
			b.PrependInt32(field)
			b.Slot(i)
		default:
			panic(fmt.Sprintf("a field of type %T", field))
		}
	}
	return b.EndObject()
}
