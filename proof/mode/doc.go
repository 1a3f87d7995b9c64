// Package mode chooses how an argument becomes a proof.
//
//	name         conversation  proof                             what it reveals
//	zk-plonk     masked        wrapped in PLONK (universal SRS)  the statement
//	zk-groth16   masked        wrapped in Groth16 (own setup)    the statement
//	validity     open          the conversation itself           perhaps the witness
//
// The mode is part of a statement; prover and verifier take it from there.
package mode
