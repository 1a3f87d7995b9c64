// Package scramble changes decoded structures at random, for fuzz tests: whole
// bundles, parts, audits, networks. Bytes changed under a checksum mostly fail at
// the first length; a structure that is changed and encoded again goes through
// everything that a verifier does.
//
// A change is one that a stranger could write: a number becomes another or one at
// an edge, a text becomes that of another place, a list loses, repeats or swaps
// entries, a map loses or renames keys, a point becomes another, the one at
// infinity, or none of the curve. What decides is a string of bytes, so that a
// fuzzer can steer, and repeat.
package scramble
