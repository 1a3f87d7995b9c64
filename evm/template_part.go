package evm

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/segment"
)

// Classes returns the class of a statement: the hash of the descriptor by which the
// chain verifies it. It must depend on nothing of a statement but what its template
// says: not on its external commitments, nor on what stands in holes.
type Classes func(ctx context.Context, st *statement.Statement) ([32]byte, error)

// template is that of a proof about a statement. Requires a span for each external
// tensor.
func (c Classes) template(ctx context.Context, st *statement.Statement, spans []Span, pieces []Piece) (*Template, error) {
	class, err := c(ctx, st)
	if err != nil {
		return nil, err
	}
	t := &Template{Class: class, Spans: spans, Pieces: pieces}
	return t, t.check()
}

// Part is what is public about a part that is registered on a chain.
type Part struct {
	Shape      segment.PartShape
	Setup      [32]byte
	RowBits    int
	Commitment bundle.PartCommitment
}

// PartTemplates returns the template of each proof in the certificate of a part.
// Errors wrap fault.ErrUnsupported for what a chain does not verify.
func PartTemplates(ctx context.Context, m mode.Name, p *Part, classes Classes) ([]Template, error) {
	if err := checkMode(m); err != nil {
		return nil, err
	}
	claims, err := bundle.DatasetClaims(m, p.Shape, p.Setup, p.RowBits, p.Commitment)
	if err != nil {
		return nil, err
	}
	if len(claims) > maxChunks {
		return nil, fmt.Errorf("certificate of %d proofs, the registry takes %d: commit the rows as several parts: %w", len(claims), maxChunks, fault.ErrUnsupported)
	}
	templates := make([]Template, len(claims))
	for i, claim := range claims {
		var spans []Span
		for _, s := range claim.Chunk {
			from, to := s.CommittedRows(p.Shape, p.RowBits)
			spans = append(spans, Span{Pool: DataPool, Tensor: s.Tensor, First: from, Rows: to - from})
		}
		c := cutting{encoding: claim.Statement.Head()}
		t, err := classes.template(ctx, claim.Statement, spans, c.end())
		if err != nil {
			return nil, fmt.Errorf("certificate, proof %d of %d: %w", i+1, len(claims), err)
		}
		templates[i] = *t
	}
	return templates, nil
}

// maxChunks is how many proofs of a certificate the registry keeps track of.
const maxChunks = 255

// CertificateName is the name under which the registry keeps a certificate:
//
//	keccak256(abi.encode(hashes of its templates))
func CertificateName(templates []Template) [32]byte {
	hashes := make([][32]byte, len(templates))
	for i := range templates {
		hashes[i] = templates[i].Hash()
	}
	return Keccak256(abiEncode(array(fixed, hashes)))
}

// checkMode returns fault.ErrUnsupported for a mode whose proofs no contract
// verifies.
func checkMode(m mode.Name) error {
	if !m.Wrapped() {
		return fmt.Errorf("proofs of mode %q are not verified on a chain: want %q or %q: %w", m, mode.ZKGroth16, mode.ZKPLONK, fault.ErrUnsupported)
	}
	return nil
}
