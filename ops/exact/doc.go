// Package exact multiplies integer matrices exactly on float64 hardware.
//
// Activations and errors are int32 cells with |x| ≤ 2^17, weights are int64
// cells with |w| < 2^62. A float64 holds every integer up to 2^53, so a
// product of matrices is exact in float64 arithmetic, whatever the order of
// its additions, as long as
//
//	K·max|x|·max|p| ≤ 2^53
//
// for K contracted cells. Weights too wide for that are cut into balanced
// digits ("pieces") p_i,
//
//	w = Σ_i 2^(d·i)·p_i,  |p_i| ≤ 2^(d−1) below the top,
//
// as few as the bound allows for the largest cells actually present: one
// float64 product per piece, recombined in 64 or 128 bits. Since every partial
// sum is exact, results do not depend on the machine, the number of threads or
// the kernel used.
//
//	symbol   identifier     meaning
//	X, dZ    x, d []int32   m×K and m×N cells, row-major
//	W        Weights        K×N cells (rows: inputs, columns: units)
//	V, U     Accumulator    X·W and dZ·Wᵀ, up to 128 bits
//	Y, R     Rescale        V = 2^s·Y + R, rounded half up, R in 16-bit limbs
//
// Rounding follows the protocol's number section: with s = 16h + w,
// 1 ≤ w ≤ 16,
//
//	V = 2^s·Y + Σ_{i<h} 2^(16i)·R_i + 2^(16h)·R'_h,
//	R_i ∈ [0, 2^16),  R'_h ∈ [−2^(w−1), 2^(w−1)).
//
// Nothing is rounded elsewhere. What the caller must still check: that Y fits
// its format (Rescale reports the first cell that does not fit 16 bits), and
// the errors of the gradient steps.
package exact
