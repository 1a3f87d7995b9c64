package bundle

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
)

// Expectation holds the values that a verifier requires, from sources of its
// own. A nil field is not compared, and reported as not checked.
type Expectation struct {
	Mode *string `toml:"mode"` // of the proofs: a mode.Name
	// Model is a .tflite file whose architecture the program must have. Whoever
	// reads the expectation reads the file, into Forward.
	Model          *string   `toml:"model"`
	Program        *string   `toml:"program"`         // digest of architecture and choices
	Architecture   *string   `toml:"architecture"`    // digest
	Loss           *string   `toml:"loss"`            // a graph.LossKind
	Labels         *string   `toml:"labels"`          // a graph.LabelKind
	Batch          *int      `toml:"batch"`           // rows per step
	Formats        *Formats  `toml:"formats"`         // fraction bits
	Frozen         *[]int    `toml:"frozen"`          // weights that are not trained, as reported; [] = all are
	Clip           *string   `toml:"clip"`            // limit of errors, in decimal; "" = they are not clipped
	Smoothing      *string   `toml:"smoothing"`       // of labels, in decimal; "" = they are taken as they are
	Momentum       *string   `toml:"momentum"`        // as reported; "" = none
	WeightDecay    *string   `toml:"weight_decay"`    // as reported; "" = none
	SampleWeight   *string   `toml:"sample_weight"`   // as reported; "" = none
	Dataset        *[]string `toml:"dataset"`         // digest of each part
	Order          *string   `toml:"order"`           // "committed" or "shuffled"
	Seed           *string   `toml:"seed"`            // of the shuffle
	Tail           *string   `toml:"tail"`            // "drop" or "wrap"
	Without        *[]string `toml:"without"`         // rows never read, as reported; [] = every row is read
	Steps          *int      `toml:"steps"`           //
	SegmentSteps   *int      `toml:"segment_steps"`   //
	Rate           *string   `toml:"rate"`            // effective, as reported
	Origin         *string   `toml:"origin"`          // "private", "seed", "published" or "continued"
	OriginSeed     *string   `toml:"origin_seed"`     //
	OriginScheme   *string   `toml:"origin_scheme"`   //
	OriginDigest   *string   `toml:"origin_digest"`   // with the published cells
	Predecessor    *string   `toml:"predecessor"`     // digest of the result that a continued run starts from
	ChainStart     *string   `toml:"chain_start"`     // digest of the statement that the chain begins with
	InitialWeights *string   `toml:"initial_weights"` // digest of the commitments
	FinalWeights   *string   `toml:"final_weights"`   // digest of the commitments
	Context        *string   `toml:"context"`         //
	RunID          *string   `toml:"run_id"`          //
	Setup          *string   `toml:"setup"`           // id

	// Forward is the architecture of Model, as read by the caller.
	Forward *network.Architecture `toml:"-"`
	// Network is the whole program: an architecture with the choices of its
	// training.
	Network *network.Network `toml:"-"`
	// Initial are the weights of a model in hand, by weight of Network: published
	// initial weights must be these.
	Initial map[graph.TensorID][]int64 `toml:"-"`
	// Rates are the learning rate, that of each epoch, or that of each step.
	Rates *number.RatePlan `toml:"-"`
}

// maxExpectation bounds an expectation file.
const maxExpectation = 1 << 20

// ReadExpectation reads an expectation in TOML. A key it does not know is
// refused, so that a misspelt pin is not taken for a pin. Model becomes relative
// to the working directory; the caller must read it.
func ReadExpectation(path string) (_ Expectation, err error) {
	defer fault.Catch(&err, "expectation", fault.ErrInput)
	var e Expectation
	text, err := artefact.ReadFile(path, maxExpectation)
	if err != nil {
		return e, err
	}
	if err := artefact.CheckTOML(text); err != nil {
		return e, fmt.Errorf("%s: %v: %w", path, err, fault.ErrInput)
	}
	meta, err := toml.Decode(string(text), &e)
	if err != nil {
		return e, fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return e, fmt.Errorf("%s: unknown key %q: %w", path, unknown[0].String(), fault.ErrUsage)
	}
	if e.Model != nil && !filepath.IsAbs(*e.Model) {
		model := filepath.Join(filepath.Dir(path), *e.Model)
		e.Model = &model
	}
	return e, nil
}

// Expect returns the expectation that the facts meet: what an owner proposes,
// and an auditor compares with other sources.
func (f *Facts) Expect() Expectation {
	rows, without, frozen := slices.Clone(f.Dataset), append([]string{}, f.Without...), append([]int{}, f.Frozen...)
	e := Expectation{
		Mode: &f.Mode, Program: &f.Program, Architecture: &f.Architecture, Loss: &f.Loss, Labels: &f.Labels, Batch: &f.Batch, Formats: &f.Formats, Frozen: &frozen, Clip: &f.Clip, Smoothing: &f.Smoothing, Momentum: &f.Momentum, WeightDecay: &f.WeightDecay, SampleWeight: &f.SampleWeight,
		Dataset: &rows, Order: &f.Order, Tail: &f.Tail, Without: &without, Steps: &f.Steps, SegmentSteps: &f.SegmentSteps,
		Rate: &f.Rate, Origin: &f.Origin, Context: &f.Context, Setup: &f.Setup, FinalWeights: &f.FinalWeights,
		InitialWeights: &f.InitialWeights, RunID: &f.RunID,
	}
	if f.Order == "shuffled" {
		e.Seed = &f.Seed
	}
	switch f.Origin {
	case Seeded.String():
		e.OriginSeed, e.OriginScheme = &f.OriginSeed, &f.OriginScheme
	case Published.String():
		e.OriginDigest = &f.OriginDigest
	case Continued.String():
		e.Predecessor = &f.Predecessor
	}
	return e
}
