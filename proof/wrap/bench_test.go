package wrap_test

import (
	"context"
	crand "crypto/rand"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// BenchmarkSegment proves a segment of training in zero knowledge, keys at
// hand, and reports what the wrap adds to the argument.
func BenchmarkSegment(b *testing.B) {
	for _, c := range []struct {
		name                 string
		dense                bench.Dense
		rows, steps, rowBits int
	}{
		{"144-72-10", bench.Dense{Widths: []int{144, 72, 10}, Batch: 16, Rate: "0.125"}, 1000, 32, 16},
		{"784-128-10", bench.Dense{Widths: []int{784, 128, 10}, Batch: 64, Rate: "0.125"}, 4096, 256, 16},
	} {
		for _, s := range systems {
			b.Run(c.name+"/"+s.Name(), func(b *testing.B) {
				setup, err := commitments.NewDevelopment(c.rowBits)
				if err != nil {
					b.Fatal(err)
				}
				w, err := c.dense.Segment(context.Background(), setup, c.rows, c.steps)
				if err != nil {
					b.Fatal(err)
				}
				if w.Statement.Layout, err = proof.NewLayout(w.Statement.Layout.System, c.rowBits, true); err != nil {
					b.Fatal(err)
				}
				e := &example{Setup: setup, Statement: w.Statement, secret: prover.Secret{Cells: w.Cells, Arena: new(poly.Arena)}}
				e.measure(b, s)
			})
		}
	}
}

func (e *example) measure(b *testing.B, s wrap.ProofSystem) {
	cache := wrap.NewCache("")
	start := time.Now()
	encoded := encode(b, e.prove(b, s, cache, crand.Reader))
	first := time.Since(start)
	var argument time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := prover.Converse(context.Background(), e.Setup, e.Statement, e.secret, crand.Reader); err != nil {
			b.Fatal(err)
		}
		argument += time.Since(start)
		encoded = encode(b, e.prove(b, s, cache, crand.Reader))
	}
	each := b.Elapsed() / time.Duration(b.N)
	argument /= time.Duration(b.N)
	wrapped := each - argument // with an argument of its own
	b.ReportMetric((first - wrapped).Seconds(), "keys-s")
	b.ReportMetric(argument.Seconds(), "argument-s")
	b.ReportMetric((wrapped - argument).Seconds(), "wrap-s")
	start = time.Now()
	if err := e.verifyBytes(encoded, s, cache); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(start).Seconds()*1000, "verify-ms")
	b.ReportMetric(float64(len(encoded)), "proof-bytes")
}
