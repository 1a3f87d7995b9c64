package prover_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	. "github.com/zkaudit/zkaudit/relation"
)

// lookupSystem looks up columns of 2^log cells: five in a 16-bit range, one
// triple in the ReLU table, as a dense layer does per activation cell.
func lookupSystem(b *testing.B, log int) (*System, Assignment, int) {
	rng := rand.New(rand.NewPCG(1, 1))
	bl := NewBuilder("lookups")
	cell := Axis{Name: "cell", Size: 1 << log}
	var ranges []ID
	for i := range 5 {
		id := bl.Witness(fmt.Sprint("R", i), cell)
		bl.Unsigned(id, 16)
		ranges = append(ranges, id)
	}
	z, a, g := bl.Witness("Z", cell), bl.Witness("A", cell), bl.Witness("G", cell)
	bl.LookUp(bl.Table("relu", -1<<15, 1<<16, Rectifier{}, Rectifier{Gate: true}), z, a, g)
	sys, err := bl.Build()
	if err != nil {
		b.Fatal(err)
	}
	cells := NewAssignment(sys)
	for _, id := range append(ranges, z, a, g) {
		cells[id].Small = make([]int32, cell.Size)
	}
	for i := range cell.Size {
		for _, id := range ranges {
			cells[id].Small[i] = rng.Int32N(1 << 16)
		}
		v := rng.Int32N(1<<12) - 1<<11
		cells[z].Small[i] = v
		if v > 0 {
			cells[a].Small[i], cells[g].Small[i] = v, 1
		}
	}
	return sys, cells, 6 * cell.Size
}

// BenchmarkLookups is the lookup argument alone, multiplicities, tables and
// padding counted in, per real looked-up tuple.
func BenchmarkLookups(b *testing.B) {
	sys, cells, tuples := lookupSystem(b, 20)
	l, err := proof.NewLayout(sys, 18, false)
	if err != nil {
		b.Fatal(err)
	}
	arena := new(poly.Arena)
	for b.Loop() {
		if err := prover.Count(sys, cells); err != nil {
			b.Fatal(err)
		}
		p, err := prover.New(l, cells, nil, arena)
		if err != nil {
			b.Fatal(err)
		}
		tr := transcript.NewNative(statement.Domain)
		proof.Begin(l, tr, prooftest.StatementDigest(), fr.Element{})
		var checks proof.Checks
		proof.ArgueLookups[fr.Element](l, &checks, tr, p)
		if err := checks.Err(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tuples), "ns/lookup")
}
