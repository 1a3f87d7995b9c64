package schedule

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
	"sync"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/prg"
)

// domain is the domain of the generator that shuffles the rows.
const domain = "zkaudit/schedule/v1"

// maxSegmentRows bounds the result of Segment: 2^27 references, 1 GiB.
const maxSegmentRows = 1 << 27

// Ref names one dataset row.
type Ref struct {
	Part int32 // index of the part
	Row  int32 // row of that part, from 0
}

// Schedule is the map (step, slot) → (part, row) of a Spec. It holds the two
// permutations it used last, 4·N bytes each, and is safe for concurrent use.
type Schedule struct {
	spec   Spec
	rows   int64   // N
	read   int64   // N'
	starts []int64 // starts[p] is the number of the first row of part p
	gaps   gaps    // rows that are not read

	mu     sync.Mutex
	recent [2]permutation // by parity of the epoch
}

type permutation struct {
	epoch int64
	order []int32 // nil: not computed
}

// New returns the schedule of spec, of which it keeps a copy. It fails with
// the error of spec.Check (protocol, section 7).
func New(spec Spec) (*Schedule, error) {
	if err := spec.Check(); err != nil {
		return nil, err
	}
	s := &Schedule{spec: spec.clone(), read: int64(spec.EpochRows())}
	for _, rows := range spec.Parts {
		s.starts = append(s.starts, s.rows)
		s.rows += int64(rows)
	}
	s.gaps = gapsOf(spec.Without, s.starts)
	return s, nil
}

// Spec returns a copy of the schedule's description.
func (s *Schedule) Spec() Spec { return s.spec.clone() }

func (s Spec) clone() Spec {
	s.Parts, s.Commitments, s.Without = slices.Clone(s.Parts), slices.Clone(s.Commitments), slices.Clone(s.Without)
	return s
}

// Steps returns the steps of the run, T_run.
func (s *Schedule) Steps() int { return s.spec.Steps }

// Batch returns the rows per step, B.
func (s *Schedule) Batch() int { return s.spec.Batch }

// Epoch returns the epoch of a step's first row, from 0.
func (s *Schedule) Epoch(step int) int {
	epoch, _ := s.position(int64(step))
	return int(epoch)
}

// position returns the epoch and the position in it of the first row of step.
func (s *Schedule) position(step int64) (epoch, offset int64) {
	batch := int64(s.spec.Batch)
	if s.spec.Tail == Drop {
		perEpoch := s.read / batch
		return step / perEpoch, step % perEpoch * batch
	}
	// Below 2^31·2^31: nothing wraps.
	return step * batch / s.read, step * batch % s.read
}

// Rows writes the rows that step reads to dst, slot by slot.
// It fails with fault.ErrUsage unless 0 <= step < Steps() and
// len(dst) = Batch().
func (s *Schedule) Rows(step int, dst []Ref) error {
	if step < 0 || step >= s.spec.Steps {
		return usage("step %d of %d", step, s.spec.Steps)
	}
	if len(dst) != s.spec.Batch {
		return usage("room for %d rows, the batch has %d", len(dst), s.spec.Batch)
	}
	epoch, offset := s.position(int64(step))
	for filled := 0; filled < len(dst); epoch, offset = epoch+1, 0 {
		count := min(len(dst)-filled, int(s.read-offset))
		order := s.order(epoch)
		for i := range count {
			n := offset + int64(i)
			if order == nil {
				dst[filled+i] = s.ref(s.gaps.nth(n))
				continue
			}
			dst[filled+i] = s.ref(int64(order[n]))
		}
		filled += count
	}
	return nil
}

// Segment returns the rows of count steps from first, step by step and slot
// by slot: count·Batch() references.
// It fails with fault.ErrUsage unless 0 <= first, 1 <= count and
// first+count <= Steps(), and with fault.ErrResources for more than 2^27 rows.
func (s *Schedule) Segment(first, count int) ([]Ref, error) {
	if first < 0 || count < 1 || first >= s.spec.Steps || count > s.spec.Steps-first {
		return nil, usage("%d steps from step %d, the run has %d", count, first, s.spec.Steps)
	}
	batch := s.spec.Batch
	if count > maxSegmentRows/batch {
		return nil, fmt.Errorf("schedule: %d steps of %d rows, at most %d rows are listed at once: %w", count, batch, maxSegmentRows, fault.ErrResources)
	}
	refs := make([]Ref, count*batch)
	for i := range count {
		if err := s.Rows(first+i, refs[i*batch:(i+1)*batch]); err != nil {
			return nil, err
		}
	}
	return refs, nil
}

// ref returns the part and row of the dataset row with this number.
func (s *Schedule) ref(number int64) Ref {
	part := sort.Search(len(s.starts), func(p int) bool { return s.starts[p] > number }) - 1
	return Ref{Part: int32(part), Row: int32(number - s.starts[part])}
}

// order returns the rows of an epoch; nil stands for the committed order.
func (s *Schedule) order(epoch int64) []int32 {
	if s.spec.Order == Committed {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cached := &s.recent[epoch%2]
	if cached.order == nil || cached.epoch != epoch {
		*cached = permutation{epoch: epoch, order: s.without(s.shuffle(epoch))}
	}
	return cached.order
}

// without removes the rows that are not read; the others keep their order.
func (s *Schedule) without(order []int32) []int32 {
	if len(s.gaps) == 0 {
		return order
	}
	return slices.DeleteFunc(order, func(number int32) bool { return s.gaps.has(int64(number)) })
}

// shuffle returns the permutation π of an epoch, of all rows, as the package
// comment defines it.
func (s *Schedule) shuffle(epoch int64) []int32 {
	var commitments, rows []byte
	for i, digest := range s.spec.Commitments {
		commitments = append(commitments, digest[:]...)
		rows = binary.LittleEndian.AppendUint64(rows, uint64(s.spec.Parts[i]))
	}
	stream := prg.New(domain, []byte(s.spec.Seed), commitments, rows, binary.LittleEndian.AppendUint64(nil, uint64(epoch)))
	order := make([]int32, s.rows)
	for i := range order {
		order[i] = int32(i)
	}
	for i := len(order) - 1; i > 0; i-- {
		j := stream.Uint64n(uint64(i) + 1)
		order[i], order[j] = order[j], order[i]
	}
	return order
}
