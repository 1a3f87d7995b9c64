// Package snarkjs writes the SNARKs of mode zk-groth16 in the files of snarkjs, which
// verifies them with
//
//	snarkjs groth16 verify verification_key.json public.json proof.json
//
// Numbers are decimal strings, points projective: (x, y, 1), or (0, 1, 0) for
// infinity. An element a + b·u of F_p² is [a, b]. BN254 is called bn128 there.
//
//	proof.json             A, B, C as pi_a, pi_b, pi_c
//	public.json            the statement's digest, the seal, θ and Σ θ^i·x_i over the exposed values x
//	verification_key.json  [α]₁, [β]₂, [γ]₂, [δ]₂, K_i as IC, e(α, β)
//
// Soundness: what snarkjs accepts shows that someone knows messages with which the
// verifier's script, run on this digest, ends in this seal and exposes values of this
// sum, if whoever made the key has forgotten its secrets. It does not show
//
//   - what the digest is of: that is the statement's encoding, which a verifier of the
//     bundle derives and hashes itself;
//   - that the key is that of the script's circuit: compare it with one derived or
//     agreed on elsewhere, a file proves nothing of itself;
//   - the claims on public tensors, the folding of commitments into F and the opening
//     of F, which are equations outside of the SNARK, about exposed values;
//   - how segments follow one another, and that certificates are those of the rows read.
//
// So OK from snarkjs is one of several checks: zkaudit verify makes all of them. Nor
// does snarkjs compare the number of values in public.json with nPublic: it takes
// those missing at the end for 0.
package snarkjs
