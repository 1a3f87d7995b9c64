package ops

import "github.com/zkaudit/zkaudit/relation"

// Slide is how a kernel moves along one axis of its input, as TensorFlow Lite
// has it: from a position to the next by Stride, from an offset to the next by
// Dilation. With Same, zeros stand around the input so that there is a position
// for every Stride cells; otherwise positions are those whose offsets all read
// the input (VALID).
type Slide struct {
	Stride, Dilation int
	Same             bool
}

// Valid reports whether stride and dilation are what a window can have.
func (s Slide) Valid() bool {
	return s.Stride >= 1 && s.Stride <= relation.MaxStride && s.Dilation >= 1 && s.Dilation <= relation.MaxStride
}

// reach is how many cells lie between the first and the last offset, both
// included.
func (s Slide) reach(offsets int) int { return s.Dilation*(offsets-1) + 1 }

// Positions returns the number of positions on an axis of the given size, 0 if
// the kernel does not fit:
//
//	SAME   ⌈input/stride⌉
//	VALID  ⌊(input − reach)/stride⌋ + 1
func (s Slide) Positions(input, offsets int) int {
	switch {
	case s.Same:
		return (input + s.Stride - 1) / s.Stride
	case input < s.reach(offsets):
		return 0
	}
	return (input-s.reach(offsets))/s.Stride + 1
}

// before returns the zeros in front of the input: half of those around it,
// rounded down.
func (s Slide) before(input, offsets int) int {
	if !s.Same {
		return 0
	}
	return max((s.Positions(input, offsets)-1)*s.Stride+s.reach(offsets)-input, 0) / 2
}

// Covers lists for every position the cells of the input that it reads, padding
// left out.
func (s Slide) Covers(input, offsets int) (covers [][]int) {
	if s.Positions(input, offsets) < 1 {
		return nil
	}
	w := s.window(input, offsets)
	for p := range w.Positions {
		var cells []int
		for k := range w.Offsets {
			if i, inside := w.Input(p, k); inside {
				cells = append(cells, i)
			}
		}
		covers = append(covers, cells)
	}
	return covers
}

// window returns the public tensor that says what each position reads at each
// offset.
func (s Slide) window(input, offsets int) relation.Window {
	return relation.Window{
		Positions: s.Positions(input, offsets), Offsets: offsets,
		Stride: s.Stride, Dilation: s.Dilation, Before: s.before(input, offsets), Size: input,
	}
}
