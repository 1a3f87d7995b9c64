// Package estimate says how long a proof will take before it is made.
//
// What a proof does follows from its layout (prover.Work). How long that takes is
// different on every machine: a Machine has a price for each phase, found by proving a
// few small segments once (Measure), and kept in the user's cache (Cached).
//
// An estimate is the sum over the phases of units × price. Units of a phase are cells
// that it reads, each kind weighted by what it costs beside the others; these weights
// were fitted to fourteen shapes, dense, convolutional and of tokens, and hold for any
// machine, prices do not.
package estimate
