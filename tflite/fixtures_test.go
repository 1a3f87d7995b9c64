package tflite

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// realModels are models that others made. Those with problems must be refused
// for exactly these.
func realModels() map[string]struct {
	operators  int
	parameters int64
	problems   []Problem
	reason     string
} {
	type row = struct {
		operators  int
		parameters int64
		problems   []Problem
		reason     string
	}
	return map[string]row{
		"gotflite_iris_mlp.tflite":                     {3, 4*16 + 16 + 16*3 + 3, nil, ""},
		"gotflite_mnist_mlp_784_512_512_10.tflite":     {4, 784*512 + 512 + 512*512 + 512 + 5120 + 10, nil, ""},
		"gotflite_text_embedding_classifier.tflite":    {6, 10000*16 + 16*16 + 16 + 2*16 + 2, nil, ""},
		"gotflite_xor_mlp.tflite":                      {4, 16 + 8 + 8 + 1, nil, ""},
		"litert_mobilenet_like.tflite":                 {6, 81 + 3 + 27 + 3 + 9 + 3, nil, ""},
		"tfex_planestrike_mlp.tflite":                  {5, 64*128 + 128 + 128*64 + 64 + 64*64 + 64, nil, ""},
		"tflm_hello_world_sine_mlp.tflite":             {3, 16 + 16 + 256 + 16 + 16 + 1, nil, ""},
		"tiny_ad_autoencoder_mlp_fp32.tflite":          {10, 264192 + 1672, nil, ""},
		"tiny_resnet8_cifar10_fp32.tflite":             {16, 77360 + 346, nil, ""},
		"zkml_mnist_cnn_bn.tflite":                     {18, 0, nil, ""},
		"ops/litert_add.tflite":                        {2, 0, nil, ""},
		"ops/litert_avg_pool.tflite":                   {1, 0, nil, ""},
		"ops/litert_conv_bias.tflite":                  {1, 5*27 + 5, nil, ""},
		"ops/litert_fc_reshape.tflite":                 {2, 4, nil, ""},
		"ops/litert_softmax.tflite":                    {1, 0, nil, ""},
		"ops/litert_broadcast_add_1_7.tflite":          {1, 0, []Problem{ProblemBatch}, "[7]"},
		"ops/litert_gather_embedding.tflite":           {1, 24, []Problem{ProblemBatch}, "[2]"},
		"ops/litert_split_add.tflite":                  {2, 0, []Problem{ProblemBatch}, "[2×28×28×1]"},
		"odd/litert_0_subgraphs.tflite":                {0, 0, []Problem{ProblemGraph}, "no subgraph"},
		"odd/litert_custom_sinh.tflite":                {1, 0, []Problem{ProblemCustom}, `CUSTOM("Sinh")`},
		"odd/litert_dynamic_shapes.tflite":             {24, 0, []Problem{ProblemOptions, ProblemDynamic, ProblemBatch}, "run time"},
		"odd/litert_float16_weights_dequantize.tflite": {3, 16*27 + 16, []Problem{ProblemQuantised}, "float16"},
		"odd/litert_multi_signatures.tflite":           {1, 0, []Problem{ProblemGraph, ProblemSignatures}, `"add", "sub"`},
		"odd/litert_while.tflite":                      {1, 0, []Problem{ProblemGraph, ProblemControlFlow, ProblemBatch}, "WHILE"},
		"odd/tflm_hello_world_int8.tflite":             {3, 0, []Problem{ProblemQuantised}, "int8"},
		"flutter_train_linreg_4sig.tflite":             {5, 0, []Problem{ProblemGraph, ProblemSignatures, ProblemControlFlow, ProblemVariables}, `"get_weights", "infer", "set_weights", "train"`},
	}
}

func TestRealModels(t *testing.T) {
	for name, want := range realModels() {
		t.Run(name, func(t *testing.T) {
			m, err := Parse(fixture(t, name))
			if err != nil {
				t.Fatal(err)
			}
			s := Describe(m, CheckOptions{})
			operators := 0
			if len(s.Subgraphs) > 0 {
				operators = len(s.Subgraphs[0].Operators)
			}
			if operators != want.operators {
				t.Errorf("%d operators, want %d", operators, want.operators)
			}
			if s.Parameters != want.parameters && want.parameters > 0 {
				t.Errorf("%d parameters, want %d", s.Parameters, want.parameters)
			}
			var problems []Problem
			for _, f := range s.Findings {
				if !slices.Contains(problems, f.Problem) {
					problems = append(problems, f.Problem)
				}
			}
			if !slices.Equal(problems, want.problems) || !strings.Contains(s.Findings.String(), want.reason) {
				t.Errorf("problems %v, want %v with %q:\n%v", problems, want.problems, want.reason, s.Findings)
			}
			if err := s.Findings.Err(); err != nil && !errors.Is(err, fault.ErrUnsupported) {
				t.Errorf("refused as %v", err)
			}
		})
	}
}

func TestRealNonModel(t *testing.T) {
	_, err := Parse(fixture(t, "odd/litert_invalid_model_25bytes.tflite"))
	if !errors.Is(err, fault.ErrMalformed) || fault.ExitCode(err) != fault.ExitInput {
		t.Errorf("%v, want malformed (exit 3)", err)
	}
}

// TestRealRoundTrip writes every real model and reads it back; those with
// contents we do not read must be refused, not cut down.
func TestRealRoundTrip(t *testing.T) {
	for name := range realModels() {
		m := parse(t, fixture(t, name))
		data, err := Marshal(m)
		if len(m.Opaque) > 0 {
			if !errors.Is(err, fault.ErrUnsupported) {
				t.Errorf("%s: %v, want unsupported", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(m, parse(t, data), cmp.Comparer(bytes.Equal)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestRealReplaceWeights trains every provable real model by decree.
func TestRealReplaceWeights(t *testing.T) {
	for name, row := range realModels() {
		if len(row.problems) > 0 {
			continue
		}
		original := fixture(t, name)
		weights := trained(parse(t, original))
		out, err := ReplaceWeights(original, weights)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := ExactWeights(parse(t, out))
		if err != nil || !cmp.Equal(weights, got, cmp.Comparer(slices.Equal[[]int64])) {
			t.Errorf("%s: exact weights differ, %v", name, err)
		}
	}
}

// TestRealTruncated cuts real models at every offset of small ones, and at a
// sample of large ones. Some end in bytes that nothing refers to: cutting those
// must not change the model.
func TestRealTruncated(t *testing.T) {
	for name := range realModels() {
		data := fixture(t, name)
		whole := parse(t, data)
		for n := 0; n < len(data); n += 1 + len(data)/3000 {
			m, err := Parse(data[:n])
			if err == nil && !cmp.Equal(m, whole, cmp.Comparer(bytes.Equal)) {
				t.Errorf("%s: first %d of %d bytes accepted as another model", name, n, len(data))
			} else if err != nil && !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s: first %d of %d bytes: %v", name, n, len(data), err)
			}
		}
	}
}

// TestRealMutated flips bytes of real models; nothing may panic.
func TestRealMutated(t *testing.T) {
	for name := range realModels() {
		data := fixture(t, name)
		if len(data) > 8<<10 {
			continue
		}
		refused := 0
		for i := range data {
			mutant := append([]byte(nil), data...)
			mutant[i] ^= 0x81
			if !exercise(t, mutant) {
				refused++
			}
		}
		if refused == 0 {
			t.Errorf("%s: no mutant was refused", name)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	data := fixture(b, "gotflite_mnist_mlp_784_512_512_10.tflite")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReplaceWeights(b *testing.B) {
	data := fixture(b, "gotflite_mnist_mlp_784_512_512_10.tflite")
	m, err := Parse(data)
	if err != nil {
		b.Fatal(err)
	}
	weights := trained(m)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := ReplaceWeights(data, weights); err != nil {
			b.Fatal(err)
		}
	}
}
