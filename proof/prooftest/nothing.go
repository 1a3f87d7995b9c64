package prooftest

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// Nothing returns an encoded proof of mode validity that has the shape of a
// statement's and proves nothing; nil if it would be large or is of another mode.
func Nothing(st *statement.Statement) []byte {
	l := st.Layout
	n, rows := proof.Length(l), 0
	for _, k := range statement.WitnessRows(l) {
		rows += k
	}
	if l.Masked || n > 1<<12 || rows > 1<<9 {
		return nil
	}
	_, _, g, _ := bn254.Generators()
	p := &statement.Proof{Messages: make([]fr.Element, n), Evaluation: &commitments.PairingProof{
		Folds: slices.Repeat([]bn254.G1Affine{g}, l.RowLog-1), Pos: make([]fr.Element, l.RowLog), Neg: make([]fr.Element, l.RowLog), Quotient: g, Witness: g,
	}}
	for _, k := range statement.WitnessRows(l) {
		p.Witness = append(p.Witness, slices.Repeat([]bn254.G1Affine{g}, k))
	}
	encoded, err := p.MarshalBinary()
	if err != nil { // the lengths follow from the layout
		return nil
	}
	return encoded
}

// EvaluatePublic evaluates all public tensors that a verifier evaluates itself, as
// after a conversation that it accepts; their values are claimed wrongly.
func EvaluatePublic(st *statement.Statement) error {
	exposed := make([]fr.Element, proof.ExposedLength(st.Layout))
	for i := range exposed {
		exposed[i].SetUint64(uint64(i + 2))
	}
	return verifier.CheckPublic(st.Layout, proof.Reveal(st.Layout, exposed))
}
