package tables

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

const (
	maxInputFraction  = 16
	maxOutputFraction = 14 // so that 1·2^fa stays below 2^15
	maxExpFraction    = 30
	startPrecision    = 192
)

// Tanh returns the table (z, tanh z, tanh' z) with fz fraction bits of input,
// fa of output and fg of derivative.
// It fails with fault.ErrUsage outside the ranges of the package comment.
func Tanh(fz, fa, fg int) (Table, error) {
	// tanh x = 2σ(2x) − 1 and tanh' x = 4σ(2x)(1 − σ(2x)), u = e^(−2x)
	value := curve{step: 2, atZero: 0, of: func(e *exponential, u *big.Int) *big.Int {
		double := new(big.Int).Lsh(e.logistic(u), 1)
		return double.Sub(double, e.one)
	}}
	derivative := curve{step: 2, atZero: 1, of: func(e *exponential, u *big.Int) *big.Int {
		s := e.logistic(u)
		product := e.mul(s, new(big.Int).Sub(e.one, s))
		return product.Lsh(product, 2)
	}}
	if err := checkFractions("tanh", fz, fa, fg); err != nil {
		return Table{}, err
	}
	activation := value.column(fz, fa, 1<<15+1, startPrecision)
	gate := derivative.column(fz, fg, 1<<15+1, startPrecision)
	return Table{
		Name: fmt.Sprintf("tanh.z%d.a%d.g%d", fz, fa, fg),
		Columns: [][]int32{
			inputs(MinInput),
			reflect(activation, func(y int32) int32 { return -y }),
			reflect(gate, func(y int32) int32 { return y }),
		},
	}, nil
}

// Logistic returns the table (z, σ(z), σ'(z)), σ(x) = 1/(1 + e^(−x)), with fz
// fraction bits of input, fa of output and fg of derivative.
// It fails with fault.ErrUsage outside the ranges of the package comment.
func Logistic(fz, fa, fg int) (Table, error) {
	value := curve{step: 1, atZero: 0.5, of: (*exponential).logistic}
	derivative := curve{step: 1, atZero: 0.25, of: func(e *exponential, u *big.Int) *big.Int {
		s := e.logistic(u)
		return e.mul(s, new(big.Int).Sub(e.one, s))
	}}
	if err := checkFractions("logistic", fz, fa, fg); err != nil {
		return Table{}, err
	}
	activation := value.column(fz, fa, 1<<15+1, startPrecision)
	gate := derivative.column(fz, fg, 1<<15+1, startPrecision)
	return Table{
		Name: fmt.Sprintf("logistic.z%d.a%d.g%d", fz, fa, fg),
		Columns: [][]int32{
			inputs(MinInput),
			// σ(−x) = 1 − σ(x), and 2^fa is an integer: rounding commutes off ties
			reflect(activation, func(y int32) int32 { return 1<<fa - y }),
			reflect(gate, func(y int32) int32 { return y }),
		},
	}, nil
}

// ELU returns the table of x for x > 0, e^x − 1 else, and its derivative, 1 or
// e^x, x = z·2^-fz. The output has fz fraction bits, the derivative fg.
// It fails with fault.ErrUsage unless 0 <= fz, fg <= 14.
func ELU(fz, fg int) (Table, error) {
	if err := checkFractions("elu", fz, fz, fg); err != nil {
		return Table{}, err
	}
	// of −x: 1 − u and u
	loss := curve{step: 1, atZero: 0, of: func(e *exponential, u *big.Int) *big.Int { return new(big.Int).Sub(e.one, u) }}
	slope := curve{step: 1, atZero: 1, of: func(_ *exponential, u *big.Int) *big.Int { return u }}
	below, gate := loss.column(fz, fz, 1<<15+1, startPrecision), slope.column(fz, fg, 1<<15+1, startPrecision)
	t := Table{Name: fmt.Sprintf("elu.z%d.g%d", fz, fg), Columns: [][]int32{inputs(MinInput), make([]int32, Rows), make([]int32, Rows)}}
	for i, z := range t.Columns[0] {
		t.Columns[1][i], t.Columns[2][i] = z, 1<<fg
		if z < 0 {
			t.Columns[1][i], t.Columns[2][i] = -below[-z], gate[-z]
		}
	}
	return t, nil
}

// Exponential returns the table (z, e^z) with fz fraction bits of input and fa of
// output, up to the largest z whose value 16 bits hold.
// It fails with fault.ErrUsage unless 0 <= fz <= 16 and 0 <= fa <= 14.
func Exponential(fz, fa int) (Table, error) {
	if err := checkFractions("exponential", fz, fa, 0); err != nil {
		return Table{}, err
	}
	falling := curve{step: 1, atZero: 1, of: func(_ *exponential, u *big.Int) *big.Int { return u }}
	below := falling.column(fz, fa, 1<<15+1, startPrecision)
	t := Table{Name: fmt.Sprintf("exponential.z%d.a%d", fz, fa), Columns: [][]int32{nil, nil}}
	for z := MinInput; z <= 0; z++ {
		t.Columns[0], t.Columns[1] = append(t.Columns[0], int32(z)), append(t.Columns[1], below[-z])
	}
	// e^x = 1/u, u = e^−x, as long as it is below 2^16: with u > 2^-17 its error is
	// less than 2^34 times that of u, and 1.
	ladder := []*exponential{newExponential(fz, startPrecision)}
	for z := 1; z < 1<<15; z++ {
		value, ok := int32(0), false
		for level := 0; !ok; level++ {
			if level == len(ladder) {
				ladder = append(ladder, newExponential(fz, 2*ladder[level-1].precision))
			}
			e := ladder[level]
			inverse := new(big.Int).Lsh(e.one, e.precision)
			inverse.Quo(inverse, e.at(z))
			if inverse.BitLen() > int(e.precision)+16-fa { // 2^16 and more
				return t, nil
			}
			value, ok = roundWithin(inverse, e.precision, fa, new(big.Int).Lsh(e.margin(), 34))
		}
		if value >= 1<<15 {
			return t, nil
		}
		t.Columns[0], t.Columns[1] = append(t.Columns[0], int32(z)), append(t.Columns[1], value)
	}
	return t, nil
}

// Exp returns the table (d, e^(−d·2^-fz)·2^fe) for 0 <= d < 2^16.
// It fails with fault.ErrUsage outside the ranges of the package comment.
func Exp(fz, fe int) (Table, error) {
	if fz < 0 || fz > maxInputFraction || fe < 0 || fe > maxExpFraction {
		return Table{}, fmt.Errorf("exp table: input fraction %d (want 0 to %d), output fraction %d (want 0 to %d): %w",
			fz, maxInputFraction, fe, maxExpFraction, fault.ErrUsage)
	}
	value := curve{step: 1, atZero: 1, of: func(_ *exponential, u *big.Int) *big.Int { return u }}
	return Table{
		Name:    fmt.Sprintf("exp.z%d.e%d", fz, fe),
		Columns: [][]int32{inputs(0), value.column(fz, fe, Rows, startPrecision)},
	}, nil
}

func checkFractions(name string, fz, fa, fg int) error {
	if fz < 0 || fz > maxInputFraction || fa < 0 || fa > maxOutputFraction || fg < 0 || fg > maxOutputFraction {
		return fmt.Errorf("%s table: input fraction %d (want 0 to %d), output fraction %d and derivative fraction %d (want 0 to %d): %w",
			name, fz, maxInputFraction, fa, fg, maxOutputFraction, fault.ErrUsage)
	}
	return nil
}

// curve is a function of x >= 0 with values in [0, 1], and monotone: the logistic
// function and tanh rise, their derivatives and e^(−x) fall.
type curve struct {
	// step is s in u = e^(−s·x).
	step int
	// atZero is the value at x = 0, the one input where a tie can occur.
	atZero float64
	// of returns the value from u, both scaled by 2^P; its error is at most
	// four times that of u plus 8 units of 2^-P.
	of func(e *exponential, u *big.Int) *big.Int
}

// column returns the curve at x = i·2^-fz, i = 0 … count−1, rounded half-even
// at the fraction bits, starting from P = precision.
// Requires count > 1, step·(count−1) <= 2^16 and precision > fraction.
func (c curve) column(fz, fraction, count int, precision uint) []int32 {
	ladder := []*exponential{newExponential(fz, precision)}
	rounded := func(i int) int32 {
		for level := 0; ; level++ {
			if level == len(ladder) {
				ladder = append(ladder, newExponential(fz, 2*ladder[level-1].precision))
			}
			e := ladder[level]
			if nearest, ok := e.round(c.of(e, e.at(c.step*i)), fraction); ok {
				return nearest
			}
		}
	}
	// A quarter, a half and 1 are exact floats, and 2^fraction fits.
	zero, err := number.RoundFloat64(c.atZero, fraction)
	if err != nil {
		panic("tables: value at zero: " + err.Error())
	}
	entries := make([]int32, count)
	entries[0], entries[count-1] = int32(zero), rounded(count-1)
	between(entries, 0, count-1, rounded)
	return entries
}

// between computes the entries after lo and before hi, which are there already.
// Rounding keeps a monotone curve monotone: between equal entries all are equal,
// and most of a table is.
func between(entries []int32, lo, hi int, rounded func(i int) int32) {
	if entries[lo] == entries[hi] {
		for i := lo + 1; i < hi; i++ {
			entries[i] = entries[lo]
		}
		return
	}
	middle := lo + (hi-lo)/2
	if middle == lo {
		return
	}
	entries[middle] = rounded(middle)
	between(entries, lo, middle, rounded)
	between(entries, middle, hi, rounded)
}

// reflect returns the column over z = −2^15 … 2^15−1 from the entries at
// 0 … 2^15; mirror gives the entry at −z from the one at z > 0.
func reflect(positive []int32, mirror func(int32) int32) []int32 {
	column := make([]int32, Rows)
	for i := range column {
		if z := MinInput + i; z < 0 {
			column[i] = mirror(positive[-z])
		} else {
			column[i] = positive[z]
		}
	}
	return column
}
