package run

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
)

// ProofKind is the artefact kind of a proof: its bytes, about the claim whose
// digest the header carries.
func ProofKind() artefact.Kind { return artefact.Kind{'p', 'r', 'o', 'f'} }

// WeightsKind is the artefact kind of committed weights with their blinding,
// which is private.
func WeightsKind() artefact.Kind { return artefact.Kind{'w', 'g', 't', 's'} }

// Names in the directory of proofs.
const (
	certificateFile  = "initial-weights.certificate"
	proofPattern     = "segment-%06d.proof"
	committedPattern = "weights-%06d.committed"
)

const (
	proofVersion   = 3
	weightsVersion = 2
	maxPartFile    = 1 << 32
)

func (d *Directory) saveProof(path string, claim [32]byte, encoded []byte) error {
	header := artefact.Header{Kind: ProofKind(), Version: proofVersion, Statement: claim}
	return artefact.WriteFile(path, artefact.Encode(header, encoded), artefact.PublicMode)
}

// loadProof returns the proof at path if it is about the claim; nil if there
// is none, or one about something else.
func (d *Directory) loadProof(path string, claim [32]byte) ([]byte, error) {
	bytes, err := artefact.ReadFile(path, bundle.MaxProof+artefact.Overhead)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	header, encoded, err := artefact.Decode(bytes, ProofKind(), proofVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (delete the file to have it proven again)", path, err)
	}
	if header.Statement != claim {
		return nil, nil
	}
	return encoded, nil
}

// saveWeights writes committed weights with their blinding, private. key says
// which weights they are.
func (d *Directory) saveWeights(path string, key [32]byte, w *owner.CommittedWeights) error {
	var payload []byte
	for i, rows := range w.Public {
		payload = commitments.AppendPoints(payload, rows)
		payload = commitments.AppendScalars(payload, w.Blinding[i])
	}
	header := artefact.Header{Kind: WeightsKind(), Version: weightsVersion, Statement: key}
	return artefact.WriteFile(path, artefact.Encode(header, payload), artefact.PrivateMode)
}

// loadWeights returns the committed weights at path if they are those of the
// key; nil if there are none, or others.
func (d *Directory) loadWeights(path string, key [32]byte, p *graph.Program, ids []graph.TensorID, setup *commitments.Setup) (*owner.CommittedWeights, error) {
	bytes, err := artefact.ReadPrivateFile(path, maxPartFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	header, payload, err := artefact.Decode(bytes, WeightsKind(), weightsVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (delete it to have the weights committed again)", path, err)
	}
	if header.Statement != key {
		return nil, nil
	}
	w := &owner.CommittedWeights{}
	for _, id := range ids {
		rows := bundle.CommittedRows(setup.RowBits, p.Tensor(id).Axes...)
		split := rows * commitments.PointBytes
		end := split + rows*commitments.ScalarBytes
		if len(payload) < end {
			return nil, fmt.Errorf("%s: %d bytes too few: %w", path, end-len(payload), fault.ErrMalformed)
		}
		points, err := commitments.DecodePoints(payload[:split], rows, commitments.RefuseInfinity)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		blinding, err := commitments.DecodeScalars(payload[split:end], rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		w.Public, w.Blinding, payload = append(w.Public, points), append(w.Blinding, blinding), payload[end:]
	}
	if len(payload) != 0 {
		return nil, fmt.Errorf("%s: %d bytes too many: %w", path, len(payload), fault.ErrMalformed)
	}
	return w, nil
}
