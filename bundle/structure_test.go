package bundle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestNothingMayBeMissing takes parts from a bundle in memory, where no
// encoding fixes their number: what is left verifies by itself, and must not
// pass for the run.
func TestNothingMayBeMissing(t *testing.T) {
	m := first(t)
	for name, change := range map[string]func(b *bundle.Bundle){
		"last segment":          func(b *bundle.Bundle) { b.Segments = b.Segments[:2] },
		"all segments":          func(b *bundle.Bundle) { b.Segments = nil },
		"a dataset":             func(b *bundle.Bundle) { b.Datasets = b.Datasets[:1] },
		"all datasets":          func(b *bundle.Bundle) { b.Datasets = nil },
		"weights of a border":   func(b *bundle.Bundle) { b.Segments[1].After = nil },
		"a weight of the first": func(b *bundle.Bundle) { b.Segments[0].After = b.Segments[0].After[1:] },
		"a weight of a border":  func(b *bundle.Bundle) { b.Segments[2].After = b.Segments[2].After[1:] },
		"one segment too many":  func(b *bundle.Bundle) { b.Segments = append(b.Segments, b.Segments[2]) },
		"a statement":           func(b *bundle.Bundle) { b.Statement = nil },
	} {
		t.Run(name, func(t *testing.T) {
			b := decode(t, m)
			change(b)
			if _, err := verify(b, bundle.Expectation{}, m.setup); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("verified: %v", err)
			}
			if _, err := b.Marshal(); err == nil {
				t.Error("marshalled")
			}
		})
	}
}

// TestWorkIsBounded: a statement may not ask for more memory than its bundle is
// worth. One valid certificate, moved about, is enough for a thousand parts; each of
// them costs 4 bytes for every row that a segment reads.
func TestWorkIsBounded(t *testing.T) {
	s := decode(t, first(t)).Statement
	for len(s.Parts) < 1<<10 {
		s.Parts, s.Schedule.Parts = append(s.Parts, apart(s.Parts[len(s.Parts)-1])), append(s.Schedule.Parts, s.Schedule.Parts[0])
	}
	s.Schedule.Commitments = make([][32]byte, len(s.Parts))
	rebind(s)
	if err := s.Check(); err != nil {
		t.Fatalf("many parts and small segments: %v", err)
	}
	s.Schedule.Steps = 1 << 16
	for s.Segment = 1; s.Segment <= 1<<16; s.Segment *= 2 {
		fits := s.Segment*s.Program().Batch*len(s.Parts) <= bundle.MaxChoices
		if err := s.Check(); fits != (err == nil) || err != nil && (!errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "parts")) {
			t.Errorf("segments of %d steps from %d parts: %v", s.Segment, len(s.Parts), err)
		}
	}
}

// apart returns a part with other commitments.
func apart(p bundle.PartCommitment) bundle.PartCommitment {
	_, _, g, _ := bn254.Generators()
	move := func(rows []bn254.G1Affine) []bn254.G1Affine {
		moved := slices.Clone(rows)
		for i := range moved {
			moved[i].Add(&moved[i], &g)
		}
		return moved
	}
	p.Features, p.Labels, p.Attributes = move(p.Features), move(p.Labels), move(p.Attributes)
	return p
}

// TestOnePartTwice: the same committed rows listed twice would count twice,
// whatever their digests say.
func TestOnePartTwice(t *testing.T) {
	m := first(t)
	for name, change := range map[string]func(p *bundle.PartCommitment){
		"as it is":                 func(*bundle.PartCommitment) {},
		"of another meaning":       func(p *bundle.PartCommitment) { p.Meaning[0]++ },
		"with labels of another":   func(p *bundle.PartCommitment) { p.Labels = apart(*p).Labels },
		"with features of another": func(p *bundle.PartCommitment) { p.Features = apart(*p).Features },
	} {
		s := decode(t, m).Statement
		twice := s.Parts[0]
		change(&twice)
		s.Parts[1], s.Schedule.Parts[1] = twice, s.Schedule.Parts[0]
		rebind(s)
		if err := s.Check(); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "parts 0 and 1 hold the same committed rows") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := decode(t, m).Statement
	s.Parts[1], s.Schedule.Parts[1] = apart(s.Parts[0]), s.Schedule.Parts[0]
	rebind(s)
	if err := s.Check(); err != nil {
		t.Errorf("the same rows under other commitments: %v", err)
	}
}
