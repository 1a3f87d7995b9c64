package evm

import (
	"encoding/binary"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Template is a statement that is known before its proof exists, but for a few
// values: contracts/Templates.sol has its encoding, and what the chain does with it.
type Template struct {
	Class  [32]byte // of the statement's descriptor; zero for a run's statement
	Spans  []Span   // where the external commitments come from, in order
	Pieces []Piece  // of the statement's encoding before its commitments
}

// Pool is a list of tensors that the chain knows.
type Pool uint8

// The pools.
const (
	DataPool    Pool = iota // of parts
	WeightsPool             // before a segment, or after the run
	NextPool                // after a segment
)

// Span is some rows of a tensor's commitment.
type Span struct {
	Pool        Pool
	Tensor      int // in its pool; of NextPool, which tensor of WeightsPool it replaces
	First, Rows int
}

// Hole is what a piece of an encoding stands for.
type Hole uint8

// The holes.
const (
	Literal      Hole = iota // Bytes
	RunID                    // 32 bytes that the trainer draws
	OrderText                // the text of a Context
	RunDigest                // of the run's statement
	Certificates             // digests of certificates, as many as Argument says
	Weights                  // the compressed commitments of weight tensor Argument
)

// Piece is a part of an encoding.
type Piece struct {
	Hole     Hole
	Argument int
	Bytes    []byte // of a Literal
}

// Limits of the encoding.
const (
	maxArgument = 1<<24 - 1
	maxTensors  = 1<<16 - 1
	maxRows     = 1<<32 - 1
)

// Encode returns what contracts read.
func (t *Template) Encode() []byte {
	b := binary.BigEndian.AppendUint16(append([]byte{}, t.Class[:]...), uint16(len(t.Spans)))
	for _, s := range t.Spans {
		b = binary.BigEndian.AppendUint16(append(b, byte(s.Pool)), uint16(s.Tensor))
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, uint32(s.First)), uint32(s.Rows))
	}
	for _, p := range t.Pieces {
		argument := p.Argument
		if p.Hole == Literal {
			argument = len(p.Bytes)
		}
		b = append(binary.BigEndian.AppendUint32(b, uint32(p.Hole)<<24|uint32(argument)), p.Bytes...)
	}
	return b
}

// Hash is keccak256 of the encoding: by it a template is pinned.
func (t *Template) Hash() [32]byte { return Keccak256(t.Encode()) }

// check returns fault.ErrUnsupported for what the encoding has no room for.
func (t *Template) check() error {
	if len(t.Spans) > maxTensors {
		return fmt.Errorf("template of %d tensors, at most %d: %w", len(t.Spans), maxTensors, fault.ErrUnsupported)
	}
	for _, s := range t.Spans {
		if s.First > maxRows || s.Rows > maxRows {
			return fmt.Errorf("template of a tensor of %d committed rows: %w", s.First+s.Rows, fault.ErrUnsupported)
		}
	}
	for _, p := range t.Pieces {
		if len(p.Bytes) > maxArgument {
			return fmt.Errorf("template of a statement of %d bytes, at most %d: %w", len(p.Bytes), maxArgument, fault.ErrUnsupported)
		}
	}
	return nil
}

// Filling is what holes are filled with.
type Filling struct {
	RunID        [32]byte
	Context      Context
	Run          [32]byte
	Certificates [][32]byte
	Weights      [][]byte // compressed commitments, by tensor
}

// Fill returns the encoding with its holes filled, as contracts do.
func (t *Template) Fill(f *Filling) []byte {
	var b []byte
	for _, p := range t.Pieces {
		switch p.Hole {
		case Literal:
			b = append(b, p.Bytes...)
		case RunID:
			b = append(b, f.RunID[:]...)
		case OrderText:
			b = append(b, f.Context.String()...)
		case RunDigest:
			b = append(b, f.Run[:]...)
		case Certificates:
			for _, d := range f.Certificates {
				b = append(b, d[:]...)
			}
		case Weights:
			b = append(b, f.Weights[p.Argument]...)
		}
	}
	return b
}

// cutting makes the pieces of an encoding, from its front.
type cutting struct {
	encoding []byte
	taken    int // how much of it is in pieces
	pieces   []Piece
}

// hole ends a literal at an offset, and puts a hole in the place of the next size
// bytes.
func (c *cutting) hole(at, size int, p Piece) {
	c.literal(at)
	c.pieces = append(c.pieces, p)
	c.taken = at + size
}

// literal takes the encoding up to an offset as it is.
func (c *cutting) literal(to int) {
	if to > c.taken {
		c.pieces = append(c.pieces, Piece{Hole: Literal, Bytes: c.encoding[c.taken:to]})
	}
	c.taken = to
}

// end takes the rest.
func (c *cutting) end() []Piece {
	c.literal(len(c.encoding))
	return c.pieces
}
