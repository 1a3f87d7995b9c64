package ops

import "github.com/zkaudit/zkaudit/relation"

// PaddedSize returns the number of cells of padded axes.
func PaddedSize(axes []relation.Axis) int {
	n := 1
	for _, a := range axes {
		n *= a.Padded()
	}
	return n
}

// Pad returns the cells of a tensor, given row-major and unpadded, at their
// places on the padded axes; the padding is 0.
func Pad[T int32 | int64](axes []relation.Axis, cells []T) []T {
	padded := make([]T, PaddedSize(axes))
	padInto(padded, axes, cells)
	return padded
}

// padInto writes cells to their places on the padded axes and leaves the
// padding as it is.
func padInto[T int32 | int64](padded []T, axes []relation.Axis, cells []T) {
	last := axes[len(axes)-1]
	index := make([]int, len(axes)-1)
	for len(cells) > 0 {
		row := 0
		for k, i := range index {
			row = row*axes[k].Padded() + i
		}
		copy(padded[row*last.Padded():], cells[:last.Size])
		cells = cells[last.Size:]
		for k := len(index) - 1; k >= 0; k-- {
			if index[k]++; index[k] < axes[k].Size {
				break
			}
			index[k] = 0
		}
	}
}
