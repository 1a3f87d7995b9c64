// Package wrap makes and checks proofs of modes zk-plonk and zk-groth16: the
// conversation of package proof stays secret, and a SNARK shows that the verifier's
// script accepts it. Rows are committed over powers of tau.
//
//	part       bytes                      what
//	system     1                          System.ID
//	key        32                         digest of class and verifying key
//	witness    32 per row, mask row last  hiding commitments, none infinity
//	exposed    32·proof.ExposedLength     challenges, public claims, γ, σ, value opened
//	seal       32                         s
//	blinding   32                         ρ_F
//	evaluation  32·(3ℓ+2)                  of F = M + Σ σ^g·g_g
//	SNARK      System.ProofBytes          for the circuit of proof/circuit
//
// All lengths follow from the layout and the system; there are none in the
// encoding, and every point and scalar has one encoding only.
//
// The public inputs of the SNARK are the statement's digest, which the
// verifier computes from the statement and the commitments, the seal, and a
// random combination of the exposed values (circuit.NewPublicInputs). Claims on public tensors and the evaluation proof are checked outside, by the
// code that checks them in mode validity.
//
// Keys belong to a class: everything that decides the circuit, which is the
// shape of the system, the layout, the script and the libraries' versions.
// Segments of one shape share their class. Keys of PLONK are derived from the
// class and the setup; keys of Groth16 come from a setup that the verifier made
// or watched, and live in its cache. No key is ever read from a proof: the one
// that it names by digest says only which one it was made with, so that a proof
// by other keys, of which nothing can be said, is told from a false one. Who
// names a wrong one is refused either way.
//
// Zero knowledge: what a proof shows besides the statement is a function of
// uniformly random values. Commitments are uniform by ρ, exposed challenges
// and the seal by the salt, F and the value opened by the mask row M, ρ_F by ρ_M; claims on
// public tensors follow from challenges. The SNARK is statistically zero
// knowledge (PLONK) or perfectly so for an honest setup (Groth16). The
// randomness comes with the call and serves this one proof.
package wrap
