package ceremony

import (
	"math/big"
	"slices"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/poly"
)

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

// point is a point of G1 or G2: J its Jacobian coordinates, A its affine ones.
type point[A, J any] interface {
	*J
	Set(*J) *J
	FromAffine(*A) *J
	AddMixed(*A) *J
	AddAssign(*J) *J
	SubAssign(*J) *J
	DoubleAssign() *J
	ScalarMultiplication(*J, *big.Int) *J
}

const (
	nafBits   = 4                  // odd digits below 2^3, either sign; 3 zeros follow each
	multiples = 1 << (nafBits - 2) // of a point: 1, 3, 5, 7 times
	few       = 2                  // terms that are multiplied one by one

	// wiresAtOnce share one inversion, for the multiples of their points.
	wiresAtOnce = 64
)

// adder adds up columns.
type adder[A, J any, P point[A, J]] struct {
	coefficients []fr.Element
	digits       [][]int8 // of each coefficient that is not ±1, the least significant first
	affine       func([]J) []A
	negated      func(*A) A
}

func newAdder[A, J any, P point[A, J]](circuit *cs.R1CS, affine func([]J) []A, negated func(*A) A) *adder[A, J, P] {
	a := &adder[A, J, P]{coefficients: circuit.Coefficients, digits: make([][]int8, len(circuit.Coefficients)), affine: affine, negated: negated}
	poly.Parallel(len(a.digits), 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			a.digits[i] = nonAdjacent(&circuit.Coefficients[i])
		}
	})
	return a
}

// nonAdjacent returns digits d_k with x = Σ_k d_k·2^k, each 0 or odd and below 2^3 in
// size, and of four beside one another at most one that is not 0.
func nonAdjacent(x *fr.Element) (digits []int8) {
	rest, low := x.BigInt(new(big.Int)), new(big.Int)
	for rest.Sign() > 0 {
		d := int8(0)
		if rest.Bit(0) == 1 {
			d = int8(low.And(rest, big.NewInt(1<<nafBits-1)).Int64())
			if d >= 1<<(nafBits-1) {
				d -= 1 << nafBits
			}
			rest.Sub(rest, big.NewInt(int64(d)))
		}
		digits = append(digits, d)
		rest.Rsh(rest, 1)
	}
	return digits
}

// add adds to the sum of each wire i
//
//	Σ_c c·Σ_j points_j    over all coefficients c, and constraints j that have it at i
//
// Coefficients of 1 and −1, and those that a wire has often, cost additions; the others
// share the doublings of a wire (Straus, Addition chains of vectors, 1964).
func (a *adder[A, J, P]) add(sums []J, c *columns, points []A) {
	var next atomic.Int64
	var group fault.Group
	for range poly.Cores() {
		group.Go(func() {
			for lo := int(next.Add(wiresAtOnce)) - wiresAtOnce; lo < len(sums); lo = int(next.Add(wiresAtOnce)) - wiresAtOnce {
				a.addSome(sums, c, points, lo, min(lo+wiresAtOnce, len(sums)))
			}
		})
	}
	group.Wait()
}

// term is a coefficient of a wire and the sum of the points that have it.
type term[J any] struct {
	coefficient uint32
	sum         J
}

// addSome does so for the wires from lo to hi.
func (a *adder[A, J, P]) addSome(sums []J, c *columns, points []A, lo, hi int) {
	shared := make([][]term[J], hi-lo)
	var odd []J // multiples of the sums of all terms that share doublings
	for i := lo; i < hi; i++ {
		terms := a.terms(&sums[i], c.entries[c.start[i]:c.start[i+1]], points)
		if len(terms) <= few {
			var scalar big.Int
			for k := range terms {
				sum := P(&terms[k].sum)
				sum.ScalarMultiplication(&terms[k].sum, a.coefficients[terms[k].coefficient].BigInt(&scalar))
				P(&sums[i]).AddAssign(&terms[k].sum)
			}
			continue
		}
		shared[i-lo] = terms
		for k := range terms {
			odd = appendOdd[A, J, P](odd, &terms[k].sum)
		}
	}
	table := a.affine(odd)
	for i, terms := range shared {
		if len(terms) > 0 {
			sum := a.straus(terms, table)
			P(&sums[lo+i]).AddAssign(&sum)
			table = table[multiples*len(terms):]
		}
	}
}

// terms adds what has coefficients 1 and −1 to a wire's sum, and returns the rest.
func (a *adder[A, J, P]) terms(sum *J, column []entry, points []A) (terms []term[J]) {
	for len(column) > 0 {
		t := term[J]{coefficient: column[0].coefficient}
		P(&t.sum).FromAffine(new(A)) // infinity
		for len(column) > 0 && column[0].coefficient == t.coefficient {
			P(&t.sum).AddMixed(&points[column[0].constraint])
			column = column[1:]
		}
		switch t.coefficient {
		case constraint.CoeffIdOne:
			P(sum).AddAssign(&t.sum)
		case constraint.CoeffIdMinusOne:
			P(sum).SubAssign(&t.sum)
		default:
			terms = append(terms, t)
		}
	}
	return terms
}

// appendOdd appends 1, 3, 5 and 7 times a point.
func appendOdd[A, J any, P point[A, J]](list []J, p *J) []J {
	twice, next := *p, *p
	P(&twice).DoubleAssign()
	for range multiples {
		list = append(list, next)
		P(&next).AddAssign(&twice)
	}
	return list
}

// straus returns the sum of the terms, times their coefficients.
func (a *adder[A, J, P]) straus(terms []term[J], table []A) (sum J) {
	P(&sum).FromAffine(new(A))
	for bit := fr.Bits; bit >= 0; bit-- {
		P(&sum).DoubleAssign()
		for k := range terms {
			digits := a.digits[terms[k].coefficient]
			if bit >= len(digits) || digits[bit] == 0 {
				continue
			}
			if d := int(digits[bit]); d > 0 {
				P(&sum).AddMixed(&table[multiples*k+d/2])
			} else {
				p := a.negated(&table[multiples*k-d/2])
				P(&sum).AddMixed(&p)
			}
		}
	}
	return sum
}

func newAdderG1(circuit *cs.R1CS) *adder[bn254.G1Affine, bn254.G1Jac, *bn254.G1Jac] {
	return newAdder[bn254.G1Affine, bn254.G1Jac, *bn254.G1Jac](circuit, affineG1, func(p *bn254.G1Affine) (n bn254.G1Affine) { n.Neg(p); return n })
}

func newAdderG2(circuit *cs.R1CS) *adder[bn254.G2Affine, bn254.G2Jac, *bn254.G2Jac] {
	return newAdder[bn254.G2Affine, bn254.G2Jac, *bn254.G2Jac](circuit, batchAffineG2, func(p *bn254.G2Affine) (n bn254.G2Affine) { n.Neg(p); return n })
}

// batchAffineG2 returns points in affine coordinates, by one inversion.
func batchAffineG2(points []bn254.G2Jac) []bn254.G2Affine {
	affine := make([]bn254.G2Affine, len(points))
	var product bn254.E2
	product.SetOne()
	for i := range points { // products of all Z before; infinity has Z = 0
		if !points[i].Z.IsZero() {
			affine[i].X = product
			product.Mul(&product, &points[i].Z)
		}
	}
	product.Inverse(&product)
	for i := len(points) - 1; i >= 0; i-- {
		p := &points[i]
		if p.Z.IsZero() {
			continue
		}
		var inverse, square bn254.E2 // 1/Z, 1/Z²
		inverse.Mul(&affine[i].X, &product)
		product.Mul(&product, &p.Z)
		square.Square(&inverse)
		affine[i].X.Mul(&p.X, &square)
		affine[i].Y.Mul(&p.Y, &square).Mul(&affine[i].Y, &inverse)
	}
	return affine
}
