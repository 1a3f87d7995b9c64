// Package graph is the intermediate representation of a training step: the
// tensors of one SGD step, the operators between them in execution order, the
// loss and the optimizer. It knows shapes, number formats and roles; what an
// operator computes and how it is proven is the business of package ops.
//
// A Program is one step. A run repeats it: the rates, the number of steps and
// the rows are data of a run, everything else is here and in the program
// digest.
//
//	symbol  identifier           meaning
//	B       Program.Batch        rows per step
//	k       Optimizer.Shift      the rate of step s is n_s/2^k
//	f_a     Fractions.Activation fraction bits of activations and logits
//	f_g     Fractions.Error      fraction bits of back-propagated errors
//	f_x     Tensor.Format        fraction bits of a layer's input
//	f_w     Tensor.Format        f_x + f_g + k, of a weight
//
// Tensors of one sample each carry the batch axis first; the step axis is
// added where the program is proven. Weights, frozen weights and constants
// have neither.
//
// # What the caller must still check
//
// Validate checks the structure: indices, order, roles, formats. That a node's
// outputs are what its operator makes of its inputs is checked by ops.Validate;
// a program from outside needs both.
package graph
