package bundle

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/segment"
)

// DatasetClaim is what one proof of a part's certificate is about: a chunk of
// the part.
type DatasetClaim struct {
	*segment.DatasetCertificate
	Statement *statement.Statement
}

// DatasetClaims are what the certificate of a part is about, one claim for each
// chunk (segment.Chunks). They do not depend on a run.
//
// Soundness: the chunks' slices hold every committed row of the part once. Each
// statement names the part by its digest, the chunk by its position, and the
// committed rows that the slices are; so a proof stands for no other chunk and
// no other part, and a certificate with a proof of each is about all rows.
// Protocol, section 7.
func DatasetClaims(m mode.Name, shape segment.PartShape, setup [32]byte, rowBits int, part PartCommitment) ([]DatasetClaim, error) {
	digest := partDigest(shape, setup, rowBits, part)
	chunks, err := segment.Chunks(shape, rowBits)
	if err != nil {
		return nil, err
	}
	claims := make([]DatasetClaim, len(chunks))
	for i, chunk := range chunks {
		c, err := segment.NewDatasetCertificate(shape, chunk)
		if err != nil {
			return nil, err
		}
		public := encode.Int(encode.Int(append(appendShape(nil, shape), digest[:]...), i), len(chunks))
		st, err := claim(m, datasetKind, public, c.Relation, setup, rowBits)
		if err != nil {
			return nil, err
		}
		st.External = Sliced(c, rowBits, part.Tensors())
		claims[i] = DatasetClaim{c, st}
	}
	return claims, nil
}

// Sliced returns what each slice of a chunk has of its tensor's committed rows.
func Sliced[T any](c *segment.DatasetCertificate, rowBits int, tensors [][]T) [][]T {
	var slices [][]T
	for _, s := range c.Chunk {
		from, to := s.CommittedRows(c.Shape, rowBits)
		slices = append(slices, tensors[s.Tensor][from:to:to])
	}
	return slices
}

// VerifyDataset checks the encoded certificate of a part: as many proofs as
// there are claims, each of its own, under the name of place. Errors are those of
// mode.Batch.Add, and nothing is proven before the batch is checked.
// Protocol, section 7.
func VerifyDataset(ctx context.Context, batch *mode.Batch, m mode.Name, place string, claims []DatasetClaim, encoded []byte) (err error) {
	defer fault.Catch(&err, "certificate", fault.ErrMalformed)
	if len(claims) == 0 {
		return fmt.Errorf("%s: there is nothing to certify: %w", place, fault.ErrMalformed)
	}
	r := newReader(encoded)
	proofs := make([][]byte, len(claims))
	for i := range claims {
		proofs[i] = r.Bytes(fmt.Sprintf("chunk %d of %d", i+1, len(claims)), MaxProof)
	}
	if err := r.End("certificate"); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	for i, c := range claims {
		if err := batch.Add(ctx, m, fmt.Sprintf("%s: chunk %d of %d", place, i+1, len(claims)), c.Statement, proofs[i]); err != nil {
			return err
		}
	}
	return nil
}

// DatasetDigest identifies the encoded certificate of a part.
func DatasetDigest(claims []DatasetClaim, encoded []byte) [32]byte {
	statements := make([]*statement.Statement, len(claims))
	for i, c := range claims {
		statements[i] = c.Statement
	}
	return CertificateDigest(encoded, statements...)
}
