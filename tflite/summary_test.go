package tflite

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestSummaryText(t *testing.T) {
	m := smallModel(t)
	m.Subgraphs[0].Operators[0].Inputs[2] = -1
	m.Subgraphs[0].Tensors[weights1].Type = Float32
	s := Describe(m, CheckOptions{Operators: provable(OpFullyConnected)})
	var out strings.Builder
	if err := s.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	want := `TensorFlow Lite model, schema version 3
parameters 17, constants 68 bytes
subgraph 0 "main"
  in   float32[?×2]
    0  FULLY_CONNECTED v1 (float32[?×2], const float32[3×2], (none)) -> float32[?×3]
       {Activation:RELU WeightsFormat:0 KeepNumDims:false AsymmetricInputs:false BiasType:float32}
    1  FULLY_CONNECTED v1 (float32[?×3], const float32[2×3], const float32[2]) -> float32[?×2]
       {Activation:NONE WeightsFormat:0 KeepNumDims:false AsymmetricInputs:false BiasType:float32}
    2  SOFTMAX v1 (float32[?×2]) -> float32[?×2]
       {Beta:1}
  out  float32[?×2]
signature "serving_default": "input" -> "output"
not provable: operator 2: there is no proof for SOFTMAX; replace it by operators that have one (zkaudit inspect lists them), or cut the model before it
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestSummaryJSON(t *testing.T) {
	m := smallModel(t)
	m.Subgraphs[0].Operators[1].Inputs[2] = bias0
	m.Metadata = []Metadata{{ExactMetadata, 0}}
	data, err := json.Marshal(Describe(m, CheckOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Parameters   int64 `json:"parameters"`
		ExactWeights bool  `json:"exact_weights"`
		Subgraphs    []struct {
			Operators []struct {
				Name    string         `json:"name"`
				Options map[string]any `json:"options"`
				Inputs  []struct {
					Shape []int  `json:"shape"`
					Type  string `json:"type"`
				} `json:"inputs"`
			} `json:"operators"`
		} `json:"subgraphs"`
		Shared []SharedConstant `json:"shared"`
	}
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	op := back.Subgraphs[0].Operators[0]
	if back.Parameters != 17 || !back.ExactWeights || op.Name != "FULLY_CONNECTED" || op.Options["Activation"] != "RELU" ||
		op.Inputs[0].Type != "float32" || op.Inputs[0].Shape[0] != -1 {
		t.Errorf("JSON %s", data)
	}
	if len(back.Shared) != 1 || back.Shared[0].Tensor != "small/dense_0/bias" || len(back.Shared[0].Operators) != 2 {
		t.Errorf("shared constants %v", back.Shared)
	}
}

// TestSummaryHostileNames: text from a file must not reach a terminal raw.
func TestSummaryHostileNames(t *testing.T) {
	m := smallModel(t)
	hostile := "a\x1b[31m\nb\xff"
	m.Description, m.Subgraphs[0].Name, m.Signatures[0].Key = hostile, hostile, hostile
	m.Signatures[0].Inputs[0].Name, m.Subgraphs[0].Tensors[0].Name = hostile, hostile
	m.Codes[1] = OperatorCode{Builtin: OpCustom, Custom: hostile}
	m.Subgraphs[0].Tensors[0].Type = Int8
	s := Describe(parse(t, marshal(t, m)), CheckOptions{})
	var out strings.Builder
	if err := s.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "\x1b") || strings.Contains(out.String(), "\xff") || !strings.Contains(out.String(), `a\x1b[31m\nb\xff`) {
		t.Errorf("control characters in\n%q", out.String())
	}
}

// failing refuses to be written to.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestSummaryWriteFails(t *testing.T) {
	s := Describe(smallModel(t), CheckOptions{})
	if err := s.WriteText(failing{}); err == nil {
		t.Error("a failed write went unnoticed")
	}
}
