// Package mode chooses how an argument becomes a proof.
//
//	name         conversation  proof                              what it reveals
//	zk           masked        commitments to it, and one answer  the statement
//	zk-plonk     masked        wrapped in PLONK (powers of tau)   the statement
//	zk-groth16   masked        wrapped in Groth16 (shared keys)   the statement
//	validity     open          the conversation itself            perhaps the witness
//
// The mode is part of a statement; prover and verifier take it from there.
//
// Do not prove about one commitment in two modes: proofs of mode validity give
// away linear relations of its blinding, so that it hides no more, in proofs of
// other modes either.
package mode
