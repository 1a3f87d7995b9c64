package circuit

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/frontend/cs/scs"

	"github.com/zkaudit/zkaudit/proof/transcript"
)

// permutations is a circuit of as many permutations as messages.
type permutations struct {
	Messages [][1]frontend.Variable
	Want     frontend.Variable
}

func (c *permutations) Define(api frontend.API) error {
	s := NewTranscript(api, "test")
	for i := range c.Messages {
		s.Absorb(transcript.SumRound, c.Messages[i][:]...)
	}
	api.AssertIsEqual(c.Want, s.Challenge())
	return nil
}

// TestMessageSize: golden, since wraps are little else. A message of one
// element takes one permutation, and in PLONK two rows to add element and
// length.
func TestMessageSize(t *testing.T) {
	size := func(b frontend.NewBuilder, n int) int {
		ccs, err := frontend.Compile(ecc.BN254.ScalarField(), b, &permutations{Messages: make([][1]frontend.Variable, n)})
		if err != nil {
			t.Fatal(err)
		}
		return ccs.GetNbConstraints()
	}
	for _, c := range []struct {
		name    string
		builder frontend.NewBuilder
		want    int
	}{{"R1CS", r1cs.NewBuilder[constraint.U64], 264}, {"PLONK", scs.NewBuilder[constraint.U64], 680}} {
		if got := size(c.builder, 3) - size(c.builder, 2); got != c.want {
			t.Errorf("%s: a message of one element takes %d constraints, want %d", c.name, got, c.want)
		}
	}
}
