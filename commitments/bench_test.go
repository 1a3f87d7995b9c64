package commitments

import (
	"fmt"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"
)

func benchSetup(b *testing.B, rowBits int) *Setup {
	b.Helper()
	s, err := CachedDevelopment(b.TempDir(), rowBits)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// perCell reports the time of one cell; f does rows of the given cells.
func perCell(b *testing.B, cells int, f func()) {
	b.Helper()
	f()
	b.ReportAllocs()
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(cells), "ns/cell")
}

func signedCells(n, width int) []int64 {
	rng := newTestRand(21)
	cells := make([]int64, n)
	for i := range cells {
		cells[i] = int64(rng.Uint64()) >> (64 - width)
	}
	return cells
}

func narrow(cells []int64) []int32 {
	out := make([]int32, len(cells))
	for i, c := range cells {
		out[i] = int32(c)
	}
	return out
}

func mustCommit(b *testing.B, rows []bn254.G1Affine, err error) {
	if err != nil || len(rows) == 0 {
		b.Fatal(err)
	}
}

// BenchmarkCommitSigned16 and BenchmarkKZGCommit commit to the same values.
func BenchmarkCommitSigned16(b *testing.B) {
	for _, c := range []struct{ rowBits, rows int }{{18, 1}, {16, 1}, {16, 4}} {
		b.Run(fmt.Sprintf("%dx2^%d", c.rows, c.rowBits), func(b *testing.B) {
			s := benchSetup(b, c.rowBits)
			cells := narrow(signedCells(c.rows<<c.rowBits, 16))
			perCell(b, len(cells), func() {
				rows, err := s.CommitInt32(cells, nil)
				mustCommit(b, rows, err)
			})
		})
	}
}

func BenchmarkKZGCommit(b *testing.B) {
	s := benchSetup(b, 18)
	cells := make([]fr.Element, s.RowCells())
	for i, c := range signedCells(len(cells), 16) {
		cells[i].SetInt64(c)
	}
	key := kzg.ProvingKey{G1: s.G1}
	perCell(b, len(cells), func() {
		if _, err := kzg.Commit(cells, key); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkSignedSpeedup alternates the two on the same 2^18 values, so that
// both see the same machine, and reports how many times faster ours is.
func BenchmarkSignedSpeedup(b *testing.B) {
	s := benchSetup(b, 18)
	cells := signedCells(s.RowCells(), 16)
	scalars, small := toField(cells), narrow(cells)
	key := kzg.ProvingKey{G1: s.G1}
	var theirs, ours time.Duration
	for b.Loop() {
		start := time.Now()
		want, err := kzg.Commit(scalars, key)
		if err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		got, err := s.CommitInt32(small, nil)
		mustCommit(b, got, err)
		ours += time.Since(middle)
		theirs += middle.Sub(start)
		if !got[0].Equal(&want) {
			b.Fatal("commitments differ")
		}
	}
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N)/float64(len(cells)), "ns/cell")
	b.ReportMetric(float64(theirs)/float64(ours), "times-faster")
}

func BenchmarkCommitColumns(b *testing.B) {
	const rowBits = 16
	s := benchSetup(b, rowBits)
	columns := map[string][]int64{
		"bits":   signedCells(4<<rowBits, 1),
		"limb8":  signedCells(4<<rowBits, 8),
		"weight": signedCells(4<<rowBits, 40),
	}
	sparse := signedCells(4<<rowBits, 16)
	for i := range sparse {
		if i%8 != 0 {
			sparse[i] = 0
		}
	}
	columns["sparse16"] = sparse
	for name, cells := range columns {
		b.Run(name, func(b *testing.B) {
			perCell(b, len(cells), func() {
				rows, err := s.CommitInt64(cells, nil)
				mustCommit(b, rows, err)
			})
		})
	}
}

func BenchmarkCommitField(b *testing.B) {
	s := benchSetup(b, 16)
	cells := newTestRand(22).scalars(b, s.RowCells())
	perCell(b, len(cells), func() {
		rows, err := s.CommitField(cells, nil)
		mustCommit(b, rows, err)
	})
}

func BenchmarkOpen(b *testing.B) {
	for _, rowBits := range []int{16, 18} {
		b.Run(fmt.Sprintf("2^%d", rowBits), func(b *testing.B) {
			s := benchSetup(b, rowBits)
			f, claim := benchClaim(b, s)
			perCell(b, len(f), func() { mustOpen(b, s, f, claim, [32]byte{}) })
		})
	}
}

// benchClaim evaluates by folding: the naive sum takes too long here.
func benchClaim(b *testing.B, s *Setup) (fr.Vector, pairingClaim) {
	b.Helper()
	rng := newTestRand(23)
	f, point := fr.Vector(rng.scalars(b, s.RowCells())), rng.scalars(b, s.RowBits)
	rows, err := s.CommitField(f, nil)
	mustCommit(b, rows, err)
	_, value := foldAll(f, point)
	return f, pairingClaim{Commitment: rows[0], Point: point, Value: value}
}

func BenchmarkVerifyEvaluation(b *testing.B) {
	s := benchSetup(b, 16)
	f, claim := benchClaim(b, s)
	proof := mustOpen(b, s, f, claim, [32]byte{})
	v := s.Verifier()
	for b.Loop() {
		if err := verifyPairing(v, claim, proof, [32]byte{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewDevelopment(b *testing.B) {
	for _, rowBits := range []int{16, 18} {
		b.Run(fmt.Sprintf("2^%d", rowBits), func(b *testing.B) {
			for b.Loop() {
				if _, err := NewDevelopment(rowBits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
