package tflite

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzParse: no input makes the reader panic, and what it accepts is written
// back without loss, or refused.
func FuzzParse(f *testing.F) {
	f.Add(marshal(f, smallModel(f)))
	f.Add(marshal(f, fullModel(f)))
	f.Add(marshal(f, &Model{}))
	f.Add([]byte("\x08\x00\x00\x00TFL3"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !exercise(t, data) {
			return
		}
		m := parse(t, data)
		out, err := Marshal(m)
		if err != nil {
			return
		}
		if diff := cmp.Diff(m, parse(t, out), cmpopts.EquateNaNs()); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzDecodeExact: what the decoder accepts has one encoding.
func FuzzDecodeExact(f *testing.F) {
	seed, err := EncodeExact(exactSample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add(seed[:16])
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, err := DecodeExact(data)
		if err != nil {
			return
		}
		if again, err := EncodeExact(tensors); err != nil || string(again) != string(data) {
			t.Errorf("decoded %x, encoded %x, %v", data, again, err)
		}
	})
}
