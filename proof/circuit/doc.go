// Package circuit runs the verifier's script inside a gnark circuit: the same
// code as the native verifier, over variables, with a transcript of its own
// (NewTranscript). It has no group operations and no foreign-field arithmetic;
// what the script leaves open is public and checked outside.
//
//	input      kind     what
//	Digest     public   statement digest c0, absorbed first
//	Exposed    public   proof.Outcome.Exposed: challenges, public claims, the combined row
//	Salt       secret   absorbed second, in masked layouts
//	Messages   secret   the conversation
//
// Public values stand in the open rather than as a hash of them: a public
// input costs one row of PLONK and no constraint of R1CS, hashing it a third of
// a permutation, 225 rows or 88 constraints.
package circuit
