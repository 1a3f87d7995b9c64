package statement

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
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
	SRS    [32]byte
	// External holds the row commitments of the system's external tensors,
	// in order.
	External [][]bn254.G1Affine
}

// Digest returns the field element that a proof's transcript starts from,
// given the commitments the proof brings: witness tensors in order, then the
// mask row if the layout has one.
func (s *Statement) Digest(witness [][]bn254.G1Affine) fr.Element {
	h := sha256.New()
	system := s.Layout.System.Digest()
	part(h, []byte(Domain))
	part(h, []byte(s.Kind))
	part(h, s.Public)
	part(h, system[:])
	part(h, s.SRS[:])
	part(h, []byte{byte(s.Layout.RowLog), boolean(s.Layout.Masked)})
	points(h, s.External)
	points(h, witness)
	sum := h.Sum(nil)
	var e fr.Element
	e.SetBytes(sum[:31]) // 248 bits: no reduction
	return e
}

func part(h hash.Hash, b []byte) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(b)))
	h.Write(n[:])
	h.Write(b)
}

func points(h hash.Hash, tensors [][]bn254.G1Affine) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(tensors)))
	h.Write(n[:])
	for _, rows := range tensors {
		part(h, commitments.AppendPoints(nil, rows))
	}
}

func boolean(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// Rows returns how many committed rows a tensor has.
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
