package circuit

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Verifier is the circuit of one layout.
type Verifier struct {
	Digest   frontend.Variable   `gnark:",public"`
	Exposed  []frontend.Variable `gnark:",public"`
	Salt     []frontend.Variable // one if the layout is masked
	Messages []frontend.Variable

	layout *proof.Layout
}

// New returns the circuit's shape for a layout.
func New(l *proof.Layout) *Verifier {
	v := &Verifier{
		Exposed:  make([]frontend.Variable, proof.ExposedLength(l)),
		Messages: make([]frontend.Variable, proof.Length(l)),
		layout:   l,
	}
	if l.Masked {
		v.Salt = make([]frontend.Variable, 1)
	}
	return v
}

// Define states the circuit (protocol, section 14).
func (v *Verifier) Define(api frontend.API) error {
	tr := NewTranscript(api, statement.Domain)
	var salt frontend.Variable
	if v.layout.Masked {
		salt = v.Salt[0]
	}
	proof.Begin[frontend.Variable](v.layout, tr, v.Digest, salt)
	out := proof.Argue[frontend.Variable](v.layout, Arith(api), tr, proof.NewReplay(v.Messages))
	for i, e := range out.Exposed(v.layout) {
		api.AssertIsEqual(v.Exposed[i], e)
	}
	return nil
}

// Assign returns the witness of a conversation.
func Assign(l *proof.Layout, digest, salt fr.Element, messages []fr.Element, exposed []fr.Element) *Verifier {
	v := New(l)
	v.Digest = digest
	fill(v.Messages, messages)
	fill(v.Exposed, exposed)
	if l.Masked {
		v.Salt[0] = salt
	}
	return v
}

// Public returns the public part of a witness.
func Public(l *proof.Layout, digest fr.Element, exposed []fr.Element) *Verifier {
	v := New(l)
	v.Digest = digest
	fill(v.Exposed, exposed)
	return v
}

func fill(variables []frontend.Variable, values []fr.Element) {
	for i := range variables {
		variables[i] = values[i]
	}
}

// Arith returns the arithmetic of a circuit's variables.
func Arith(api frontend.API) proof.Arith[frontend.Variable] { return arith{api} }

// arith is the circuit's arithmetic; places of assertions have no use here.
type arith struct{ api frontend.API }

func (arith) Const(v *big.Int) frontend.Variable             { return v }
func (a arith) Add(x, y frontend.Variable) frontend.Variable { return a.api.Add(x, y) }
func (a arith) Sub(x, y frontend.Variable) frontend.Variable { return a.api.Sub(x, y) }
func (a arith) Mul(x, y frontend.Variable) frontend.Variable { return a.api.Mul(x, y) }

func (a arith) AssertEqual(x, y frontend.Variable, _ string) { a.api.AssertIsEqual(x, y) }
func (a arith) AssertNonZero(x frontend.Variable, _ string)  { a.api.AssertIsDifferent(x, 0) }
