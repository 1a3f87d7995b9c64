package proof

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// Arith is the arithmetic the verifier is written over: field elements, or
// variables of a circuit. Falsity goes through the two assertions; the place
// says which check it was.
type Arith[E any] interface {
	Const(*big.Int) E
	Add(a, b E) E
	Sub(a, b E) E
	Mul(a, b E) E
	AssertEqual(a, b E, place string)
	AssertNonZero(a E, place string)
}

// Transcript turns messages into challenges.
type Transcript[E any] interface {
	Absorb(kind transcript.Kind, message ...E)
	Challenge() E
}

// Checks is the arithmetic of field elements. The first assertion that fails
// is kept; Err fails closed.
type Checks struct{ failed error }

// Const returns the element of an integer.
func (*Checks) Const(v *big.Int) fr.Element {
	var e fr.Element
	if v.IsInt64() {
		e.SetInt64(v.Int64())
	} else {
		e.SetBigInt(v)
	}
	return e
}

// Add returns a + b.
func (*Checks) Add(a, b fr.Element) fr.Element { a.Add(&a, &b); return a }

// Sub returns a − b.
func (*Checks) Sub(a, b fr.Element) fr.Element { a.Sub(&a, &b); return a }

// Mul returns a·b.
func (*Checks) Mul(a, b fr.Element) fr.Element { a.Mul(&a, &b); return a }

// AssertEqual records a failure unless a = b.
func (c *Checks) AssertEqual(a, b fr.Element, place string) {
	if !a.Equal(&b) && c.failed == nil {
		c.failed = fmt.Errorf("%s: %w", place, fault.ErrRejected)
	}
}

// AssertNonZero records a failure unless a ≠ 0.
func (c *Checks) AssertNonZero(a fr.Element, place string) {
	if a.IsZero() && c.failed == nil {
		c.failed = fmt.Errorf("%s: %w", place, fault.ErrRejected)
	}
}

// Err returns the first failed assertion, or nil.
func (c *Checks) Err() error { return c.failed }
