package run

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
)

// An architecture with such logits that says so is valid, and not the model
// that an auditor has in hand.
func TestBackdooredArchitectureIsNotTheModel(t *testing.T) {
	dir := small(t, nil)
	honest, err := ReadArchitecture(filepath.Join(dir, "m.tflite"), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, ConfigFile)); err != nil {
		t.Fatal(err)
	}
	addBackdoor(t, filepath.Join(dir, "m.tflite"))
	c := &Config{
		Model: ModelConfig{File: filepath.Join(dir, "m.tflite")}, Data: []DataConfig{{File: filepath.Join(dir, "a.csv")}},
		Columns: ColumnConfig{Header: "no"}, Training: TrainingConfig{Batch: 4, Steps: 4, SegmentSteps: 4}, Test: TestConfig{Rows: 6},
		Proof: ProofConfig{Mode: "validity", RowBits: 8},
	}
	if _, err := Init(dir, c); err != nil {
		t.Fatal(err)
	}
	all(t, dir)
	r, err := verifyFile(t, dir, bundle.Expectation{})
	if err != nil || len(r.Unpinned) == 0 || !slices.ContainsFunc(r.Facts.Layers, func(l string) bool { return strings.Contains(l, "ADD, constant 2") }) {
		t.Errorf("pinned by nobody: %v, layers %q", err, r.Facts.Layers)
	}
	if _, err := verifyFile(t, dir, bundle.Expectation{Forward: honest}); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "3 layers, not 4") {
		t.Errorf("as the model in hand: %v", err)
	}
}

// addBackdoor adds 78 to the second class before the model's softmax.
func addBackdoor(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := tflite.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	g := &m.Subgraphs[0]
	last := len(g.Operators) - 1
	z := g.Operators[last].Inputs[0]
	raw := binary.LittleEndian.AppendUint32(make([]byte, 4), math.Float32bits(78))
	constant, sum := g.Tensors[z], g.Tensors[z]
	constant.Name, constant.Shape, constant.Signature, constant.Buffer = "bonus", tflite.Shape{2}, nil, uint32(len(m.Buffers))
	sum.Name = "logits with a bonus"
	m.Buffers = append(m.Buffers, tflite.Buffer{Data: raw})
	g.Tensors = append(g.Tensors, constant, sum)
	m.Codes = append(m.Codes, tflite.OperatorCode{Builtin: tflite.OpAdd, Version: 1})
	at := int32(len(g.Tensors) - 2)
	add := tflite.Operator{Code: len(m.Codes) - 1, Options: tflite.AddOptions{}, Inputs: []int32{z, at}, Outputs: []int32{at + 1}, DebugIndex: -1}
	g.Operators[last].Inputs = []int32{at + 1}
	g.Operators = slices.Insert(g.Operators, last, add)
	if data, err = tflite.Marshal(m); err != nil {
		t.Fatal(err)
	}
	write(t, path, string(data))
}

// verifyFile verifies the bundle of a directory against an expectation.
func verifyFile(t *testing.T, dir string, e bundle.Expectation) (*bundle.Report, error) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, BundleFile))
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	setup, err := commitments.SetupOf("", b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		t.Fatal(err)
	}
	return bundle.Verify(context.Background(), b, e, setup, bundle.Options{AllowInsecure: true})
}

// Weights may be called anything in a model's file, two of them the same, or
// one as something of ours: no name of a model's is a name of a proof's.
func TestNamesOfWeightsAreTheModelsOwn(t *testing.T) {
	for name, names := range map[string][]string{
		"limbs":         {"w", "w limb 0", "w limb 1", "w limb 0 limb 0"},
		"borders":       {"w", "w before", "w after", "w trajectory"},
		"one name":      {"w", "w", "w", "w"},
		"no name":       {"", "", "", ""},
		"ours":          {"0 FULLY_CONNECTED weights", "input", "label", "softmax/probability"},
		"relations":     {"rates", "filter", "mask 3/4", "selection of part 0"},
		"escapes":       {"\x1b[2K", "a\nb", "\u202eevil", "\xff"},
		"layers, moved": {"1 FULLY_CONNECTED weights", "1 FULLY_CONNECTED bias", "0 FULLY_CONNECTED weights", "0 FULLY_CONNECTED bias"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := small(t, func(c *Config) {
				c.Training.Steps, c.Training.SegmentSteps = 4, 4
				c.Initial.From = "model" // private: the certificate has limbs
				path := c.Model.File
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				m, err := tflite.Parse(data)
				if err != nil {
					t.Fatal(err)
				}
				k := 0
				for i := range m.Subgraphs[0].Tensors {
					if w := &m.Subgraphs[0].Tensors[i]; m.IsConstant(w) {
						w.Name = names[k]
						k++
					}
				}
				if k != len(names) {
					t.Fatalf("%d weights", k)
				}
				if data, err = tflite.Marshal(m); err != nil {
					t.Fatal(err)
				}
				write(t, path, string(data))
			})
			all(t, dir)
		})
	}
}
