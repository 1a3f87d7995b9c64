// Package circuit runs the verifier's script inside a gnark circuit: the same
// code as the native verifier, over variables, with a transcript of its own
// (NewTranscript). It has no group operations and no foreign-field arithmetic;
// what the script leaves open is public and checked outside.
//
//	input      kind     what
//	Digest     public   statement digest c0, absorbed first
//	Seal       public   s, one more challenge after all messages
//	Base, Sum  public   θ and v = Σ θ^i·x_i over what the conversation exposes
//	Salt       secret   absorbed second, in masked layouts
//	Messages   secret   the conversation
//
// What the conversation exposes (proof.Outcome.Exposed: challenges, public claims,
// the combined row) is said beside the SNARK, and is one sum to it, for one
// multiplication each: on a chain a public input of Groth16 costs a multiplication
// on the curve. Hashing them in the circuit would take a third of a permutation each.
package circuit
