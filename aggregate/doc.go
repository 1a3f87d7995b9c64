// Package aggregate is a round of federated training: participants, each with
// rows of its own, train one model from the same weights, and the weights that
// the next round starts from are the average of theirs.
//
// A round's file says whose results are averaged and how much each counts, has
// the commitments to the average, and proves, weight by weight (protocol,
// section 22),
//
//	Σ_k n_k·w_k = N·g + r,    −⌊N/2⌋ <= r < ⌈N/2⌉,    N = Σ_k n_k
//
//	symbol  identifier                  meaning
//	n_k     Participant.Samples         rows that the participant's run has read, each once
//	C_k     Contribution.Result         commitments to w_k, at the end of its run
//	C_g     Statement.Global            commitments to g
//	b       Statement.Bits              g is in [−2^b, 2^b)
//
// No commitment to r is sent: anyone computes it, Σ n_k·C_k − N·C_g, and the proof
// is about g and r alone, whatever the number of participants.
//
// What a round offers to the runs of the next one is a bundle.Result, as that of
// a run is.
//
// Verify takes contributions from bundles that its caller has verified: a round is
// as true as these are. It compares them with one another (the same program,
// start, steps and rates, other rows), and derives from them what it counts.
package aggregate
