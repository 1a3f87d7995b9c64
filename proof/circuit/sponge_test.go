package circuit

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/test"

	"github.com/zkaudit/zkaudit/proof/transcript"
)

type spongeCircuit struct {
	Message []frontend.Variable
	Want    [5]frontend.Variable
}

func (c *spongeCircuit) Define(api frontend.API) error {
	s := NewTranscript(api, "test")
	s.Absorb(transcript.Evaluations, c.Message...)
	for i := range c.Want {
		if i == 4 {
			s.Absorb(transcript.SumRound, c.Message[0])
		}
		api.AssertIsEqual(c.Want[i], s.Challenge())
	}
	return nil
}

func TestCircuitAgreesWithNative(t *testing.T) {
	message := make([]fr.Element, 8)
	for i := range message {
		message[i].SetUint64(uint64(i + 7))
	}
	s := transcript.NewNative("test")
	s.Absorb(transcript.Evaluations, message...)
	w := &spongeCircuit{Message: make([]frontend.Variable, len(message))}
	for i := range message {
		w.Message[i] = message[i]
	}
	for i := range w.Want {
		if i == 4 {
			s.Absorb(transcript.SumRound, message[0])
		}
		w.Want[i] = s.Challenge()
	}
	shape := &spongeCircuit{Message: make([]frontend.Variable, len(message))}
	if err := test.IsSolved(shape, w, ecc.BN254.ScalarField()); err != nil {
		t.Fatal(err)
	}
	w.Want[3] = 1
	if test.IsSolved(shape, w, ecc.BN254.ScalarField()) == nil {
		t.Fatal("a wrong challenge is accepted")
	}
}
