package bench

import (
	"context"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

func setup(b testing.TB, rowBits int) *commitments.Setup {
	setup, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		b.Fatal(err)
	}
	return setup
}

// proveSegment reports the argument's cost per activation cell.
func proveSegment(b *testing.B, d Dense, rows, steps, rowBits int) {
	setup := setup(b, rowBits)
	w, err := d.Segment(context.Background(), setup, rows, steps)
	if err != nil {
		b.Fatal(err)
	}
	arena := new(poly.Arena)
	var encoded []byte
	for b.Loop() {
		p, err := prover.Prove(context.Background(), setup, w.Statement, prover.Secret{Cells: w.Cells, Arena: arena})
		if err != nil {
			b.Fatal(err)
		}
		if encoded, err = p.MarshalBinary(); err != nil {
			b.Fatal(err)
		}
	}
	perCell := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(d.Cells()*steps)
	b.ReportMetric(perCell, "ns/cell")
	b.ReportMetric(float64(w.Tuples)/float64(d.Cells()*steps), "lookups/cell")
	b.ReportMetric(float64(len(encoded)), "proof-bytes")
	start := time.Now()
	if err := verifier.Verify(setup.Verifier(), w.Statement, encoded); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "verify-ms")
}

func BenchmarkSegmentMNIST(b *testing.B) {
	proveSegment(b, Dense{Widths: []int{784, 128, 10}, Batch: 64, Rate: "0.125"}, 4096, 256, 18)
}

func BenchmarkSegmentSmall(b *testing.B) {
	proveSegment(b, Dense{Widths: []int{144, 72, 10}, Batch: 16, Rate: "0.125"}, 1000, 32, 16)
}
