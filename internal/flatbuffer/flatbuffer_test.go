package flatbuffer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// written is a buffer by Google's library: a table of fields of all kinds, one of them
// left out, and a table in it and in a vector.
func written() []byte {
	b := flatbuffers.NewBuilder(0)
	name := b.CreateString("nested")
	b.StartObject(1)
	b.PrependUOffsetTSlot(0, name, 0)
	child := b.EndObject()
	b.StartVector(4, 2, 4)
	b.PrependUOffsetT(child)
	b.PrependUOffsetT(child)
	children := b.EndVector(2)
	numbers := b.CreateByteVector([]byte{1, 2, 3, 4, 5, 6})
	b.StartObject(8)
	b.PrependUint8Slot(0, 200, 0)
	b.PrependInt16Slot(1, -2, 0)
	b.PrependInt32Slot(2, -70000, 0)
	b.PrependInt64Slot(3, -1<<40, 0)
	b.PrependUOffsetTSlot(5, child, 0)
	b.PrependUOffsetTSlot(6, children, 0)
	b.PrependUOffsetTSlot(7, numbers, 0)
	b.Finish(b.EndObject())
	return b.FinishedBytes()
}

// all reads everything that written has, and more.
func all(file []byte) (found []any, err error) {
	b := New(file)
	t := b.Root()
	found = append(found, t.Uint8(0, 1), t.Int16(1, 1), t.Int32(2, 1), t.Int64(3, 1), t.Int64(4, 77), t.Uint8(40, 7), t.Table(5).Text(0), t.Table(4).Exists(), len(t.Bytes(4, 8)), string(t.Bytes(7, 1)))
	list := t.Tables(6)
	found = append(found, list.Len())
	for i := range list.Len() {
		found = append(found, list.At(i).Text(0), list.At(i).Text(3))
	}
	return found, b.Err()
}

func TestReadsWhatGoogleWrites(t *testing.T) {
	got, err := all(written())
	want := []any{uint8(200), int16(-2), int32(-70000), int64(-1 << 40), int64(77), uint8(7), "nested", false, 0, "\x01\x02\x03\x04\x05\x06", 2, "nested", "", "nested", ""}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v\nwant %v", got, err, want)
	}
}

// TestLeadsOut: each offset and length that leads out of the buffer is refused where it
// is used, and nothing is read from then on.
func TestLeadsOut(t *testing.T) {
	file := written()
	root := int(binary.LittleEndian.Uint32(file))
	vtable := root - int(int32(binary.LittleEndian.Uint32(file[root:])))
	field := func(id int) int { return root + int(binary.LittleEndian.Uint16(file[vtable+4+2*id:])) }
	vector := func(id int) int { return field(id) + int(binary.LittleEndian.Uint32(file[field(id):])) }
	for name, c := range map[string]struct {
		at    int
		value uint32
		width int
		says  string
	}{
		"the root":           {0, uint32(len(file)), 4, "a table of 4 bytes"},
		"far away":           {0, 0xffffffff, 4, "a table of 4 bytes"},
		"a vtable after":     {root, 0x80000000, 4, "a vtable of 4 bytes"},
		"a vtable before":    {root, 0x7fffffff, 4, "a vtable of 4 bytes"},
		"a short vtable":     {vtable, 3, 2, "a vtable of 3 bytes"},
		"a long vtable":      {vtable, 0xffff, 2, "a vtable of 65535 bytes"},
		"a short table":      {vtable + 2, 3, 2, "of a table of 3"},
		"a long table":       {vtable + 2, 0xffff, 2, "a table of 65535 bytes"},
		"a field outside":    {vtable + 4, 0x7fff, 2, "field 0 lies outside its table"},
		"one over the end":   {vtable + 4 + 2*3, uint32(binary.LittleEndian.Uint16(file[vtable+2:])) - 7, 2, "field 3 lies outside its table"},
		"over its vtable":    {vtable + 4, 1, 2, "field 0 lies outside its table"},
		"a table elsewhere":  {field(5), 0xfffffff0, 4, "a table of 4 bytes"},
		"a vector elsewhere": {field(7), 0xfffffff0, 4, "a vector of 4 bytes"},
		"a long vector":      {vector(7), 0xffffffff, 4, "a vector of 4294967295 bytes"},
		"many tables":        {vector(6), 0xffffffff, 4, "a vector of 17179869180 bytes"},
		"one of the tables":  {vector(6) + 4, 0xffffff00, 4, "a table of 4 bytes"},
	} {
		changed := bytes.Clone(file)
		if c.width == 2 {
			binary.LittleEndian.PutUint16(changed[c.at:], uint16(c.value))
		} else {
			binary.LittleEndian.PutUint32(changed[c.at:], c.value)
		}
		if _, err := all(changed); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", name, err, c.says)
		}
	}
}

// TestEveryByte: cut off anywhere, or with any byte changed, a buffer is read or refused.
func TestEveryByte(t *testing.T) {
	file := written()
	refused := 0
	for n := range file {
		if _, err := all(file[:n]); err != nil {
			refused++
		}
		for mask := range 255 {
			changed := bytes.Clone(file)
			changed[n] ^= byte(mask + 1)
			if _, err := all(changed); err != nil {
				if refused++; !errors.Is(err, fault.ErrMalformed) {
					t.Errorf("byte %d: %v", n, err)
				}
			}
		}
	}
	if refused == 0 {
		t.Error("nothing is refused")
	}
}
