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
	header := artefact.Header{Kind: WeightsKind(), Version: weightsVersion, Statement: key}
	return artefact.WriteFile(path, artefact.Encode(header, encodeWeights(w)), artefact.PrivateMode)
}

// encodeWeights writes committed weights with their blinding.
func encodeWeights(w *owner.CommittedWeights) (b []byte) {
	for i, rows := range w.Public {
		b = commitments.AppendPoints(b, rows)
		b = commitments.AppendScalars(b, w.Blinding[i])
	}
	return b
}

// decodeWeights reads what encodeWeights wrote of the given weights of a program. Errors
// wrap fault.ErrMalformed.
func decodeWeights(b []byte, p *graph.Program, ids []graph.TensorID, rowBits int) (*owner.CommittedWeights, error) {
	w := &owner.CommittedWeights{}
	for _, id := range ids {
		rows := bundle.CommittedRows(rowBits, p.Tensor(id).Axes...)
		split := rows * commitments.PointBytes
		end := split + rows*commitments.ScalarBytes
		if len(b) < end {
			return nil, fmt.Errorf("%d bytes too few: %w", end-len(b), fault.ErrMalformed)
		}
		points, err := commitments.DecodePoints(b[:split], rows, commitments.RefuseInfinity)
		if err != nil {
			return nil, err
		}
		blinding, err := commitments.DecodeScalars(b[split:end], rows)
		if err != nil {
			return nil, err
		}
		w.Public, w.Blinding, b = append(w.Public, points), append(w.Blinding, blinding), b[end:]
	}
	if len(b) != 0 {
		return nil, fmt.Errorf("%d bytes too many: %w", len(b), fault.ErrMalformed)
	}
	return w, nil
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
	w, err := decodeWeights(payload, p, ids, setup.RowBits)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return w, nil
}
