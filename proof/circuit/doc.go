// Package circuit runs the verifier's script inside a gnark circuit: the same
// code as the native verifier, over variables. It has no group operations and
// no foreign-field arithmetic; what the script leaves open is bound to a public
// input and checked outside.
//
//	public input   what
//	Digest         statement digest c0, absorbed first
//	Outcome        Poseidon2 digest of proof.Outcome.Exposed, in a fresh sponge
package circuit
