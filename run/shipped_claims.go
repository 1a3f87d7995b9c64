package run

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/train"
	"github.com/zkaudit/zkaudit/transpile"
)

// shippedClaims is what another machine of the owner's needs to prove any claim of an
// audit: the audit without proofs, which says all that is public but for the statements of
// runs and the files of public models, and the committed cells that claims open, in the
// clear, with what blinds them.
type shippedClaims struct {
	setup string // its name
	audit *audit.Bundle
	in    *audit.Inputs         // parts, runs and models that the audit names
	opens map[audit.Source]bool // what is sent
}

const (
	claimsDomain     = "zkaudit/run/claims/v1"
	claimInputDomain = "zkaudit/run/shipped-claim/v1"
)

// newShippedClaims packs what proofs of an errand need.
func newShippedClaims(setup string, e *audit.Errand) *shippedClaims {
	s := &shippedClaims{setup: setup, audit: e.Audit, in: e.Inputs, opens: map[audit.Source]bool{}}
	for _, j := range e.Jobs {
		for _, source := range j.Sources {
			s.opens[source] = true
		}
	}
	return s
}

// encode writes it, private.
func (s *shippedClaims) encode() ([]byte, error) {
	public, err := s.audit.Marshal()
	if err != nil {
		return nil, err
	}
	b := encode.Bytes(encode.Text(encode.Domain(claimsDomain), s.setup), public)
	for _, name := range sorted(s.audit.Parts) {
		b = s.appendPart(b, name)
	}
	for _, name := range sorted(s.audit.Runs) {
		if b, err = s.appendRun(b, name); err != nil {
			return nil, err
		}
	}
	for _, name := range sorted(s.audit.Models) {
		b = encode.Bytes(b, s.in.Models[name].File)
	}
	return b, nil
}

// sizes counts the bytes of cells as they are sent, and of what they are held as.
func (s *shippedClaims) sizes() (sent, held int64) {
	for source := range s.opens {
		if p := s.audit.Parts[source.Part]; p != nil {
			width := tensorWidths(p)[source.Tensor]
			sent += int64(p.Rows) * int64(width) * cellBytes
			held += int64(ops.PaddedSize(partAxes(p.Rows, width))) * cellBytes
			continue
		}
		p := s.in.Runs[source.Run].Program
		cells := int64(p.Tensor(network.WeightTensors(p)[source.Tensor]).Size())
		sent, held = sent+cells*weightBytes, held+cells*weightBytes
	}
	for name := range s.audit.Models {
		m := s.in.Models[name]
		sent, held = sent+int64(len(m.File)), held+int64(len(m.File))
		for _, id := range network.WeightTensors(m.Program) {
			held += int64(ops.PaddedSize(m.Program.Tensor(id).Axes)) * weightBytes
		}
	}
	return sent, held
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// tensorWidths are those of the tensors of a part.
func tensorWidths(p *bundle.PublicPart) []int {
	return []int{p.Features, p.Labels, len(p.Attributes)}[:len(p.Commitments)]
}

func (s *shippedClaims) appendPart(b []byte, name string) []byte {
	p := s.audit.Parts[name]
	for k, width := range tensorWidths(p) {
		sent := s.opens[audit.Source{Part: name, Tensor: k}]
		if b = encode.Bool(b, sent); !sent {
			continue
		}
		cells, blinding := s.in.Parts[name].Opening(k)
		for _, cell := range unpad(cells.Small, p.Rows, width) {
			b = binary.LittleEndian.AppendUint32(b, uint32(cell))
		}
		b = commitments.AppendScalars(b, blinding)
	}
	return b
}

// appendRun writes the statement of a run, the commitments to its final weights, and what
// opens those of both ends that claims open. Errors wrap fault.ErrInput.
func (s *shippedClaims) appendRun(b []byte, name string) ([]byte, error) {
	r := s.in.Runs[name]
	statement, err := r.Statement.Encode()
	if err != nil {
		return nil, err
	}
	b = encode.Bytes(b, statement)
	for k, id := range network.WeightTensors(r.Program) {
		b = commitments.AppendPoints(b, r.Weights[k])
		final := s.opens[audit.Source{Run: name, Tensor: k}]
		if b = encode.Bool(b, final); final {
			cells, blinding := r.Opening(k, id)
			b = commitments.AppendScalars(encode.Ints(b, cells), blinding)
		}
		initial := s.opens[audit.Source{Run: name, Tensor: k, Initial: true}]
		if b = encode.Bool(b, initial); initial {
			cells, blinding, err := r.InitialOpening(k, id)
			if err != nil {
				return nil, err
			}
			b = commitments.AppendScalars(encode.Ints(b, cells), blinding)
		}
	}
	return b, nil
}

// decodeClaims reads what encode wrote. Errors wrap fault.ErrMalformed, fault.ErrVersion,
// or are those of audit.Unmarshal, bundle.DecodeStatement and audit.NewModel.
func decodeClaims(encoded []byte) (_ *shippedClaims, err error) {
	defer fault.Catch(&err, "shipped claims", fault.ErrMalformed)
	r := encode.NewReader(encoded)
	if domain := r.Bytes("shipped claims", len(claimsDomain)); r.Err() == nil && string(domain) != claimsDomain {
		return nil, fmt.Errorf("shipment of kind %q: %w", domain, fault.ErrVersion)
	}
	s := &shippedClaims{setup: string(r.Bytes("setup", 64)), opens: map[audit.Source]bool{}, in: &audit.Inputs{
		Parts: map[string]audit.OwnedPart{}, Runs: map[string]*audit.OwnedRun{}, Models: map[string]*audit.Model{},
	}}
	public := r.Bytes("audit", audit.MaxBytes)
	if r.Err() != nil {
		return nil, r.Err()
	}
	if s.audit, err = audit.Unmarshal(public); err != nil {
		return nil, err
	}
	for _, name := range sorted(s.audit.Parts) {
		s.in.Parts[name] = s.decodePart(r, name)
	}
	for _, name := range sorted(s.audit.Runs) {
		if s.in.Runs[name], err = s.decodeRun(r, name); err != nil {
			return nil, fmt.Errorf("run %q: %w", name, err)
		}
	}
	for _, name := range sorted(s.audit.Models) {
		file := bytes.Clone(r.Bytes("public model", r.Left())) // what it came in is not held
		if r.Err() != nil {
			return nil, r.Err()
		}
		if s.in.Models[name], err = audit.NewModel(file, s.audit.Models[name].Fractions, transpile.ReadModel); err != nil {
			return nil, fmt.Errorf("public model %q: %w", name, err)
		}
	}
	return s, r.End("shipped claims")
}

// sent reads whether something is, and notes it.
func (s *shippedClaims) sent(r *encode.Reader, source audit.Source) bool {
	if !r.Bool("whether cells are sent") {
		return false
	}
	s.opens[source] = true
	return true
}

// decodePart reads the tensors of a part that were sent; of others there are no cells.
func (s *shippedClaims) decodePart(r *encode.Reader, name string) *owner.Part {
	public := s.audit.Parts[name]
	p := &owner.Part{PublicPart: *public, Mode: s.audit.Mode}
	for k, width := range tensorWidths(public) {
		var cells relation.Cells
		var blinding []fr.Element
		if s.sent(r, audit.Source{Part: name, Tensor: k}) {
			field := r.Fixed("cells of a part", 4*public.Rows*width)
			if r.Err() != nil {
				return p
			}
			small := make([]int32, len(field)/4)
			for i := range small {
				small[i] = int32(binary.LittleEndian.Uint32(field[4*i:]))
			}
			cells.Small = ops.Pad(partAxes(public.Rows, width), small)
			blinding = scalars(r, public.Commitments[k])
		}
		p.Cells, p.Blinding = append(p.Cells, cells), append(p.Blinding, blinding)
	}
	return p
}

// decodeRun reads what appendRun wrote.
func (s *shippedClaims) decodeRun(r *encode.Reader, name string) (*audit.OwnedRun, error) {
	encoded := r.Bytes("statement", r.Left())
	if r.Err() != nil {
		return nil, r.Err()
	}
	statement, err := bundle.DecodeStatement(encoded)
	if err != nil {
		return nil, err
	}
	p := statement.Program()
	var weights bundle.WeightCommitments
	final := &owner.TrainedModel{Mode: statement.Mode, Cells: train.Weights{}}
	start := &owner.Opened{Cells: train.Weights{}}
	for k, id := range network.WeightTensors(p) {
		rows := bundle.CommittedRows(statement.RowBits, p.Tensor(id).Axes...)
		field := r.Fixed("commitments to weights", rows*commitments.PointBytes)
		if r.Err() != nil {
			return nil, r.Err()
		}
		points, err := commitments.DecodePoints(field, rows, commitments.RefuseInfinity)
		if err != nil {
			return nil, err
		}
		weights = append(weights, points)
		var blinding []fr.Element
		final.Cells[id], blinding = s.decodeWeight(r, audit.Source{Run: name, Tensor: k}, p.Tensor(id), points)
		final.Blinding = append(final.Blinding, blinding)
		start.Cells[id], blinding = s.decodeWeight(r, audit.Source{Run: name, Tensor: k, Initial: true}, p.Tensor(id), points)
		start.Blinding = append(start.Blinding, blinding)
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	public, err := audit.RunWith(statement, weights)
	if err != nil {
		return nil, err
	}
	final.Start = func() (*owner.Opened, error) { return start, nil }
	return &audit.OwnedRun{PublicRun: *public, OwnedModel: final, Statement: statement}, nil
}

// decodeWeight reads what opens a weight at one end of a run, if it was sent.
func (s *shippedClaims) decodeWeight(r *encode.Reader, source audit.Source, t *graph.Tensor, rows []bn254.G1Affine) ([]int64, []fr.Element) {
	if !s.sent(r, source) {
		return nil, nil
	}
	cells := r.Ints("weights", t.Size())
	if r.Err() == nil && len(cells) != t.Size() {
		r.Fail("weights", "%d, want %d", len(cells), t.Size())
	}
	return cells, scalars(r, rows)
}

const weightBytes = 8

// shippedClaim is what the proof of one claim needs beside the shipment: which it is.
type shippedClaim struct {
	claim  int
	digest [32]byte // of what the proof is about
}

func (s *shippedClaim) encode() []byte {
	b := encode.Int(encode.Domain(claimInputDomain), s.claim)
	return append(b, s.digest[:]...)
}

// decodeClaim reads what encode wrote, given how many claims there are. Errors wrap
// fault.ErrMalformed or fault.ErrVersion.
func decodeClaim(encoded []byte, claims int) (*shippedClaim, error) {
	r := encode.NewReader(encoded)
	if domain := r.Bytes("claim", len(claimInputDomain)); r.Err() == nil && string(domain) != claimInputDomain {
		return nil, fmt.Errorf("claim of kind %q: %w", domain, fault.ErrVersion)
	}
	s := &shippedClaim{claim: r.Bounded("claim", 0, int64(claims)-1), digest: r.Digest("claim")}
	return s, r.End("claim")
}
