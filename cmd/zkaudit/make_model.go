package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

func modelCommand(a *app) *cobra.Command {
	o := &modelOptions{}
	c := &cobra.Command{
		Use:   "model FILE {--data ROWS [--labels LABELS] | --inputs SHAPE --outputs N}",
		Short: "Write a .tflite model that fits the data, where there is none",
		Long: `Reads the rows and writes a network that takes them, to be trained: dense layers, or
convolutions before them. Columns are chosen as for init, with the same flags. A target
of texts, or of few whole numbers, is classes: one output each, and a softmax. Other
targets are values.

  zkaudit model iris.tflite --data iris.csv --dense 16
  zkaudit model digits.tflite --data images.gz --labels labels.gz --cnn small
  zkaudit model census.tflite --inputs 106 --outputs 2 --dense 64,32

It is written in the operators of TensorFlow's converter, and any TFLite tool reads it.
Its weights are drawn from --weights-seed; init draws those of a run from a public seed of
its own, unless --initial model takes them from this file.`,
		Args: arguments(1, 1, "the file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.labelled = cmd.Flags().Changed("outputs")
			return a.makeModel(args[0], o)
		},
	}
	o.add(c)
	return c
}

// modelOptions are the flags of a model to be made.
type modelOptions struct {
	config           run.Config
	files            filesOfParts
	inputs           []int
	outputs          int
	labelled         bool // outputs are given
	task             string
	dense, cnn       string
	picture          []int
	activation, seed string
	overwrite        bool
}

func (o *modelOptions) add(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&o.files.data, "data", nil, "rows: CSV, JSON lines, Parquet, Arrow, numpy, IDX (with --labels), or a folder of pictures for each class; plain or gzip; may be repeated")
	f.StringArrayVar(&o.files.labels, "labels", nil, "labels of rows that are arrays, such as those of IDX")
	columnFlags(c, &o.config.Columns)
	keys := settingFlags()
	maps.DeleteFunc(keys, func(flag, _ string) bool { return f.Lookup(flag) == nil })
	setsKeys(f, keys)
	f.IntSliceVar(&o.inputs, "inputs", nil, "instead of --data: numbers in a row, or height,width,channels of a picture")
	f.IntVar(&o.outputs, "outputs", 0, "instead of --data: classes, or values to predict")
	f.StringVar(&o.task, "task", "auto", "what the target is: classes, values, or auto: the data tell")
	f.StringVar(&o.dense, "dense", "", "units of the dense layers between input and output: 64,32, or none (default 64,32; after convolutions 32)")
	f.StringVar(&o.cnn, "cnn", "", "convolutions before them: small (8,16), medium (16,32,64), or filters of each")
	f.IntSliceVar(&o.picture, "picture", nil, "height,width,channels of a row, for --cnn (default: as the rows say)")
	f.StringVar(&o.activation, "activation", "relu", fmt.Sprintf("after every layer but the last: %s", functionNames()))
	f.StringVar(&o.seed, "weights-seed", "zkaudit-1", "what the weights in the file are drawn from")
	f.BoolVar(&o.overwrite, "overwrite", false, "replace FILE if it is there")
}

func functionNames() string {
	var names []string
	for _, f := range tflite.StackFunctions() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// modelMade is what has been written.
type modelMade struct {
	File       string     `json:"file"`
	Data       *run.Shape `json:"data,omitempty"`
	Input      []int      `json:"input"`
	Filters    []int      `json:"filters,omitempty"`
	Units      []int      `json:"units"`
	Outputs    int        `json:"outputs"`
	Activation string     `json:"activation"`
	Softmax    bool       `json:"softmax"`
	Parameters int64      `json:"parameters"`
}

func (a *app) makeModel(path string, o *modelOptions) error {
	if _, err := os.Lstat(path); err == nil && !o.overwrite {
		return fmt.Errorf("%s is there already; choose another name, or --overwrite it: %w", path, fault.ErrUsage)
	}
	shape, softmax, err := o.shape(a)
	if err != nil {
		return err
	}
	s, err := o.stack(shape, softmax)
	if err != nil {
		return err
	}
	m, err := tflite.NewStack("model", *s, drawn(o.seed, s.Activation))
	if err != nil {
		return err
	}
	file, err := tflite.Marshal(m)
	if err != nil {
		return err
	}
	if err := artefact.WriteFile(path, file, artefact.PublicMode); err != nil {
		return err
	}
	made := modelMade{
		File: path, Data: shape, Input: s.Input, Filters: s.Filters, Units: s.Units, Outputs: s.Outputs,
		Activation: string(s.Activation), Softmax: softmax, Parameters: tflite.Describe(m, tflite.CheckOptions{}).Parameters,
	}
	return a.result(made, func(w io.Writer) error { return made.write(w) })
}

// write says what the model is, and of the data what it was made for.
func (m *modelMade) write(w io.Writer) error {
	layers := ""
	if len(m.Filters) > 0 {
		layers = fmt.Sprintf("convolutions of %s filters, ", numbers(m.Filters))
	}
	if len(m.Units) > 0 {
		layers += fmt.Sprintf("dense layers of %s units, ", numbers(m.Units))
	}
	outputs := counted(m.Outputs, "value")
	switch {
	case m.Softmax && m.Data != nil && len(m.Data.Classes) == m.Outputs:
		outputs = fmt.Sprintf("%d classes %s", m.Outputs, classNames(m.Data.Classes))
	case m.Softmax:
		outputs = fmt.Sprintf("%d classes", m.Outputs)
	}
	if layers != "" {
		layers += m.Activation + ", "
	}
	_, err := fmt.Fprintf(w, "%s: input %s, %s%s; %d parameters\n", m.File, strings.ReplaceAll(numbers(m.Input), ",", "×"), layers, outputs, m.Parameters)
	return err
}

// classNames quotes the first classes.
func classNames(classes []string) string {
	var list []string
	for _, c := range classes[:min(len(classes), maxListed)] {
		list = append(list, fault.Quote(c))
	}
	if len(classes) > maxListed {
		list = append(list, "...")
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// shape returns what the model takes and returns, and whether a softmax ends it: from
// the data, or as the flags say.
func (o *modelOptions) shape(a *app) (*run.Shape, bool, error) {
	task, err := parseTask(o.task)
	if err != nil {
		return nil, false, err
	}
	if len(o.files.data) == 0 {
		if len(o.inputs) == 0 || !o.labelled {
			return nil, false, fmt.Errorf("model needs --data, or --inputs and --outputs: %w", fault.ErrUsage)
		}
		return &run.Shape{Input: o.inputs, Outputs: o.outputs}, task != data.Regression && o.outputs > 1, nil
	}
	if len(o.inputs) > 0 || o.labelled {
		return nil, false, fmt.Errorf("--inputs and --outputs are what --data tells: %w", fault.ErrUsage)
	}
	if o.config.Data, err = o.files.config(); err != nil {
		return nil, false, err
	}
	if err := run.FitsReading(".", &o.config, a.memoryLimit()); err != nil {
		return nil, false, err
	}
	s, err := run.Measure(&o.config, task)
	if err != nil {
		return nil, false, err
	}
	return s, s.Classes != nil, nil
}

func parseTask(name string) (data.Task, error) {
	tasks := map[string]data.Task{"auto": data.TaskAuto, "classes": data.Classification, "values": data.Regression}
	task, ok := tasks[name]
	if !ok {
		return task, fmt.Errorf("--task %q: want auto, classes or values: %w", name, fault.ErrUsage)
	}
	return task, nil
}

// stack settles the layers.
func (o *modelOptions) stack(shape *run.Shape, softmax bool) (_ *tflite.Stack, err error) {
	s := &tflite.Stack{Outputs: shape.Outputs, Softmax: softmax, Activation: tflite.Function(o.activation)}
	dense := "64,32"
	if o.cnn != "" {
		dense = "32"
		sizes := map[string]string{"small": "8,16", "medium": "16,32,64"}
		if s.Filters, err = parseSizes("cnn", cmp.Or(sizes[o.cnn], o.cnn)); err != nil {
			return nil, err
		}
		if s.Input, err = o.pictureOf(shape.Input); err != nil {
			return nil, err
		}
	} else {
		if len(o.picture) > 0 {
			return nil, fmt.Errorf("--picture is for --cnn; dense layers take a row as it is: %w", fault.ErrUsage)
		}
		s.Input = []int{cells(shape.Input)}
	}
	if dense = cmp.Or(o.dense, dense); dense != "none" {
		s.Units, err = parseSizes("dense", dense)
	}
	return s, err
}

// pictureOf returns height, width and channels of a row of some shape.
func (o *modelOptions) pictureOf(row []int) ([]int, error) {
	switch {
	case len(o.picture) == 3 && cells(o.picture) == cells(row):
		return o.picture, nil
	case len(o.picture) > 0:
		return nil, fmt.Errorf("--picture %s: want height,width,channels of a row, %d numbers in all: %w", numbers(o.picture), cells(row), fault.ErrUsage)
	case len(row) == 3:
		return row, nil
	case len(row) == 2:
		return []int{row[0], row[1], 1}, nil
	}
	return nil, fmt.Errorf("--cnn %s: a row has %d numbers; say by --picture which height, width and channels they are: %w", o.cnn, cells(row), fault.ErrUsage)
}

// cells is the product of sizes, 0 where one is negative or they are very many.
func cells(sizes []int) int {
	n := 1
	for _, size := range sizes {
		if size < 0 || size > 0 && n > math.MaxInt32/size {
			return 0
		}
		n *= size
	}
	return n
}

func parseSizes(flag, text string) ([]int, error) {
	var sizes []int
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("--%s %q: want numbers such as 64,32: %w", flag, text, fault.ErrUsage)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// numbers are sizes as flags take them.
func numbers(sizes []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(sizes), " ", ","), "[]")
}

// drawn draws weights from a seed, uniform on ±√(6/fan-in) after a rectifier (He) and
// ±√(6/(fan-in + fan-out)) else (Glorot). Biases are 0.
func drawn(seed string, f tflite.Function) tflite.Weights {
	source := rand.New(rand.NewChaCha8(sha256.Sum256([]byte(seed))))
	return func(_ string, shape tflite.Shape) []float32 {
		n, _ := shape.Elements()
		list := make([]float32, n)
		if len(shape) == 1 {
			return list
		}
		fan := n / int64(shape[0])
		if !strings.Contains(string(f), "relu") {
			fan += n / int64(shape[len(shape)-1])
		}
		limit := math.Sqrt(6 / float64(fan))
		for i := range list {
			list[i] = float32(limit * (2*source.Float64() - 1))
		}
		return list
	}
}
