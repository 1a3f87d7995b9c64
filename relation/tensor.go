package relation

import "math/bits"

// Axis is one dimension of a tensor. Requires Size >= 1.
type Axis struct {
	Name string
	Size int
}

// Log returns ⌈log2 Size⌉, the number of variables of the axis.
func (a Axis) Log() int { return bits.Len(uint(a.Size - 1)) }

// Padded returns 2^Log, the number of cells along the padded axis.
func (a Axis) Padded() int { return 1 << a.Log() }

// Full reports whether the axis has no padding.
func (a Axis) Full() bool { return a.Size == a.Padded() }

// Kind says where the cells of a tensor come from.
type Kind uint8

// The kinds of tensors.
const (
	Witness Kind = iota + 1
	External
	Public
	Virtual
)

func (k Kind) String() string {
	switch k {
	case Witness:
		return "witness"
	case External:
		return "external"
	case Public:
		return "public"
	case Virtual:
		return "virtual"
	}
	return "invalid"
}

// ID identifies a tensor inside one System: an index into System.Tensors.
type ID int

// Tensor is one tensor of a System. Exactly one of Source and Sum is set for
// public and virtual tensors, none for the others.
type Tensor struct {
	Name   string
	Axes   []Axis
	Kind   Kind
	Source Source // Public: what it holds
	Sum    *Sum   // Virtual: what defines it
	// Wide says that the owner's cells are integers of 64 bits: what a proof costs
	// depends on it, nothing that is proven does.
	Wide bool
}

// Log returns the number of variables of the tensor.
func (t *Tensor) Log() int {
	n := 0
	for _, a := range t.Axes {
		n += a.Log()
	}
	return n
}

// Cells returns the number of padded cells, 2^Log.
func (t *Tensor) Cells() int { return 1 << t.Log() }

// RealCells returns the number of cells outside the padding.
func (t *Tensor) RealCells() int {
	n := 1
	for _, a := range t.Axes {
		n *= a.Size
	}
	return n
}

// Integers returns all cells of a public tensor that may be a column of a
// table, one of Index, Rectifier, Mask or Values, and whether it is.
func (t *Tensor) Integers() ([]int64, bool) {
	if v, ok := t.Source.(*Values); ok {
		return v.Cells, true
	}
	at, ok := t.integer()
	if !ok {
		return nil, false
	}
	cells := make([]int64, t.Cells())
	for i := range cells {
		cells[i] = at(i)
	}
	return cells, true
}

// integer returns what is in cell i of such a tensor, without laying all of
// them out.
func (t *Tensor) integer() (at func(i int) int64, ok bool) {
	switch src := t.Source.(type) {
	case Index:
		return func(i int) int64 { return src.Offset + int64(i) }, true
	case Rectifier:
		half := t.Cells() / 2
		return func(i int) int64 {
			v := max(0, int64(i-half))
			if src.Gate {
				v = min(v, 1)
			}
			return v
		}, true
	case Mask:
		return func(i int) int64 {
			if i < src.Size {
				return 1
			}
			return 0
		}, true
	case *Values:
		return func(i int) int64 { return src.Cells[i] }, true
	}
	return nil, false
}
