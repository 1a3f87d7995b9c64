// Package prg is the project's public generator of uniform integers: SHA-256
// in counter mode, from a domain name and byte strings that anyone can write
// down. A verifier repeats the stream, so its definition is part of the
// protocol:
//
//	key      = SHA-256( le64(len(domain)) ‖ domain ‖ le64(number of parts)
//	                    ‖ le64(len(part_0)) ‖ part_0 ‖ … )
//	block_i  = SHA-256( key ‖ le64(i) ),  i = 0, 1, …
//	word     = the next 8 bytes of block_0 ‖ block_1 ‖ …, little-endian
//	below n  = w mod n for the first next word w < 2^64 − (2^64 mod n)
//	[−L, L]  = (below 2L+1) − L
//
// The rejection of the words above the largest multiple of n is what makes
// every residue equally likely.
//
// The numbers are uniform if SHA-256 behaves as a random oracle and nobody
// chose the inputs for their outcome: who may choose the seed is for the
// caller to settle. Nothing here is secret or suitable for secrets.
package prg
