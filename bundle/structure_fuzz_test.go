package bundle_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/scramble"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// fuzzMemory is what a changed file may ask for.
const fuzzMemory = 1 << 30

// judge is how the outcome of a step is looked at.
type judge struct {
	t        *testing.T
	verifier *mode.Verifier
	mode     mode.Name
}

// verdict refuses a panic, and an error that is no verdict on a stranger's file.
func (j *judge) verdict(what string, err error) bool {
	j.t.Helper()
	if errors.Is(err, fault.ErrPanic) {
		j.t.Fatalf("%s: %v", what, err)
	}
	if code := fault.ExitCode(fault.Verdict(err)); code == fault.ExitInput || code == fault.ExitUnsupported || code == fault.ExitUsage {
		j.t.Fatalf("%s: exit code %d: %v", what, code, err)
	}
	return err == nil
}

// argue takes a claim through what comes after its statement: public tensors
// are evaluated, a proof of its shape that proves nothing is refused.
func (j *judge) argue(what string, st *statement.Statement, err error) {
	j.t.Helper()
	if err = fault.OfFile(err); !j.verdict(what, err) {
		return
	}
	encoded := prooftest.Nothing(st)
	if encoded == nil {
		return
	}
	j.verdict(what+": public tensors", prooftest.EvaluatePublic(st))
	if j.verdict(what+": a proof of nothing", j.verifier.Verify(context.Background(), j.mode, st, encoded)) {
		j.t.Fatalf("%s: a proof of nothing is accepted", what)
	}
}

// argueDataset takes the last claim of a part's certificate through argue.
func (j *judge) argueDataset(claims []bundle.DatasetClaim, err error) {
	j.t.Helper()
	if err != nil {
		j.argue("certificate of a part", nil, err)
		return
	}
	j.argue("certificate of a part", claims[len(claims)-1].Statement, nil)
}

// within fails if f takes more memory or time than a file may.
func within(t *testing.T, f func() (size int)) {
	t.Helper()
	var before, after runtime.MemStats
	start := time.Now()
	runtime.ReadMemStats(&before)
	size := f()
	runtime.ReadMemStats(&after)
	took := after.TotalAlloc - before.TotalAlloc // more than is ever held
	if took > 2*fuzzMemory+1000*uint64(size) || time.Since(start) > time.Minute {
		t.Errorf("a file of %d bytes takes %d MiB and %v", size, took>>20, time.Since(start))
	}
}

// FuzzStructure changes decoded bundles, their networks included, and takes them
// through everything that a verifier does: they are encoded and decoded,
// verified, and each claim is stated as if all before it had been proven.
func FuzzStructure(f *testing.F) {
	m := first(f)
	tables := ops.NewTables()
	scramble.Seeds(f)
	f.Fuzz(func(t *testing.T, seed []byte) {
		b := decode(t, made{slices.Clone(m.bytes), m.setup}) // proofs share the file's bytes
		choices := scramble.NewChoices(seed)
		if choices.Below(2) == 0 && !changeNetwork(choices, b.Statement) {
			return
		}
		if choices.Below(2) == 0 {
			scramble.Change(choices, b)
		}
		if b.Statement == nil || b.Statement.Network == nil {
			return // no file says so
		}
		repair(b)
		within(t, func() int { return everything(t, b, m.setup, tables) })
	})
}

// changeNetwork changes what is trained and how, if a step can be derived of it.
func changeNetwork(c *scramble.Choices, s *bundle.Statement) bool {
	of := struct {
		Architecture network.Architecture
		Choices      network.Choices
	}{s.Network.Architecture(), s.Network.Choices()}
	scramble.Change(c, &of)
	n, err := network.New(of.Architecture, of.Choices)
	if err == nil {
		s.Network, s.Schedule.Batch = n, of.Choices.Batch
	}
	return err == nil
}

// repair gives a bundle as many commitments and proofs as its statement asks for,
// if they are not too many to write down.
func repair(b *bundle.Bundle) { repairTo(b, 1<<10) }

// repairTo is repair with at most so many commitments of a tensor.
func repairTo(b *bundle.Bundle, most int) {
	s := b.Statement
	_, _, g, _ := bn254.Generators()
	point := g // each part has one of its own, or two would be the same rows
	rows := func(have []bn254.G1Affine, axes ...relation.Axis) []bn254.G1Affine {
		n := bundle.CommittedRows(max(1, s.RowBits), axes...)
		if n < 1 || n > most {
			return have
		}
		return append(have[:min(len(have), n):min(len(have), n)], slices.Repeat([]bn254.G1Affine{point}, n-min(len(have), n))...)
	}
	s.Parts = append(s.Parts[:min(len(s.Parts), len(s.Schedule.Parts))], make([]bundle.PartCommitment, max(0, min(most, len(s.Schedule.Parts))-len(s.Parts)))...)
	for i := range s.Parts {
		p, shape := &s.Parts[i], s.PartShape(i)
		point.Add(&point, &g)
		if shape.Rows < 1 || shape.Attributes < 0 || shape.Attributes > bundle.MaxAttributes {
			continue
		}
		axis := relation.Axis{Size: shape.Rows}
		p.Features, p.Labels = rows(p.Features, axis, relation.Axis{Size: shape.Features}), rows(p.Labels, axis, relation.Axis{Size: shape.Labels})
		if p.Attributes = nil; p.Columns > 0 {
			p.Attributes = rows(nil, axis, relation.Axis{Size: p.Columns})
		}
		if s.Schedule.Order == schedule.Shuffled && i < len(s.Schedule.Commitments) {
			s.Schedule.Commitments[i] = s.PartDigest(i)
		}
	}
	weights := func(have bundle.WeightCommitments, ids []graph.TensorID) bundle.WeightCommitments {
		have = append(have[:min(len(have), len(ids))], make(bundle.WeightCommitments, max(0, len(ids)-len(have)))...)
		for i, id := range ids {
			have[i] = rows(have[i], s.Program().Tensor(id).Axes...)
		}
		return have
	}
	s.Initial = weights(s.Initial, network.WeightTensors(s.Program()))
	if s.Segment < 1 || s.Segment > 1<<32 || s.Steps() < 1 || s.Steps() > 1<<32 || s.Segments() > 64 { // no file says more
		return
	}
	b.Datasets = append(b.Datasets[:min(len(b.Datasets), len(s.Parts))], make([][]byte, max(0, len(s.Parts)-len(b.Datasets)))...)
	b.Segments = append(b.Segments[:min(len(b.Segments), s.Segments())], make([]bundle.Segment, max(0, s.Segments()-len(b.Segments)))...)
	for i := range b.Segments {
		b.Segments[i].After = weights(b.Segments[i].After, s.Program().OfRole(graph.Weight))
	}
}

// everything does with a bundle what a verifier may do, and returns how large its
// file is.
func everything(t *testing.T, b *bundle.Bundle, setup *commitments.VerifierSetup, tables *ops.Tables) int {
	j := &judge{t, &mode.Verifier{Setup: setup}, b.Statement.Mode}
	file, err := b.Marshal()
	if err != nil {
		_, err = bundle.Verify(context.Background(), b, bundle.Expectation{}, setup, bundle.Options{AllowInsecure: true, MaxMemory: fuzzMemory})
		if j.verdict("in memory alone", err) {
			t.Fatalf("accepted, and cannot be written: %v", err)
		}
		return 0
	}
	read, err := bundle.Unmarshal(file)
	if !j.verdict("reading", err) {
		return len(file)
	}
	_, err = bundle.Verify(context.Background(), read, bundle.Expectation{}, setup, bundle.Options{AllowInsecure: true, MaxMemory: fuzzMemory})
	j.verdict("verifying", err)
	facts, err := read.Facts()
	if j.verdict("facts", err) && facts.Steps != read.Statement.Steps() {
		t.Fatal("facts about another run")
	}
	s := read.Statement
	if read.Memory().Bytes() > fuzzMemory {
		return len(file)
	}
	claims, err := bundle.NewClaims(s, tables)
	if !j.verdict("claims", fault.OfFile(err)) {
		return len(file)
	}
	j.argueDataset(claims.Dataset(len(s.Parts) - 1))
	_, st, err := claims.Weights()
	j.argue("certificate of the weights", st, err)
	_, st, err = claims.Segment(0, nil, s.Before(s.Trained()), read.Segments[0].After)
	j.argue("first segment", st, err)
	return len(file)
}

// FuzzPartStructure changes decoded part files, and verifies them.
func FuzzPartStructure(f *testing.F) {
	p, v := commitPart(f, people())
	p.Meaning.Encoding = &data.Encoding{FractionBits: 4, Features: []data.Column{{Name: "a", Index: 1, Offset: "0", Scale: "1"}, {Name: "b", Index: 2, Categories: []string{"x", "y"}}}}
	p.Commitment.Meaning = p.Meaning.Digest()
	file, err := p.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	scramble.Seeds(f)
	f.Fuzz(func(t *testing.T, seed []byte) {
		p, err := bundle.UnmarshalPart(slices.Clone(file))
		if err != nil {
			t.Fatal(err)
		}
		scramble.Change(scramble.NewChoices(seed), p)
		p.Commitment.Meaning, p.Commitment.Columns = p.Meaning.Digest(), p.Shape.Attributes
		repairPart(p)
		within(t, func() int { return everythingOfPart(t, p, v) })
	})
}

// repairPart is repair of a part.
func repairPart(p *bundle.PartFile) {
	_, _, g, _ := bn254.Generators()
	for k, width := range []int{p.Shape.Features, p.Shape.Labels, p.Shape.Attributes} {
		n := bundle.CommittedRows(max(1, p.RowBits), relation.Axis{Size: max(1, p.Shape.Rows)}, relation.Axis{Size: max(1, width)})
		if n < 1 || n > 1<<10 {
			return
		}
		*[]*[]bn254.G1Affine{&p.Commitment.Features, &p.Commitment.Labels, &p.Commitment.Attributes}[k] = slices.Repeat([]bn254.G1Affine{g}, n)
	}
	if p.Commitment.Columns == 0 {
		p.Commitment.Attributes = nil
	}
}

func everythingOfPart(t *testing.T, p *bundle.PartFile, v *mode.Verifier) int {
	j := &judge{t, v, p.Mode}
	file, err := p.Marshal()
	if err != nil {
		return 0
	}
	read, err := bundle.UnmarshalPart(file)
	if !j.verdict("reading", err) {
		return len(file)
	}
	if j.verdict("verifying", read.Verify(context.Background(), v)) && read.Shape != (segment.PartShape{Rows: 5, Features: 2, Labels: 2, Kind: graph.OneHot, Attributes: 2}) {
		t.Fatal("another part is accepted")
	}
	j.argueDataset(bundle.DatasetClaims(read.Mode, read.Shape, read.Setup, read.RowBits, read.Commitment))
	return len(file)
}
