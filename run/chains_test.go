package run

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/tflite"
)

// chained is a .tflite model under construction, one operator after the other.
type chained struct {
	m    *tflite.Model
	last int32
}

func chainOn(shape ...int32) *chained {
	c := &chained{m: &tflite.Model{Version: 3, Buffers: []tflite.Buffer{{}}, Subgraphs: []tflite.Subgraph{{DebugIndex: -1}}}}
	c.last = c.tensor(shape, 0, nil)
	c.m.Subgraphs[0].Inputs = []int32{c.last}
	return c
}

func (c *chained) tensor(shape tflite.Shape, of tflite.DType, data []byte) int32 {
	g := &c.m.Subgraphs[0]
	t := tflite.Tensor{Name: fmt.Sprintf("t%d", len(g.Tensors)), Shape: shape, HasRank: true, Type: of}
	if data != nil {
		t.Buffer = uint32(len(c.m.Buffers))
		c.m.Buffers = append(c.m.Buffers, tflite.Buffer{Data: data})
	}
	g.Tensors = append(g.Tensors, t)
	return int32(len(g.Tensors) - 1)
}

// weight adds a weight whose cells are drawn over ±1/2.
func (c *chained) weight(shape ...int32) int32 {
	n, _ := tflite.Shape(shape).Elements()
	s, raw := prg.New(fmt.Sprintf("zkaudit/test/weights/%d", len(c.m.Buffers))), []byte{}
	for range n {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(s.Uint64n(1<<20))/(1<<20)-0.5))
	}
	return c.tensor(shape, tflite.Float32, raw)
}

// ints adds constant integers.
func (c *chained) ints(list ...int32) int32 {
	raw := []byte{}
	for _, v := range list {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(v))
	}
	return c.tensor(tflite.Shape{int32(len(list))}, tflite.Int32, raw)
}

// then appends an operator on the last value and further inputs.
func (c *chained) then(code tflite.Builtin, o tflite.Options, out tflite.Shape, more ...int32) *chained {
	g := &c.m.Subgraphs[0]
	c.m.Codes = append(c.m.Codes, tflite.OperatorCode{Builtin: code, Version: 1})
	y := c.tensor(out, tflite.Float32, nil)
	g.Operators = append(g.Operators, tflite.Operator{Code: len(c.m.Codes) - 1, Options: o, Inputs: append([]int32{c.last}, more...), Outputs: []int32{y}, DebugIndex: -1})
	c.last, g.Outputs = y, []int32{y}
	return c
}

// dense appends a layer with a bias.
func (c *chained) dense(inputs, units int32) *chained {
	return c.then(tflite.OpFullyConnected, tflite.FullyConnectedOptions{}, tflite.Shape{1, units}, c.weight(units, inputs), c.weight(units))
}

func (c *chained) reshape(out ...int32) *chained {
	return c.then(tflite.OpReshape, tflite.ReshapeOptions{NewShape: out}, out)
}

// recurrent appends a recurrent layer as converters write it, with two variables.
func (c *chained) recurrent(times, inputs, units int32) *chained {
	in := slices.Repeat([]int32{-1}, 23) // but the first
	for gate := range 4 {
		in[gate], in[4+gate], in[11+gate] = c.weight(units, inputs), c.weight(units, units), c.weight(units)
	}
	for i := range 2 {
		in[17+i] = c.tensor(tflite.Shape{1, units}, tflite.Float32, nil)
		c.m.Subgraphs[0].Tensors[in[17+i]].Variable = true
	}
	return c.then(tflite.OpSequenceLSTM, tflite.SequenceLSTMOptions{Activation: tflite.ActTanh}, tflite.Shape{1, times, units}, in...)
}

// TestOperatorsOfFiles trains small models with one operator each on rows of 12
// features and a class of three, in mode zk, which is the default, proves and
// verifies.
func TestOperatorsOfFiles(t *testing.T) {
	softmax := tflite.SoftmaxOptions{Beta: 1}
	for name, build := range map[string]func() *chained{
		"LOG_SOFTMAX": func() *chained {
			return chainOn(1, 12).dense(12, 3).then(tflite.OpLogSoftmax, nil, tflite.Shape{1, 3})
		},
		"TILE": func() *chained {
			c := chainOn(1, 12).dense(12, 4).reshape(1, 2, 2)
			c.then(tflite.OpTile, nil, tflite.Shape{1, 6, 2}, c.ints(1, 3, 1)).reshape(1, 12)
			return c.dense(12, 3).then(tflite.OpSoftmax, softmax, tflite.Shape{1, 3})
		},
		"CONV_2D in groups": func() *chained {
			o := tflite.Conv2DOptions{Padding: tflite.PaddingSame, StrideW: 1, StrideH: 2, DilationW: 1, DilationH: 1, Activation: tflite.ActRelu}
			c := chainOn(1, 12).reshape(1, 2, 1, 6)
			c.then(tflite.OpConv2D, o, tflite.Shape{1, 1, 1, 4}, c.weight(4, 2, 1, 3), c.weight(4))
			return c.reshape(1, 4).dense(4, 3).then(tflite.OpSoftmax, softmax, tflite.Shape{1, 3})
		},
		"UNIDIRECTIONAL_SEQUENCE_LSTM": func() *chained {
			c := chainOn(1, 12).reshape(1, 4, 3).recurrent(4, 3, 5)
			last := tflite.StridedSliceOptions{BeginMask: 5, EndMask: 7, ShrinkAxisMask: 2}
			c.then(tflite.OpStridedSlice, last, tflite.Shape{1, 5}, c.ints(0, -1, 0), c.ints(0, 0, 0), c.ints(1, 1, 1))
			return c.dense(5, 3).then(tflite.OpSoftmax, softmax, tflite.Shape{1, 3})
		},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "CONV_2D in groups" {
				t.Skip("takes a few seconds")
			}
			work := t.TempDir()
			file, err := tflite.Marshal(build().m)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(work, "model.tflite"), string(file))
			s, rows := prg.New("zkaudit/test/operators"), strings.Builder{}
			for i := range 24 {
				for range 12 {
					fmt.Fprintf(&rows, "%.3f,", float64(s.Uint64n(2000))/1000-1)
				}
				fmt.Fprintln(&rows, i%3)
			}
			write(t, filepath.Join(work, "rows.csv"), rows.String())
			c := &Config{
				Model: ModelConfig{File: filepath.Join(work, "model.tflite")}, Data: []DataConfig{{File: filepath.Join(work, "rows.csv")}},
				Columns:  ColumnConfig{Header: "no", Normalise: "none"},
				Training: TrainingConfig{Batch: 4, Steps: 3, Rate: "0.1"}, Test: TestConfig{Rows: 6},
				Initial: InitialConfig{From: "model"}, Proof: ProofConfig{RowBits: 8},
			}
			if _, err := Init(work, c); err != nil {
				t.Fatal(err)
			}
			r, report := all(t, work)
			if first := r.Before.Loss; r.Steps != 3 || report.Facts.Parameters == 0 || first == r.After.Loss {
				t.Errorf("%d steps of %d parameters, loss %v and then %v", r.Steps, report.Facts.Parameters, first, r.After.Loss)
			}
			if !strings.Contains(strings.Join(report.Facts.Layers, "\n"), strings.Fields(name)[0]) {
				t.Errorf("layers %q", report.Facts.Layers)
			}
		})
	}
}
