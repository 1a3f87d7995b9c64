// Package bundle is the file an auditor gets: everything public about one
// training run, with the proofs, and the function that verifies it.
//
// A run is a chain of segments of S consecutive steps. The bundle keeps each
// commitment once, so that what the protocol asks to be equal is the same
// bytes: the weights after segment i are the weights before segment i+1, the
// dataset of all segments is the certified one, the steps of segment i are
// [i·S, min((i+1)·S, T_run)).
//
//	symbol  identifier               meaning
//	S       Statement.Segment        steps of a segment; the last may be shorter
//	T_run   Statement.Schedule.Steps steps of the run
//	n_s     Statement.Rates          rate numerators: one, or one per step
//	b0      Origin.Bits              initial weights are in [−2^b0, 2^b0)
//	W_i     Statement.Initial,       commitments to the weights at border i; of a
//	                                 continued run W_0 is its predecessor's last
//	        Bundle.Segments[i−1].After
//
// A proof about a run is bound to the run by the public bytes of its
// statement (claims.go); package proof/statement adds the relation system with
// all public tensors, the setup, the row size and the commitments:
//
//	dataset certificate  rows, features, labels, attributes, kind of labels
//	weights certificate  program digest, b0, origin
//	segment              run digest, program digest, index, first step, S,
//	                     T_run, rates, digests of all certificates
//
// where the run digest is that of Statement.Encode: run id, context, mode,
// program, schedule, rates, dataset, origin, setup. A certificate of a dataset
// is made once and serves every run on the dataset.
//
// # Parts
//
// A part is one owner's committed rows: features, labels and, for audits,
// attributes that training does not read. Statement.PartDigest binds its shape, its
// commitments and its Meaning (names, formats, vocabularies), which a nonce
// keeps from being guessed. It is the one name of the part: in schedules, in expectations, in audits. PartFile is the part by
// itself, with its certificate, as owners hand it on.
//
// # Chains
//
// A run may continue another training: its statement names the other's Result, by
// digest, and its initial weights have the commitments that stand there. Follow
// verifies what a run leads back to, a Step at a time, and Verify compares the run
// with the Predecessor that comes of it (protocol, section 7).
//
// # File
//
// A frame of package artefact of kind "bndl" whose statement digest is the run
// digest. Its payload is the encoded statement after its length, then the
// certificates and segments in order, each proof after its length; numbers
// are 8 bytes little-endian. Counts, shapes and numbers of points follow from
// the statement and are never read from a proof.
//
// # Soundness
//
// Verify says what it has shown in its Report. The caller must still compare
// with what it wants shown every value that the report lists as not checked.
package bundle
