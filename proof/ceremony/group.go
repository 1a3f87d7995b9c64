package ceremony

import (
	"math/big"
	"math/bits"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// point is a point of G1 or G2: J its Jacobian coordinates, A its affine ones.
type point[A, J any] interface {
	*J
	Set(*J) *J
	FromAffine(*A) *J
	AddMixed(*A) *J
	AddAssign(*J) *J
	SubAssign(*J) *J
	ScalarMultiplication(*J, *big.Int) *J
}

// lagrange returns [L_j(τ)] for j < n from [τ^k], k < n:
//
//	L_j(τ) = 1/n·Σ_k ω^(−jk)·τ^k
//
// in log n passes, of which that with blocks of 2h points combines u, v to u ± ω^(−jn/2h)·v.
func lagrange[A, J any, P point[A, J]](powers []A, domain *fft.Domain) []J {
	n := len(powers)
	points := make([]J, n)
	for k := range powers {
		P(&points[reversed(k, n)]).FromAffine(&powers[k])
	}
	twiddles := make([]big.Int, n/2) // ω^−j
	power := fr.One()
	for j := range twiddles {
		power.BigInt(&twiddles[j])
		power.Mul(&power, &domain.GeneratorInv)
	}
	for half := 1; half < n; half *= 2 {
		poly.Parallel(n/2, 64, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				j := i % half
				u, v := P(&points[2*(i-j)+j]), P(&points[2*(i-j)+j+half])
				if j > 0 {
					v.ScalarMultiplication((*J)(v), &twiddles[j*(n/2/half)])
				}
				sum := *u
				P(&sum).AddAssign((*J)(v))
				difference := *u
				P(&difference).SubAssign((*J)(v))
				*u, *v = sum, difference
			}
		})
	}
	scale := domain.CardinalityInv.BigInt(new(big.Int))
	poly.Parallel(n, 64, func(lo, hi int) {
		for j := lo; j < hi; j++ {
			P(&points[j]).ScalarMultiplication(&points[j], scale)
		}
	})
	return points
}

// reversed returns the bits of j < n, a power of two, in reverse.
func reversed(j, n int) int {
	return int(bits.Reverse64(uint64(j)) >> (64 - bits.Len(uint(n-1))))
}

func affineG1(points []bn254.G1Jac) []bn254.G1Affine { return bn254.BatchJacobianToAffineG1(points) }

func affineG2(points []bn254.G2Jac) []bn254.G2Affine {
	affine := make([]bn254.G2Affine, len(points))
	poly.Parallel(len(points), 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			affine[i].FromJacobian(&points[i])
		}
	})
	return affine
}

// entry says that a wire has a coefficient in a constraint.
type entry struct{ constraint, coefficient uint32 }

// columns holds one side of all constraints by wires: those of wire i are
// entries[start[i]:start[i+1]], equal coefficients beside one another.
type columns struct {
	start   []int
	entries []entry
}

// columnsOf sorts the sides that pick chooses by wires.
func columnsOf(circuit *cs.R1CS, pick func(*constraint.R1C) constraint.LinearExpression) *columns {
	c := &columns{start: make([]int, wires(circuit)+1)}
	each := func(visit func(j uint32, t constraint.Term)) {
		constraints := circuit.GetR1CIterator()
		for j := range uint32(circuit.GetNbConstraints()) {
			for _, t := range pick(constraints.Next()) {
				visit(j, t)
			}
		}
	}
	each(func(_ uint32, t constraint.Term) { c.start[t.WireID()+1]++ })
	for i := range c.start[1:] {
		c.start[i+1] += c.start[i]
	}
	c.entries = make([]entry, c.start[len(c.start)-1])
	next := slices.Clone(c.start)
	each(func(j uint32, t constraint.Term) {
		c.entries[next[t.WireID()]] = entry{j, uint32(t.CoeffID())}
		next[t.WireID()]++
	})
	for i := range c.start[1:] {
		slices.SortFunc(c.entries[c.start[i]:c.start[i+1]], func(a, b entry) int { return int(a.coefficient) - int(b.coefficient) })
	}
	return c
}

func wires(circuit *cs.R1CS) int {
	return circuit.GetNbPublicVariables() + circuit.GetNbSecretVariables() + circuit.GetNbInternalVariables()
}

// addColumns adds to the sum of each wire i
//
//	Σ_c c·Σ_j points_j    over all coefficients c, and constraints j that have it at i
//
// so that coefficients of 1 and −1, and those that a wire has often, cost additions.
func addColumns[A, J any, P point[A, J]](sums []J, circuit *cs.R1CS, c *columns, points []A) {
	poly.Parallel(len(sums), 16, func(lo, hi int) {
		var scalar big.Int
		for i := lo; i < hi; i++ {
			column := c.entries[c.start[i]:c.start[i+1]]
			for len(column) > 0 {
				coefficient := column[0].coefficient
				var same J
				P(&same).FromAffine(new(A)) // infinity
				for len(column) > 0 && column[0].coefficient == coefficient {
					P(&same).AddMixed(&points[column[0].constraint])
					column = column[1:]
				}
				switch coefficient {
				case constraint.CoeffIdOne:
					P(&sums[i]).AddAssign(&same)
				case constraint.CoeffIdMinusOne:
					P(&sums[i]).SubAssign(&same)
				default:
					circuit.Coefficients[coefficient].BigInt(&scalar)
					P(&same).ScalarMultiplication(&same, &scalar)
					P(&sums[i]).AddAssign(&same)
				}
			}
		}
	})
}
