// Package schedule says which dataset row every training step reads: the map
// (step, slot) → (part, row).
//
// A dataset is a list of parts; its N rows are numbered part after part. An
// epoch reads each of them once, in an order that is
//
//   - committed: 0, 1, …, N−1 in every epoch; or
//   - shuffled: a fresh permutation per epoch, from a public seed bound to the
//     commitments of the parts.
//
// The permutation of epoch e is part of the protocol. With the generator of
// package prg under the domain "zkaudit/schedule/v1" and the parts
//
//	seed, commitment_0 ‖ … ‖ commitment_{p−1}, le64(rows_0) ‖ … ‖ le64(rows_{p−1}), le64(e)
//
// it is Fisher–Yates from the top:
//
//	π = (0, 1, …, N−1);  for i = N−1, …, 1:  j = below(i+1), swap π[i], π[j]
//
// A schedule may leave rows out, which no step reads. An epoch is then the order
// above, of all N rows, with these struck out: N' rows, of which any two come in
// the order in which they come where nothing is left out. So a run without some
// rows is the run with them, of the same seed and commitments, but for these
// rows (and for where one batch ends and the next begins).
//
// Every step has exactly B rows. Where B does not divide N', the epoch's tail
//
//   - is dropped: an epoch has ⌊N'/B⌋ steps, step t reads positions
//     B·(t mod ⌊N'/B⌋) … + B−1 of epoch ⌊t / ⌊N'/B⌋⌋; or
//
//   - wraps: epochs follow one another in one stream of rows and step t reads
//     positions B·t … B·t+B−1 of it, so that a batch may end one epoch and
//     begin the next.
//
//     symbol  identifier    meaning
//     N       Parts.Rows    rows of all parts, at most 2^31 − 1
//     N'      EpochRows     rows that an epoch reads, N − |Spec.Without|
//     B       Spec.Batch    rows per step, 1 … N'
//     T_run   Spec.Steps    steps of the run
//     e       epoch         pass over the rows, from 0
//
// The caller must check that the commitments are the owners', and that the row
// counts of a description from outside are those of the committed parts before
// asking for rows: a shuffle takes 4·N bytes per epoch in use. A shuffle binds
// the order to the data; it does not stop whoever names the seed from trying
// many. Whoever names the rows to leave out is as free; they are public, by
// number.
package schedule
