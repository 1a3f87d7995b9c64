// Package delivery makes what the contracts are handed of a run: the arguments of
// TrainingVerifier and DatasetRegistry, from bundles, parts and plans.
package delivery

import (
	"math/big"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/run"
)

var training = bindings.NewTrainingVerifier()

// Prover returns a proof of a statement as the contract takes it, given as bundles,
// parts and audits hold it.
type Prover func(st *statement.Statement, encoded []byte) ([]byte, error)

// Coordinates are x and y of every row.
func Coordinates(rows []bn254.G1Affine) []*big.Int {
	list := make([]*big.Int, 0, 2*len(rows))
	for i := range rows {
		list = append(list, rows[i].X.BigInt(new(big.Int)), rows[i].Y.BigInt(new(big.Int)))
	}
	return list
}

// AllCoordinates are those of every tensor.
func AllCoordinates(tensors [][]bn254.G1Affine) [][]*big.Int {
	list := make([][]*big.Int, len(tensors))
	for i, rows := range tensors {
		list[i] = Coordinates(rows)
	}
	return list
}

// Part is a part as the registry takes it.
func Part(p *evm.Part) bindings.DatasetRegistryPreimage {
	return bindings.DatasetRegistryPreimage{
		Rows: uint64(p.Shape.Rows), Features: uint64(p.Shape.Features), Labels: uint64(p.Shape.Labels), Attributes: uint64(p.Shape.Attributes), Kind: string(p.Shape.Kind),
		Setup: p.Setup, RowBits: uint64(p.RowBits), Meaning: p.Commitment.Meaning, Tensors: AllCoordinates(p.Commitment.Tensors()),
	}
}

// Chunks are the proofs of a part's certificate, for its claims and templates, and the
// hashes of the templates.
func Chunks(claims []bundle.DatasetClaim, templates []evm.Template, certificate []byte, prove Prover) (hashes [][32]byte, chunks []bindings.DatasetRegistryChunk, err error) {
	r := encode.NewReader(certificate)
	for i, claim := range claims {
		proof, err := prove(claim.Statement, r.Bytes("proof", len(certificate)))
		if err != nil {
			return nil, nil, err
		}
		hashes = append(hashes, templates[i].Hash())
		chunks = append(chunks, bindings.DatasetRegistryChunk{Index: big.NewInt(int64(i)), Template: templates[i].Encode(), Proof: proof})
	}
	return hashes, chunks, nil
}

// Plan is a plan as contracts take it.
func Plan(p *evm.Plan) bindings.TrainingVerifierPlan {
	out := bindings.TrainingVerifierPlan{Run: p.Run.Hash(), Weights: p.Weights.Hash(), Segments: p.Rest(0), Tensors: uint64(p.Tensors)}
	for _, part := range p.Parts {
		out.Parts = append(out.Parts, bindings.TrainingVerifierPart{Digest: part.Digest, Certificate: part.Certificate, Reads: uint64(part.Reads)})
	}
	return out
}

// Run is a run of a plan, proven in a bundle for the order of a context.
type Run struct {
	Plan    *evm.Plan
	Context evm.Context
	Bundle  *bundle.Bundle
	Name    bindings.TrainingVerifierName

	claims *bundle.Claims
	prove  Prover
}

// NewRun takes a bundle whose statement has the context.
func NewRun(p *evm.Plan, c evm.Context, b *bundle.Bundle, prove Prover) (*Run, error) {
	claims, err := bundle.NewClaims(b.Statement, ops.NewTables())
	if err != nil {
		return nil, err
	}
	return &Run{p, c, b, bindings.TrainingVerifierName{Plan: p.Hash(), Context: c, Digest: claims.Digest}, claims, prove}, nil
}

// Beginning is what starts the run.
func (r *Run) Beginning() (b bindings.TrainingVerifierBeginning, err error) {
	_, st, err := r.claims.Weights()
	if err != nil {
		return b, err
	}
	s := r.Bundle.Statement
	proof, err := r.prove(st, r.Bundle.Weights)
	return bindings.TrainingVerifierBeginning{
		RunId: s.RunID, RunTemplate: r.Plan.Run.Encode(), WeightsTemplate: r.Plan.Weights.Encode(), Weights: AllCoordinates(s.Initial), Proof: proof,
	}, err
}

// Start is the calldata that starts the run.
func (r *Run) Start() ([]byte, error) {
	b, err := r.Beginning()
	return training.PackStart(Plan(r.Plan), r.Context, b), err
}

// certificates are the digests that segments name.
func (r *Run) certificates() ([][32]byte, error) {
	var list [][32]byte
	for i, encoded := range r.Bundle.Datasets {
		digest, err := r.claims.DatasetDigest(i, encoded)
		if err != nil {
			return nil, err
		}
		list = append(list, digest)
	}
	_, st, err := r.claims.Weights()
	if err != nil {
		return nil, err
	}
	return append(list, bundle.CertificateDigest(r.Bundle.Weights, st)), nil
}

// Border is the weights before a segment, frozen ones included; after the last one for
// the number of segments.
func (r *Run) Border(i int) bundle.WeightCommitments {
	trained := r.Bundle.Statement.Trained()
	if i > 0 {
		trained = r.Bundle.Segments[i-1].After
	}
	return r.Bundle.Statement.Before(trained)
}

// Data are the tensors that segments read.
func (r *Run) Data() [][]*big.Int {
	var list [][]*big.Int
	for i := range r.Bundle.Statement.Parts {
		list = append(list, AllCoordinates(r.Bundle.Statement.Parts[i].Tensors()[:r.Plan.Tensors])...)
	}
	return list
}

// Statement is what the proof of a segment is about.
func (r *Run) Statement(i int) (*statement.Statement, [][32]byte, error) {
	certificates, err := r.certificates()
	if err != nil {
		return nil, nil, err
	}
	_, st, err := r.claims.Segment(i, certificates, r.Border(i), r.Bundle.Segments[i].After)
	return st, certificates, err
}

// Segment is the proof of a segment.
func (r *Run) Segment(i int) (s bindings.TrainingVerifierSegment, err error) {
	st, certificates, err := r.Statement(i)
	if err != nil {
		return s, err
	}
	var digests []byte
	for _, d := range certificates {
		digests = append(digests, d[:]...)
	}
	seg := r.Bundle.Segments[i]
	proof, err := r.prove(st, seg.Proof)
	return bindings.TrainingVerifierSegment{
		Template: r.Plan.Segments[i].Encode(), Rest: r.Plan.Rest(i + 1), Certificates: digests, Next: AllCoordinates(seg.After), Proof: proof,
	}, err
}

// Advance is the calldata that hands segments in, of which the first is number from.
func (r *Run) Advance(from int, segments ...bindings.TrainingVerifierSegment) []byte {
	return training.PackAdvance(r.Name, r.Data(), AllCoordinates(r.Border(from)), segments)
}

// Claim is the proof of a claim about the run, which it calls run.AuditedRun, and about
// parts by their names.
func (r *Run) Claim(c *evm.Claim, item *audit.Item, parts map[string]*bundle.PublicPart, encoded []byte) (out bindings.TrainingVerifierClaim, err error) {
	about, err := audit.RunOf(r.Bundle)
	if err != nil {
		return out, err
	}
	s := r.Bundle.Statement
	d, err := audit.Derive(&audit.Frame{Mode: s.Mode, Setup: s.Setup, RowBits: s.RowBits, Context: s.Context}, item,
		&audit.Subjects{Parts: parts, Runs: map[string]*audit.PublicRun{run.AuditedRun: about}})
	if err != nil {
		return out, err
	}
	out.Template = c.Template.Encode()
	if out.Proof, err = r.prove(d.Statement, encoded); err != nil {
		return out, err
	}
	for _, source := range c.Sources {
		out.Sources = append(out.Sources, bindings.TrainingVerifierSource{Part: source.Part, Certificate: source.Certificate, Tensor: uint64(source.Tensor)})
		for _, p := range parts {
			if p.Digest(s.Setup, s.RowBits) == source.Part {
				out.Data = append(out.Data, Coordinates(p.Commitments[source.Tensor]))
				break
			}
		}
	}
	return out, nil
}

// Claims is the calldata that hands claims in.
func (r *Run) Claims(claims ...bindings.TrainingVerifierClaim) []byte {
	return training.PackClaim(r.Name, AllCoordinates(r.Border(len(r.Bundle.Segments))), slices.Clone(claims))
}
