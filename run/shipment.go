package run

import (
	"encoding/binary"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

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
)

// shipment is what another machine of the owner's needs to prove any segment of a run:
// rows and initial weights in the clear, what opens the commitments to them, and the
// statement.
type shipment struct {
	setup        string // its name
	statement    *bundle.Statement
	initial      train.Weights
	committed    *owner.CommittedWeights // initial ones
	certificates [][32]byte
	parts        []shippedPart
}

// shippedPart is a part as training and proofs read it.
type shippedPart struct {
	cells    [][]int32 // of features, labels and, where training reads them, attributes: rows × width, not padded
	blinding [][]fr.Element
}

const shipmentDomain = "zkaudit/run/shipment/v1"

// maxCertificates bounds the digests of a shipment: one for each part, and one for the
// initial weights.
const maxCertificates = 1 << 16

// widths are those of the tensors of a part that training reads.
func widths(s *bundle.Statement, i int) []int {
	shape := s.PartShape(i)
	if s.Program().Attributes() == graph.None {
		return []int{shape.Features, shape.Labels}
	}
	return []int{shape.Features, shape.Labels, shape.Attributes}
}

func partAxes(rows, width int) []relation.Axis {
	return []relation.Axis{{Name: "row", Size: rows}, {Name: "column", Size: width}}
}

// newShipment packs what proofs of a run need, which its prover knows.
func newShipment(setup string, p *owner.RunProver, initial train.Weights) *shipment {
	s := &shipment{setup: setup, statement: p.Claims.Run, initial: initial, certificates: p.Certificates(), committed: p.Initial()}
	for i, part := range p.Parts {
		var shipped shippedPart
		for k, width := range widths(s.statement, i) {
			rows := s.statement.Schedule.Parts[i]
			shipped.cells = append(shipped.cells, unpad(part.Cells[k].Small, rows, width))
			shipped.blinding = append(shipped.blinding, part.Blinding[k])
		}
		s.parts = append(s.parts, shipped)
	}
	return s
}

// unpad is the inverse of ops.Pad for cells of rows.
func unpad(padded []int32, rows, width int) []int32 {
	stride := ops.PaddedSize([]relation.Axis{{Size: width}})
	cells := make([]int32, 0, rows*width)
	for r := range rows {
		cells = append(cells, padded[r*stride:r*stride+width]...)
	}
	return cells
}

// encode writes a shipment, private.
func (s *shipment) encode() ([]byte, error) {
	statement, err := s.statement.Encode()
	if err != nil {
		return nil, err
	}
	b := encode.Bytes(encode.Text(encode.Domain(shipmentDomain), s.setup), statement)
	for _, id := range network.WeightTensors(s.statement.Program()) {
		b = encode.Ints(b, s.initial[id])
	}
	for _, scalars := range s.committed.Blinding {
		b = commitments.AppendScalars(b, scalars)
	}
	b = encode.Int(b, len(s.certificates))
	for _, digest := range s.certificates {
		b = append(b, digest[:]...)
	}
	for _, part := range s.parts {
		for k, cells := range part.cells {
			for _, cell := range cells {
				b = binary.LittleEndian.AppendUint32(b, uint32(cell))
			}
			b = commitments.AppendScalars(b, part.blinding[k])
		}
	}
	return b, nil
}

// decodeShipment reads what encode wrote. Errors wrap those of bundle.DecodeStatement
// and fault.ErrMalformed.
func decodeShipment(encoded []byte) (_ *shipment, err error) {
	defer fault.Catch(&err, "shipment", fault.ErrMalformed)
	r := encode.NewReader(encoded)
	if domain := r.Bytes("shipment", len(shipmentDomain)); r.Err() == nil && string(domain) != shipmentDomain {
		return nil, fmt.Errorf("shipment of kind %q: %w", domain, fault.ErrVersion)
	}
	s := &shipment{setup: string(r.Bytes("setup", 64)), initial: train.Weights{}}
	statement := r.Bytes("statement", len(encoded))
	if r.Err() != nil {
		return nil, r.Err()
	}
	if s.statement, err = bundle.DecodeStatement(statement); err != nil {
		return nil, err
	}
	p := s.statement.Program()
	for _, id := range network.WeightTensors(p) {
		s.initial[id] = r.Ints("initial weights", p.Tensor(id).Size())
	}
	s.committed = &owner.CommittedWeights{Public: s.statement.Initial}
	for _, rows := range s.statement.Initial {
		s.committed.Blinding = append(s.committed.Blinding, scalars(r, rows))
	}
	for range r.Count("certificates", maxCertificates, 32) {
		s.certificates = append(s.certificates, r.Digest("certificate"))
	}
	for i := range s.statement.Parts {
		s.parts = append(s.parts, decodePart(r, s.statement, i))
	}
	if err := r.End("shipment"); err != nil {
		return nil, err
	}
	return s, s.initial.Check(p)
}

// scalars reads what blinds committed rows.
func scalars(r *encode.Reader, rows []bn254.G1Affine) []fr.Element {
	field := r.Fixed("blinding", len(rows)*commitments.ScalarBytes)
	if r.Err() != nil {
		return nil
	}
	list, err := commitments.DecodeScalars(field, len(rows))
	r.Keep(err)
	return list
}

// decodePart reads a part, whose size the statement fixes.
func decodePart(r *encode.Reader, s *bundle.Statement, i int) (p shippedPart) {
	tensors := s.Parts[i].Tensors()
	for k, width := range widths(s, i) {
		n := s.Schedule.Parts[i] * width
		field := r.Fixed("cells of a part", 4*n)
		cells := make([]int32, len(field)/4)
		for c := range cells {
			cells[c] = int32(binary.LittleEndian.Uint32(field[4*c:]))
		}
		p.cells, p.blinding = append(p.cells, cells), append(p.blinding, scalars(r, tensors[k]))
	}
	return p
}

// part lays a part out as proofs read it.
func (s *shipment) part(i int) *owner.Part {
	shape := s.statement.PartShape(i)
	p := &owner.Part{Mode: s.statement.Mode, Blinding: s.parts[i].blinding}
	p.Rows, p.Features, p.Labels, p.LabelKind = shape.Rows, shape.Features, shape.Labels, shape.Kind
	p.Commitments = s.statement.Parts[i].Tensors()
	for k, width := range widths(s.statement, i) {
		p.Cells = append(p.Cells, relation.Cells{Small: ops.Pad(partAxes(shape.Rows, width), s.parts[i].cells[k])})
	}
	return p
}
