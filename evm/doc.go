// Package evm takes wrapped proofs to an EVM chain, where the contracts of
// contracts verify them.
//
// A Class is what the chain needs to know of a kind of statement, encoded as a
// descriptor; ArgumentVerifier.sol interprets it. A Call is one proof in the encoding
// that the contract reads. Both follow from what a verifier has: nothing is proven anew
// for the chain, and anyone can make them.
//
// Claims on public tensors that the chain can neither evaluate nor afford to are opened:
// the descriptor holds commitments to these tensors, without blinding, and a Call proves
// what their values are (opening.go). The proof is made of public data alone.
//
// Soundness: a chain that accepts has checked what wrap.Verify checks, for the head and
// the class that it is given. Who gives them must have derived both from the statement:
// a class for another system of relations says nothing of this one.
package evm
