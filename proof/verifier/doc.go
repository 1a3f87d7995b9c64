// Package verifier checks proofs natively: the script of package proof over
// field elements, the claims on public tensors, and the evaluation proof.
package verifier
