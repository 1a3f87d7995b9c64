// Package statement ties an argument to what it is about: the public values
// that a proof is bound to, the commitments, and the encoding of a proof.
//
// The digest of a statement is SHA-256 over an injective encoding (every part
// with its length) of the domain, the kind and public values of the statement,
// the digest of the relation system with all public tensors, the setup, the row
// size, the commitments it names and those the proof brings; 248 bits of it
// are the field element the transcript starts from.
package statement
