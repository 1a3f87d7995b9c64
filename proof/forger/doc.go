// Package forger proves falsehoods as well as can be done: what a dishonest
// prover hands in who has the honest one's code and wants a proof of a witness
// that is not one. Tests of verifiers and demonstrations use it; nothing that
// proves, audits or verifies imports it (package architecture).
//
// It differs from package mode's Prover in that it stops at nothing:
//
//	the honest prover stops         the forger
//	at a tuple in no table          leaves it uncounted
//	when the script rejects         opens the combined row all the same
//	when no SNARK can be made       appends one of another proof
package forger
