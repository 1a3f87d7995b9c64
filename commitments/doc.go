// Package commitments binds tensors to short strings and opens them at points.
//
// # Rows
//
// The integers of a tensor T are cut, row-major, in rows of 2^ℓ cells, the
// last one zero-extended. With generators G_j, j < 2^ℓ, row i becomes
//
//	C_i = Σ_j T_ij·G_j + ρ_i·H
//
// a Pedersen commitment, hiding by ρ_i and binding as long as nobody knows a
// relation between the G_j and H. In a transparent setup G_j is the hash of j to
// the curve (generators.go); otherwise G_j = [τ^j]G, and nobody may know τ. H, U and
// the generators of what is committed besides rows are hashed to the curve in
// every setup, never read from a file. A claim about T~ at (r_hi, r_lo) becomes one
// about the row Σ_i eq(r_hi,i)·row_i at r_lo, committed in Σ_i eq(r_hi,i)·C_i.
//
// # Evaluation proofs
//
// In a transparent setup by an inner-product argument: inner_product.go has its
// equations, batch.go decides them together with others.
//
// Over powers of tau the multilinear scheme is Gemini's (eprint 2022/420, section
// 2.4; HyperKZG) over univariate KZG. Cell j of the row f is coefficient j of P_0, and the
// claim f~(r) = v, r_0 for the most significant bit of j, is folded ℓ times:
//
//	P_{i+1}(X²) = (1−x_i)·E_i + x_i·O_i,  P_i(X) = E_i(X²) + X·O_i(X²),  x_i = r_{ℓ−1−i}
//
// down to the constant P_ℓ = v. The degree halves at every fold, so the last
// one being a constant needs no degree proof.
//
//	prover → verifier   C, r, v, seed, setup id (absorbed: the claim)
//	prover → verifier   C_1 … C_{ℓ−1}           commitments to the folds
//	verifier → prover   β
//	prover → verifier   P_i(β), P_i(−β), P_0(β²)
//	verifier            computes P_{i+1}(β²) from fold i; checks P_ℓ = v
//	verifier → prover   γ
//	prover → verifier   Q = commitment to q = (B − I)/Z
//	verifier → prover   z
//	prover → verifier   W = commitment to (B − I(z) − Z(z)·q)/(X − z)
//	verifier            e(Σ γ^i·C_i − I(z)·G − Z(z)·Q + z·W, G₂) = e(W, [τ]G₂)
//
// with B = Σ γ^i·P_i, Z = (X−β)(X+β)(X−β²) and I the interpolation of B on the
// roots of Z: many polynomials at the same three points for two group
// elements, as in Boneh, Drake, Fisch and Gabizon (eprint 2020/081, section 4).
// The transcript is a hash chain over SHA-256; see transcript.go.
//
// # Sums of small integers
//
// Committing is a multi-scalar multiplication whose scalars are small signed
// integers, many of them 0; msm.go says how it is done.
//
//	symbol       identifier              size
//	ℓ            Setup.RowBits           1 … 22
//	G_j          Setup.G1                2^ℓ points; more of powers of tau, for keys
//	G₂, [τ]G₂    Setup.G2                2 points
//	H, U         Setup.H, Setup.U        1 point each
//	T            cells                   integers, ⌈cells/2^ℓ⌉ rows
//	ρ            blind, Opening.Blinding one scalar per row
//	C, r, v      Claim                   point, ℓ scalars, scalar
//	C_i          PairingProof.Folds      ℓ−1 points
//	P_i(±β)      PairingProof.Pos, Neg   ℓ scalars each
//	P_0(β²)      PairingProof.Square     1 scalar
//	Q, W         PairingProof.Quotient, Witness
//	L, R, a      InnerProductProof       ℓ points each, 1 scalar
//
// # What callers must still check
//
// That the setup is one they trust: the development one says Insecure, and
// everything made with it can be forged by anyone. That a batch is checked before
// anything is accepted. That commitments in a claim are the ones they mean, and
// that points and values come from a transcript which absorbed those commitments. That cells are in range: a row
// commits to any field elements, not only to small ones. Arithmetic here is
// not constant-time: a co-resident observer of the prover is out of scope.
package commitments
