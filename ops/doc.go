// Package ops defines the operators of a training step: for each of them the
// shape rule, the exact integer forward computation, the gradient (as further
// nodes of the graph) and the relations that a proof claims. Each operator has
// a file; table.go lists them.
//
// # Numbers
//
//	symbol  where                 meaning
//	X, A    Input, activation     16-bit integers, fraction f_x (f_a)
//	W, b    Weight                64-bit integers, fraction f_w = f_x + f_g + k
//	V       Accumulator           X·W + 2^f_x·b, fraction f_x + f_w
//	Y, R    rescale               V = 2^s·Y + R, Y = ⌊(V + 2^(s−1))/2^s⌋
//	G       activation            derivative, a bit or at 14 fraction bits
//	dZ      gradient              16-bit integers, fraction f_g
//	n       Step.Rate             W(t+1) = W(t) − n·Xᵀ·dZ, exactly
//
// # Executing
//
// A driver makes Buffers once, fills the cells of the input and the label,
// and calls Execute once per step. A tensor's cells lie in exactly one place,
// unpadded and row-major:
//
//	Buffers.Small    Input, Label, Constant, Committed, Virtual
//	Buffers.Long     accumulators of products and sums (64 bits suffice)
//	Buffers.Wide     accumulators of contractions
//	Buffers.Weight   weights, whatever their axes; Buffers.Weights the matrices
//	                 over them of those that are multiplied by
//
// The weight updates are the last nodes of a step: Execute changes the weights
// in place. Trace.Record then keeps the step's small tensors for a proof.
//
// A value outside its format stops the step with fault.ErrOverflow; the error
// names the step, the tensor, the cell, the value, the format and the setting
// that widens it.
//
// # Proving
//
// Context binds a program to a relation.Builder. Per-sample tensors get the
// step axis in front; a weight is read through its trajectory, which has the
// step axis too. Context.Constrain states the relations of all nodes. Which
// tensors are committed and which are looked up for their range is decided by
// the passes Anchor and Enforce, and nowhere else.
//
// Soundness: the relations hold for integers only if the cells of the input,
// the label and the weights before are bounded (see package segment's
// certificates).
package ops
