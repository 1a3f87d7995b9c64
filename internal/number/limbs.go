package number

// LimbBits is the width of a limb: as many bits as a range table of a proof has.
const LimbBits = 16

// MaxWeightLog bounds weights: |w| < 2^MaxWeightLog.
const MaxWeightLog = 62

// Limb returns limb k of x = Σ_k 2^(16k)·Limb(x,k), in [0, 2^16).
func Limb(x int64, k int) int64 { return TopLimb(x, k) & (1<<LimbBits - 1) }

// TopLimb returns what is left of x at limb k, with its sign: the last one of
// an integer that may be negative.
func TopLimb(x int64, k int) int64 { return x >> (LimbBits * k) }
