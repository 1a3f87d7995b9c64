// Package audit states, proves and verifies claims about committed datasets
// and trained models: how rows spread over groups, which licences they have,
// that a work is not among them, how well and how evenly a model does on
// committed rows. A claim is about the commitments that training used; nothing
// is committed again and nothing is opened.
//
// # A kind of claim
//
// A kind is a file with a struct of parameters, read from a table of a claims
// file, and a line in Kinds. Its State adds to a Scope the relations that state
// the claim, along with how an honest prover finds the cells of its witnesses;
// those of virtual tensors follow from the relations. See docs/audits.md for a
// worked example.
//
//	symbol   identifier    meaning
//	N        totalRows     rows of the parts that a claim is about
//	m(g)     histogram     rows of group g: the multiplicities of a lookup
//	L_k      nonNegative   limbs of 16 bits of what is claimed to be ≥ 0
//	u(i,c)   argmax        bit: c is the first maximum of row i
//	z(i,c)   inference     logit c of row i
//	h, L     scale         fraction bits of squared integers; what these add up to
//	e        change        final − initial of a weight, rounded to h fraction bits
//
// # Files
//
// Each kind of claim has a file of its name (non_inclusion and non_membership:
// inclusion.go and membership.go). What claims are built from: codes, groups,
// histogram and confusion (counts), threshold, sign, f1, products and regression
// (comparisons), scale (norms), argmax, inference with forward and traces, layers
// and works; hashing and placement serve disjointness; counterpart compares two
// runs. What they are about: subject, run, model. How they become proofs: load, scope,
// tensors, statement, release, pending, prove, verify, certificate, bundle; elsewhere and
// helper, where others make the proofs. What
// the owner and the reader get: bits, ledger, report, names, html, plot.
//
// # What is public
//
// The parameters of a claim, fixed before the proof; digests of the parts, runs
// and public models it names; the weights of public models, which are tensors
// of its system; the context; what it releases. All of it is in the statement
// that the proof is bound to (publicBytes). A claim releases nothing but its
// verdict unless it says so.
//
// # What the caller must still check
//
// That the parts are the owners' (by their digests), that each has a
// certificate (Verify checks those it is given), that runs come from bundles
// that bundle.Verify has accepted, and that public models, and the formats they
// are read at, are those that were agreed upon (by their digests).
package audit
