package schedule

import (
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/internal/encode"
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
const MaxEncoded = 64 + maxParts*(8+32) + MaxSeed + maxRanges*rangeBytes

// AppendBinary appends the encoding of s to b: one for each valid Spec, and
// with an end that its beginning determines (package encode):
//
//	version (1 byte), order (1 byte), tail (1 byte), batch, steps,
//	the rows of all parts,
//	then if shuffled: seed, 32 bytes per part,
//	then if the version is 2: number of ranges left out, at least 1, and
//	part, first row and the row after the last of each.
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
	b = encode.Int(encode.Int(b, s.Batch), s.Steps)
	b = encode.Ints(b, s.Parts)
	if s.Order == Shuffled {
		b = encode.Text(b, s.Seed)
		for _, digest := range s.Commitments {
			b = append(b, digest[:]...)
		}
	}
	if version == versionWithout {
		b = encode.Int(b, len(s.Without))
		for _, r := range s.Without {
			b = encode.Int(encode.Int(encode.Int(b, r.Part), r.From), r.To)
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
	r := encode.NewReader(b)
	head := r.Fixed("version, order and tail", 3)
	if r.Err() != nil {
		return r.Err()
	}
	version := head[0]
	if version != versionAll && version != versionWithout {
		return fmt.Errorf("schedule encoding version %d, want %d or %d: %w", version, versionAll, versionWithout, fault.ErrVersion)
	}
	spec := Spec{Order: Order(head[1]), Tail: Tail(head[2]), Batch: number(r, "batch"), Steps: number(r, "steps")}
	for range r.Count("parts", maxParts, 8) {
		spec.Parts = append(spec.Parts, number(r, "rows of a part"))
	}
	if spec.Order == Shuffled {
		spec.Seed = string(r.Bytes("seed", MaxSeed))
		for range spec.Parts {
			spec.Commitments = append(spec.Commitments, r.Digest("digest of a part"))
		}
	}
	if version == versionWithout {
		ranges := r.Count("ranges left out", maxRanges, rangeBytes)
		for range ranges {
			spec.Without = append(spec.Without, Range{Part: number(r, "part"), From: number(r, "first row"), To: number(r, "end of rows")})
		}
		if ranges == 0 {
			r.Fail("ranges left out", "none")
		}
	}
	if err := r.End("end"); err != nil {
		return err
	}
	if err := spec.Check(); err != nil {
		return fmt.Errorf("%w: %v", fault.ErrMalformed, err)
	}
	*s = spec
	return nil
}

func number(r *encode.Reader, what string) int { return r.Bounded(what, 0, math.MaxInt64) }
