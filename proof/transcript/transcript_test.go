package transcript

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/test"
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
	a, b := draw(SumRound, Openings), draw(Openings, SumRound)
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
	state := [width]fr.Element{fr.NewElement(7), fr.NewElement(8), fr.NewElement(9)}
	domain, tag := fr.NewElement('t'), fr.NewElement(uint64(Statement)<<32+3)
	state[rate].Add(&domain, &tag)
	native := Native{poseidon2.NewPermutation(width, FullRounds, PartialRounds)}
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

type spongeCircuit struct {
	Message []frontend.Variable
	Want    [5]frontend.Variable
}

func (c *spongeCircuit) Define(api frontend.API) error {
	s := NewCircuit(api, "test")
	s.Absorb(Evaluations, c.Message...)
	for i := range c.Want {
		if i == 4 {
			s.Absorb(SumRound, c.Message[0])
		}
		api.AssertIsEqual(c.Want[i], s.Challenge())
	}
	return nil
}

func TestCircuitAgreesWithNative(t *testing.T) {
	message := elements(8)
	s := NewNative("test")
	s.Absorb(Evaluations, message...)
	w := &spongeCircuit{Message: make([]frontend.Variable, len(message))}
	for i := range message {
		w.Message[i] = message[i]
	}
	for i := range w.Want {
		if i == 4 {
			s.Absorb(SumRound, message[0])
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
