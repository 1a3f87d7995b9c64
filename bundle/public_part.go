package bundle

import (
	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/segment"
)

// PublicPart is the public side of one owner's committed rows. Its Meaning is the
// owner's word; the digest of the part binds it.
type PublicPart struct {
	Rows      int             `json:"rows"`
	Features  int             `json:"features"`
	Labels    int             `json:"labels"`
	LabelKind graph.LabelKind `json:"label_kind"`
	Meaning   `json:"meaning"`

	// Commitments to features, labels and, if the part has attributes, those.
	Commitments [][]bn254.G1Affine `json:"-"`
}

// Shape returns what the certificate of the part depends on.
func (p *PublicPart) Shape() segment.PartShape {
	return segment.PartShape{Rows: p.Rows, Features: p.Features, Labels: p.Labels, Kind: p.LabelKind, Attributes: len(p.Attributes)}
}

// Commitment is the part as statements of training runs hold it. Requires
// commitments to all tensors.
func (p *PublicPart) Commitment() PartCommitment {
	c := PartCommitment{Features: p.Commitments[segment.FeatureTensor], Labels: p.Commitments[segment.LabelTensor], Columns: len(p.Attributes), Meaning: p.Meaning.Digest()}
	if c.Columns > 0 {
		c.Attributes = p.Commitments[segment.AttributeTensor]
	}
	return c
}

// Digest identifies the part, as training runs do: its shape, its commitments,
// and what numbers and codes mean.
func (p *PublicPart) Digest(setup [32]byte, rowBits int) [32]byte {
	return partDigest(p.Shape(), setup, rowBits, p.Commitment())
}
