// Package relation describes what a proof claims about tensors: which tensors
// are committed, which are defined by others, what must vanish and what must
// lie in a table. It holds no cryptography and no values; prover, verifier,
// circuit and naive reference all read the same System.
//
// # Tensors
//
// A tensor has named axes. An axis of size n is padded to 2^⌈log2 n⌉ cells;
// flattening is row-major, first axis most significant. A tensor is
//
//	Witness   committed by the proof itself, before any challenge
//	External  committed in the statement (dataset, weights before and after)
//	Public    known to the verifier (masks, rates, row selection, tables)
//	Virtual   defined by a Sum over other tensors, never committed
//
// # Sums
//
// One form expresses every relation. A Sum over labels o is
//
//	T(o) = Σ_terms c · Σ_{labels not in o} Π_factors F(labels of F)
//
// an Einstein sum with explicit labels. Linear relations, broadcasts and
// permutations have no summed labels; a product shares its output labels
// between two factors; a contraction, a window, an axis map, a row selection
// and the weight trajectory sum over labels. The system requires each Sum to
// hold in padded cells too, which is why masks appear as explicit factors:
//
//   - a constant is c times the masks of the output axes, never c alone;
//   - a broadcast along a new axis carries the mask of that axis;
//   - a summed label carries the mask of its axis unless the axis is full or
//     another public factor is already zero outside it.
//
// # Symbols
//
//	symbol   identifier      meaning
//	1_T      Mask            1 on real cells, 0 in padding; per axis
//	V, Y     Tensor          accumulator, rounded value
//	Λ, λ     Public, Claimed optimizer filter on the step axis
//	Sel      Public, Claimed row selection of a schedule
//
// # What the caller must still check
//
// A System says nothing about ranges beyond its lookups: cells of External
// tensors are certified by proofs of their own, and a Witness cell that no
// lookup covers is an arbitrary field element.
package relation
