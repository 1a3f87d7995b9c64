package owner

import (
	"fmt"
	"io"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/train"
	"github.com/zkaudit/zkaudit/transpile"
)

// TrainedModel holds the final weights of a run, frozen ones included, with what
// opens the commitments to them.
type TrainedModel struct {
	Cells    train.Weights         // unpadded
	Blinding [][]fr.Element        // by weight
	Mode     mode.Name             // of all proofs about the commitments
	Origins  map[[32]byte][]string // of the parts it was trained on, by digest; see Part
	// Start opens the weights that the run started from, nil where they are not at
	// hand. Claims about them ask for every weight, so it must keep what it reads.
	Start func() (*Opened, error)
}

// Opened are all weights of a program with what blinds the commitments to them.
type Opened struct {
	Cells    train.Weights  // unpadded
	Blinding [][]fr.Element // by weight
}

// CheckMode refuses to prove in a mode that the weights were not committed for.
// Errors are those of Part.CheckMode.
func (m *TrainedModel) CheckMode(what string, proving mode.Name) error {
	return sameMode(what, m.Blinding, m.Mode, proving)
}

// Opening returns the cells of a weight, number k of the program's, and what blinds
// them.
func (m *TrainedModel) Opening(k int, weight graph.TensorID) ([]int64, []fr.Element) {
	return m.Cells[weight], m.Blinding[k]
}

// InitialOpening is Opening of a weight before the first step. Errors wrap
// fault.ErrUsage, or are those of Start.
func (m *TrainedModel) InitialOpening(k int, weight graph.TensorID) ([]int64, []fr.Element, error) {
	if m.Start == nil {
		return nil, nil, fmt.Errorf("what opens its initial weights is not at hand: %w", fault.ErrUsage)
	}
	start, err := m.Start()
	if err != nil {
		return nil, nil, err
	}
	return start.Cells[weight], start.Blinding[k], nil
}

// Accounts are what a ledger enters charges under beside the digests of the parts
// that the model was trained on, by these digests.
func (m *TrainedModel) Accounts() map[[32]byte][]string { return m.Origins }

// ModelOpeningKind is the artefact kind of the opening of a model, which is
// private.
func ModelOpeningKind() artefact.Kind { return artefact.Kind{'w', 'o', 'p', 'n'} }

const modelOpeningVersion = 1

// ModelOpening opens the final weights of a run, frozen ones included, together
// with the .tflite that carries their integers: it is what blinds the commitments.
type ModelOpening struct{ Blinding [][]fr.Element }

// Format keeps openings out of logs.
func (o *ModelOpening) Format(f fmt.State, _ rune) { io.WriteString(f, "[opening of a model]") }

// WriteModelOpening writes the opening of the final weights of a run, given the
// digest of its statement, readable by its owner alone.
func WriteModelOpening(path string, statement [32]byte, blinding [][]fr.Element) error {
	var payload []byte
	for _, scalars := range blinding {
		payload = commitments.AppendScalars(payload, scalars)
	}
	header := artefact.Header{Kind: ModelOpeningKind(), Version: modelOpeningVersion, Statement: statement}
	return artefact.WriteFile(path, artefact.Encode(header, payload), artefact.PrivateMode)
}

// finalWeights returns the commitments to all weights after the run.
func finalWeights(b *bundle.Bundle) bundle.WeightCommitments { return b.Statement.Before(b.Final()) }

// ReadModelOpening reads the opening of the final weights of a bundle. Errors wrap
// fault.ErrRejected for the opening of another bundle, fault.ErrMalformed,
// fault.ErrVersion or fault.ErrInput.
func ReadModelOpening(path string, b *bundle.Bundle) (*ModelOpening, error) {
	digest, err := b.Statement.Digest()
	if err != nil {
		return nil, err
	}
	return ReadOpening(path, "run", digest, finalWeights(b))
}

// ReadOpening is ReadModelOpening of weights that something else than a run has ended
// with, given what that is, for people, the digest of its statement and the commitments.
func ReadOpening(path, what string, statement [32]byte, final bundle.WeightCommitments) (_ *ModelOpening, err error) {
	defer fault.Catch(&err, "opening", fault.ErrMalformed)
	file, err := artefact.ReadPrivateFile(path, maxOpening)
	if err != nil {
		return nil, err
	}
	h, payload, err := artefact.Decode(file, ModelOpeningKind(), modelOpeningVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if h.Statement != statement {
		return nil, fmt.Errorf("%s opens the model of %s %x, not %x: %w", path, what, h.Statement, statement, fault.ErrRejected)
	}
	o := &ModelOpening{}
	if o.Blinding, err = decodeBlinding(path, payload, final); err != nil {
		return nil, err
	}
	return o, nil
}

// OpenModel checks that a .tflite in hand carries exactly the final weights of
// a bundle, and returns them. Errors wrap fault.ErrRejected if it does not: it
// has another architecture, a float that is not the rounding of its integer, or
// other integers than the committed ones.
//
// Soundness: the bundle is not verified here.
func OpenModel(setup *commitments.Setup, b *bundle.Bundle, model []byte, o *ModelOpening) (*TrainedModel, error) {
	s := b.Statement
	if s.Setup != setup.ID || s.RowBits != setup.RowBits {
		return nil, fmt.Errorf("the bundle was made with another setup: %w", fault.ErrVersion)
	}
	m, err := tflite.Parse(model)
	if err != nil {
		return nil, err
	}
	cells, err := exactWeights(m, s.Network)
	if err != nil {
		return nil, err
	}
	if _, err := OpenWeights(setup, s.Program(), cells, finalWeights(b), o.Blinding); err != nil {
		return nil, err
	}
	return &TrainedModel{Cells: cells, Blinding: o.Blinding, Mode: s.Mode}, nil
}

// exactWeights returns the integers that a model carries, by weight of the
// network that it must be the model of.
func exactWeights(m *tflite.Model, n *network.Network) (train.Weights, error) {
	step, err := transpile.Match(m, n)
	if err != nil {
		return nil, fmt.Errorf("the model is not of the program in the bundle: %w: %w", fault.ErrRejected, err)
	}
	return ExactWeights(m, step)
}

// ExactWeights returns the integers that a trained model carries, by weight of the
// step made from it. Errors wrap fault.ErrRejected: they are not in the formats of
// the step's program, or a float is not the rounding of its integer.
func ExactWeights(m *tflite.Model, step *transpile.Result) (train.Weights, error) {
	p := step.Program
	exact, err := tflite.ExactWeights(m)
	if err != nil {
		return nil, err
	}
	// Exporting the numbers of the cells shows where each cell stands.
	places := map[graph.TensorID][]int64{}
	for _, w := range step.Weights {
		place := make([]int64, p.Tensor(w.Tensor).Size())
		for i := range place {
			place[i] = int64(i)
		}
		places[w.Tensor] = place
	}
	layout, err := step.Export(m, places)
	if err != nil {
		return nil, err
	}
	cells := train.Weights{}
	for k, w := range step.Weights {
		at := slices.IndexFunc(exact, func(e tflite.ExactTensor) bool { return e.Tensor == w.Index })
		if at < 0 || len(exact[at].Cells) != len(layout[k].Cells) || exact[at].FractionBits != layout[k].FractionBits {
			return nil, fmt.Errorf("the model carries no exact integers for weight %q in the program's format: %w", p.Tensor(w.Tensor).Name, fault.ErrRejected)
		}
		out := make([]int64, len(layout[k].Cells))
		for i, place := range layout[k].Cells {
			out[place] = exact[at].Cells[i]
		}
		cells[w.Tensor] = out
	}
	return cells, nil
}

// ExportModel returns a .tflite of the network's program with other weights in it: the
// exact integers beside their float32 roundings.
func ExportModel(model []byte, n *network.Network, weights train.Weights) ([]byte, error) {
	m, err := tflite.Parse(model)
	if err != nil {
		return nil, err
	}
	step, err := transpile.Match(m, n)
	if err != nil {
		return nil, err
	}
	tensors, err := step.Export(m, weights)
	if err != nil {
		return nil, err
	}
	return tflite.ReplaceWeights(model, tensors)
}
