// Package transpile turns a .tflite model into a training step: it lowers the
// forward operators to a graph, appends the loss, the backward pass and the
// weight updates, and decides what the proof commits.
//
//	model ── lower ──► forward graph ── loss ──► ── ops.Differentiate ──►
//	      backward and updates ── ops.Finish ──► program
//
// Shapes. A tensor of the model has the batch axis first; its other axes are
// one axis of the graph, in row-major order, so that reshaping a sample costs
// nothing. Operators that need the axes apart (a fully connected layer per
// position, a softmax over one of several axes) are refused. Weights are
// transposed from the model's [units, inputs] to (inputs, units).
//
// A SOFTMAX or LOGISTIC at the end is fused with its loss.
//
// # What the caller must still check
//
// That an operator lowers to the same function of the reals as the model's is
// tested here; how far rounding moves its values depends on the formats.
package transpile
