package graph

import (
	"slices"

	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// TensorID identifies a tensor of one Program: an index into Tensors.
type TensorID int

// None is the ID of no tensor: an optional input left out.
const None TensorID = -1

// Role says what a tensor is to a run and to a proof.
type Role uint8

// The roles of tensors.
const (
	// Input holds the features of the batch's rows: the dataset's own cells.
	Input Role = iota + 1
	// Label holds the labels of the batch's rows.
	Label
	// Weight is trained: an exact integer of 64 bits, changed once per step.
	Weight
	// Frozen is a weight that no step changes; its cells are private.
	Frozen
	// Constant is public: its cells are part of the program.
	Constant
	// Committed is a small integer that the proof commits.
	Committed
	// Virtual is a small integer that others determine linearly or by a
	// product; it is never committed.
	Virtual
	// Accumulator is an exact wide integer, never committed.
	Accumulator
	// RowAttributes holds the attributes of the batch's rows, codes of categories;
	// of most programs there are none.
	RowAttributes
)

func (r Role) String() string {
	names := [...]string{"invalid", "input", "label", "weight", "frozen", "constant", "committed", "virtual", "accumulator", "row attributes"}
	if int(r) < len(names) {
		return names[r]
	}
	return names[0]
}

// PerSample reports whether tensors of the role have one entry per row of the
// batch, and so a batch axis.
func (r Role) PerSample() bool {
	switch r {
	case Input, Label, RowAttributes, Committed, Virtual, Accumulator:
		return true
	}
	return false
}

// Small reports whether the role's cells fit 32 bits.
func (r Role) Small() bool {
	switch r {
	case Input, Label, RowAttributes, Constant, Committed, Virtual:
		return true
	}
	return false
}

// Tensor is one tensor of a step. Format.Bits bounds the cells, sign included:
// a remainder limb in [0, 2^16) has 17 bits. Accumulators have 64, or 128 if
// they come from a contraction.
type Tensor struct {
	Name   string
	Axes   []relation.Axis
	Format number.Format
	Role   Role
	// Checked says that the proof looks up every cell in the range of Format,
	// because no other lookup bounds it.
	Checked bool
	// Cells are the public cells of a Constant, row-major, unpadded.
	Cells []int32
}

// Size returns the number of cells, unpadded.
func (t *Tensor) Size() int {
	n := 1
	for _, a := range t.Axes {
		n *= a.Size
	}
	return n
}

// Units returns the number of cells per sample: Size without the first axis.
// Requires a batch axis.
func (t *Tensor) Units() int { return t.Size() / t.Axes[0].Size }

// SameShape reports whether two tensors have axes of the same sizes.
func (t *Tensor) SameShape(u *Tensor) bool {
	return slices.EqualFunc(t.Axes, u.Axes, func(a, b relation.Axis) bool { return a.Size == b.Size })
}
