package audit

import (
	"github.com/zkaudit/zkaudit/bundle"
)

// certificate is what the certificate of a part is about: the same as in a
// training run. It depends on no audit, one serves all.
func certificate(f *Frame, p *bundle.PublicPart) ([]bundle.DatasetClaim, error) {
	return bundle.DatasetClaims(f.Mode, p.Shape(), f.Setup, f.RowBits, p.Commitment())
}
