package owner

import (
	"fmt"
	"io"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// CommittedWeights are commitments to some or all weights of a program at one border of
// segments, with what blinds them.
type CommittedWeights struct {
	Public   bundle.WeightCommitments
	Blinding [][]fr.Element // by weight
}

// CommitWeights commits to the cells of the given weights of a program. rng
// blinds the commitments.
func CommitWeights(setup *commitments.Setup, p *graph.Program, ids []graph.TensorID, cells map[graph.TensorID][]int64, rng io.Reader) (*CommittedWeights, error) {
	w := &CommittedWeights{}
	for _, id := range ids {
		padded := ops.Pad(p.Tensor(id).Axes, cells[id])
		blinding, err := commitments.RandomScalars(rng, setup.Rows(len(padded)))
		if err != nil {
			return nil, err
		}
		rows, err := setup.CommitInt64(padded, blinding)
		if err != nil {
			return nil, fmt.Errorf("weight %q: %w", p.Tensor(id).Name, err)
		}
		w.Public, w.Blinding = append(w.Public, rows), append(w.Blinding, blinding)
	}
	return w, nil
}

// OpenWeights returns weights that were committed before, given their cells and what
// blinds them, in the program's order, frozen ones included. It commits again, and
// fails with fault.ErrRejected unless that gives the same commitments.
func OpenWeights(setup *commitments.Setup, p *graph.Program, cells map[graph.TensorID][]int64, public bundle.WeightCommitments, blinding [][]fr.Element) (*CommittedWeights, error) {
	for k, id := range network.WeightTensors(p) {
		rows, err := setup.CommitInt64(ops.Pad(p.Tensor(id).Axes, cells[id]), blinding[k])
		if err != nil {
			return nil, err
		}
		if !slices.Equal(rows, public[k]) {
			return nil, fmt.Errorf("weight %q is not the committed one, or the opening is another: %w", p.Tensor(id).Name, fault.ErrRejected)
		}
	}
	return &CommittedWeights{Public: public, Blinding: blinding}, nil
}

// Trained returns the trainable ones among the weights of a program.
func (w *CommittedWeights) Trained(p *graph.Program) *CommittedWeights {
	t := &CommittedWeights{}
	for i, id := range network.WeightTensors(p) {
		if p.Tensor(id).Role == graph.Weight {
			t.Public, t.Blinding = append(t.Public, w.Public[i]), append(t.Blinding, w.Blinding[i])
		}
	}
	return t
}
