package transcript

import (
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
)

func elements(n int) []fr.Element {
	v := make([]fr.Element, n)
	for i := range v {
		v[i].SetUint64(uint64(i + 7))
	}
	return v
}

func TestEveryElementChangesTheChallenge(t *testing.T) {
	draw := func(m []fr.Element) fr.Element {
		s := NewNative("test")
		s.Absorb(Evaluations, m...)
		return s.Challenge()
	}
	message := elements(7)
	base := draw(message)
	for i := range message {
		m := append([]fr.Element(nil), message...)
		m[i].SetUint64(99)
		if c := draw(m); c.Equal(&base) {
			t.Errorf("element %d does not reach the challenge", i)
		}
	}
	if c := draw(message[:6]); c.Equal(&base) {
		t.Error("length does not reach the challenge")
	}
	if c := draw(append(message, fr.Element{})); c.Equal(&base) {
		t.Error("a trailing zero does not reach the challenge")
	}
	s := NewNative("test")
	s.Absorb(SumRound, message...)
	if c := s.Challenge(); c.Equal(&base) {
		t.Error("kind does not reach the challenge")
	}
	s = NewNative("other")
	s.Absorb(Evaluations, message...)
	if c := s.Challenge(); c.Equal(&base) {
		t.Error("domain does not reach the challenge")
	}
}

func TestChallengesDiffer(t *testing.T) {
	s := NewNative("test")
	s.Absorb(Statement, elements(1)...)
	seen := map[fr.Element]bool{}
	for i := range 10 {
		c := s.Challenge()
		if seen[c] {
			t.Fatalf("challenge %d repeats", i)
		}
		seen[c] = true
	}
}

// TestEmptyMessages: the kinds of messages without elements are not added up.
func TestEmptyMessages(t *testing.T) {
	draw := func(kinds ...Kind) fr.Element {
		s := NewNative("test")
		for _, k := range kinds {
			s.Absorb(k)
		}
		return s.Challenge()
	}
	a, b := draw(SumRound, RowValues), draw(RowValues, SumRound)
	if a.Equal(&b) {
		t.Error("two empty messages in another order give the same challenge")
	}
	if b := draw(SumRound, Salt); a.Equal(&b) {
		t.Error("the kind of an empty message does not reach the challenge")
	}
}

// TestThreeChallengesAState: challenges are the rate of a state, and a
// permutation comes after the third.
func TestThreeChallengesAState(t *testing.T) {
	state := [Width]fr.Element{fr.NewElement(7), fr.NewElement(8), fr.NewElement(9)}
	domain, tag := fr.NewElement('t'), fr.NewElement(uint64(Statement)<<32+3)
	state[rate].Add(&domain, &tag)
	native := Native{poseidon2.NewPermutation(Width, FullRounds, PartialRounds)}
	native.Permute(&state)
	want := state[:rate:rate]
	again := state
	native.Permute(&again)
	want = append(want, again[0])

	s := NewNative("t")
	s.Absorb(Statement, elements(3)...)
	for i := range want {
		if c := s.Challenge(); !c.Equal(&want[i]) {
			t.Errorf("challenge %d is not that of the state", i)
		}
	}
}

// pointers is a field whose elements, like a circuit's variables, are not zero
// before somebody says so.
type pointers struct{ Native }

func (p pointers) Const(v *big.Int) *fr.Element {
	e := p.Native.Const(v)
	return &e
}

func (p pointers) Add(a, b *fr.Element) *fr.Element {
	sum := p.Native.Add(*a, *b)
	return &sum
}

func (p pointers) Permute(state *[Width]*fr.Element) {
	var cells [Width]fr.Element
	for i := range state {
		cells[i] = *state[i]
	}
	p.Native.Permute(&cells)
	for i := range state {
		state[i] = &cells[i]
	}
}

// TestEveryElementOfTheStateIsSet: no element is left to be what memory holds.
func TestEveryElementOfTheStateIsSet(t *testing.T) {
	native := NewNative("test")
	s := New(pointers{native.field.(Native)}, "test")
	if a, b := s.Challenge(), native.Challenge(); !a.Equal(&b) {
		t.Error("another challenge than that of the native transcript")
	}
}
