package transcript

import (
	"math/big"

	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/std/permutation/poseidon2"
)

// Circuit computes the sponge on variables of a gnark circuit.
type Circuit struct {
	api         frontend.API
	permutation *poseidon2.Permutation
}

// NewCircuit returns a transcript over circuit variables.
func NewCircuit(api frontend.API, domain string) (*Sponge[frontend.Variable], error) {
	p, err := poseidon2.NewPoseidon2FromParameters(api, width, FullRounds, PartialRounds)
	if err != nil {
		return nil, err
	}
	return New[frontend.Variable](Circuit{api, p}, domain), nil
}

// Const returns the constant of an integer.
func (Circuit) Const(v *big.Int) frontend.Variable { return v }

// Add returns a + b.
func (c Circuit) Add(a, b frontend.Variable) frontend.Variable { return c.api.Add(a, b) }

// Permute applies Poseidon2.
func (c Circuit) Permute(state *[4]frontend.Variable) {
	if err := c.permutation.Permutation(state[:]); err != nil {
		panic(err) // the width is a constant
	}
}
