// Package attest states what a verified bundle, audit or round is about in formats that
// supply chains read: in-toto statements in signed DSSE envelopes.
//
//	Training      an owner's statement: which run a bundle is about
//	Audit         the same of an audit and its claims
//	Verification  a verifier's statement: that a file was verified, against what
//	ModelSignature  the OpenSSF model signature of a trained model's file
//	Evidence      what was verified for a round beside its own file
//	Signer        signs statements with an Ed25519 or ECDSA P-256 key
//
// Predicates are documented field by field in docs/attestations.md. They are made
// of reports, which verifying alone makes, never of a file that nobody has
// verified, and of nothing private: this package sees neither openings nor weights.
// Text that an owner has chosen stands in fields whose names say so, as a quotation
// of package foreign; sentences quote it in the same way.
//
// Soundness: a signature says who states something, and nothing of whether it is
// so. An owner's statement therefore has no verdict. Whoever relies on it takes the
// file that its subject names, and verifies; whoever relies on a verifier's trusts
// the verifier, whose key must be known from elsewhere.
package attest
