package circuit

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// outcomeDomain separates the digest of an outcome from transcripts.
const outcomeDomain = "zkaudit/outcome/v1"

// Verifier is the circuit of one layout.
type Verifier struct {
	Digest   frontend.Variable `gnark:",public"`
	Outcome  frontend.Variable `gnark:",public"`
	Messages []frontend.Variable

	layout *proof.Layout
}

// New returns the circuit's shape for a layout.
func New(l *proof.Layout) *Verifier {
	return &Verifier{Messages: make([]frontend.Variable, proof.Length(l)), layout: l}
}

// Define states the circuit.
func (v *Verifier) Define(api frontend.API) error {
	tr := transcript.NewCircuit(api, statement.Domain)
	proof.Begin[frontend.Variable](tr, v.Digest)
	out := proof.Argue[frontend.Variable](v.layout, arith{api}, tr, proof.NewReplay(v.Messages))
	fresh := transcript.NewCircuit(api, outcomeDomain)
	fresh.Absorb(transcript.Evaluations, out.Exposed(v.layout)...)
	api.AssertIsEqual(v.Outcome, fresh.Challenge())
	return nil
}

// Assign returns the witness of a conversation: its messages, and the public
// input that its outcome hashes to.
func Assign(l *proof.Layout, digest fr.Element, messages []fr.Element, out *proof.Outcome[fr.Element]) *Verifier {
	v := New(l)
	v.Digest = digest
	for i := range v.Messages {
		v.Messages[i] = messages[i]
	}
	fresh := transcript.NewNative(outcomeDomain)
	fresh.Absorb(transcript.Evaluations, out.Exposed(l)...)
	v.Outcome = fresh.Challenge()
	return v
}

// arith is the circuit's arithmetic; places of assertions have no use here.
type arith struct{ api frontend.API }

func (arith) Const(v *big.Int) frontend.Variable             { return v }
func (a arith) Add(x, y frontend.Variable) frontend.Variable { return a.api.Add(x, y) }
func (a arith) Sub(x, y frontend.Variable) frontend.Variable { return a.api.Sub(x, y) }
func (a arith) Mul(x, y frontend.Variable) frontend.Variable { return a.api.Mul(x, y) }

func (a arith) AssertEqual(x, y frontend.Variable, _ string) { a.api.AssertIsEqual(x, y) }
func (a arith) AssertNonZero(x frontend.Variable, _ string)  { a.api.AssertIsDifferent(x, 0) }
