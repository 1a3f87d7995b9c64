// Package tally adds up what audits of the participants of a round of federated training
// say: what each has shown of its rows and its update, and what follows of all of them.
//
// An audit belongs to participants by digests: of the statements of their runs, and of
// the parts that these were trained on. Names are the choice of whoever made the audit,
// and decide nothing.
//
//	question    claims                                 of all participants
//	counts      diversity with min_count, at_least     Σ_k l_k <= rows of a group <= Σ_k u_k
//	            or released counts, by attributes
//	licence     licence, by attribute                  every row has one of ∪_k allowed_k
//	update      update                                 max_k x_k bounds the norm of each
//
//	symbol  meaning, of participant k
//	l_k     the largest of what its claims say that a group has at least: a bound, or a released count
//	u_k     the smallest of released counts and what may have been rounded off; at most the rows there are;
//	        both as narrow as follows of its groups having all of its rows together (narrow)
//	x_k     its smallest bound
//
// Claims answer one question where the attributes have the same names and the same
// vocabularies, in the same order, and where they are about the same groups. A claim counts only if its parts are exactly the
// parts of the participant's run, each once: then no row that was committed counts twice, since no two participants share one
// (aggregate.Agree). What only some have answered is said to be so, and is left open.
//
// Soundness: reports that are added must come of audit.Verify with what Expect returns,
// for the round whose report aggregate.Verify has returned.
package tally
