package relation

import "github.com/consensys/gnark-crypto/ecc/bn254/fr"

// Cells are the padded integers of one tensor, row-major. At most one of the
// two slices is set: Small where every cell fits 32 bits, Large elsewhere.
type Cells struct {
	Small []int32
	Large []int64
}

// Len returns the number of cells held.
func (c Cells) Len() int { return max(len(c.Small), len(c.Large)) }

// At returns cell i.
func (c Cells) At(i int) int64 {
	if c.Small != nil {
		return int64(c.Small[i])
	}
	return c.Large[i]
}

// Element returns cell i as a field element.
func (c Cells) Element(i int) fr.Element {
	var e fr.Element
	e.SetInt64(c.At(i))
	return e
}

// Assignment gives cells to the tensors of a System, indexed by ID. Witness
// (but for table counts, which the prover fills) and External tensors need
// them; a Virtual tensor may carry them, which saves the prover deriving
// them and is required where it is looked up. A Virtual tensor whose cells are
// not integers of 64 bits carries none.
type Assignment []Cells

// NewAssignment returns an empty assignment for the system.
func NewAssignment(s *System) Assignment { return make(Assignment, len(s.Tensors)) }
