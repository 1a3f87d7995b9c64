// Package proving makes proofs of every mode (package mode): the argument of
// package prover, and what wraps it. A Prover is an owner's; what verifies
// depends on package mode alone.
package proving
