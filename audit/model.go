package audit

import (
	"crypto/sha256"
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// Limits of public models.
const (
	// maxModels bounds the public models of an audit.
	maxModels = 64
	// maxModelCells bounds the weights of one, padded: a verifier holds them as
	// 64-bit integers and evaluates each tensor once for every use.
	maxModelCells = 1 << 24
	// maxAllCells bounds the weights of all public models of an audit, padded:
	// an audit may name one file many times, in many formats.
	maxAllCells = 4 * maxModelCells
	// maxFraction bounds fraction bits; package transpile has the same bound.
	maxFraction = 14
)

// Fractions are the fraction bits at which a public model becomes integers.
type Fractions struct {
	Feature    int `json:"feature"`    // those of the rows it is applied to
	Activation int `json:"activation"` // of activations and outputs
	// Weight is how many more a weight has than the input of its layer;
	// probabilities have as many.
	Weight int `json:"weight"`
}

// DefaultFractions are those of a model that is applied to rows with the given
// fraction bits: those of training, where weights have some more for the
// learning rate.
func DefaultFractions(feature int) Fractions {
	f := network.DefaultFormats()
	return Fractions{Feature: feature, Activation: f.Activation, Weight: f.Error}
}

// check returns fault.ErrUsage for fraction bits out of range.
func (f Fractions) check() error {
	for _, bits := range f.list() {
		if bits < 0 || bits > maxFraction {
			return fmt.Errorf("%s: want 0 to %d: %w", f, maxFraction, fault.ErrUsage)
		}
	}
	return nil
}

// String says them in words.
func (f Fractions) String() string {
	return fmt.Sprintf("fraction bits %d of features, %d of activations, %d more of weights", f.Feature, f.Activation, f.Weight)
}

func (f Fractions) list() []int { return []int{f.Feature, f.Activation, f.Weight} }

// ModelID identifies a public model: its file and how it becomes integers.
type ModelID struct {
	SHA256 [32]byte // of the file
	Fractions
}

// Model is a public model: the forward pass of a .tflite file, whose weights
// everybody knows. Nothing of it is committed; its weights are public tensors
// of the systems of claims.
type Model struct {
	ModelID
	// Program is the step of its training, of which the forward pass is used,
	// and ProgramDigest that of the network it is derived from.
	Program       *graph.Program
	ProgramDigest [32]byte
	File          []byte                     // that it is read from
	cells         map[graph.TensorID][]int64 // of weights, padded
}

// ModelReader reads a .tflite file as a network that is trained with batches of one
// row, in the given formats, and returns what makes its weights: package transpile
// has it. Errors are verdicts on the file.
type ModelReader func(file []byte, f network.Formats) (n *network.Network, weights func() (map[graph.TensorID][]int64, error), err error)

// NewModel reads a .tflite file. Weights are its floats, rounded half-even;
// exact integers that it may carry are not read. Errors wrap fault.ErrUsage
// for fractions out of range and fault.ErrUnsupported for what cannot be
// proven, or are those of the reader.
func NewModel(file []byte, f Fractions, read ModelReader) (_ *Model, err error) {
	defer fault.Catch(&err, "public model", fault.ErrInput)
	if err := f.check(); err != nil {
		return nil, err
	}
	n, weights, err := read(file, network.Formats{Feature: f.Feature, Activation: f.Activation, Error: f.Weight})
	if err != nil {
		return nil, err
	}
	m := &Model{ModelID: ModelID{SHA256: sha256.Sum256(file), Fractions: f}, Program: n.Program(), ProgramDigest: n.Digest(), File: file, cells: map[graph.TensorID][]int64{}}
	ids, total := network.WeightTensors(m.Program), 0
	for _, id := range ids {
		padded := 1
		for _, a := range m.Program.Tensor(id).Axes {
			padded *= a.Padded()
		}
		if total += padded; total > maxModelCells {
			return nil, fmt.Errorf("a public model of over %d weights, padded: %w", maxModelCells, fault.ErrUnsupported)
		}
	}
	initial, err := weights()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		m.cells[id] = ops.Pad(m.Program.Tensor(id).Axes, initial[id])
	}
	return m, nil
}

// modelTensors are a model in a claim's system: a run's, with its committed
// final weights, or a public one.
type modelTensors struct {
	*graph.Program                                // nil if there is no such model
	public         *Model                         // nil if it is a run's
	weights        map[graph.TensorID]relation.ID // nil until a forward pass needs them
}

// model returns a model by name, without its weights.
func (s *Scope) model(name string) *modelTensors {
	if m, ok := s.models[name]; ok {
		return m
	}
	m := &modelTensors{public: s.subjects.Models[name]}
	s.models[name] = m
	switch {
	case m.public != nil:
		m.Program = m.public.Program
	case s.subjects.Runs[name] != nil:
		m.Program = s.run(name).Program
	default:
		s.noSuch("no training run or public model is called", name, append(sortedKeys(s.subjects.Runs), sortedKeys(s.subjects.Models)...))
	}
	return m
}

// weightsOf returns the weights of a model as tensors: external ones of a run,
// public ones of a public model.
func (s *Scope) weightsOf(name string) map[graph.TensorID]relation.ID {
	m := s.model(name)
	if m.weights != nil {
		return m.weights
	}
	m.weights = map[graph.TensorID]relation.ID{}
	for k, w := range network.WeightTensors(m.Program) {
		t := m.Tensor(w)
		if m.public != nil {
			m.weights[w] = s.known(fmt.Sprintf("model %q weight %q", name, t.Name), m.public.cells[w], t.Axes...)
			continue
		}
		m.weights[w] = s.finalWeight(name, k, w)
	}
	return m.weights
}

// finalWeight returns weight k of the model that came of a run.
func (s *Scope) finalWeight(name string, k int, w graph.TensorID) relation.ID {
	t := s.run(name).Program.Tensor(w)
	e := external{
		id:     s.b.ExternalWide(fmt.Sprintf("model %q weight %q", name, t.Name), t.Axes...),
		source: Source{Run: name, Tensor: k}, rows: s.run(name).Weights[k],
	}
	if owned := s.subjects.OwnedRuns[name]; owned != nil {
		_, e.blinding = owned.Opening(k, w)
		e.cells = func() relation.Cells {
			cells, _ := owned.Opening(k, w)
			return relation.Cells{Large: ops.Pad(t.Axes, cells)}
		}
	}
	s.external = append(s.external, e)
	return e.id
}

// publicModels returns the public models that the claim is about.
func (s *Scope) publicModels() map[string]*Model {
	all := map[string]*Model{}
	for name, m := range s.models {
		if m.public != nil {
			all[name] = m.public
		}
	}
	return all
}

// called says which model a name is.
func (s *Subjects) called(model string) string {
	if s.Models[model] != nil {
		return "public model " + foreign.Quote(model)
	}
	return "model " + foreign.Quote(model)
}

// check refuses a name of two models, since a claim must say which it is about,
// and more weights of public models than a verifier holds.
func (s *Subjects) check() error {
	total := 0
	for _, name := range sortedKeys(s.Models) {
		if s.Runs[name] != nil {
			return fmt.Errorf("%s is both a training run and a public model: %w", foreign.Quote(name), fault.ErrUsage)
		}
		for _, cells := range s.Models[name].cells {
			total += len(cells)
		}
	}
	if total > maxAllCells {
		return fmt.Errorf("public models of over %d weights together, padded: %w", maxAllCells, fault.ErrUnsupported)
	}
	return nil
}
