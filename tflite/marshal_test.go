package tflite

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite/schema"
)

// fullModel has every field of every type set to something other than its
// default, as far as one operator list can hold it.
func fullModel(t testing.TB) *Model {
	m := smallModel(t)
	m.Description = "all fields"
	g := &m.Subgraphs[0]
	g.DebugIndex = 4
	g.Tensors[dense0].Quantization = &Quantization{
		Min: []float32{-1, -2}, Max: []float32{1, 2}, Scale: []float32{0.5, 0.25}, ZeroPoint: []int64{3, -1 << 40}, Axis: 1,
	}
	g.Tensors[dense1].Variable = true
	g.Tensors[dense1].ExternalBuffer = 9
	g.Operators[0].Intermediates = []int32{-1, 3}
	g.Operators[0].Mutating = []bool{false, true, false}
	g.Operators[1].CustomOptions = []byte{9, 8, 7}
	g.Operators[1].CustomFormat = 1
	g.Operators[1].DebugIndex = 12
	m.Codes = append(m.Codes, OperatorCode{Builtin: OpCustom, Custom: "Sinh", Version: 3}, OperatorCode{Builtin: OpGelu, Version: 2})
	m.Subgraphs = append(m.Subgraphs, Subgraph{Name: "second", DebugIndex: -1})
	m.Buffers = append(m.Buffers, Buffer{Data: []byte("1.5.0\x00")}, Buffer{})
	m.Metadata = []Metadata{{"min_runtime_version", 5}, {"", 6}}
	m.MetadataBuffers = []int32{5}
	m.Signatures = append(m.Signatures, Signature{Key: "other", Subgraph: 1, DeprecatedTag: "serve"})
	return m
}

func TestMarshalRoundTrip(t *testing.T) {
	for name, m := range map[string]*Model{"small": smallModel(t), "full": fullModel(t), "empty": {}} {
		data := marshal(t, m)
		if diff := cmp.Diff(m, parse(t, data)); diff != "" {
			t.Errorf("%s: written and read:\n%s", name, diff)
		}
		if again := marshal(t, parse(t, data)); !bytes.Equal(again, data) {
			t.Errorf("%s: a second writing gives other bytes", name)
		}
	}
}

// TestMarshalOptions writes and reads every kind of options with every field
// set.
func TestMarshalOptions(t *testing.T) {
	samples := []Options{
		Conv2DOptions{PaddingValid, 2, 3, ActRelu6, 4, 5, Int32},
		DepthwiseConv2DOptions{PaddingValid, 2, 3, 4, ActTanh, 5, 6},
		TransposeConvOptions{PaddingValid, 2, 3, ActRelu, Int64},
		Pool2DOptions{PaddingValid, 2, 3, 4, 5, ActReluN1},
		FullyConnectedOptions{ActSignBit, 1, true, true, Int32},
		BatchMatMulOptions{true, true, true},
		SoftmaxOptions{1.5}, LeakyReluOptions{0.3}, GeluOptions{true},
		SequenceLSTMOptions{ActTanh, 1.5, 2.5, true, true, true},
		ConcatenationOptions{-1, ActRelu},
		AddOptions{ActRelu, true}, SubOptions{ActRelu, true}, MulOptions{ActRelu}, DivOptions{ActRelu},
		ReshapeOptions{[]int32{1, -1}}, SqueezeOptions{[]int32{2, 3}},
		GatherOptions{1, 2}, ReducerOptions{true}, SplitOptions{3}, SplitVOptions{4},
		StridedSliceOptions{1, 2, 3, 4, 5, true}, CastOptions{Int32, Float16},
		OutputTypeOptions{kindShape, Int64}, OutputTypeOptions{kindArgMax, Int64}, OutputTypeOptions{kindArgMin, Int64},
		PackOptions{2, 1}, UnpackOptions{2, 1}, OneHotOptions{1}, MirrorPadOptions{1},
		BlockOptions{kindSpaceToDepth, 2}, BlockOptions{kindDepthToSpace, 2},
		ResizeBilinearOptions{3, 4, true, true}, ResizeNearestOptions{true, true},
	}
	covered := map[optionsKind]bool{}
	for _, o := range samples {
		covered[o.kind()] = true
		for i := range reflect.TypeOf(o).NumField() {
			if reflect.ValueOf(o).Field(i).IsZero() {
				t.Fatalf("%T: the sample leaves field %d at zero", o, i)
			}
		}
	}
	for k := range 256 {
		if _, ok := codecOf(optionsKind(k)); !ok || covered[optionsKind(k)] {
			continue
		}
		if !optionsKind(k).plain() {
			t.Errorf("options kind %d has no sample", k)
		}
		samples = append(samples, PlainOptions{optionsKind(k)})
	}
	// The defaults of the format where they are not zero.
	samples = append(samples, Conv2DOptions{DilationW: 1, DilationH: 1}, Conv2DOptions{}, AddOptions{}, ReshapeOptions{}, SplitOptions{})
	m := &Model{Codes: []OperatorCode{{Version: 1}}, Subgraphs: []Subgraph{{DebugIndex: -1}}}
	for _, o := range samples {
		m.Subgraphs[0].Operators = append(m.Subgraphs[0].Operators, Operator{Options: o, DebugIndex: -1})
	}
	if diff := cmp.Diff(m, parse(t, marshal(t, m))); diff != "" {
		t.Error(diff)
	}
}

// foreignOptions claim a kind whose Go type they are not.
type foreignOptions struct{}

func (foreignOptions) kind() optionsKind { return kindConv2D }

func TestMarshalRefusesLoss(t *testing.T) {
	for name, mutate := range map[string]func(m *Model, g *Subgraph){
		"opaque contents":      func(m *Model, _ *Subgraph) { m.Opaque = []string{"Tensor: field 11"} },
		"opaque options":       func(_ *Model, g *Subgraph) { g.Operators[0].Options = OpaqueOptions{93} },
		"options of a caller":  func(_ *Model, g *Subgraph) { g.Operators[0].Options = foreignOptions{} },
		"pointer to options":   func(_ *Model, g *Subgraph) { g.Operators[0].Options = &SoftmaxOptions{1} },
		"second options":       func(_ *Model, g *Subgraph) { g.Operators[0].Options2 = 3 },
		"options elsewhere":    func(_ *Model, g *Subgraph) { g.Operators[0].LargeOffset = 4096 },
		"sparse tensor":        func(_ *Model, g *Subgraph) { g.Tensors[0].Sparse = true },
		"quantisation details": func(_ *Model, g *Subgraph) { g.Tensors[0].Quantization = &Quantization{Details: 2} },
		"buffer elsewhere":     func(m *Model, _ *Subgraph) { m.Buffers[1].Offset = 4096 },
		"beyond the file size": func(m *Model, _ *Subgraph) {
			big := make([]byte, MaxFileSize/2)
			m.Buffers = append(m.Buffers, Buffer{Data: big}, Buffer{Data: big})
		},
	} {
		m := smallModel(t)
		mutate(m, &m.Subgraphs[0])
		if _, err := Marshal(m); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("%s: %v, want unsupported", name, err)
		}
	}
}

// TestMarshalAlignment: interpreters map constants straight from the file.
func TestMarshalAlignment(t *testing.T) {
	m := fullModel(t)
	m.Buffers = append(m.Buffers, Buffer{Data: []byte{1, 2, 3}}, Buffer{Data: make([]byte, 5)})
	data := marshal(t, m)
	read := parse(t, data)
	for i, b := range read.Buffers {
		if len(b.Data) == 0 {
			continue
		}
		// Parse shares bytes with data, so capacities give the position.
		if at := cap(data) - cap(b.Data); at%dataAlignment != 0 {
			t.Errorf("buffer %d of %d bytes starts at byte %d", i, len(b.Data), at)
		}
	}
}

// TestOperatorCodeFields: the builtin code is the larger of an 8-bit and a
// 32-bit field, since old files have only the first and large codes do not fit
// it.
func TestOperatorCodeFields(t *testing.T) {
	for _, code := range []Builtin{OpAdd, OpFullyConnected, OpPlaceholder - 1, OpCallOnce, OpGelu, 99999} {
		data := marshal(t, &Model{Codes: []OperatorCode{{Builtin: code}}})
		var c schema.OperatorCode
		schema.GetRootAsModel(data, 0).OperatorCodes(&c, 0)
		if want := int8(min(code, 127)); c.DeprecatedBuiltinCode() != want || c.BuiltinCode() != int32(code) {
			t.Errorf("%v: fields %d and %d", code, c.DeprecatedBuiltinCode(), c.BuiltinCode())
		}
		if !c.MutateBuiltinCode(0) && code != 0 {
			t.Fatal("field not found")
		}
		want := min(code, 127)
		if got := parse(t, data).Codes[0].Builtin; got != want {
			t.Errorf("only the old field: %v, want %v", got, want)
		}
	}
}

func TestNewDense(t *testing.T) {
	m := smallModel(t)
	if fs := Check(parse(t, marshal(t, m)), CheckOptions{}); len(fs) > 0 {
		t.Error(fs)
	}
	w, err := m.Floats(&m.Subgraphs[0].Tensors[weights0])
	if want := []float32{1, -2, 0.5, 3, 0, -0.25}; err != nil || !reflect.DeepEqual(w, want) {
		t.Errorf("weights %v, %v", w, err)
	}
	for name, layers := range map[string][]DenseLayer{
		"no layers":     nil,
		"no units":      {{}},
		"weights short": {{Units: 2, Weights: make([]float32, 3)}},
		"bias long":     {{Units: 2, Weights: make([]float32, 4), Bias: make([]float32, 3)}},
	} {
		if _, err := NewDense("x", layers, 2, false); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConstants(t *testing.T) {
	m := &Model{Buffers: []Buffer{{}, {Data: []byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}}}}
	ints, err := m.Ints(&Tensor{Type: Int32, Shape: Shape{2}, Buffer: 1})
	if err != nil || !reflect.DeepEqual(ints, []int64{1, -1}) {
		t.Errorf("int32: %v, %v", ints, err)
	}
	ints, err = m.Ints(&Tensor{Type: Int64, Shape: Shape{1}, Buffer: 1})
	if err != nil || !reflect.DeepEqual(ints, []int64{-1<<32 + 1}) {
		t.Errorf("int64: %v, %v", ints, err)
	}
	if ints, err = m.Ints(&Tensor{Type: Int32, Shape: Shape{0}}); err != nil || len(ints) != 0 {
		t.Errorf("empty: %v, %v", ints, err)
	}
	if _, err = m.Ints(&Tensor{Type: Int32, Shape: Shape{2}}); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no data: %v", err)
	}
	if _, err = m.Floats(&Tensor{Type: Int32, Shape: Shape{2}, Buffer: 1}); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("integers as floats: %v", err)
	}
}
