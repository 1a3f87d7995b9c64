package bundle_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// flaw is one thing wrong with a statement, and what its refusal says.
type flaw struct {
	name   string
	change func(s *bundle.Statement)
	says   string
}

// refusedStatements checks statements with one flaw each.
func refusedStatements(t *testing.T, flaws []flaw) {
	t.Helper()
	m := first(t)
	for _, f := range flaws {
		s := decode(t, m).Statement
		f.change(s)
		if err := s.Check(); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), f.says) {
			t.Errorf("%s: %v, want %q", f.name, err, f.says)
		}
		if _, err := s.Digest(); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), f.says) {
			t.Errorf("%s: its digest: %v, want %q", f.name, err, f.says)
		}
	}
}

// altered changes the network of a statement.
func altered(s *bundle.Statement, change func(a *network.Architecture, c *network.Choices)) {
	b := &bundle.Bundle{Statement: s}
	rebuilt(change)(b)
}

// TestLimitsOfAStatement: each limit by itself, beyond it by one.
func TestLimitsOfAStatement(t *testing.T) {
	batch := func(n int) func(s *bundle.Statement) {
		return func(s *bundle.Statement) {
			altered(s, func(_ *network.Architecture, c *network.Choices) { c.Batch = n })
			s.Schedule.Batch = n
		}
	}
	refusedStatements(t, []flaw{
		{"no network", func(s *bundle.Statement) { s.Network = nil }, "no network"},
		{"no steps", func(s *bundle.Statement) { s.Schedule.Steps = 0 }, "schedule: 0 steps, want 1 to "},
		{"a tail nobody knows", func(s *bundle.Statement) { s.Schedule.Tail = 7 }, "schedule: epoch tail "},
		{"context", func(s *bundle.Statement) { s.Context = strings.Repeat("x", bundle.MaxContext+1) }, "context of 4097 bytes"},
		{"rows of one cell", func(s *bundle.Statement) { s.RowBits = 0 }, "rows of 2^0 cells"},
		{"long rows", func(s *bundle.Statement) { s.RowBits = 23 }, "rows of 2^23 cells"},
		{"another batch", func(s *bundle.Statement) { s.Schedule.Batch++ }, "schedule with batches of 5, program with batches of 4"},
		{"rows", func(s *bundle.Statement) { s.Schedule.Parts[0] = bundle.MaxRows }, "dataset rows, at most"},
		{"parts", func(s *bundle.Statement) {
			s.Schedule.Parts = make(schedule.Parts, segment.MaxParts+1)
			s.Schedule.Commitments = make([][32]byte, segment.MaxParts+1)
			for i := range s.Schedule.Parts {
				s.Schedule.Parts[i] = 4
			}
		}, "1025 dataset parts"},
		{"no steps in a segment", func(s *bundle.Statement) { s.Segment = 0 }, "segments of 0 steps"},
		{"steps of a segment", func(s *bundle.Statement) { s.Segment = segment.MaxSteps + 1 }, "segments of 65537 steps"},
		{"rows read by a segment", func(s *bundle.Statement) {
			s.Schedule.Parts = schedule.Parts{5000, 5000}
			batch(1024)(s)
			s.Segment = bundle.MaxSlots/1024 + 1
		}, "segments of 16385 steps with batches of 1024: "},
		{"rows read by a segment from many parts", func(s *bundle.Statement) {
			s.Schedule.Parts = slices.Repeat(schedule.Parts{4}, segment.MaxParts)
			s.Schedule.Commitments = make([][32]byte, segment.MaxParts)
			batch(1024)(s)
			s.Segment = bundle.MaxChoices/1024/segment.MaxParts + 1
		}, "segments of 65 steps with batches of 1024 from 1024 parts"},
		{"segments", func(s *bundle.Statement) { s.Schedule.Steps, s.Segment = bundle.MaxSegments+1, 1 }, "1048577 segments"},
		{"public weights", func(s *bundle.Statement) {
			altered(s, func(a *network.Architecture, _ *network.Choices) {
				const hidden = 1 << 24
				a.Weights = []network.Weight{{Shape: []int{3, hidden}}, {Shape: []int{hidden}}, {Shape: []int{hidden, 2}}, {Shape: []int{2}}}
				a.Layers[0].Shape = []int{hidden}
			})
		}, "100663298 public weights, at most 67108864"},
	})
	s := decode(t, first(t)).Statement
	s.Mode = "zk-none"
	if err := s.Check(); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("a mode nobody knows: %v", err)
	}
}

// TestStatementsAtTheirLimits: what is not beyond a limit is accepted.
func TestStatementsAtTheirLimits(t *testing.T) {
	for name, change := range map[string]func(s *bundle.Statement){
		"context":            func(s *bundle.Statement) { s.Context = strings.Repeat("x", bundle.MaxContext) },
		"rows of two cells":  func(s *bundle.Statement) { s.RowBits = 1 },
		"the longest rows":   func(s *bundle.Statement) { s.RowBits = 22 },
		"steps of a segment": func(s *bundle.Statement) { s.Segment = segment.MaxSteps },
		"segments":           func(s *bundle.Statement) { s.Schedule.Steps, s.Segment = bundle.MaxSegments, 1 },
		"rows":               func(s *bundle.Statement) { s.Schedule.Parts = schedule.Parts{bundle.MaxRows - 4, 4}; s.RowBits = 22 },
		"rate 1":             func(s *bundle.Statement) { s.Rates[0] = 1 },
		"rate 255":           func(s *bundle.Statement) { s.Rates[0] = 255 },
		"one bit":            func(s *bundle.Statement) { s.Origin.Bits = 1 },
		"61 bits":            func(s *bundle.Statement) { s.Origin.Bits = 61 },
		"a long seed":        func(s *bundle.Statement) { s.Origin.Seed = strings.Repeat("x", schedule.MaxSeed) },
		"attributes":         func(s *bundle.Statement) { s.Parts[0].Columns = bundle.MaxAttributes },
	} {
		s := decode(t, first(t)).Statement
		change(s)
		repair(&bundle.Bundle{Statement: s})
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRatesOfAStatement: as many as the optimizer has, each in its range.
func TestRatesOfAStatement(t *testing.T) {
	scheduled := func(at int, n int64) func(s *bundle.Statement) {
		return func(s *bundle.Statement) {
			altered(s, func(_ *network.Architecture, c *network.Choices) { c.Scheduled = true })
			s.Rates = slices.Repeat([]int64{1}, s.Steps())
			s.Rates[at] = n
		}
	}
	flaws := []flaw{
		{"two rates for one", func(s *bundle.Statement) { s.Rates = append(s.Rates, 1) }, "2 rates"},
		{"no rate", func(s *bundle.Statement) { s.Rates = nil }, "0 rates"},
		{"a rate less than steps", func(s *bundle.Statement) { scheduled(0, 1)(s); s.Rates = s.Rates[1:] }, "11 rates"},
		{"one rate for all steps", func(s *bundle.Statement) { scheduled(0, 1)(s); s.Rates = s.Rates[:1] }, "1 rates"},
	}
	for _, at := range []int{0, 5, 11} {
		flaws = append(flaws, flaw{"rate 0", scheduled(at, 0), "rate numerator 0"}, flaw{"rate 256", scheduled(at, 256), "rate numerator 256"},
			flaw{"rate below 0", scheduled(at, -1), "rate numerator -1"})
	}
	refusedStatements(t, flaws)
}

// TestRestartsOfAStatement: a momentum begins anew wherever a segment does, since a
// segment's proof knows no gradients of the one before.
func TestRestartsOfAStatement(t *testing.T) {
	momentum := func(restart int) func(s *bundle.Statement) {
		return func(s *bundle.Statement) {
			altered(s, func(_ *network.Architecture, c *network.Choices) {
				c.Momentum = &network.Momentum{Response: []int64{4, 2}, Bits: 2, Restart: restart}
			})
			s.Segment = 6 // of 12 steps
		}
	}
	for _, restart := range []int{1, 2, 3, 6} {
		s := decode(t, first(t)).Statement
		momentum(restart)(s)
		repair(&bundle.Bundle{Statement: s})
		if err := s.Check(); err != nil {
			t.Errorf("restarted every %d steps: %v", restart, err)
		}
	}
	s := decode(t, first(t)).Statement
	momentum(7)(s)
	s.Segment = 12
	repair(&bundle.Bundle{Statement: s})
	if err := s.Check(); err != nil {
		t.Errorf("in one segment: %v", err)
	}
	var flaws []flaw
	for _, restart := range []int{4, 5, 7, 12, 1 << 16} {
		flaws = append(flaws, flaw{"a restart within a segment", momentum(restart), "a segment would forget gradients"})
	}
	refusedStatements(t, flaws)
}

// TestDecayOfAStatement: weights decay at the end of segments, once at least.
func TestDecayOfAStatement(t *testing.T) {
	decay := func(every, segment int) func(s *bundle.Statement) {
		return func(s *bundle.Statement) {
			altered(s, func(_ *network.Architecture, c *network.Choices) {
				c.Decay = &graph.Decay{N: 1, Shift: 4, Every: every}
			})
			s.Segment = segment
		}
	}
	for _, steps := range []int{1, 5, 6, 12} { // of 12
		s := decode(t, first(t)).Statement
		decay(steps, steps)(s)
		repair(&bundle.Bundle{Statement: s})
		if err := s.Check(); err != nil {
			t.Errorf("segments of %d steps: %v", steps, err)
		}
	}
	var flaws []flaw
	for _, c := range [][2]int{{5, 6}, {6, 5}, {3, 6}, {6, 12}, {12, 6}, {13, 13}, {1 << 16, 12}} {
		flaws = append(flaws, flaw{"a decay elsewhere", decay(c[0], c[1]), "want it at the end of segments"})
	}
	refusedStatements(t, flaws)
}

// TestAttributesOfAStatement: the parts have as many attributes as a program reads
// one of.
func TestAttributesOfAStatement(t *testing.T) {
	var flaws []flaw
	columns := decode(t, first(t)).Statement.Parts[0].Columns
	for _, n := range []int{columns + 1, columns + 2} {
		flaws = append(flaws, flaw{"attributes", func(s *bundle.Statement) {
			altered(s, func(_ *network.Architecture, c *network.Choices) {
				c.Weighed = &ops.Weighed{Columns: n, Weights: []int64{1}}
			})
		}, fmt.Sprintf("part 0 has %d attributes, the program reads one of %d", columns, n)})
	}
	refusedStatements(t, flaws)
}

// TestOriginsOfAStatement: an origin has what its kind has, and nothing else.
func TestOriginsOfAStatement(t *testing.T) {
	origin := func(change func(o *bundle.Origin)) func(s *bundle.Statement) {
		return func(s *bundle.Statement) { change(&s.Origin) }
	}
	published := func(change func(cells [][]int64) [][]int64) func(s *bundle.Statement) {
		return func(s *bundle.Statement) {
			var cells [][]int64
			for _, id := range network.WeightTensors(s.Program()) {
				cells = append(cells, make([]int64, s.Program().Tensor(id).Size()))
			}
			s.Origin = bundle.Origin{Kind: bundle.Published, Bits: 47, Cells: change(cells)}
		}
	}
	flaws := []flaw{
		{"no bits", origin(func(o *bundle.Origin) { o.Bits = 0 }), "statement: initial weights of 0 bits, want 1 to 61"},
		{"62 bits", origin(func(o *bundle.Origin) { o.Bits = 62 }), "statement: initial weights of 62 bits, want 1 to 61"},
		{"private with a seed", origin(func(o *bundle.Origin) { o.Kind, o.Scheme = bundle.Private, "" }), "with a seed"},
		{"private with a scheme", origin(func(o *bundle.Origin) { o.Kind, o.Seed = bundle.Private, "" }), "with a seed"},
		{"seeded with cells", origin(func(o *bundle.Origin) { o.Cells = [][]int64{} }), "public weights"},
		{"no seed", origin(func(o *bundle.Origin) { o.Seed = "" }), "seed of 0 bytes"},
		{"a long seed", origin(func(o *bundle.Origin) { o.Seed = strings.Repeat("x", schedule.MaxSeed+1) }), "bytes, want 1 to"},
		{"a scheme nobody knows", origin(func(o *bundle.Origin) { o.Scheme = "mine" }), `scheme "mine"`},
		{"published without cells", origin(func(o *bundle.Origin) { *o = bundle.Origin{Kind: bundle.Published, Bits: 47} }), "public weights"},
		{"continued without a predecessor", origin(func(o *bundle.Origin) { *o = bundle.Origin{Kind: bundle.Continued, Bits: 47} }), "origin continued with a predecessor 00"},
		{"private with a predecessor", origin(func(o *bundle.Origin) { *o = bundle.Origin{Kind: bundle.Private, Bits: 47, Predecessor: [32]byte{1}} }), "origin private with a predecessor 01"},
		{"continued with a seed", origin(func(o *bundle.Origin) { o.Kind, o.Predecessor = bundle.Continued, [32]byte{1} }), "with a seed"},
		{"a kind nobody knows", origin(func(o *bundle.Origin) { *o = bundle.Origin{Kind: 7, Bits: 47} }), "unknown (7)"},
		{"a weight less", published(func(c [][]int64) [][]int64 { return c[1:] }), "3 published weights of 4"},
	}
	for i := range 4 {
		flaws = append(flaws, flaw{"a cell less", published(func(c [][]int64) [][]int64 { c[i] = c[i][1:]; return c }), "published weight"})
	}
	refusedStatements(t, flaws)
	s := decode(t, first(t)).Statement
	published(func(c [][]int64) [][]int64 { return c })(s)
	if err := s.Check(); err != nil {
		t.Errorf("a published origin: %v", err)
	}
}

// TestPublicWeights: an origin makes all weights public or none, and a weight
// left out would be whatever the prover likes.
func TestPublicWeights(t *testing.T) {
	s := decode(t, first(t)).Statement
	altered(s, func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{1} })
	p, published := s.Program(), bundle.Origin{Kind: bundle.Published, Bits: 40}
	want := map[graph.TensorID][]int64{}
	for i, id := range network.WeightTensors(p) {
		cells := make([]int64, p.Tensor(id).Size())
		cells[0] = int64(i + 1)
		want[id], published.Cells = cells, append(published.Cells, cells)
	}
	drawn, err := network.Random(p, []byte("x"), network.Glorot)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		origin bundle.Origin
		want   map[graph.TensorID][]int64
	}{
		{bundle.Origin{Kind: bundle.Private, Bits: 40}, nil}, {published, want},
		{bundle.Origin{Kind: bundle.Seeded, Bits: 40, Seed: "x", Scheme: "glorot"}, drawn},
	} {
		got, err := c.origin.Public(p)
		if err != nil || !maps.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%v: public weights %v, want %v, %v", c.origin.Kind, got, c.want, err)
		}
	}
	unknown := bundle.Origin{Kind: bundle.Seeded, Bits: 40, Seed: "x", Scheme: "mine"}
	if got, err := unknown.Public(p); !errors.Is(err, fault.ErrMalformed) || got != nil {
		t.Errorf("a scheme nobody knows: %v, %v", got, err)
	}
}

// TestRatesOfSegments: one rate serves every step, and rates by step serve
// theirs, if there is one step, too.
func TestRatesOfSegments(t *testing.T) {
	s := decode(t, first(t)).Statement
	s.Rates = []int64{41}
	if rates := s.RatesOf(10, 2); !slices.Equal(rates, []int64{41, 41}) {
		t.Errorf("one rate: %v", rates)
	}
	altered(s, func(_ *network.Architecture, c *network.Choices) { c.Scheduled = true })
	s.Rates = []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	if rates := s.RatesOf(5, 5); !slices.Equal(rates, []int64{6, 7, 8, 9, 10}) {
		t.Errorf("rates by step: %v", rates)
	}
	s.Rates = []int64{7}
	if rates := s.RatesOf(0, 1); !slices.Equal(rates, []int64{7}) {
		t.Errorf("one step with a rate of its own: %v", rates)
	}
}

// TestCommittedRows: as many cells as the axes have when they are padded, in
// rows of 2^ℓ, and at least one.
func TestCommittedRows(t *testing.T) {
	axes := []relation.Axis{{Size: 5}, {Size: 1}, {Size: 2}, {Size: 9}}
	for rowBits, want := range map[int]int{1: 128, 3: 32, 7: 2, 8: 1, 22: 1} {
		if got := bundle.CommittedRows(rowBits, axes...); got != want {
			t.Errorf("rows of 2^%d: %d, want %d", rowBits, got, want)
		}
	}
	if got := bundle.CommittedRows(1); got != 1 {
		t.Errorf("a tensor of one cell: %d rows", got)
	}
}

// TestCommitmentsOfAStatement: as many as there are tensors, each of as many
// rows as its tensor.
func TestCommitmentsOfAStatement(t *testing.T) {
	more := func(rows []bn254.G1Affine) []bn254.G1Affine { return append(slices.Clone(rows), rows[0]) }
	flaws := []flaw{
		{"a part less", func(s *bundle.Statement) { s.Parts = s.Parts[:1] }, "1 committed parts"},
		{"attributes without columns", func(s *bundle.Statement) { s.Parts[0].Attributes = s.Parts[0].Labels }, "0 attributes"},
		{"columns below 0", func(s *bundle.Statement) { s.Parts[0].Columns = -1 }, "-1 attributes"},
		{"too many columns", func(s *bundle.Statement) { s.Parts[0].Columns = bundle.MaxAttributes + 1 }, "1025 attributes"},
		{"columns without attributes", func(s *bundle.Statement) { s.Parts[1].Columns = 2 }, "tensor 2 has 0 committed rows"},
		{"a weight less", func(s *bundle.Statement) { s.Initial = s.Initial[1:] }, "3 initial weights of 4"},
		{"a weight more", func(s *bundle.Statement) { s.Initial = append(s.Initial, s.Initial[0]) }, "5 initial weights of 4"},
	}
	for i := range 2 {
		flaws = append(flaws,
			flaw{"features", func(s *bundle.Statement) { s.Parts[i].Features = more(s.Parts[i].Features); rebind(s) }, "tensor 0 has 2 committed rows"},
			flaw{"labels", func(s *bundle.Statement) { s.Parts[i].Labels = more(s.Parts[i].Labels); rebind(s) }, "tensor 1 has 2 committed rows"})
	}
	for i := range 4 {
		flaws = append(flaws, flaw{"initial weight", func(s *bundle.Statement) { s.Initial[i] = more(s.Initial[i]) }, "2 committed rows, needs 1"})
	}
	refusedStatements(t, flaws)
}
