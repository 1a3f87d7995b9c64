// Package tables builds the public tables of the lookup argument: the
// activation functions and their derivatives, and the exponential of softmax,
// over every 16-bit input.
//
// An entry is the real value of the function at the exact input, rounded once,
// half-even, to its fraction bits. Such a table is defined by its name alone:
// any correct implementation on any machine gets the same integers, and
// Table.Digest is what a statement binds.
//
//	symbol  identifier  meaning                                          range
//	z       column 0    activation input, z·2^-fz                        −2^15 … 2^15−1
//	d       column 0    distance to the row maximum, d·2^-fz             0 … 2^16−1
//	fz      input       fraction bits of z and d                         0 … 16
//	fa      output      fraction bits of the activation                  0 … 14
//	fg      derivative  fraction bits of its derivative                  0 … 14
//	fe      output      fraction bits of the exponential                 0 … 30
//	u       u           e^(−m/2^fz), m = z, 2z or d, m >= 0              (0, 1]
//	P       precision   fraction bits of the arithmetic, scale 2^P       >= 192
//
// The values come from integers scaled by 2^P with a proven error bound
// (exponential.go). An entry whose rounding the bound leaves open is computed
// again with twice the bits; this ends, because e^q is transcendental for
// rational q ≠ 0 (Lindemann), so the only ties are at z = 0, where the values
// 0, 1/4, 1/2 and 1 are exact.
//
// The derivative column is the derivative function at z, rounded at its own
// fraction bits; it is not computed from the rounded activation.
package tables
