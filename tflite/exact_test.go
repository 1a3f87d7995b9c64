package tflite

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func exactSample() []ExactTensor {
	return []ExactTensor{
		{Tensor: 1, Name: "w", Shape: Shape{1, 2}, FractionBits: 30, Cells: []int64{-1, 1 << 40}},
		{Tensor: 4, Name: "", Shape: nil, FractionBits: 0, Cells: []int64{7}},
	}
}

func TestExactGolden(t *testing.T) {
	got, err := EncodeExact(exactSample())
	if err != nil {
		t.Fatal(err)
	}
	want := "5a4b414558414354" + "01000000" + "02000000" +
		"01000000" + "01000000" + "77" + "02000000" + "01000000" + "02000000" + "1e000000" + "ffffffffffffffff" + "0000000000010000" +
		"04000000" + "00000000" + "00000000" + "00000000" + "0700000000000000"
	if hex.EncodeToString(got) != want {
		t.Errorf("encoding\n%x, want\n%s", got, want)
	}
	back, err := DecodeExact(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(exactSample(), back); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeExactStrict(t *testing.T) {
	good, err := EncodeExact(exactSample())
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		if _, err := DecodeExact(good[:n]); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("first %d bytes: %v", n, err)
		}
	}
	for _, c := range []struct {
		name string
		at   int
		v    byte
		kind error
	}{
		{"magic", 0, 'z', fault.ErrMalformed},
		{"version", 8, 2, fault.ErrVersion},
		{"one tensor fewer", 12, 1, fault.ErrMalformed},
		{"one tensor more", 12, 3, fault.ErrMalformed},
		{"2^32 tensors", 15, 0xff, fault.ErrMalformed},
		{"name longer than the file", 23, 0xff, fault.ErrMalformed},
		{"rank 7", 25, 7, fault.ErrMalformed},
		{"axis of size 0", 29, 0, fault.ErrMalformed},
		{"axis negative as int32", 32, 0x80, fault.ErrMalformed},
		{"more cells than bytes", 36, 0x7f, fault.ErrMalformed},
		{"121 fraction bits", 37, 121, fault.ErrMalformed},
		{"same tensor twice", 57, 1, fault.ErrMalformed},
		{"tensors descending", 57, 0, fault.ErrMalformed},
	} {
		mutant := append([]byte(nil), good...)
		mutant[c.at] = c.v
		if _, err := DecodeExact(mutant); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %v", c.name, err, c.kind)
		}
	}
	if _, err := DecodeExact(append(good, 0)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("extended: %v", err)
	}
}

func TestEncodeExactRefuses(t *testing.T) {
	for name, mutate := range map[string]func(*ExactTensor){
		"cells missing":   func(e *ExactTensor) { e.Cells = e.Cells[:1] },
		"zero axis":       func(e *ExactTensor) { e.Shape, e.Cells = Shape{0}, nil },
		"negative axis":   func(e *ExactTensor) { e.Shape = Shape{-1, -2} },
		"rank 7":          func(e *ExactTensor) { e.Shape = Shape{1, 1, 1, 1, 1, 1, 2} },
		"bits negative":   func(e *ExactTensor) { e.FractionBits = -1 },
		"bits too many":   func(e *ExactTensor) { e.FractionBits = maxFractionBits + 1 },
		"out of order":    func(e *ExactTensor) { e.Tensor = 4 },
		"tensor negative": func(e *ExactTensor) { e.Tensor = -1 },
	} {
		tensors := exactSample()
		mutate(&tensors[0])
		if _, err := EncodeExact(tensors); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFloatsNearest compares the rounding with big.Float, which rounds the
// exact quotient once.
func TestFloatsNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	cells := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1<<24 + 1, 1<<25 + 2, 1<<25 + 6, 1<<53 + 1, 1<<54 + 1<<30 + 1}
	for range 2000 {
		cells = append(cells, int64(rng.Uint64())>>rng.IntN(63))
	}
	for _, bits := range []int{0, 1, 30, 40, 63, maxFractionBits} {
		e := ExactTensor{FractionBits: bits, Cells: cells}
		for i, got := range e.Floats() {
			want, _ := new(big.Float).SetMantExp(new(big.Float).SetInt64(cells[i]), -bits).Float32()
			if got != want || math.Signbit(float64(got)) != (cells[i] < 0) {
				t.Fatalf("%d·2^-%d: %v, want %v", cells[i], bits, got, want)
			}
		}
	}
}

// trained returns exact weights for all constants of the small model.
func trained(m *Model) []ExactTensor {
	var out []ExactTensor
	for i, t := range m.Subgraphs[0].Tensors {
		if !m.IsConstant(&t) || t.Type != Float32 {
			continue
		}
		n, _ := t.Shape.Elements()
		cells := make([]int64, n)
		for j := range cells {
			cells[j] = int64(j+1)*(1<<33+12345) - 1<<35
		}
		out = append(out, ExactTensor{Tensor: i, Name: t.Name, Shape: t.Shape, FractionBits: 34, Cells: cells})
	}
	return out
}

func TestReplaceWeights(t *testing.T) {
	m := fullModel(t)
	original := marshal(t, m)
	weights := trained(m)
	out, err := ReplaceWeights(original, weights)
	if err != nil {
		t.Fatal(err)
	}
	read := parse(t, out)
	got, err := ExactWeights(read)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(weights, got); diff != "" {
		t.Error(diff)
	}
	for _, w := range weights {
		have, err := read.Floats(&read.Subgraphs[0].Tensors[w.Tensor])
		if err != nil || !cmp.Equal(have, w.Floats()) {
			t.Errorf("tensor %d: %v, %v", w.Tensor, have, err)
		}
	}
	// Without the replaced buffers and the new entry, it is the original.
	for _, w := range weights {
		b := read.Subgraphs[0].Tensors[w.Tensor].Buffer
		read.Buffers[b].Data = m.Buffers[b].Data
	}
	read.Metadata = read.Metadata[:len(m.Metadata)]
	read.Buffers = read.Buffers[:len(m.Buffers)]
	if diff := cmp.Diff(m, read); diff != "" {
		t.Errorf("other parts changed:\n%s", diff)
	}
	// Once more with other weights: the entry is replaced, nothing piles up.
	weights[0].Cells[0]++
	again, err := ReplaceWeights(out, weights)
	if err != nil {
		t.Fatal(err)
	}
	if len(again) != len(out) || bytes.Equal(again, out) {
		t.Errorf("second replacement: %d bytes after %d", len(again), len(out))
	}
}

// TestReplaceWeightsUnshares: converters store equal constants once; after
// training they differ.
func TestReplaceWeightsUnshares(t *testing.T) {
	m := smallModel(t)
	g := &m.Subgraphs[0]
	// A second constant with the bytes of bias0, and metadata on those of bias1.
	g.Tensors = append(g.Tensors, Tensor{Name: "twin", Shape: Shape{3}, Buffer: g.Tensors[bias0].Buffer})
	m.Metadata = []Metadata{{"keep", g.Tensors[bias1].Buffer}}
	kept := m.Buffers[g.Tensors[bias1].Buffer].Data
	original := marshal(t, m)
	weights := []ExactTensor{
		{Tensor: bias0, Name: g.Tensors[bias0].Name, Shape: Shape{3}, FractionBits: 1, Cells: []int64{1, 2, 3}},
		{Tensor: bias1, Name: g.Tensors[bias1].Name, Shape: Shape{2}, FractionBits: 1, Cells: []int64{4, 5}},
	}
	out, err := ReplaceWeights(original, weights)
	if err != nil {
		t.Fatal(err)
	}
	read := parse(t, out)
	tensors := read.Subgraphs[0].Tensors
	for tensor, want := range map[int][]float32{bias0: {0.5, 1, 1.5}, len(tensors) - 1: {0.125, 0, -1}, bias1: {2, 2.5}} {
		if have, err := read.Floats(&tensors[tensor]); err != nil || !cmp.Equal(have, want) {
			t.Errorf("tensor %d: %v, %v, want %v", tensor, have, err, want)
		}
	}
	if !bytes.Equal(read.Buffers[read.Metadata[0].Buffer].Data, kept) {
		t.Error("metadata that shared a buffer changed")
	}
}

// TestReplaceWeightsSharedEntry: an earlier entry whose buffer something else
// uses too gets a buffer of its own.
func TestReplaceWeightsSharedEntry(t *testing.T) {
	m := smallModel(t)
	old := uint32(len(m.Buffers))
	m.Buffers = append(m.Buffers, Buffer{Data: []byte("old")})
	m.Metadata = []Metadata{{ExactMetadata, old}, {"keep", old}}
	out, err := ReplaceWeights(marshal(t, m), trained(m))
	if err != nil {
		t.Fatal(err)
	}
	read := parse(t, out)
	if kept := read.Buffers[read.Metadata[1].Buffer].Data; string(kept) != "old" {
		t.Errorf("the other entry now holds %d bytes", len(kept))
	}
	if _, err := ExactWeights(read); err != nil {
		t.Error(err)
	}
}

func TestReplaceWeightsRefuses(t *testing.T) {
	m := smallModel(t)
	good := marshal(t, m)
	for name, mutate := range map[string]func(w []ExactTensor) []ExactTensor{
		"unknown tensor":   func(w []ExactTensor) []ExactTensor { w[3].Tensor = 99; return w },
		"no constant":      func(w []ExactTensor) []ExactTensor { w[0].Tensor, w[0].Name = dense0, "small/dense_0"; return w },
		"other name":       func(w []ExactTensor) []ExactTensor { w[0].Name = "x"; return w },
		"other shape":      func(w []ExactTensor) []ExactTensor { w[0].Shape = Shape{2, 3}; return w },
		"the same twice":   func(w []ExactTensor) []ExactTensor { return append(w, w[0]) },
		"cells missing":    func(w []ExactTensor) []ExactTensor { w[0].Cells = nil; return w },
		"no fraction bits": func(w []ExactTensor) []ExactTensor { w[0].FractionBits = 200; return w },
	} {
		if _, err := ReplaceWeights(good, mutate(trained(m))); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m.Metadata = []Metadata{{ExactMetadata, 0}, {ExactMetadata, 0}}
	if _, err := ReplaceWeights(marshal(t, m), trained(m)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("two entries: %v", err)
	}
}

func TestExactWeightsFalse(t *testing.T) {
	m := smallModel(t)
	if _, err := ExactWeights(m); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no entry: %v", err)
	}
	out, err := ReplaceWeights(marshal(t, m), trained(m))
	if err != nil {
		t.Fatal(err)
	}
	read := parse(t, out)
	b := read.Subgraphs[0].Tensors[bias0].Buffer
	read.Buffers[b].Data = bytes.Clone(read.Buffers[b].Data)
	read.Buffers[b].Data[4] ^= 1 // the last bit of cell 1
	_, err = ExactWeights(read)
	if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), `"small/dense_0/bias") cell 1`) {
		t.Errorf("one float changed: %v", err)
	}
}
