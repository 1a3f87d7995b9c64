// Package owner is the private side of everything that is committed: an owner's
// rows and weights, with what opens the commitments to them.
//
//	type              holds                                opened by
//	Part              the rows of one part of a dataset    PartOpening and the file of rows
//	TrainedModel      the final weights of a run           ModelOpening and the .tflite
//	CommittedWeights  weights between two segments         nobody: they stay with the trainer
//
// To open a commitment is to show the cells and the blinding it was made of. The
// opening of a part or a model is a file with the blinding and with what leads
// from a file in hand to the cells; OpenPart and OpenModel commit again, and
// compare with what is public. CommitPart and CommitWeights draw the blinding.
//
// Proofs about a commitment are all of one mode, the one it was made for: a proof
// of mode validity tells of the blinding, and with it what other proofs hide.
//
// No type of this package may leave the process but through its own files, and no
// verifier depends on it.
package owner
