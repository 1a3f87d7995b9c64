package run

import (
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// recordBytes is about what the record of a stage takes, and small texts beside it.
const recordBytes = 5 << 10

// encodedProof has the length of a proof.
func (e *estimation) encodedProof(l *proof.Layout) []byte {
	return make([]byte, proving.Bytes(mode.Name(e.Config.Proof.Mode), l, e.kind))
}

// encodedProofs has the length of a part's certificate.
func (e *estimation) encodedProofs(layouts []*proof.Layout) (certificate []byte) {
	for _, l := range layouts {
		certificate = encode.Bytes(certificate, e.encodedProof(l))
	}
	return certificate
}

// partBytes is what the files of a part take.
func (e *estimation) partBytes(p *piece, public *bundle.PublicPart, certificate []byte) (int64, error) {
	file := p.imported.publicFile()
	opening := &owner.PartOpening{Recipe: *p.recipe}
	if file == nil {
		part := owner.Part{PublicPart: *public, Mode: mode.Name(e.Config.Proof.Mode)}
		file = part.File(e.job.Setup, certificate)
	}
	for _, rows := range public.Commitments {
		opening.Blinding = append(opening.Blinding, make([]fr.Element, len(rows)))
	}
	encoded, err := file.Marshal()
	if err != nil {
		return 0, err
	}
	private, err := opening.MarshalBinary()
	return int64(len(encoded) + len(private)), err
}

// bundle stands in for the one that will be made, and counts the work of the certificate
// of the initial weights.
func (e *estimation) bundle(s *segmenting) (*bundle.Bundle, *prover.Work, error) {
	run, p := e.job.Run, e.job.Run.Program
	st := terms(e.Config, e.job.model, e.job.spec, run.Rates, run.Initial, e.public[:e.trained], e.job.from)
	st.Setup, st.RowBits, st.Context = e.job.Setup.ID, e.job.Setup.RowBits, e.Config.Proof.Context
	st.Initial = e.stand.weights(p, network.WeightTensors(p))
	_, claim, err := bundle.WeightsClaim(st.Mode, st.Network, st.Origin, st.Setup, st.RowBits, st.Initial)
	if err != nil {
		return nil, nil, err
	}
	b := &bundle.Bundle{Statement: st, Datasets: e.certificates, Weights: e.encodedProof(claim.Layout)}
	proofs := map[int][]byte{} // by steps
	for i := range run.Segments() {
		steps := run.Range(i).Count
		if proofs[steps] == nil {
			l, err := s.layout(steps)
			if err != nil {
				return nil, nil, err
			}
			proofs[steps] = e.encodedProof(l)
		}
		b.Segments = append(b.Segments, bundle.Segment{After: e.stand.weights(p, p.OfRole(graph.Weight)), Proof: proofs[steps]})
	}
	return b, prover.WorkOf(claim.Layout), nil
}

// provingBytes is what Prove writes: committed weights with what blinds them, proofs, and
// the bundle with what goes with it.
func (e *estimation) provingBytes(b *bundle.Bundle, encoded int) int64 {
	bytes := int64(recordBytes+encoded+artefact.Overhead+len(b.Weights)) + rowBytes*pointsOf(b.Statement.Initial)
	for i := range b.Segments {
		s := &b.Segments[i]
		bytes += int64(2*artefact.Overhead+len(s.Proof)) + rowBytes*pointsOf(s.After)
	}
	return bytes + commitments.ScalarBytes*pointsOf(b.Statement.Initial) // the opening of the model
}
