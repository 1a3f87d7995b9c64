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
	Digest   frontend.Variable   `gnark:",public"` // c0
	Seal     frontend.Variable   `gnark:",public"` // s
	Base     frontend.Variable   `gnark:",public"` // θ
	Sum      frontend.Variable   `gnark:",public"` // v
	Salt     []frontend.Variable // one if the layout is masked
	Messages []frontend.Variable

	layout *proof.Layout
}

// New returns the circuit's shape for a layout.
func New(l *proof.Layout) *Verifier {
	v := &Verifier{
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
	api.AssertIsEqual(v.Seal, proof.Seal(tr))
	api.AssertIsEqual(v.Sum, proof.SumOfPowers(Arith(api), v.Base, out.Exposed(v.layout)))
	return nil
}

// Assign returns the witness of a conversation.
func Assign(l *proof.Layout, public PublicInputs, salt fr.Element, messages []fr.Element) *Verifier {
	v := public.circuit(l)
	for i := range v.Messages {
		v.Messages[i] = messages[i]
	}
	if l.Masked {
		v.Salt[0] = salt
	}
	return v
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
