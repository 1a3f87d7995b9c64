package audit

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/segment"
)

// certificate is what the certificate of a part is about: the same as in a
// training run. It depends on no audit, one serves all.
func certificate(f *Frame, p *Part) (*segment.DatasetCertificate, *statement.Statement, error) {
	return bundle.DatasetClaim(f.Mode, p.Shape(), f.SRS, f.RowBits, p.committed())
}

// Certify proves the certificate of a part in a mode. It fails with
// fault.ErrUsage unless the part was committed for proofs of that mode.
func Certify(ctx context.Context, m mode.Name, p *OwnedPart, by *mode.Prover, arena *poly.Arena) ([]byte, error) {
	if err := sameMode("the part", p.Secret.Blinding, p.Mode, m); err != nil {
		return nil, err
	}
	c, st, err := certificate(&Frame{Mode: m, SRS: by.SRS.ID, RowBits: by.SRS.RowBits}, &p.Part)
	if err != nil {
		return nil, err
	}
	cells := c.Assign(p.Secret.Cells[featureTensor], p.Secret.Cells[labelTensor])
	if len(p.Attributes) > 0 {
		cells[c.Part.Attributes] = p.Secret.Cells[attributeTensor]
	}
	encoded, err := by.Prove(ctx, m, st, prover.Secret{Cells: cells, External: p.Secret.Blinding, Arena: arena})
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return encoded, nil
}
