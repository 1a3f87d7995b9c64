// Package naive computes the tensors of a relation.System by their defining
// formulas and checks an assignment cell by cell. It is slow, obvious and
// independent of every other evaluator: fast kernels and proofs are compared
// with it, and tests of operators use it to see that honest witnesses satisfy
// the relations and that changed ones do not.
//
//	symbol   identifier   meaning
//	T        Table        all padded cells of a tensor, row-major
//	T~(r)    Evaluate     multilinear extension of T at r
//	m        Counts       how often each row of a table is looked up
//
// Variables of an extension are the bits of the cell's index, the most
// significant first; with several axes, the bits of the first axis come first.
//
// What the caller must still check: an accepted assignment satisfies the
// system, nothing more. Ranges that no lookup states are not looked at.
package naive
