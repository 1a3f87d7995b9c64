package bundle

import (
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// Bytes that a verification holds for each thing that a statement counts.
const (
	pointBytes  = 256 // in the file, decoded, encoded again to be hashed, folded
	orderBytes  = 4   // a row of an epoch's order, of which two epochs are kept
	slotBytes   = 8   // a row that a segment reads
	choiceBytes = 4   // for every slot and part: which row, if it is of the part
	weightBytes = 8   // a cell of public initial weights
	// A cell of a constant, and of the tensor that segments make of it.
	constantBytes = 4 + segmentsHeld*8

	// BytesPerByte bounds what decoding a bundle takes for each of its bytes.
	BytesPerByte = 10

	// Sizes of whole segments may double: that of the one before is not
	// collected yet.
	segmentsHeld = 2
)

// Memory estimates what verifying the bundle takes beside the keys of wrapped
// proofs (see wrap.Cache), from its public sizes: n bytes of file take some 10·n,
// and the rest is what a statement asks for in few bytes. With N rows, segments
// of S steps with batches of B rows from P parts and M initial weights, padded:
//
//	8·N              the order of rows, if they are shuffled
//	2·S·B·(8 + 4·P)  the rows that a segment reads
//	16·M             initial weights from a seed, or published
//	20·C             C cells of constants, padded: a byte may state many
func (b *Bundle) Memory() *memory.Need {
	need, s := &memory.Need{}, b.Statement
	points, proofs := s.points(), len(b.Weights)
	for _, certificate := range b.Datasets {
		proofs += len(certificate)
	}
	for i := range b.Segments {
		proofs += len(b.Segments[i].Proof)
		points += count(b.Segments[i].After)
	}
	need.Add("commitments", int64(points), pointBytes)
	need.Add("proofs", int64(proofs), 2)
	if s.Schedule.Order == schedule.Shuffled {
		need.Add("the order of the rows", int64(s.Schedule.Parts.Rows()), 2*orderBytes)
	}
	slots := int64(min(s.Segment, s.Steps())) * int64(s.Schedule.Batch)
	need.Add("the rows that a segment reads", segmentsHeld*slots, slotBytes+choiceBytes*int64(len(s.Parts)))
	constants := 0
	for _, id := range s.Program().OfRole(graph.Constant) {
		constants += ops.PaddedSize(s.Program().Tensor(id).Axes)
	}
	need.Add("constants of the model", int64(constants), constantBytes)
	if s.Origin.public() {
		cells := 0
		for _, id := range network.WeightTensors(s.Program()) {
			cells += ops.PaddedSize(s.Program().Tensor(id).Axes) + s.Program().Tensor(id).Size()
		}
		need.Add("public initial weights", int64(cells), weightBytes)
	}
	return need
}

// Bytes of what chains keep.
const (
	// MinLinkBytes is what a chain keeps of any of its links: texts, what it assumes,
	// and where all of it is.
	MinLinkBytes = 4 << 10

	partBytes  = 512 // of a part: its digest as text, its lists
	shapeBytes = 256 // of a weight: its axes, its lists
	keptPoint  = 72  // a commitment, and the room left beside it
	keptInt    = 8
)

// Bytes estimates what keeping the result takes.
func (r *Result) Bytes() int64 {
	n := int64(MinLinkBytes)
	for i := range r.Weights {
		n += shapeBytes + keptPoint*int64(len(r.Weights[i].Rows))
	}
	return n
}

// LinkBytes estimates what the chain of a verified run keeps of it, beside its result.
func (b *Bundle) LinkBytes() int64 {
	return MinLinkBytes + partBytes*int64(len(b.Statement.Parts)) + int64(len(b.Statement.Rates))*2*keptInt
}

// Bytes estimates what keeping the statement takes, beside a network, rates and public
// weights, which others share.
func (s *Statement) Bytes() int64 {
	n := int64(MinLinkBytes) + int64(len(s.Context)) + keptPoint*int64(s.points())
	n += partBytes*int64(len(s.Parts)) + shapeBytes*int64(len(s.Initial))
	return n + keptInt*int64(len(s.Schedule.Without)+len(s.Schedule.Parts))
}

// points counts the commitments of the statement.
func (s *Statement) points() int {
	n := count(s.Initial)
	for i := range s.Parts {
		n += count(s.Parts[i].Tensors())
	}
	return n
}

func count[T any](lists [][]T) int {
	n := 0
	for _, list := range lists {
		n += len(list)
	}
	return n
}
