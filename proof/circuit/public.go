package circuit

import (
	"crypto/sha256"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/proof"
)

// baseDomain begins what θ is a hash of.
const baseDomain = "zkaudit/wrap/exposed/v1"

// PublicInputs are what a verifier gives the SNARK, in this order.
type PublicInputs struct {
	Digest fr.Element // c0
	Seal   fr.Element // s
	Base   fr.Element // θ
	Sum    fr.Element // v
}

// PublicCount is how many there are, whatever the layout.
const PublicCount = 4

// NewPublicInputs returns the public inputs for exposed values x_0, x_1, … under a
// seal:
//
//	θ = SHA-256(domain ‖ c0 ‖ s ‖ x_0 ‖ x_1 ‖ …), 248 bits of it
//	v = Σ_i θ^i·x_i
//
// The circuit computes the sum of the values that its messages expose. s, which
// fixes all messages, is hashed, so they are fixed before θ is drawn, as the x_i are:
// if the sums agree, so do the values. Protocol, section 14.
func NewPublicInputs(digest, seal fr.Element, exposed []fr.Element) PublicInputs {
	p := PublicInputs{Digest: digest, Seal: seal}
	b := commitments.AppendScalars(encode.Domain(baseDomain), []fr.Element{digest, seal})
	hash := sha256.Sum256(commitments.AppendScalars(b, exposed))
	p.Base.SetBytes(hash[:31]) // 248 bits: no reduction
	p.Sum = proof.SumOfPowers(&proof.Checks{}, p.Base, exposed)
	return p
}

// Vector returns the public inputs in the circuit's order.
func (p PublicInputs) Vector() fr.Vector { return fr.Vector{p.Digest, p.Seal, p.Base, p.Sum} }

// circuit is an assignment of the public part.
func (p PublicInputs) circuit(l *proof.Layout) *Verifier {
	v := New(l)
	v.Digest, v.Seal, v.Base, v.Sum = p.Digest, p.Seal, p.Base, p.Sum
	return v
}
