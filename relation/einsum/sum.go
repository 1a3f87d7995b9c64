package einsum

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/relation"
)

// Cells are the padded cells of a sum, row-major: integers where all of them
// have 64 bits, field elements where one has not.
type Cells struct {
	Integers []int64
	Elements fr.Vector
}

// Sum returns the cells of a sum over the given axes. of returns the padded
// cells of a tensor that is not public; those of public tensors follow from
// their sources. Requires a valid system and a sum that is valid in it. Errors
// wrap fault.ErrMalformed where cells are missing, and fault.ErrUnsupported for
// a filter that would have too many entries.
func Sum(sys *relation.System, sum *relation.Sum, axes []relation.Axis, of func(relation.ID) []int64) (Cells, error) {
	terms, bound := make([]*term, len(sum.Terms)), new(big.Int)
	for i := range terms {
		var err error
		if terms[i], err = newTerm(sys, sum.Out, axes, &sum.Terms[i], of); err != nil {
			return Cells{}, fmt.Errorf("term %d: %w", i, err)
		}
		bound.Add(bound, terms[i].bound())
	}
	size := 1
	for _, a := range axes {
		size *= a.Padded()
	}
	if bound.IsInt64() {
		out := make([]int64, size)
		for _, t := range terms {
			add[int64](t, integers{out}, t.coefficient.Int64())
		}
		return Cells{Integers: out}, nil
	}
	out := make(fr.Vector, size)
	for _, t := range terms {
		var c fr.Element
		add[fr.Element](t, elements{out}, *c.SetBigInt(t.coefficient))
	}
	if small, fit := narrow(out); fit {
		return Cells{Integers: small}, nil
	}
	return Cells{Elements: out}, nil
}

// narrow returns cells as integers, if they are integers of 64 bits.
func narrow(cells fr.Vector) ([]int64, bool) {
	out := make([]int64, len(cells))
	for i := range cells {
		x := Signed(&cells[i])
		if !x.IsInt64() {
			return nil, false
		}
		out[i] = x.Int64()
	}
	return out, true
}

// Signed returns the integer nearest to 0 that e stands for.
func Signed(e *fr.Element) *big.Int {
	x, minus := new(big.Int), new(fr.Element).Neg(e)
	if e.Cmp(minus) <= 0 {
		return e.BigInt(x)
	}
	return x.Neg(minus.BigInt(x))
}
