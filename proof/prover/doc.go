// Package prover is the honest prover's side of the conversation in package
// proof: the fast kernels. It is told the challenges by the verifier's script,
// which runs unchanged around it, and never sees a transcript.
//
// Values stay integers until a kernel meets a random field element:
//
//	leaves       denominators are copied from the table they are looked up in
//	evaluation   integers contracted with equality tables
//	instances    partial evaluations of integer tensors; a weight trajectory
//	             by its recurrence over steps
//	sumchecks    vectorised products of field tables, chunk by chunk
//	reduction    rows of integers folded by field weights
package prover
