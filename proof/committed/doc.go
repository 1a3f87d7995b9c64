// Package committed holds a conversation that stays hidden: the prover commits
// to its messages instead of saying them, and one Σ-protocol shows that the
// script of package proof accepts what is committed (docs/protocol.md, section
// 14). The idea is Cramer and Damgård's (CRYPTO 1998), used for sumchecks by
// Hyrax (eprint 2017/1132).
//
// # The conversation
//
// Block t is what the script hears between two challenges: k_t scalars, at
// offset o_t = k_1 + … + k_(t−1) of the hidden vector m. Instead of them
//
//	C_t = Σ_j m_(o_t+j)·G_(o_t+j) + ρ_t·H
//
// is absorbed, with generators hashed to the curve. Challenges are hashes of
// statement and commitments, hence public, so the verifier runs the script over
// forms: polynomials of degree two in m with public coefficients, kept as the sums
// and products that they are made of, not by their coefficients (form.go). Of
// the script's operations
//
//	product of a factor of degree two   becomes a hidden value h, and h = factor
//	AssertEqual(a, b)                   a − b = 0, a quadratic equation
//	AssertNonZero(a)                    hidden u, w with u = a and u·w = 1
//	value of a public tensor            is known to both sides, no message
//	value of the row                y is published: an equation
//
// # The answer
//
// After the last block the verifier draws χ, and κ for one combination of all
// equations, Q(m) = mᵀAm + bᵀm + c = 0 (sigma.go):
//
//	prover → verifier   D = Com(d), D' = Com(diag(χ)·d), T0, T1
//	verifier → prover   e
//	prover → verifier   z = d + e·m, and three blindings
//	verifier            D  + e·Σ C_t     = Com(z)
//	                    D' + e·Σ χ_t·C_t = Com(diag(χ)·z),  χ_t = χ^t, for place j that of its block
//	                    T0 + e·T1 = (zᵀAz + e·bᵀz + e²·c)·U + ·H
//
// The second line keeps each block to its own places: by the first alone, a
// part of a late block could stand in the places of an early one, and change a
// message after its challenge.
//
//	symbol         identifier            size
//	m              Prover.m              n scalars
//	C_t            Conversation.Blocks   T points
//	A, b, c        quadratic             evaluated, not written out
//	D, D', T0, T1  Answer.First          4 points
//	z              Answer.Z              n scalars
//
// # Soundness
//
// By rewinding, with discrete logarithms hard and hashes for the verifier's
// coins. K is the number of equations, t(j) the block of place j.
//
//	e   three answers to one first message give m with Q(m) = 0,
//	    Σ C_t = Com(m) and Σ χ_t·C_t = Com(diag(χ)·m): error 2/|F|
//	χ   T values of it give each C_t = Com(v_t), over all generators. Both sums
//	    together say Σ_t (χ^t − χ^t(j))·v_(t,j) = 0 for every j. No v_(t,j)
//	    depends on χ, so all outside of their blocks are 0: error T/|F|
//	κ   Q(m) = 0 for a combination of all equations, whose m is that of the
//	    blocks, makes each of them hold: error (K−1)/|F|
//
// or else a relation between generators. So m satisfies the script's equations
// and was fixed block by block before the challenges. The caller must still check
// the evaluation proof of the outcome, that the statement is the one meant, and the batch.
//
// # Zero knowledge
//
// In the model of a random oracle that the simulator answers. It draws all
// challenges, e among them; uniform points for the C_t, T1 and the commitments of
// the witness; z, the blindings, the opened row and ρ_F. The equations determine
// the rest: D, D', T0, and the commitment to the mask row, which is why it has to
// know the challenges before it makes it, and y. Then it answers queries
// accordingly, each of which has points in it that nobody could guess. In a proof
// the same values are uniform, since ρ_t, τ_1, the ρ of the witness, d, ρ_D, ρ_D',
// τ_0, the mask row and its ρ are, and serve one proof: switching off any of them
// shows in zk_test.go.
package committed
