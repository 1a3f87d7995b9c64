// Package number converts between the real values people write (decimals,
// floats, learning rates) and the fixed-point integers a proof is about.
//
// A real x is carried as an integer X with x ≈ X·2^-f. Every conversion here
// is the exact rounding of its argument, computed with integers only, so the
// result is a function of the argument and not of the machine:
//
//	symbol  identifier        meaning
//	X       int64             the integer that stands for a value
//	f       Format.Fraction   fraction bits, 0 … MaxFraction
//	-       Format.Bits       width of X with its sign, 1 … 64
//	n/2^k   Rate              learning rate divided by the batch size
//
// Ties go to the even integer (round half-even) on the way in, and to the even
// significand (IEEE 754 nearest) on the way out.
//
// The caller must still check that X lies in the format of the tensor it is
// meant for (Format.Contains); these functions only refuse what no int64 holds.
package number
