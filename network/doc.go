// Package network says what is trained and how, in as few words as determine
// it, and derives the training step from them.
//
//	Architecture   the forward pass of a model, operator by operator, without weights
//	Choices        loss, labels, batch, formats, rate, frozen weights
//	Network        both, with the step derived from them: a graph.Program
//
//	layers ── lower ──► forward graph ── loss ──► ── ops.Differentiate ──►
//	       backward and updates ── ops.Finish ──► program
//
// Owner and verifier derive the same step by the same code, so a bundle
// carries no backward pass, no update, no format of an intermediate tensor and
// no decision about what is committed or looked up: none of them can be
// another one than the architecture's. What a layer can say is what an
// operator of a TensorFlow Lite file says; package transpile reads one into an
// Architecture.
//
// Shapes are those of one sample: the batch is a choice. A tensor of the step
// has the batch axis first; the axes of a sample are one axis of the graph, in
// row-major order, so that reshaping a sample costs nothing.
//
// No name of a model's file is part of an architecture: weights are numbered in
// the order of their first use, and tensors of the step are named by layer.
//
// # What the caller must still check
//
// That the architecture is the one it means: a Network says nothing about
// whether a model is a good one, and an architecture may compute anything that
// its operators can. Compare Digest, or the Architecture of a model in hand.
package network
