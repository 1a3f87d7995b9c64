// Package poly holds the arithmetic of multilinear polynomials given by their
// values on {0,1}^n: equality tables, folding, evaluation, and contractions of
// small integers against field elements.
//
// Two orders are fixed here for the whole project:
//
//   - the first variable belongs to the most significant bit of a cell's
//     index: cell i of 2^n is the value at the bits (i>>(n−1))&1, …, i&1;
//   - a sumcheck binds the first variable first, so that the two halves it
//     combines are contiguous.
//
// Kernels work on chunks that fit the inner caches and run on all cores; none
// of them sees a transcript.
package poly
