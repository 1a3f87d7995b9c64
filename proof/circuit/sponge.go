package circuit

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/proof/transcript"
)

// permutation is that of the transcript, Poseidon2, on variables of a circuit.
//
// It is gnark-crypto's, with its constants. What differs from gnark's own gadget,
// and saves a sixth of a permutation's rows in PLONK, is that a round key is added
// together with the matrix before it, where a constant is free, and that partial
// rounds are in sparse form.
type permutation struct {
	api     frontend.API
	keys    [][]*big.Int // by round; a partial round has one
	partial sparse
}

// NewTranscript returns a transcript over circuit variables.
func NewTranscript(api frontend.API, domain string) *transcript.Sponge[frontend.Variable] {
	p := poseidon2.NewParameters(transcript.Width, transcript.FullRounds, transcript.PartialRounds)
	c := &permutation{api: api}
	for _, round := range p.RoundKeys {
		var keys []*big.Int
		for i := range round {
			keys = append(keys, round[i].BigInt(new(big.Int)))
		}
		c.keys = append(c.keys, keys)
	}
	c.partial = newSparse(internalMatrix(p.DiagM1))
	return transcript.New[frontend.Variable](c, domain)
}

// Const returns the constant of an integer.
func (*permutation) Const(v *big.Int) frontend.Variable { return v }

// Add returns a + b.
func (c *permutation) Add(a, b frontend.Variable) frontend.Variable { return c.api.Add(a, b) }

// Permute applies Poseidon2: an external matrix, half the full rounds, the
// partial rounds, the other full rounds; each round adds its keys, raises to
// the fifth power (all elements, or the first) and multiplies by its matrix.
func (c *permutation) Permute(state *[4]frontend.Variable) {
	const half = transcript.FullRounds / 2
	c.external(state, c.key(0))
	c.fullRounds(state, 0, half)
	c.partialRounds(state, half)
	c.fullRounds(state, half+transcript.PartialRounds, transcript.FullRounds+transcript.PartialRounds)
}

func (c *permutation) fullRounds(state *[4]frontend.Variable, from, to int) {
	for r := from; r < to; r++ {
		for i := range state {
			state[i] = c.fifth(state[i])
		}
		c.external(state, c.key(r+1))
	}
}

// key returns the keys that round r adds, zero where it adds none.
func (c *permutation) key(r int) [4]*big.Int {
	var k [4]*big.Int
	for i := range k {
		k[i] = new(big.Int)
		if r < len(c.keys) && i < len(c.keys[r]) {
			k[i] = c.keys[r][i]
		}
	}
	return k
}

func (c *permutation) fifth(x frontend.Variable) frontend.Variable {
	square := c.api.Mul(x, x)
	return c.api.Mul(c.api.Mul(square, square), x)
}

// external multiplies by the matrix M4 of Poseidon2 (eprint 2023/323, appendix
// B) and adds the keys of the round to come.
func (c *permutation) external(s *[4]frontend.Variable, key [4]*big.Int) {
	add, mul := c.api.Add, c.api.Mul
	t0, t1 := add(s[0], s[1]), add(s[2], s[3])
	t2, t3 := add(mul(s[1], 2), t1), add(mul(s[3], 2), t0)
	difference := func(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }
	s[1] = add(mul(t0, 4), t2, key[1])
	s[3] = add(mul(t1, 4), t3, key[3])
	s[0] = add(t3, s[1], difference(key[0], key[1]))
	s[2] = add(t2, s[3], difference(key[2], key[3]))
}
