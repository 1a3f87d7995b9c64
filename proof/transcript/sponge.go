package transcript

import "math/big"

// Kind says what a message is. The order is part of the protocol.
type Kind uint8

// The kinds of messages.
const (
	Statement   Kind = iota + 1 // the digest of everything public
	Salt                        // private, masks the public challenges
	Fractions                   // two fractions of a layer of the lookup tree
	LayerRound                  // one round of a layer's sumcheck
	Evaluations                 // values of tensors at points
	SumRound                    // one round of a batched sumcheck
	ReductionRound
	RowValues
)

// Width is the elements of the sponge's state.
const Width = 4

const rate = Width - 1

// Field is what the sponge needs of the element type.
type Field[E any] interface {
	Const(*big.Int) E
	Add(a, b E) E
	// Permute applies Poseidon2 to the four elements of the state.
	Permute(state *[4]E)
}

// Sponge is a transcript over elements E.
type Sponge[E any] struct {
	field Field[E]
	state [Width]E
	spent int // challenges read since the last permutation
}

// New returns a transcript in its initial state, bound to a domain.
func New[E any](f Field[E], domain string) *Sponge[E] {
	s := &Sponge[E]{field: f, spent: rate}
	zero := f.Const(new(big.Int))
	for i := range s.state {
		s.state[i] = zero
	}
	s.state[rate] = f.Const(new(big.Int).SetBytes([]byte(domain)))
	return s
}

// Absorb takes in one message.
func (s *Sponge[E]) Absorb(kind Kind, message ...E) {
	tag := new(big.Int).SetUint64(uint64(kind)<<32 + uint64(len(message)))
	s.state[rate] = s.field.Add(s.state[rate], s.field.Const(tag))
	for first := true; first || len(message) > 0; first = false {
		n := min(rate, len(message))
		for i, m := range message[:n] {
			s.state[i] = s.field.Add(s.state[i], m)
		}
		message = message[n:]
		s.permute()
	}
}

// Challenge draws one element.
func (s *Sponge[E]) Challenge() E {
	if s.spent == rate {
		s.permute()
	}
	s.spent++
	return s.state[s.spent-1]
}

func (s *Sponge[E]) permute() {
	s.field.Permute(&s.state)
	s.spent = 0
}
