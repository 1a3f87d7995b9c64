// Package transpile reads the architecture of a .tflite model, and its weights
// as the integers that a training step starts from.
//
//	model ── rules ──► network.Architecture ── choices, network.New ──► training step
//
// A tensor of the model has the batch axis first; an architecture has the
// shape of one sample. Where the caller says that no axis counts samples
// (tflite.NoBatch), what the model computes of its whole input it computes of one
// sample, and an operator's first axis is the sample's. The cells of several inputs
// are parts of one sample, in the file's order of inputs. Weights are transposed from the model's [units, inputs]
// to (inputs, units). Operators that the output does not depend on are left
// out. Read is what an interpreter runs, and not what a file declares beside it:
// shapes are those that operators make, a RESHAPE makes the shape it states, and
// a file whose tensors, signature or types say otherwise is refused. What an
// operator can be is checked where it is lowered, in package network, by owner
// and verifier alike.
//
// # What the caller must still check
//
// That an operator lowers to the same function of the reals as the model's is
// tested here; how far rounding moves its values depends on the formats.
package transpile
