// Package drift trains a network once more in float64, with gorgonia, and says how far
// an exact run is from it.
//
// A Model is the forward pass and the loss of a training step in real numbers, without
// formats and rounding; gradients are gorgonia's. It starts from the same weights as the
// exact run and reads the same rows in the same order, so that what differs is rounding.
package drift
