package wrap

import (
	"testing"

	"github.com/consensys/gnark/constraint"
)

// sized is a circuit of so many constraints.
type sized struct {
	constraint.ConstraintSystem
	rows int
}

func (s sized) GetNbConstraints() int { return s.rows }

// sizedKey is a proving key in name only.
type sizedKey struct{ ProvingKey }

// Proving keys are kept for the classes used last, up to a number of rows;
// verifying keys stay, and a class in use is left alone.
func TestProvingKeysAreForgotten(t *testing.T) {
	c := NewCache("")
	use := func(name byte, rows int) *keys {
		c.forget([32]byte{name})
		k := c.of([32]byte{name})
		k.circuit, k.proving = sized{rows: rows}, sizedKey{}
		k.mu.Unlock()
		return k
	}
	a, b := use('a', maxKeptRows/2), use('b', maxKeptRows/2)
	if a.proving == nil {
		t.Error("the key of the class before is forgotten")
	}
	d := use('d', 4*maxKeptRows)
	if a.proving == nil || b.proving == nil {
		t.Error("keys of small circuits are forgotten")
	}
	b.mu.Lock() // in use
	e := use('e', 1)
	if d.proving != nil || d.circuit != nil {
		t.Error("the key of a large circuit is kept beside another")
	}
	b.mu.Unlock()
	if a.proving == nil || b.proving == nil || e.proving == nil {
		t.Error("a key that fits is forgotten")
	}
	use('f', 1)
	use('g', maxKeptRows)
	use('h', 1)
	if g := c.of([32]byte{'g'}); g.proving == nil {
		t.Error("the key used last is forgotten")
	} else {
		g.mu.Unlock()
	}
	if a.proving != nil || len(c.proved) != 2 {
		t.Errorf("%d classes are kept beside as many rows as there may be", len(c.proved))
	}
}
