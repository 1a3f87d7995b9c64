package commitments

import (
	"fmt"
	"math"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// referenceSum is gnark-crypto's sum of the same terms.
func referenceSum[T int32 | int64](t testing.TB, points []bn254.G1Affine, cells []T) bn254.G1Jac {
	t.Helper()
	scalars := make([]fr.Element, len(cells))
	for i, c := range cells {
		scalars[i].SetInt64(int64(c))
	}
	var sum bn254.G1Jac
	if _, err := sum.MultiExp(points[:len(cells)], scalars, ecc.MultiExpConfig{}); err != nil {
		t.Fatal(err)
	}
	return sum
}

func checkSigned[T int32 | int64](t *testing.T, points []bn254.G1Affine, cells []T) {
	t.Helper()
	want := referenceSum(t, points, cells)
	for _, workers := range []int{1, 2, 3} {
		got, err := msmSigned(newCrew(workers), points[:len(cells)], cells)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(&want) {
			t.Errorf("%d cells, %d workers: sum differs from the reference", len(cells), workers)
		}
	}
}

// signedColumns are the kinds of columns there are, and the edges of types.
func signedColumns(rng testRand, n int) map[string][]int64 {
	column := func(f func(i int) int64) []int64 {
		c := make([]int64, n)
		for i := range c {
			c[i] = f(i)
		}
		return c
	}
	constant := func(v int64) []int64 { return column(func(int) int64 { return v }) }
	signed := func(width int) []int64 {
		return column(func(int) int64 { return int64(rng.Uint64()) >> (64 - width) })
	}
	columns := map[string][]int64{
		"zeros":       constant(0),
		"ones":        constant(1),
		"minus ones":  constant(-1),
		"equal":       constant(-12345),
		"min int32":   constant(math.MinInt32),
		"max int32":   constant(math.MaxInt32),
		"min int64":   constant(math.MinInt64),
		"max int64":   constant(math.MaxInt64),
		"bits":        column(func(int) int64 { return int64(rng.Uint64() & 1) }),
		"ternary":     column(func(int) int64 { return int64(rng.Uint64()%3) - 1 }),
		"powers":      column(func(i int) int64 { return 1 << (i % 63) }),
		"less one":    column(func(i int) int64 { return 1<<(i%63) - 1 }),
		"minus power": column(func(i int) int64 { return -1 << (i % 64) }),
		"ends": column(func(i int) int64 {
			return []int64{math.MinInt64, math.MaxInt64, 0, -1, math.MinInt64 + 1, 1}[i%6]
		}),
		"mostly zero": column(func(i int) int64 {
			if rng.Uint64()%64 != 0 {
				return 0
			}
			return int64(rng.Uint64()) >> 48
		}),
		"one at the end": column(func(i int) int64 {
			if i == n-1 {
				return -77
			}
			return 0
		}),
	}
	for _, width := range []int{2, 5, 8, 9, 16, 17, 18, 19, 24, 32, 40, 55, 64} {
		columns[fmt.Sprintf("%d bits", width)] = signed(width)
	}
	return columns
}

func TestSignedSumsEqualReference(t *testing.T) {
	rng := newTestRand(11)
	s := testSetup(t, 13)
	for _, n := range []int{1, 2, 3, 17, 700, 1 << 13} {
		for name, column := range signedColumns(rng, n) {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				checkSigned(t, s.G1, column)
				narrow := make([]int32, n)
				for i := range narrow {
					narrow[i] = int32(column[i])
				}
				checkSigned(t, s.G1, narrow)
			})
		}
	}
}

// TestLongSegments: one bucket longer than the chunk, cut between workers.
func TestLongSegments(t *testing.T) {
	s := testSetup(t, 15)
	rng := newTestRand(12)
	for _, modulus := range []uint64{1, 2, 3} {
		cells := make([]int32, s.RowCells())
		for i := range cells {
			cells[i] = int32(rng.Uint64()%modulus) + 1
		}
		checkSigned(t, s.G1, cells)
	}
}

// TestExceptionalPoints: equal and opposite points meet, sums are infinity
// and go on, which random bases never show.
func TestExceptionalPoints(t *testing.T) {
	s := testSetup(t, 4)
	rng := newTestRand(13)
	const n = 5000
	for _, distinct := range []uint64{1, 2, 16} {
		points := make([]bn254.G1Affine, n)
		for i := range points {
			points[i] = s.G1[rng.Uint64()%distinct]
			if rng.Uint64()&1 == 1 {
				points[i].Neg(&points[i])
			}
		}
		for _, modulus := range []uint64{1, 2, 300} {
			cells := make([]int32, n)
			for i := range cells {
				cells[i] = int32(rng.Uint64()%modulus) + 1
				if rng.Uint64()&1 == 1 {
					cells[i] = -cells[i]
				}
			}
			checkSigned(t, points, cells)
		}
	}
	// P, −P, P, −P, …: every bucket ends at infinity.
	points := make([]bn254.G1Affine, n)
	cells := make([]int32, n)
	for i := range points {
		points[i] = s.G1[3]
		cells[i] = 200 - 400*int32(i%2)
	}
	checkSigned(t, points, cells)
}

// TestInfinityBetweenWorkers: the two parts of a bucket cut between workers
// cancel, and only there an infinity comes up; its neighbour shares a digit.
func TestInfinityBetweenWorkers(t *testing.T) {
	s := testSetup(t, 12)
	points := append([]bn254.G1Affine(nil), s.G1...)
	cells := make([]int32, len(points))
	minusTwice := *new(bn254.G1Affine).Double(&s.G1[5])
	minusTwice.Neg(&minusTwice)
	for i := range points {
		cells[i] = 200
		switch {
		case i < 2048: // the first worker's half
			points[i] = s.G1[5]
		case i < 3072:
			points[i] = minusTwice
		default:
			cells[i] = 201
		}
	}
	checkSigned(t, points, cells)
}

func TestFieldSumsEqualReference(t *testing.T) {
	s := testSetup(t, 13)
	rng := newTestRand(14)
	random := rng.scalars(t, s.RowCells())
	edges := make([]fr.Element, s.RowCells())
	for i := range edges {
		edges[i].SetInt64(int64(i%5) - 2) // −1 and −2 fill all bits
	}
	for _, cells := range [][]fr.Element{random[:fieldSumCells-1], random[:fieldSumCells], random, edges} {
		var want bn254.G1Jac
		if _, err := want.MultiExp(s.G1[:len(cells)], cells, ecc.MultiExpConfig{}); err != nil {
			t.Fatal(err)
		}
		for _, workers := range []int{1, 2} {
			got, err := msmField(newCrew(workers), s.G1[:len(cells)], cells)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Equal(&want) {
				t.Errorf("%d cells, %d workers: sum differs from the reference", len(cells), workers)
			}
		}
	}
}

func TestNegateIfIsNegation(t *testing.T) {
	q := fp.Modulus()
	limbs := [4]uint64{fpQ0, fpQ1, fpQ2, fpQ3}
	for i, w := range q.Bits() {
		if uint64(w) != limbs[i] {
			t.Fatalf("limb %d of the modulus is %#x", i, w)
		}
	}
	var y, want, got fp.Element
	for i := range int64(100) {
		y.SetInt64(i - 50)
		if y.IsZero() {
			continue
		}
		negateIf(&got, &y, uint32(2*i))
		if !got.Equal(&y) {
			t.Fatalf("%v changed", y)
		}
		want.Neg(&y)
		negateIf(&got, &y, uint32(2*i+1))
		if !got.Equal(&want) {
			t.Fatalf("−%v is %v", y, got)
		}
	}
}

// A crew gives its memory back only when all its sums are done: what is left in a
// batch would be in the sums of the next one.
func TestCrewsAreDismissedBetweenSums(t *testing.T) {
	c := newCrew(1)
	var sum bn254.G1Affine
	_, _, g, _ := bn254.Generators()
	c[0].batch.add(&sum, &g, &g)
	defer func() {
		if recover() == nil {
			t.Error("a crew with an addition under way was dismissed")
		}
	}()
	c.dismiss()
}

func TestInvertIsInversion(t *testing.T) {
	var zero fp.Element
	for n := batchLanes; n <= batchPairs; n += batchLanes {
		src, dst, pre := make(fp.Vector, n), make(fp.Vector, n), make(fp.Vector, 2*batchPairs)
		for i := range src {
			src[i].SetInt64(int64(3*i + 7))
		}
		if !invert(dst, src, pre) {
			t.Fatalf("%d elements: a zero, where there is none", n)
		}
		for i := range src {
			want := *new(fp.Element).Inverse(&src[i])
			if !dst[i].Equal(&want) {
				t.Fatalf("%d elements: that at %d is not inverted", n, i)
			}
		}
		for _, at := range []int{0, n / 2, n - 1} {
			was := src[at]
			src[at] = zero
			if invert(dst, src, pre) {
				t.Errorf("%d elements: the zero at %d is not seen", n, at)
			}
			src[at] = was
		}
	}
}
