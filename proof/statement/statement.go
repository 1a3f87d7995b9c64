package statement

import (
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
)

// Domain separates this protocol, and its version, from all others.
const Domain = "zkaudit/argument/v1"

// Statement is what one proof is about.
type Statement struct {
	Kind   string // "segment", "dataset certificate", …
	Public []byte // injective encoding of the public values of this kind
	Layout *proof.Layout
	Setup  [32]byte
	// External holds the row commitments of the system's external tensors,
	// in order.
	External [][]bn254.G1Affine
}

// Digest returns the field element that a proof's transcript starts from,
// given the commitments the proof brings: witness tensors in order, then the
// mask row if the layout has one (protocol, section 13).
func (s *Statement) Digest(witness [][]bn254.G1Affine) fr.Element {
	h := encode.NewHash(Domain)
	h.Fixed(s.head())
	for _, tensors := range [][][]bn254.G1Affine{s.External, witness} {
		h.Int(len(tensors))
		for _, rows := range tensors {
			h.Bytes(commitments.AppendPoints(nil, rows))
		}
	}
	sum := h.Sum()
	var e fr.Element
	e.SetBytes(sum[:31]) // 248 bits: no reduction
	return e
}

// Head returns what the encoding that Digest hashes has before the commitments.
func (s *Statement) Head() []byte { return append(encode.Domain(Domain), s.head()...) }

// head is Head after the domain.
func (s *Statement) head() []byte {
	system := s.Layout.System.Digest()
	b := encode.Text(nil, s.Kind)
	b = encode.Bytes(b, s.Public)
	b = append(b, system[:]...)
	b = append(b, s.Setup[:]...)
	b = encode.Int(b, s.Layout.RowLog)
	return encode.Bool(b, s.Layout.Masked)
}

// Rows returns how many committed rows a tensor has.
// Protocol, section 12.
func Rows(l *proof.Layout, id relation.ID) int {
	return 1 << max(0, l.System.Tensor(id).Log()-l.RowLog)
}

// WitnessRows returns the number of rows of each commitment a proof brings.
func WitnessRows(l *proof.Layout) []int {
	var rows []int
	for _, id := range l.System.Committed(relation.Witness) {
		rows = append(rows, Rows(l, id))
	}
	if l.Masked {
		rows = append(rows, 1)
	}
	return rows
}
