package run

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/train"
	"github.com/zkaudit/zkaudit/transpile"
)

// model is a .tflite file with the training step made from it.
type model struct {
	bytes  []byte
	tflite *tflite.Model
	step   *transpile.Result
	rates  *number.RatePlan
}

func (m *model) program() *graph.Program { return m.step.Program }

// readModel reads the model and makes the training step that c asks for.
func readModel(dir string, c *Config) (*model, error) {
	path := within(dir, c.Model.File)
	bytes, err := tflite.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	m := &model{bytes: bytes}
	if m.tflite, err = tflite.Parse(bytes); err != nil {
		return nil, fmt.Errorf("model %s: %w", path, err)
	}
	if m.rates, err = c.rates(); err != nil {
		return nil, err
	}
	axis, err := c.Model.batchAxis()
	if err != nil {
		return nil, &fault.Setting{Key: "model.batch_axis", Err: err}
	}
	clip, err := c.clip()
	if err != nil {
		return nil, err
	}
	momentum, err := c.Training.momentum()
	if err != nil {
		return nil, err
	}
	weighed, err := c.weighed()
	if err != nil {
		return nil, err
	}
	decay, err := c.Training.decay()
	if err != nil {
		return nil, err
	}
	layers, err := c.Model.frozenLayers()
	if err != nil {
		return nil, &fault.Setting{Key: "model.frozen_layers", Err: err}
	}
	o := transpile.Options{
		Batch:     c.Training.Batch,
		BatchAxis: axis,
		Formats:   network.Formats{Feature: c.Formats.Feature, Activation: c.Formats.Activation, Error: c.Formats.Error},
		RateShift: m.rates.Shift,
		Scheduled: !m.rates.Constant(),
		Clip:      clip,
		Momentum:  momentum,
		Decay:     decay,
		Weighed:   weighed,
		Loss:      graph.LossKind(c.Training.Loss),
		Labels:    graph.LabelKind(c.Training.Labels),
		Frozen:    c.Model.Frozen, FrozenLayers: layers, TrainLast: c.Model.TrainLast,
	}
	if m.step, err = transpile.Transpile(m.tflite, o); err == nil && c.Training.Smoothing != "" {
		if o.Smoothing, err = c.smoothing(m.program()); err == nil {
			m.step, err = transpile.Transpile(m.tflite, o)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", path, err)
	}
	return m, nil
}

// Stated is what a model's file and the choices of a configuration say: what is
// trained and how, at what learning rate, and from what weights where these are
// the model's.
type Stated struct {
	Network *network.Network
	Rates   *number.RatePlan
	Initial map[graph.TensorID][]int64 // nil: others
}

// ReadStated reads it. Other files of the configuration are not read.
func ReadStated(model string, c *Config) (*Stated, error) {
	m, err := readModelAt(model, c)
	if err != nil {
		return nil, err
	}
	s := &Stated{Network: m.step.Network, Rates: m.rates}
	if c.Initial.From == "model" {
		s.Initial, err = m.initialWeights(&c.Initial)
	}
	return s, err
}

// readModelAt is readModel for a file of the caller's.
func readModelAt(file string, c *Config) (*model, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("model: %w: %w", fault.ErrInput, err)
	}
	stated := *c
	stated.Model.File = path
	return readModel("", &stated)
}

// ReadArchitecture returns the architecture of a model's file; batchAxis is
// that of ModelConfig.
func ReadArchitecture(model, batchAxis string) (*network.Architecture, error) {
	bytes, err := tflite.ReadFile(model)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	m, err := tflite.Parse(bytes)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", model, err)
	}
	axis, err := (&ModelConfig{BatchAxis: batchAxis}).batchAxis()
	if err != nil {
		return nil, err
	}
	a, _, err := transpile.Read(m, axis)
	if err != nil && axis == nil { // batches are the first axis wherever one is read
		first := 0
		if b, _, again := transpile.Read(m, &first); again == nil {
			return b, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", model, err)
	}
	return a, nil
}

const (
	autoAxis = "auto" // the model tells which axis counts samples
	noAxis   = "none" // none does: the whole input is one
)

// batchAxis returns the axis that counts samples, nil if the model tells.
func (c *ModelConfig) batchAxis() (*int, error) { return BatchAxis(c.BatchAxis) }

// BatchAxis is the axis that a setting names, tflite.NoBatch where none counts
// samples, nil if the model tells. Errors wrap fault.ErrUsage.
func BatchAxis(setting string) (*int, error) {
	if setting == autoAxis || setting == "" {
		return nil, nil
	}
	if setting == noAxis {
		return new(tflite.NoBatch), nil
	}
	axis, err := strconv.Atoi(setting)
	if err != nil || axis < 0 {
		return nil, fmt.Errorf("%q, want %q, %q or the number of an axis from 0: %w", setting, autoAxis, noAxis, fault.ErrUsage)
	}
	return &axis, nil
}

func (c *ModelConfig) batchAxisError() error {
	_, err := c.batchAxis()
	return err
}

// initialWeights returns the weights before the first step.
func (m *model) initialWeights(c *InitialConfig) (train.Weights, error) {
	if c.From == fromRun {
		return m.exactWeights()
	}
	if c.From == "model" {
		w, err := m.step.Initial(m.tflite)
		if err != nil {
			return nil, fmt.Errorf("initial weights: %w", err)
		}
		return w, nil
	}
	return network.Random(m.program(), []byte(c.Seed), network.Scheme(c.Scheme))
}

// export returns the model with trained weights as a .tflite file, the exact
// integers beside their float32 roundings.
func (m *model) export(w train.Weights) ([]byte, error) {
	tensors, err := m.step.Export(m.tflite, w)
	if err != nil {
		return nil, err
	}
	return tflite.ReplaceWeights(m.bytes, tensors)
}

// within returns a path that is relative to the run directory.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// checkTrainable refuses a model without weights to train.
func (m *model) checkTrainable() error {
	if len(m.program().OfRole(graph.Weight)) == 0 {
		return fmt.Errorf("the model has no weight that is trained: %w", fault.ErrUnsupported)
	}
	return nil
}
