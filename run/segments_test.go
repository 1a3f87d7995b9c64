package run

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
)

func segmentsOf(t *testing.T, d bench.Dense, steps int, m mode.Name, parts ...int) *segmenting {
	t.Helper()
	p, _, err := d.Program()
	if err != nil {
		t.Fatal(err)
	}
	return &segmenting{program: p, parts: parts, steps: steps, bits: 31, mode: m, rowBits: 16, tables: ops.NewTables()}
}

// A million rows in batches of 256: what init chooses can be proven.
func TestDefaultSegmentsOfManyRows(t *testing.T) {
	s := segmentsOf(t, bench.Dense{Widths: []int{10, 8, 2}, Batch: 256, Rate: "0.125"}, 7812, mode.ZKPLONK, 1_000_000)
	n := s.choose()
	if err := s.check(n); err != nil {
		t.Errorf("segments of %d steps: %v", n, err)
	}
	l, err := s.layout(n)
	if err != nil {
		t.Fatal(err)
	}
	if bytes := prover.Memory(l).Bytes(); bytes > segmentMemory+memory.Base {
		t.Errorf("segments of %d steps take %s", n, memory.Format(bytes))
	}
	if n < 250 {
		t.Errorf("segments of %d steps, more fit", n)
	}
}

// A small model in 930 steps is one segment where each takes a wrap, and a large
// one is cut into equal segments.
func TestDefaultSegments(t *testing.T) {
	small := bench.Dense{Widths: []int{13, 9, 4}, Batch: 16, Rate: "0.125"}
	mnist := bench.Dense{Widths: []int{784, 128, 10}, Batch: 64, Rate: "0.125"}
	for _, c := range []struct {
		name  string
		model bench.Dense
		steps int
		mode  mode.Name
		want  int
	}{
		{"small, PLONK", small, 930, mode.ZKPLONK, 930},
		{"small, Groth16", small, 930, mode.ZKGroth16, 930},
		{"one step", small, 1, mode.ZKPLONK, 1},
		{"an epoch of MNIST", mnist, 938, mode.ZKPLONK, 235},
		{"as many steps as a power of two", mnist, 1024, mode.ZKPLONK, 256},
	} {
		s := segmentsOf(t, c.model, c.steps, c.mode, 60_000)
		if n := s.choose(); n != c.want {
			t.Errorf("%s: segments of %d steps, want %d", c.name, n, c.want)
		}
	}
}

// What cannot be proven is refused by the setting that mends it.
func TestSegmentsThatCannotBeProven(t *testing.T) {
	d := bench.Dense{Widths: []int{10, 8, 2}, Batch: 256, Rate: "0.125"}
	for name, c := range map[string]struct {
		steps   int
		parts   []int
		setting string
	}{
		"a long segment":  {1 << 17, []int{1000}, "training.segment_steps"},
		"many slots":      {1<<16 + 1, []int{1000}, "training.segment_steps"},
		"many rows":       {10, []int{1 << 26, 1}, "data"},
		"many parts":      {10, make([]int, 1025), "data"},
		"no segment":      {0, []int{1000}, "training.segment_steps"},
		"below no number": {-1, []int{1000}, "training.segment_steps"},
	} {
		for i := range c.parts {
			c.parts[i] = max(1, c.parts[i])
		}
		s := segmentsOf(t, d, 1<<20, mode.ZKPLONK, c.parts...)
		var setting *fault.Setting
		if err := s.check(c.steps); !errors.Is(err, fault.ErrUsage) || !errors.As(err, &setting) || setting.Key != c.setting {
			t.Errorf("%s: %v", name, err)
		}
	}
	wide := segmentsOf(t, bench.Dense{Widths: []int{1000, 4096, 4096, 10}, Batch: 64, Rate: "0.125"}, 1<<16, mode.Validity, 1000)
	if err := wide.check(1 << 14); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "training.segment_steps") || !strings.Contains(err.Error(), "training.batch") {
		t.Errorf("lookups beyond the largest tree: %v", err)
	}
	if err := wide.check(1); err != nil {
		t.Errorf("one step: %v", err)
	}
}
