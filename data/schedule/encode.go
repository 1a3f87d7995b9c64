package schedule

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// The first byte of an encoded Spec.
const (
	versionAll     = 1 // every row is read
	versionWithout = 2 // some are left out
)

// rangeBytes is the size of an encoded Range.
const rangeBytes = 3 * 8

// MaxEncoded bounds an encoded Spec.
const MaxEncoded = 64 + MaxParts*(8+32) + MaxSeed + MaxRanges*rangeBytes

// AppendBinary appends the encoding of s to b: one for each valid Spec, and
// with an end that its beginning determines. Integers are little-endian of 64
// bits unless said:
//
//	version (1 byte), order (1 byte), tail (1 byte), batch, steps,
//	number of parts, rows of each part,
//	then if shuffled: length of the seed, seed, 32 bytes per part,
//	then if the version is 2: number of ranges left out, at least 1, and
//	part, first row and row behind the last of each.
//
// The version is 1 where no row is left out.
// It fails with the error of Check.
func (s Spec) AppendBinary(b []byte) ([]byte, error) {
	if err := s.Check(); err != nil {
		return b, err
	}
	version := byte(versionAll)
	if len(s.Without) > 0 {
		version = versionWithout
	}
	b = append(b, version, byte(s.Order), byte(s.Tail))
	b = appendInt(b, s.Batch)
	b = appendInt(b, s.Steps)
	b = appendInt(b, len(s.Parts))
	for _, rows := range s.Parts {
		b = appendInt(b, rows)
	}
	if s.Order == Shuffled {
		b = appendInt(b, len(s.Seed))
		b = append(b, s.Seed...)
		for _, digest := range s.Commitments {
			b = append(b, digest[:]...)
		}
	}
	if version == versionWithout {
		b = appendInt(b, len(s.Without))
		for _, r := range s.Without {
			b = appendInt(appendInt(appendInt(b, r.Part), r.From), r.To)
		}
	}
	return b, nil
}

// MarshalBinary returns the encoding of AppendBinary.
func (s Spec) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary sets s to the Spec that b encodes. It fails with
// fault.ErrVersion for another version, and with fault.ErrMalformed for bytes
// that AppendBinary does not write.
func (s *Spec) UnmarshalBinary(b []byte) error {
	r := reader{rest: b}
	version := r.byte()
	if !r.short && version != versionAll && version != versionWithout {
		return fmt.Errorf("schedule encoding version %d, want %d or %d: %w", version, versionAll, versionWithout, fault.ErrVersion)
	}
	var spec Spec
	spec.Order, spec.Tail = Order(r.byte()), Tail(r.byte())
	spec.Batch, spec.Steps = r.int(), r.int()
	parts := r.count(MaxParts, 8)
	for range parts {
		spec.Parts = append(spec.Parts, r.int())
	}
	if spec.Order == Shuffled {
		spec.Seed = string(r.bytes(r.count(MaxSeed, 1)))
		for range parts {
			var digest [32]byte
			copy(digest[:], r.bytes(len(digest)))
			spec.Commitments = append(spec.Commitments, digest)
		}
	}
	if version == versionWithout {
		ranges := r.count(MaxRanges, rangeBytes)
		for range ranges {
			spec.Without = append(spec.Without, Range{Part: r.int(), From: r.int(), To: r.int()})
		}
		r.short = r.short || ranges == 0
	}
	if r.short || len(r.rest) != 0 {
		return fmt.Errorf("schedule: truncated, too long or a count out of range, %d bytes: %w", len(b), fault.ErrMalformed)
	}
	if err := spec.Check(); err != nil {
		return fmt.Errorf("%w: %v", fault.ErrMalformed, err)
	}
	*s = spec
	return nil
}

func appendInt(b []byte, n int) []byte { return binary.LittleEndian.AppendUint64(b, uint64(n)) }

// reader takes fields off the front of rest; once short it returns zeros.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) bytes(n int) []byte {
	if r.short || n > len(r.rest) {
		r.short = true
		return nil
	}
	field := r.rest[:n]
	r.rest = r.rest[n:]
	return field
}

func (r *reader) byte() byte {
	if field := r.bytes(1); field != nil {
		return field[0]
	}
	return 0
}

func (r *reader) int() int {
	field := r.bytes(8)
	if field == nil {
		return 0
	}
	n := binary.LittleEndian.Uint64(field)
	if n > math.MaxInt64 {
		r.short = true
		return 0
	}
	return int(n)
}

// count reads how many items of size bytes each follow; 0 unless it is at most
// limit and they are there.
func (r *reader) count(limit, size int) int {
	n := r.int()
	if n > limit || n*size > len(r.rest) {
		r.short = true
		return 0
	}
	return n
}
