package run

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Part is one owner's rows with their hiding commitments: the owner's side.
// It must not leave the process other than through its files.
type Part struct {
	Shape            segment.PartShape
	Public           bundle.Part
	features, labels relation.Cells
	blinding         [2][]fr.Element // of features and labels
}

// CommitPart commits to the rows of a dataset whose labels are of the given
// kind. rng blinds the commitments.
func CommitPart(srs *commitments.SRS, d *data.Dataset, kind graph.LabelKind, rng io.Reader) (*Part, error) {
	p := newPart(d, kind)
	for i, cells := range [2]relation.Cells{p.features, p.labels} {
		blind, err := commitments.RandomScalars(rng, srs.Rows(cells.Len()))
		if err != nil {
			return nil, err
		}
		p.blinding[i] = blind
	}
	return p, p.commit(srs)
}

func newPart(d *data.Dataset, kind graph.LabelKind) *Part {
	p := &Part{Shape: segment.PartShape{Rows: d.Rows, Features: d.Width, Labels: d.Labels.Width(), Kind: kind}}
	p.features, p.labels = segment.PartCells(d)
	return p
}

// commit computes the public commitments from cells and blinding.
func (p *Part) commit(srs *commitments.SRS) error {
	var err error
	if p.Public.Features, err = srs.CommitInt32(p.features.Small, p.blinding[0]); err != nil {
		return fmt.Errorf("features: %w", err)
	}
	if p.Public.Labels, err = srs.CommitInt32(p.labels.Small, p.blinding[1]); err != nil {
		return fmt.Errorf("labels: %w", err)
	}
	return nil
}

// Certify proves the dataset certificate of the part in a mode.
func (p *Part) Certify(ctx context.Context, m mode.Name, by *mode.Prover, arena *poly.Arena) ([]byte, error) {
	cert, st, err := bundle.DatasetClaim(m, p.Shape, by.SRS.ID, by.SRS.RowBits, p.Public)
	if err != nil {
		return nil, err
	}
	secret := prover.Secret{Cells: cert.Assign(p.features, p.labels), External: p.blinding[:], Arena: arena}
	encoded, err := by.Prove(ctx, m, st, secret)
	if err != nil {
		return nil, fmt.Errorf("dataset certificate: %w", err)
	}
	return encoded, nil
}

// Weights are committed weights with what opens them: some or all weights of
// a program at one border.
type Weights struct {
	Public   bundle.Weights
	blinding [][]fr.Element
}

// CommitWeights commits to the cells of the given weights of a program. rng
// blinds the commitments.
func CommitWeights(srs *commitments.SRS, p *graph.Program, ids []graph.TensorID, cells map[graph.TensorID][]int64, rng io.Reader) (*Weights, error) {
	w := &Weights{}
	for _, id := range ids {
		padded := paddedWeight(p, id, cells[id])
		blind, err := commitments.RandomScalars(rng, srs.Rows(len(padded)))
		if err != nil {
			return nil, err
		}
		var rows []bn254.G1Affine
		if rows, err = srs.CommitInt64(padded, blind); err != nil {
			return nil, fmt.Errorf("weight %q: %w", p.Tensor(id).Name, err)
		}
		w.Public, w.blinding = append(w.Public, rows), append(w.blinding, blind)
	}
	return w, nil
}
