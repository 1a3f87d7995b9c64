// Package ceremony makes the keys of Groth16 for one circuit by many hands, of whom
// one who forgets is enough: the second phase of Bowe, Gabizon and Miers, Scalable
// Multi-party Computation for zk-SNARK Parameters in the Random Beacon Model, with
// one chain of contributions to δ as snarkjs keeps it.
//
//	τ, α, β   of the first phase     [·]₁, [·]₂ their multiples of G and G₂
//	a_i b_i c_i  of wire i, at τ     k_i = β·a_i + α·b_i + c_i
//	Z  [τ^j·(τ^n − 1)/δ]₁            K  [k_i/δ]₁ of each wire that is not public
//	x_s       of contribution s      δ = x_1·x_2·…, times the beacon's
//	L_j       of the Lagrange basis of the n-th roots of unity
//
// Initialize computes everything from the first phase and the circuit, with γ = 1 and
// δ = 1: a_i = Σ_j A_ji·L_j(τ) for coefficients A_ji of wire i in constraint j, likewise
// the others, with [L_j(τ)] from a prepared file or by a transform. A contribution multiplies δ by x, divides Z and K by it, and proves knowledge
// of x against a hash of all that came before. A Transcript holds the proofs of all,
// the δ after each and the last Z and K: those in between say nothing more about the
// last, which are compared with the initial ones. A Ceremony is the transcripts of
// several circuits, to all of which whoever contributes does, and is what files hold.
//
// Soundness: keys of a transcript that Verify accepts are those of the circuit for
// a δ that nobody knows, if the secrets of the first phase are unknown and one who
// contributed has forgotten x. The caller must check that the circuit is the one
// meant, that the first phase is one to trust, and that someone among those who
// contributed is.
package ceremony
