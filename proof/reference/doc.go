// Package reference is the prover by its formulas: every tensor is a whole
// table of field elements, every sum a loop over {0,1}^n, every round
// polynomial interpolated from its values at 0, 1, 2, …. It is slow and shares
// nothing with the fast prover but the definition of an instance, so the two
// must send the same messages; tests that need cells no honest prover has use
// it too, since its cells are field elements.
//
//	symbol   identifier      size
//	T        Peer.tables     2^Log of the tensor, row-major, first variable on top
//	p, q     Peer.p, q       by layer k, 2^k fractions
//	g_g      Peer.rows       2^ℓ
//	F        Combined        2^ℓ
package reference
