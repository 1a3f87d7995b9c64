package bundle_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// TestMemoryIsAskedFor: a verification that would take more than allowed is
// refused before it begins, without a verdict.
func TestMemoryIsAskedFor(t *testing.T) {
	m := first(t)
	b := decode(t, m)
	options := bundle.Options{AllowInsecure: true, MaxMemory: b.Memory().Bytes()}
	if _, err := bundle.Verify(context.Background(), b, bundle.Expectation{}, m.setup, options); err != nil {
		t.Errorf("as much as it takes: %v", err)
	}
	options.MaxMemory--
	options.Progress = func(int, int) { t.Error("it has begun") }
	_, err := bundle.Verify(context.Background(), b, bundle.Expectation{}, m.setup, options)
	if !errors.Is(err, fault.ErrResources) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "--max-memory") {
		t.Errorf("a byte less: %v", err)
	}
}

// TestMemoryCounts looks for what each line of the estimate is for, in
// statements that need not fit anything else.
func TestMemoryCounts(t *testing.T) {
	big := func(inputs, units int) *network.Network {
		n, err := network.New(network.Architecture{
			Input: []int{inputs}, Weights: []network.Weight{{Shape: []int{inputs, units}}},
			Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{units}}},
		}, network.Choices{Batch: 4, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 10, Loss: "mean_squared_error", Labels: "values"})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	// A few bytes repeat a constant for all cells of a sample.
	shifted := func(inputs int) *network.Network {
		n, err := network.New(network.Architecture{
			Input: []int{inputs}, Weights: []network.Weight{{Shape: []int{inputs, 2}}},
			Layers: []network.Layer{
				{Kind: network.Add, Inputs: []int{0}, Constant: &network.Constant{Cells: []float32{1}}},
				{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{2}},
			},
		}, network.Choices{Batch: 4, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 10, Loss: "mean_squared_error", Labels: "values"})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for name, c := range map[string]struct {
		change func(s *bundle.Statement)
		least  int64
		what   string
	}{
		"weights of a seed": {func(s *bundle.Statement) {
			s.Network, s.Origin = big(1<<13+1, 1<<13-1), bundle.Origin{Kind: bundle.Seeded, Seed: "x", Scheme: "he", Bits: 20}
		}, 8<<26 + 8<<27, "initial weights"},
		"a constant for a sample of many cells": {func(s *bundle.Statement) {
			s.Network, s.Origin = shifted(1<<21+1), bundle.Origin{Kind: bundle.Private, Bits: 20}
		}, 20 << 22, "constants of the model"},
		"private weights": {func(s *bundle.Statement) {
			s.Network, s.Origin = big(1<<13+1, 1<<13-1), bundle.Origin{Kind: bundle.Private, Bits: 20}
		}, 0, ""},
		"a shuffle of all rows there may be": {func(s *bundle.Statement) {
			s.Schedule.Order, s.Schedule.Parts = schedule.Shuffled, schedule.Parts{bundle.MaxRows}
		}, 8 * bundle.MaxRows, "order of the rows"},
		"the largest segments": {func(s *bundle.Statement) {
			s.Schedule.Steps, s.Segment, s.Schedule.Batch = 1<<30, 1<<16, bundle.MaxSlots>>16
			s.Parts = make([]bundle.PartCommitment, 4)
		}, bundle.MaxSlots * (8 + 4*4), "rows that a segment reads"},
	} {
		s := *decode(t, first(t)).Statement
		c.change(&s)
		need := (&bundle.Bundle{Statement: &s}).Memory()
		if got := need.Bytes() - memory.Base; got < c.least || c.least == 0 && got > 1<<20 || c.least > 0 && got > 3*c.least {
			t.Errorf("%s: %d bytes, want %d or somewhat more", name, got, c.least)
		}
		if err := need.Check("verifying", memory.Base+1<<20); c.least > 0 && (err == nil || !strings.Contains(err.Error(), c.what)) {
			t.Errorf("%s: %v, want it to name the %s", name, err, c.what)
		}
	}
}

// TestMemoryByItsDefinition: each certificate, proof, commitment, row, constant
// and weight is in the estimate.
func TestMemoryByItsDefinition(t *testing.T) {
	n, err := network.New(network.Architecture{
		Input: []int{3}, Weights: []network.Weight{{Shape: []int{3, 5}}, {Shape: []int{5}}, {Shape: []int{5, 3}}},
		Layers: []network.Layer{
			{Kind: network.Add, Inputs: []int{0}, Constant: &network.Constant{Shape: []int{3}, Cells: []float32{1, 2, 3}}},
			{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0, 1}, Shape: []int{5}},
			{Kind: network.Add, Inputs: []int{2}, Constant: &network.Constant{Shape: []int{5}, Cells: []float32{1, 2, 3, 4, 5}}},
			{Kind: network.FullyConnected, Inputs: []int{3}, Weights: []int{2}, Shape: []int{3}},
		},
	}, network.Choices{Batch: 4, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 10, Loss: "mean_squared_error", Labels: "values"})
	if err != nil {
		t.Fatal(err)
	}
	rows := func(n ...int) (w bundle.WeightCommitments) {
		for _, k := range n {
			w = append(w, make([]bn254.G1Affine, k))
		}
		return w
	}
	constants := 0
	for _, id := range n.Program().OfRole(graph.Constant) {
		constants += ops.PaddedSize(n.Program().Tensor(id).Axes)
	}
	if len(n.Program().OfRole(graph.Constant)) < 2 {
		t.Fatal("fewer constants than are stated")
	}
	b := &bundle.Bundle{
		Statement: &bundle.Statement{
			Network: n, Segment: 5, Initial: rows(1, 2, 4),
			Schedule: schedule.Spec{Batch: 4, Steps: 12, Parts: schedule.Parts{30, 60, 100}},
			Parts: []bundle.PartCommitment{
				{Features: rows(8)[0], Labels: rows(16)[0]}, {Features: rows(32)[0], Labels: rows(64)[0], Attributes: rows(128)[0], Columns: 1}, {Features: rows(256)[0], Labels: rows(512)[0]},
			},
		},
		Datasets: [][]byte{make([]byte, 100), make([]byte, 2000), make([]byte, 30000)}, Weights: make([]byte, 400000),
		Segments: []bundle.Segment{
			{After: rows(1024, 2048, 1), Proof: make([]byte, 5)}, {After: rows(1, 4096), Proof: make([]byte, 60)}, {After: rows(8192, 1), Proof: make([]byte, 700)},
		},
	}
	const (
		points = 1023 + 1024 + 2048 + 1 + 1 + 4096 + 8192 + 1
		proofs = 432100 + 765
		slots  = 5 * 4
		cells  = 15 + 4*8 + 5 + 8 + 15 + 8*4 // and padded
	)
	want := int64(memory.Base + 256*points + 2*proofs + 2*slots*(8+4*3) + 20*constants)
	if got := b.Memory().Bytes(); got != want {
		t.Errorf("committed order, private weights: %d bytes, want %d", got, want)
	}
	b.Statement.Schedule.Order = schedule.Shuffled
	if got := b.Memory().Bytes(); got != want+8*190 {
		t.Errorf("shuffled: %d bytes, want %d", got, want+8*190)
	}
	for _, kind := range []bundle.OriginKind{bundle.Seeded, bundle.Published} {
		b.Statement.Origin.Kind = kind
		if got := b.Memory().Bytes(); got != want+8*190+8*cells {
			t.Errorf("%v: %d bytes, want %d", kind, got, want+8*190+8*cells)
		}
	}
	b.Statement.Segment = 100 // steps, of which there are 12
	if got := b.Memory().Bytes(); got != want+8*190+8*cells+2*28*(8+4*3) {
		t.Errorf("one segment: %d bytes", got)
	}
}

// TestMemoryIsEnough derives public weights and the order of many rows, and
// takes no more than the estimate says.
func TestMemoryIsEnough(t *testing.T) {
	s := *decode(t, first(t)).Statement
	n, err := network.New(network.Architecture{
		Input: []int{1000}, Weights: []network.Weight{{Shape: []int{1000, 1000}}},
		Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{1000}}},
	}, network.Choices{Batch: 4, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 10, Loss: "mean_squared_error", Labels: "values"})
	if err != nil {
		t.Fatal(err)
	}
	s.Network, s.Origin = n, bundle.Origin{Kind: bundle.Seeded, Seed: "x", Scheme: "he", Bits: 40}
	need := (&bundle.Bundle{Statement: &s}).Memory().Bytes() - memory.Base
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := bundle.WeightsClaim(s.Mode, s.Network, s.Origin, s.Setup, s.RowBits, nil); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := int64(after.TotalAlloc - before.TotalAlloc); took > need+4<<20 {
		t.Errorf("weights take %d bytes, the estimate is %d", took, need)
	}
}

// TestDecodingTakesItsSize decodes bundles that are large for one reason each.
func TestDecodingTakesItsSize(t *testing.T) {
	wide := func(b *bundle.Bundle, kind bundle.OriginKind) {
		n, err := network.New(network.Architecture{
			Input: []int{500}, Weights: []network.Weight{{Shape: []int{500, 500}}},
			Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{500}}},
		}, network.Choices{Batch: 4, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 10, Loss: "mean_squared_error", Labels: "values"})
		if err != nil {
			t.Fatal(err)
		}
		b.Statement.Network, b.Statement.Origin = n, bundle.Origin{Kind: kind, Bits: 31}
		if kind == bundle.Published {
			b.Statement.Origin.Cells = [][]int64{make([]int64, 500*500)}
		}
	}
	for name, change := range map[string]func(b *bundle.Bundle){
		"published weights": func(b *bundle.Bundle) { wide(b, bundle.Published) },
		"commitments":       func(b *bundle.Bundle) { b.Statement.RowBits = 1; wide(b, bundle.Private) },
		"proofs":            func(b *bundle.Bundle) { b.Segments[0].Proof = make([]byte, 4<<20) },
	} {
		b := decode(t, first(t))
		change(b)
		repairTo(b, 1<<18)
		file, err := b.Marshal()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read, err := bundle.Unmarshal(file)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if took := int64(after.TotalAlloc - before.TotalAlloc); took > bundle.BytesPerByte*int64(len(file)) {
			t.Errorf("%s: %d bytes take %d, %.1f times as many", name, len(file), took, float64(took)/float64(len(file)))
		}
		if need := read.Memory().Bytes() - memory.Base; need < int64(len(file)) {
			t.Errorf("%s: a bundle of %d bytes is said to take %d", name, len(file), need)
		}
	}
}

// TestNestedExpectationIsRefused: an expectation may be a prover's proposal.
func TestNestedExpectationIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "expect.toml")
	if err := os.WriteFile(path, []byte("x = "+strings.Repeat("{a=", 1<<14)+"1"+strings.Repeat("}", 1<<14)), 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := bundle.ReadExpectation(path)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, fault.ErrInput) || took > 1<<20 {
		t.Errorf("%d bytes taken: %v", took, err)
	}
}
