// Package transcript turns the messages of an interactive proof into
// challenges (Fiat–Shamir) with a Poseidon2 sponge over the scalar field of
// BN254: width 4, rate 3, capacity 1, 8 full and 56 partial rounds.
//
// A message is absorbed as a whole: its kind and length are added to the
// capacity, then its elements are added to the rate, three per permutation.
// Every absorption ends with a permutation, so a challenge drawn after it
// depends on all of it. Up to three challenges are read from one state; a
// fourth permutes first.
//
// The sponge is written once, generic over the element type; native code and
// circuits differ only in the permutation and the addition they plug in.
//
//	symbol   identifier   size
//	state    Sponge.state 4 elements: 3 rate, 1 capacity
//	tag      Kind·2^32+n  one element, a constant of the circuit
package transcript
