// Package einsum computes the cells of Einstein sums: of virtual tensors, and of
// the left sides of equations, from the cells of the tensors that they mention.
// A prover states a sum once, for the proof, and finds the cells here.
//
// A term is computed in loops over its labels, output labels first. Each factor
// says which of their cells count:
//
//	factor                          is
//	mask                            a bound on the loop over its label
//	axis map, selection, window     a list of entries: a loop over them alone
//	filter with the term's only     the partial sums of the other factor, computed
//	other factor on its first axis  once
//	any other                       its cells, multiplied in as soon as its labels
//	                                are set; a product of 0 ends the loops
//
// The arithmetic is that of 64-bit integers where a bound on the cells shows that
// no result can leave their range, and that of the field otherwise. Nothing wraps
// around: package relation/naive is the definition, and the tests compare with it.
package einsum
