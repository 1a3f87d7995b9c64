package run

import (
	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/relation"
)

// standIns stand where commitments will, so that what is made of them can be encoded
// and its length taken before there is anything. No two are equal, since no two parts
// may share a committed row; none is a point of the curve.
type standIns struct {
	rowBits int
	made    uint64
}

func (s *standIns) points(n int) []bn254.G1Affine {
	points := make([]bn254.G1Affine, n)
	for i := range points {
		s.made++
		points[i].X.SetUint64(s.made)
	}
	return points
}

// tensor stands in for the commitments to one of these axes.
func (s *standIns) tensor(axes ...relation.Axis) []bn254.G1Affine {
	return s.points(bundle.CommittedRows(s.rowBits, axes...))
}

// part is the public side of rows that are yet to be committed.
func (s *standIns) part(p *piece, kind graph.LabelKind) *bundle.PublicPart {
	if p.imported != nil {
		return p.imported.file.Public()
	}
	shape := owner.ShapeOf(p.rows, kind)
	public := &bundle.PublicPart{Rows: shape.Rows, Features: shape.Features, Labels: shape.Labels, LabelKind: kind, Meaning: owner.MeaningOf(p.rows)}
	public.Nonce[0] = 1 // no nonce is zero
	for _, width := range []int{shape.Features, shape.Labels, shape.Attributes} {
		if width > 0 {
			public.Commitments = append(public.Commitments, s.tensor(relation.Axis{Size: shape.Rows}, relation.Axis{Size: width}))
		}
	}
	return public
}

// weights stand in for commitments to some weights of a program.
func (s *standIns) weights(p *graph.Program, ids []graph.TensorID) bundle.WeightCommitments {
	var w bundle.WeightCommitments
	for _, id := range ids {
		w = append(w, s.tensor(p.Tensor(id).Axes...))
	}
	return w
}

// pointsOf counts the commitments of weights.
func pointsOf(w bundle.WeightCommitments) (n int64) {
	for _, rows := range w {
		n += int64(len(rows))
	}
	return n
}
