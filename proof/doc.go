// Package proof is the argument: the verifier's script by which somebody who
// knows the committed cells of a relation.System convinces somebody who knows
// the commitments alone (docs/protocol.md, sections 8 to 13).
//
// The script is written once, as Argue, generic over its arithmetic (Arith), its
// transcript and whom it talks to (Peer):
//
//	instance            E                   peer               where
//	prover              field elements      computes answers   proof/prover
//	verifier            field elements      reads a proof      Verify (replay.go)
//	mode zk             forms               hides messages     proof/committed
//	wrap's circuit      circuit variables   a witness          proof/circuit
//	tests               field elements      evaluates          proof/reference
//
// so that none of them can check more or less than the others.
//
// # The conversation
//
//	Begin         absorbs the statement's digest and, if masked, a salt (mode zk
//	              has a transcript, and a beginning, of its own)
//	lookups       every lookup and table in one sum of fractions, layer by
//	              layer of a binary tree (section 9; lookups.go)
//	relations     equations at a random point, then virtual tensors rank by
//	              rank, one batched sumcheck each (section 10; combination.go,
//	              sums.go, session.go)
//	reduction     all claims on committed tensors become one on one combined
//	              row (section 12; reduction.go)
//
// It ends in an Outcome: values at points, and what is left to others. Claims on
// public tensors go to proof/public, the combined row to package commitments.
//
// Coordinates of points are numbers of a table (Coord), not field elements, so
// that equal points are recognised by the script itself and a circuit knows its
// shape before any value (exposed.go). A Layout (layout.go) is what the shape
// follows from: ranks, blocks of lookups, counts of rounds. It is derived from the
// system, by prover and verifier alike, and refuses systems whose degree in the
// committed cells could reach that of a hash (maxDegree).
//
// # Soundness
//
// An accepted conversation, with public claims and evaluation proof checked, shows the
// system of cells behind the commitments, but with the error of section 17. What a
// statement binds, and that it is the one meant, is its caller's to check: see
// packages segment and bundle.
package proof
