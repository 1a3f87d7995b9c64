package commitments

import (
	"sync"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254"
)

// chunkEntries is how many entries are summed before going on to the next
// ones, so that their partial sums stay in the second-level cache.
const chunkEntries = 8192

// touchAhead is how many points are loaded ahead of their additions.
const touchAhead = 512

// A signedIndex is an index of a point, times 2, plus 1 if it is negated.
type signedIndex = uint32

// segmentList is a list of signed points cut in segments: segment s is
// entries[ends[s-1]:ends[s]], the first one starting at 0.
type segmentList struct {
	points  []bn254.G1Affine
	entries []signedIndex
	ends    []uint32
}

// crew is the working memory of the threads that share a sum, one worker each.
type crew []*segmentSummer

// summers are those that no crew has: their memory serves all commitments of a
// process, since touching fresh pages costs as much as the work done on them.
var summers = sync.Pool{New: func() any {
	return &segmentSummer{batch: newPairBatch(), tmp: make([]bn254.G1Affine, 0, chunkEntries)}
}}

// newCrew returns a crew of n. Requires n >= 1.
func newCrew(n int) crew {
	c := make(crew, n)
	for i := range c {
		c[i] = summers.Get().(*segmentSummer)
	}
	return c
}

// dismiss gives the crew's memory back. The crew must have finished its sums, and
// must not be used any more.
func (c crew) dismiss() {
	for _, w := range c {
		if w.batch.n != 0 || len(w.tmp) != 0 || len(w.active) != 0 {
			panic("commitments: a crew is dismissed in the middle of a sum")
		}
		w.list = segmentList{}
		summers.Put(w)
	}
}

// sumSegments sets dst[s] to the sum of segment s. The entries are shared
// evenly among the crew. Requires dst to be infinity throughout.
func (c crew) sumSegments(dst []bn254.G1Affine, list segmentList, infinities *atomic.Bool) {
	n := len(list.entries)
	workers := max(1, min(len(c), n/1024))
	for _, w := range c[:workers] {
		w.list, w.batch.infinities, w.touched = list, infinities, 0
	}
	// A segment that begins in an earlier worker's range is finished apart.
	heads := make([]bn254.G1Affine, workers)
	inParallel(workers, func(w int) {
		c[w].sumRange(dst, &heads[w], n*w/workers, n*(w+1)/workers)
	})
	for w := 1; w < workers; w++ {
		s := segmentAt(list.ends, n*w/workers)
		dst[s].Add(&dst[s], &heads[w])
		if dst[s].IsInfinity() {
			infinities.Store(true)
		}
	}
}

// segmentAt returns the segment that entry i is in. Requires 0 <= i < entries.
func segmentAt(ends []uint32, i int) int {
	low, high := 0, len(ends)
	for low < high {
		if mid := int(uint(low+high) / 2); int(ends[mid]) <= i {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// segmentSummer is one worker's state.
type segmentSummer struct {
	list   segmentList
	batch  *pairBatch
	tmp    []bn254.G1Affine // partial sums of the current chunk
	active []partialSegment

	digits          []int32
	buckets, groups bucketList // of the rows that this worker leads, and of their weighted sums

	touched int    // entries before this one have been read once
	sink    uint64 // keeps those reads
}

// partialSegment says that the next count points of tmp sum to *dst.
type partialSegment struct {
	dst   *bn254.G1Affine
	count int
}

// sumRange sums the entries lo ≤ i < hi, each segment to its place in dst. The
// part of a segment that began before lo goes to *head.
func (w *segmentSummer) sumRange(dst []bn254.G1Affine, head *bn254.G1Affine, lo, hi int) {
	for s := segmentAt(w.list.ends, lo); lo < hi; s++ {
		target := &dst[s]
		if s > 0 && int(w.list.ends[s-1]) < lo || s == 0 && lo > 0 {
			target = head
		}
		end := min(int(w.list.ends[s]), hi)
		if end-lo > chunkEntries {
			w.sumLong(target, lo, end)
		} else {
			w.pairUp(target, lo, end)
		}
		lo = end
	}
	w.finish()
}

// sumLong sums a segment that is longer than a chunk, chunk by chunk.
func (w *segmentSummer) sumLong(target *bn254.G1Affine, lo, hi int) {
	parts := make([]bn254.G1Affine, (hi-lo+chunkEntries-1)/chunkEntries)
	for i := range parts {
		w.pairUp(&parts[i], lo+i*chunkEntries, min(hi, lo+(i+1)*chunkEntries))
	}
	w.finish()
	w.tmp = append(w.tmp, parts...)
	w.active = append(w.active, partialSegment{target, len(parts)})
	w.finish()
}

// pairUp starts the sum of entries lo ≤ i < hi: neighbours are added into tmp,
// or straight into target if that completes the sum.
func (w *segmentSummer) pairUp(target *bn254.G1Affine, lo, hi int) {
	count := hi - lo
	for w.touched < hi {
		w.touch(max(w.touched, lo))
	}
	entries, points := w.list.entries[lo:hi], w.list.points
	switch count {
	case 0:
		return
	case 1:
		p := &points[entries[0]>>1]
		target.X = p.X
		negateIf(&target.Y, &p.Y, entries[0])
		return
	case 2:
		w.batch.addSigned(target, &points[entries[0]>>1], &points[entries[1]>>1], entries[0], entries[1])
		return
	}
	half := (count + 1) / 2
	if len(w.tmp)+half > cap(w.tmp) {
		w.finish()
	}
	free := len(w.tmp)
	w.tmp = w.tmp[:free+half]
	w.active = append(w.active, partialSegment{target, half})
	for i := 0; i+1 < count; i += 2 {
		p, q := entries[i], entries[i+1]
		w.batch.addSigned(&w.tmp[free], &points[p>>1], &points[q>>1], p, q)
		free++
	}
	if count%2 == 1 {
		last := entries[count-1]
		p := &points[last>>1]
		w.tmp[free].X = p.X
		negateIf(&w.tmp[free].Y, &p.Y, last)
	}
}

// touch reads one word of each of the next points. Points are scattered over
// all of the setup; a loop of nothing but loads has many of them under way at
// once, where the additions would wait for one after the other.
func (w *segmentSummer) touch(from int) {
	to := min(from+touchAhead, len(w.list.entries))
	sum := uint64(0)
	for _, e := range w.list.entries[from:to] {
		sum += w.list.points[e>>1].X[0]
	}
	w.sink, w.touched = sum, to
}

// finish halves the active segments until each is a single point. Sums go to
// the front of tmp: never past what has been read, since flush comes later
// than the reads of its pairs.
func (w *segmentSummer) finish() {
	w.batch.flush()
	for len(w.active) > 0 {
		in, out, kept := 0, 0, 0
		for _, seg := range w.active {
			if seg.count == 1 {
				*seg.dst = w.tmp[in]
				in++
				continue
			}
			if seg.count == 2 {
				w.batch.add(seg.dst, &w.tmp[in], &w.tmp[in+1])
				in += 2
				continue
			}
			end := in + seg.count
			for ; in+1 < end; in += 2 {
				w.batch.add(&w.tmp[out], &w.tmp[in], &w.tmp[in+1])
				out++
			}
			if in < end {
				w.tmp[out] = w.tmp[in]
				in++
				out++
			}
			w.active[kept] = partialSegment{seg.dst, (seg.count + 1) / 2}
			kept++
		}
		w.batch.flush()
		w.active = w.active[:kept]
	}
	w.tmp = w.tmp[:0]
}
