package segment

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// Tensors of a part, in the order in which they are committed.
const (
	FeatureTensor = iota
	LabelTensor
	AttributeTensor
)

// Slice is a piece of one committed tensor of a part: Rows rows from First on,
// padding included. Of the part's own there are Real among them, the first.
type Slice struct {
	Tensor      int // FeatureTensor, LabelTensor or AttributeTensor
	First, Rows int // multiples of a power of two, as Rows is
	Real        int
}

// Chunk is what one proof of a part's certificate is about.
type Chunk []Slice

// A slice of a tensor has about 2^sliceLog cells, in at most 2^sliceRowsLog
// committed rows: what is proven at once takes about 2 GiB of memory.
const (
	sliceLog     = 24
	sliceRowsLog = 10
)

// Chunks cuts a part into what is certified at once, from its shape and the
// row size alone: owner and verifier derive the same. Together the slices hold
// every committed row once. A tensor is cut at borders of committed rows and of
// its own rows; its padding after the last slice that holds a row goes with
// that one. Small parts are one chunk. It fails with fault.ErrUsage for a shape
// that no part has.
//
// Requires 1 <= rowBits <= 24 (protocol, section 7).
func Chunks(shape PartShape, rowBits int) ([]Chunk, error) {
	if err := shape.check(); err != nil {
		return nil, err
	}
	log := min(sliceLog, rowBits+sliceRowsLog)
	room := 2 << log // in the lookup tree of a chunk
	var chunks []Chunk
	var chunk Chunk
	cells := 0
	for tensor := range shape.widths() {
		for _, s := range shape.slices(tensor, log, rowBits) {
			n := s.Rows * s.width(&shape)
			if s.Real > 0 && cells > 0 && cells+n > room-room/8 {
				chunks, chunk, cells = append(chunks, chunk), nil, 0
			}
			if chunk = append(chunk, s); s.Real > 0 {
				cells += n
			}
		}
	}
	return append(chunks, chunk), nil
}

func (s *PartShape) check() error {
	switch {
	case s.Rows < 1 || s.Features < 1 || s.Labels < 1 || s.Attributes < 0:
		return fmt.Errorf("certificate of %d rows with %d features and %d labels: %w", s.Rows, s.Features, s.Labels, fault.ErrUsage)
	case s.Kind != graph.OneHot && s.Kind != graph.Bits && s.Kind != graph.Values:
		return fmt.Errorf("certificate for labels %q: %w", s.Kind, fault.ErrUsage)
	}
	return nil
}

// widths are the cells per row of the part's tensors.
func (s *PartShape) widths() []int {
	if s.Attributes == 0 {
		return []int{s.Features, s.Labels}
	}
	return []int{s.Features, s.Labels, s.Attributes}
}

// slices cuts one tensor into slices of 2^log cells, or of one row if that is
// more. What is after the last row is cut into aligned powers of two.
func (s *PartShape) slices(tensor, log, rowBits int) []Slice {
	width := relation.Axis{Size: s.widths()[tensor]}.Log()
	all := relation.Axis{Size: s.Rows}.Padded()
	rows := min(all, 1<<max(0, max(log, rowBits)-width))
	var slices []Slice
	first := 0
	for ; first < s.Rows; first += rows {
		slices = append(slices, Slice{Tensor: tensor, First: first, Rows: rows, Real: min(rows, s.Rows-first)})
	}
	for first < all {
		rows := first & -first
		slices = append(slices, Slice{Tensor: tensor, First: first, Rows: rows})
		first += rows
	}
	return slices
}

// width is how many cells a row of the tensor has, padding included.
func (s Slice) width(shape *PartShape) int {
	return relation.Axis{Size: shape.widths()[s.Tensor]}.Padded()
}

// of returns the slice of a tensor's cells.
func (s Slice) of(shape PartShape, tensor relation.Cells) relation.Cells {
	width := s.width(&shape)
	from, to := s.First*width, (s.First+s.Rows)*width
	return relation.Cells{Small: tensor.Small[from:to:to]}
}

// CommittedRows returns which committed rows of its tensor the slice is.
func (s Slice) CommittedRows(shape PartShape, rowBits int) (from, to int) {
	width := s.width(&shape)
	return s.First * width >> rowBits, max(1, (s.First+s.Rows)*width>>rowBits)
}
