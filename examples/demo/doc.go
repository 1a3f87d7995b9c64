// Package demo shows the whole system on data and a model that it makes
// itself: 1,280 small pictures of digits, a network of 11,530 parameters, 64
// steps in two segments, from the commitment to the verified bundle, and to
// two claims about the data, proven on the same commitments.
//
// It can cheat, too. A dishonest trainer with full control of the prover
// changes a row, skips a step, starts from other weights, uses another rate or
// touches up the final weights, forges the proofs as well as they can be
// forged, and hands in a bundle that the verifier must reject.
//
// Pictures come from the public generator of package prg with a fixed seed:
// the same on every machine.
package demo
