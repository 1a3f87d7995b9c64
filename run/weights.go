package run

import (
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
)

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
