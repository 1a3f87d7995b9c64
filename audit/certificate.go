package audit

import (
	"context"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// certificate is what the certificate of a part is about: the same as in a
// training run. It depends on no audit, one serves all.
func certificate(f *Frame, p *Part) ([]bundle.DatasetClaim, error) {
	return bundle.DatasetClaims(f.Mode, p.Shape(), f.SRS, f.RowBits, p.committed())
}

// Certify proves the certificate of a part in a mode. It fails with
// fault.ErrUsage unless the part was committed for proofs of that mode.
func Certify(ctx context.Context, m mode.Name, p *OwnedPart, by *mode.Prover, arena *poly.Arena) ([]byte, error) {
	if err := sameMode("the part", p.Secret.Blinding, p.Mode, m); err != nil {
		return nil, err
	}
	claims, err := certificate(&Frame{Mode: m, SRS: by.SRS.ID, RowBits: by.SRS.RowBits}, &p.Part)
	if err != nil {
		return nil, err
	}
	return bundle.CertifyDataset(ctx, by, m, claims, p.Secret.Cells, p.Secret.Blinding, arena)
}
