package run

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
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/train"
	"github.com/zkaudit/zkaudit/transpile"
)

// ModelOpeningFile opens the final weights of a run: private.
const ModelOpeningFile = "trained.opening"

// ModelOpeningKind is the artefact kind of what opens the final weights of a
// bundle, together with the .tflite that carries their integers.
func ModelOpeningKind() artefact.Kind { return artefact.Kind{'w', 'o', 'p', 'n'} }

const modelOpeningVersion = 1

// ModelOpening is what blinds the commitments to a run's final weights, frozen
// ones included.
type ModelOpening struct{ blinding [][]fr.Element }

// Format keeps openings out of logs.
func (o *ModelOpening) Format(f fmt.State, _ rune) { io.WriteString(f, "[opening of a model]") }

func writeModelOpening(path string, statement [32]byte, blinding [][]fr.Element) error {
	var payload []byte
	for _, scalars := range blinding {
		payload = commitments.AppendScalars(payload, scalars)
	}
	header := artefact.Header{Kind: ModelOpeningKind(), Version: modelOpeningVersion, Statement: statement}
	return artefact.WriteFile(path, artefact.Encode(header, payload), artefact.PrivateMode)
}

// finalWeights returns the commitments to all weights after the run.
func finalWeights(b *bundle.Bundle) bundle.Weights { return b.Statement.Before(b.Final()) }

// ReadModelOpening reads what opens the final weights of a bundle. Errors wrap
// fault.ErrRejected for the opening of another bundle, fault.ErrMalformed,
// fault.ErrVersion or fault.ErrInput.
func ReadModelOpening(path string, b *bundle.Bundle) (_ *ModelOpening, err error) {
	defer fault.Catch(&err, "opening", fault.ErrMalformed)
	file, err := artefact.ReadPrivateFile(path, maxOpening)
	if err != nil {
		return nil, err
	}
	h, payload, err := artefact.Decode(file, ModelOpeningKind(), modelOpeningVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	digest, err := b.Statement.Digest()
	if err != nil {
		return nil, err
	}
	if h.Statement != digest {
		return nil, fmt.Errorf("%s opens the model of run %x, not %x: %w", path, h.Statement, digest, fault.ErrRejected)
	}
	o := &ModelOpening{}
	for _, rows := range finalWeights(b) {
		size := len(rows) * commitments.ScalarBytes
		if len(payload) < size {
			return nil, fmt.Errorf("%s: %d bytes too few: %w", path, size-len(payload), fault.ErrMalformed)
		}
		scalars, err := commitments.DecodeScalars(payload[:size], len(rows))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		o.blinding, payload = append(o.blinding, scalars), payload[size:]
	}
	if len(payload) != 0 {
		return nil, fmt.Errorf("%s: %d bytes too many: %w", path, len(payload), fault.ErrMalformed)
	}
	return o, nil
}

// OpenModel checks that a .tflite in hand carries exactly the final weights of
// a bundle, and returns them. Errors wrap fault.ErrRejected if it does not: it
// has another architecture, a float that is not the rounding of its integer, or
// other integers than the committed ones.
//
// Soundness: the bundle is not verified here.
func OpenModel(srs *commitments.SRS, b *bundle.Bundle, model []byte, o *ModelOpening) (train.Weights, error) {
	s := b.Statement
	if s.SRS != srs.ID || s.RowBits != srs.RowBits {
		return nil, fmt.Errorf("the bundle was made with another SRS: %w", fault.ErrVersion)
	}
	m, err := tflite.Parse(model)
	if err != nil {
		return nil, err
	}
	cells, err := exactWeights(m, s.Network)
	if err != nil {
		return nil, err
	}
	final := finalWeights(b)
	for k, id := range bundle.WeightTensors(s.Program()) {
		rows, err := srs.CommitInt64(paddedWeight(s.Program(), id, cells[id]), o.blinding[k])
		if err != nil {
			return nil, err
		}
		if !slices.Equal(rows, final[k]) {
			return nil, fmt.Errorf("weight %q is not the committed one, or the opening is another: %w", s.Program().Tensor(id).Name, fault.ErrRejected)
		}
	}
	return cells, nil
}

// exactWeights returns the integers that a model carries, by weight of the
// network that it must be the model of.
func exactWeights(m *tflite.Model, n *network.Network) (train.Weights, error) {
	p := n.Program()
	step, err := transpile.Match(m, n)
	if err != nil {
		return nil, fmt.Errorf("the model is not of the program in the bundle: %w: %w", fault.ErrRejected, err)
	}
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
